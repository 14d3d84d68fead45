/** In: a snapshot. Out: whether its chain is complete and re-executes to the recorded hashes. */
import {copyFileSync} from 'node:fs'
import {join} from 'node:path'

import type {Clock} from '../../lib/clock.ts'
import type {Logger} from '../../lib/log.ts'
import type {SealedBlock} from '../../protocol/block.ts'
import {ChainLog} from '../../store/chain-log.ts'
import {createEngine} from '../engine/create-engine.ts'
import {EngineError, type ExecutionEngine} from '../engine/engine.ts'
import type {Genesis} from '../engine/genesis.ts'
import {VERIFY_PROGRESS_MS} from '../limits.ts'
import {CHAIN_FILE, checkSums, damaged, readManifest, type Manifest} from './manifest.ts'

/** Blocks read at once while the links are checked. */
const LINKS_AT_ONCE = 500

export interface SnapshotProgress {
  block: number
  head: number
  /** Executed so far, and per second. */
  blocks: number
  transactions: number
  seconds: number
  /** Null before the first block. */
  etaSeconds: number | null
}

export interface VerifiedSnapshot {
  manifest: Manifest
  firstBlock: number
  /** Blocks whose link to their parent was checked. */
  linkedBlocks: number
  /** The block from whose state execution started. */
  executedFrom: number
  executedBlocks: number
  executedTransactions: number
  seconds: number
}

/**
 * @param options.dir an empty directory for the engine and a copy of the chain, since opening would
 * change it
 * @param options.fromGenesis executes everything, not only the blocks after the engine's state
 * @throws {MetisSeqError} SNAPSHOT_UNKNOWN, SNAPSHOT_DAMAGED; the abort reason of the signal
 */
export async function verifySnapshot(options: {
  path: string
  genesis: Genesis
  dir: string
  /** Same as for a node of that network. */
  isRehearsal?: boolean
  fromGenesis: boolean
  clock: Clock
  logger: Logger
  signal: AbortSignal
  onProgress(progress: SnapshotProgress): void
}): Promise<VerifiedSnapshot> {
  const {path, genesis, dir, isRehearsal, fromGenesis, clock, logger, signal} = options
  const startedMs = clock.monotonicMs()
  const manifest = readManifest(path)
  await checkSums(path, manifest)
  const copy = join(dir, CHAIN_FILE)
  copyFileSync(join(path, CHAIN_FILE), copy)
  const log = ChainLog.open(copy, genesis)
  const engine = createEngine(genesis, {
    ...{logger, dir: join(dir, 'engine')},
    ...(isRehearsal === undefined ? {} : {isRehearsal}),
  })
  try {
    const links = checkLinks(path, log, manifest, signal)
    const {engineBlock} = manifest
    const state = fromGenesis || engineBlock === null ? undefined : `${engineBlock}.snapshot`
    const start = await startWith(path, engine, state)
    if (state === undefined && start.number !== links.firstBlock - 1) {
      throw damaged(path, `its first block is ${links.firstBlock}, the genesis is ${start.number}`)
    }
    const counts = await executeRest({...options, engine, log, manifest, startedMs})
    const seconds = (clock.monotonicMs() - startedMs) / 1000
    return {manifest, ...links, executedFrom: start.number, ...counts, seconds}
  } finally {
    await engine.stop()
    log.close()
  }
}

async function startWith(path: string, engine: ExecutionEngine, state: string | undefined) {
  try {
    return await engine.start(state && join(path, state))
  } catch (error) {
    if (!(error instanceof EngineError) || error.kind !== 'bad-snapshot') throw error
    throw damaged(path, error.message.replace(/\.$/, ''))
  }
}

/** Checks that the blocks are linked up to the head in the manifest. */
function checkLinks(path: string, log: ChainLog, {head}: Manifest, signal: AbortSignal) {
  const last = log.head
  if (last?.number !== head.number || last.hash !== head.hash) {
    throw damaged(
      path,
      `its chain ends with block ${last?.number}, not ${head.number} ${head.hash}`,
    )
  }
  let firstBlock = head.number
  let child: SealedBlock | undefined
  for (let to = head.number; ; to -= LINKS_AT_ONCE) {
    signal.throwIfAborted()
    const blocks = log.range(to - LINKS_AT_ONCE + 1, to).toReversed()
    for (const block of blocks) {
      if (child && (child.number !== block.number + 1 || child.parentHash !== block.hash)) {
        throw damaged(path, `block ${child.number} does not follow block ${block.number}`)
      }
      child = block
      firstBlock = block.number
    }
    if (blocks.length < LINKS_AT_ONCE) break
  }
  return {firstBlock, linkedBlocks: head.number - firstBlock + 1}
}

async function executeRest(options: {
  path: string
  engine: ExecutionEngine
  log: ChainLog
  manifest: Manifest
  clock: Clock
  startedMs: number
  signal: AbortSignal
  onProgress(progress: SnapshotProgress): void
}): Promise<{executedBlocks: number; executedTransactions: number}> {
  const {path, engine, log, manifest, clock, startedMs, signal, onProgress} = options
  const from = engine.head()
  if (from.number >= log.head!.number + 1) throw damaged(path, 'its state is ahead of its chain')
  const known = log.hashOf(from.number)
  if (known !== undefined && known !== from.hash) {
    throw damaged(path, `its state belongs to another block ${from.number}`)
  }
  let [executedBlocks, executedTransactions, saidMs] = [0, 0, 0]
  const {number: head} = manifest.head
  for (let number = from.number + 1; number <= head; number++) {
    signal.throwIfAborted()
    const block = log.block(number)
    if (!block) throw damaged(path, `block ${number} is missing`)
    await executeSame(path, engine, block)
    executedBlocks++
    executedTransactions += block.transactions.length
    const nowMs = clock.monotonicMs()
    if (nowMs - saidMs < VERIFY_PROGRESS_MS && number !== head) continue
    saidMs = nowMs
    const seconds = (nowMs - startedMs) / 1000
    const etaSeconds = Math.round((seconds / executedBlocks) * (head - number))
    const counted = {blocks: executedBlocks, transactions: executedTransactions}
    onProgress({block: number, head, ...counted, seconds, etaSeconds})
  }
  return {executedBlocks, executedTransactions}
}

/** All at once; on a hash mismatch, one transaction at a time. */
async function executeSame(
  path: string,
  engine: ExecutionEngine,
  {number, hash, timestamp, transactions}: SealedBlock,
): Promise<void> {
  for (const oneByOne of [false, true]) {
    const payload = {timestamp, orderedTransactions: transactions}
    const {block} = await engine.execute(engine.head().hash, payload, {oneByOne})
    if (block.hash === hash) return
    await engine.rollback(1)
  }
  throw damaged(path, `block ${number} re-executed to a different hash than recorded`)
}
