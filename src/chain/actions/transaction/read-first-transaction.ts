import {numberToHex, type Hash, type Hex} from 'viem'

import {isRecord} from '../../../lib/json.ts'
import type {FirstTransaction} from '../../../protocol/rotation/producers.ts'
import type {ChainClient} from '../../connect.ts'
import {wrongRead} from '../../endpoint-errors.ts'

/**
 * The first transaction of a block with the signature of the block's producer; null for an empty
 * block, and for one that the endpoint does not have.
 *
 * - Signed by: nobody. Chain: L2.
 * - Source: `l2geth` `internal/ethapi/api.go`, RPCTransaction.
 *
 * @throws {MetisSeqError} ENDPOINT_WRONG_ANSWER, also for an endpoint without these fields
 */
export async function readFirstTransaction(
  l2: ChainClient,
  block: bigint,
): Promise<FirstTransaction | null> {
  const method = 'eth_getTransactionByBlockNumberAndIndex'
  const found: unknown = await l2.request({method, params: [numberToHex(block), '0x0']})
  if (found === null || found === undefined) return null
  if (!isRecord(found)) throw wrongRead(method)
  const {hash, blockNumber, seqR, seqS, seqV} = found
  const isWhole = [seqR, seqS, seqV].every((word) => typeof word === 'string' && WORD.test(word))
  if (typeof hash !== 'string' || !HASH.test(hash) || !isWhole) throw wrongRead(method)
  if (blockNumber !== numberToHex(block)) throw wrongRead(method)
  return {hash: hash as Hash, seqR: seqR as Hex, seqS: seqS as Hex, seqV: seqV as Hex}
}

const HASH = /^0x[0-9a-f]{64}$/i
const WORD = /^0x[0-9a-f]{1,64}$/i
