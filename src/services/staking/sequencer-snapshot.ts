import type {Address} from 'viem'
import {getBlock} from 'viem/actions'

import {readTokenBalance} from '../../chain/actions/erc20/read-token.ts'
import {readPoolRules} from '../../chain/actions/locking-pool/read-pool-rules.ts'
import {readPool, readWhitelisted} from '../../chain/actions/locking-pool/read-pool.ts'
import {readSequencer} from '../../chain/actions/locking-pool/read-sequencer.ts'
import type {SequencerSnapshot} from '../../protocol/locking-pool.ts'
import {assertContractsAgree} from '../network/contracts-agree.ts'
import type {Context} from '../context.ts'

/**
 * Reads everything that an operation on a sequencer depends on, at one block, so that the values are consistent.
 *
 * @param blockNumber default: the newest block
 * @throws {MetisSeqError} CONTRACTS_DISAGREE when the addresses of the network do not reference each other
 */
export async function readSnapshot(
  context: Context,
  {sequencerId, caller}: {sequencerId: bigint; caller: Address},
  blockNumber?: bigint,
): Promise<SequencerSnapshot> {
  const {client} = context.l1()
  const {lockingPool, lockingInfo, metis} = context.network.l1.contracts
  const block = await getBlock(client, blockNumber === undefined ? {} : {blockNumber})
  const at = {blockNumber: block.number}
  const [pool, rules, sequencer, callerIsWhitelisted, callerMetisWei] = await Promise.all([
    readPool(client, {lockingPool, lockingInfo, ...at}),
    readPoolRules(client, {lockingPool, known: context.network.l1.poolImplementations ?? {}}),
    readSequencer(client, {lockingPool, sequencerId, ...at}),
    readWhitelisted(client, {lockingPool, owner: caller, ...at}),
    readTokenBalance(client, {token: metis, account: caller, ...at}),
    assertContractsAgree(context),
  ])
  return {
    ...{pool, rules, sequencer, caller, callerIsWhitelisted, callerMetisWei},
    timeSeconds: block.timestamp,
  }
}
