/**
 * In: blocks from transaction batches. Out: the same blocks, executed from the genesis of the
 * network. Only L1 is trusted: anything else that a producer signed is unknown here.
 */
import {keccak256, type Address, type Hex} from 'viem'

import type {BatchBlock} from '../../protocol/batch-codec.ts'
import {InvalidBlockError} from '../../protocol/block.ts'
import {recoverSigner} from '../../protocol/secp256k1.ts'
import type {EngineBlock, Execution, ExecutionEngine} from '../engine/engine.ts'
import type {Rotation} from '../rotation/rotation.ts'
import {checkAuthority, type BlockRules} from '../sequencing/check-block.ts'
import {BrokenRule} from './difference.ts'

export interface ReplayOptions {
  engine: ExecutionEngine
  rotation: Rotation
  rules: BlockRules
}

/**
 * Executes the next block.
 *
 * - Source: the checks of `checkBlock`, as far as the batch layout has the data. An empty block has
 *   no signature there, so its producer is unknown from L1.
 *
 * @throws {BrokenRule} the block cannot be part of this network
 * @throws {EngineError}
 */
export async function replayBlock(options: ReplayOptions, block: BatchBlock): Promise<EngineBlock> {
  const {engine, rotation} = options
  const parent = engine.head()
  const number = parent.number + 1
  const transactions = block.transactions.map(({raw}) => raw)
  if (block.timestamp < parent.timestamp) {
    throw new BrokenRule({
      field: 'timestamp',
      fromL1: String(block.timestamp),
      otherValue: `${parent.timestamp} or later`,
    })
  }
  const recommitSigner = checkSigner(options, number, block)
  const {block: executed} = await executeAll(engine, block.timestamp, transactions)
  const touched = rotation.isTouchedBy({number, transactions})
  if (touched || recommitSigner) await rotation.refresh()
  const signer = rotation.signerAt(number)
  if (recommitSigner && signer !== recommitSigner) {
    throw new BrokenRule({
      field: 'signer',
      fromL1: recommitSigner,
      otherValue: signer ?? 'nobody: the recommitment did not take effect',
    })
  }
  return executed
}

/** @returns the signer that seals by a recommitment in this very block, which must take effect */
function checkSigner(
  {rotation, rules}: ReplayOptions,
  number: number,
  {transactions}: BatchBlock,
): Address | undefined {
  const [first] = transactions
  if (!first) return undefined
  const odd = transactions.find(({seqSign}) => seqSign !== first.seqSign)
  if (odd) {
    throw new BrokenRule({field: 'seqSign', fromL1: odd.seqSign, otherValue: first.seqSign})
  }
  const expected = rotation.signerAt(number) ?? 'nobody'
  const signer = recoverSigner(keccak256(first.raw), first.seqSign)
  if (!signer) throw new BrokenRule({field: 'signer', fromL1: 'nobody', otherValue: expected})
  const raws = transactions.map(({raw}) => raw)
  try {
    const authority = checkAuthority({number, signer, transactions: raws}, rotation, rules)
    return authority.by === 'recommit' ? signer : undefined
  } catch (error) {
    if (!(error instanceof InvalidBlockError)) throw error
    if (signer !== expected) {
      throw new BrokenRule({field: 'signer', fromL1: signer, otherValue: expected})
    }
    throw new BrokenRule({field: 'transactions', fromL1: error.message, otherValue: 'valid'})
  }
}

async function executeAll(
  engine: ExecutionEngine,
  timestamp: number,
  transactions: readonly Hex[],
): Promise<Execution> {
  let execution: Execution | undefined
  // Again, one by one, so that nothing can be reordered.
  for (const oneByOne of [false, true]) {
    if (execution) await engine.rollback(1)
    const payload = {timestamp, orderedTransactions: transactions}
    execution = await engine.execute(engine.head().hash, payload, {oneByOne})
    const {included} = execution
    const isExact = transactions.every((raw, index) => raw === included[index])
    if (isExact && included.length === transactions.length) return execution
  }
  await engine.rollback(1)
  const {raw, reason} = execution!.dropped[0] ?? {raw: transactions[0]!, reason: 'out of order'}
  throw new BrokenRule({
    field: 'transactions',
    fromL1: `${keccak256(raw)} cannot be executed: ${reason}`,
    otherValue: 'every transaction is executed in order',
  })
}
