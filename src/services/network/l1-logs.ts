import type {Hex} from 'viem'

import {readBlockMark, type BlockMark} from '../../chain/actions/block/read-block-mark.ts'
import {scanLogs} from '../../chain/scan-logs.ts'
import {append} from '../../lib/append.ts'
import {systemClock, type Clock} from '../../lib/clock.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import type {L1Log, L1Mark} from '../../protocol/l1-log.ts'
import {openLogCache, type LogCache} from '../../store/log-cache.ts'
import type {Context} from '../context.ts'

/** Blocks that may still be reorged are read again each time: two L1 epochs, after which L1 is final. */
const KEEP_DEPTH = 64n

/** Progress of a long scan. */
export interface ReadProgress {
  step: 'logs' | 'transactions' | 'times' | 'epochs'
  done: number
  total: number
  /** Logs of the two contracts so far. */
  found: number
}

export interface ReadOptions {
  /** First topics of the relevant cached logs; undefined for all. */
  topics?: readonly Hex[]
  signal?: AbortSignal
  onProgress?: (progress: ReadProgress) => void
  clock?: Clock
}

/** A warning that did not stop the scan. */
export interface ReadWarning {
  code: string
  message: string
}

/** Every log of LockingPool and LockingInfo, from their deployment to the head. */
export interface L1Logs {
  /** In chain order. */
  logs: L1Log[]
  headBlock: bigint
  headTimeSeconds: number
  /** Blocks served from the cache. */
  keptBlocks: bigint
  warnings: ReadWarning[]
  /** Cached facts about single transactions, blocks or epochs. */
  facts(kind: string): Map<string, string>
  /** Caches facts that do not depend on a block that may still be reorged. */
  saveFacts(kind: string, entries: readonly {key: string; block: bigint; value: string}[]): void
  close(): void
}

/**
 * Reads the logs that are not cached yet, and caches those at a safe depth. The cache keeps its
 * progress when the command is interrupted or the endpoint fails.
 *
 * @throws {MetisSeqError} LOGS_UNREADABLE, INTERRUPTED, those of the connection
 */
export async function readL1Logs(context: Context, options: ReadOptions = {}): Promise<L1Logs> {
  const {client} = context.l1()
  const {deploymentBlock} = context.network.l1
  const [head, origin] = await Promise.all([
    readBlockMark(client, 'latest'),
    readBlockMark(client, BigInt(deploymentBlock)),
  ])
  if (!head) throw noHead()
  const warnings: ReadWarning[] = []
  const early = origin ?? (await readBlockMark(client, 0n))
  const cache = openCache(context, early, warnings)
  try {
    return await scanInto(context, {cache, head, warnings, options})
  } catch (error) {
    cache.close()
    throw error
  }
}

interface Scan {
  cache: LogCache
  head: BlockMark
  warnings: ReadWarning[]
  options: ReadOptions
}

async function scanInto(context: Context, scan: Scan): Promise<L1Logs> {
  const {cache, head, warnings, options} = scan
  const {client} = context.l1()
  const {deploymentBlock, contracts} = context.network.l1
  const first = BigInt(deploymentBlock)
  await followReorganization(context, scan)
  const nextBlock = cache.nextBlock() ?? first
  // A lagging endpoint only returns logs up to its own head; later blocks are left for the next run.
  const logs = cache.logs(options.topics).filter(({l1Block}) => l1Block <= head.number)
  const keepUntil = head.number - KEEP_DEPTH
  let keptUntil = nextBlock - 1n
  const total = Number(head.number >= nextBlock ? head.number - nextBlock + 1n : 0n)
  const ranges = [
    {from: nextBlock, until: keepUntil, keep: true},
    {from: nextBlock > keepUntil ? nextBlock : keepUntil + 1n, until: head.number, keep: false},
  ]
  for (const {from, until, keep} of ranges) {
    const addresses = [contracts.lockingPool, contracts.lockingInfo]
    const {clock = systemClock, signal} = options
    const range = {fromBlock: from < first ? first : from, toBlock: until}
    for await (const chunk of scanLogs({client, addresses, clock, signal, ...range})) {
      append(logs, chunk.logs)
      if (keep) {
        const mark = {number: chunk.toBlock, hash: chunk.toHash}
        if (tryToKeep(() => cache.append({...chunk, mark}), warnings)) keptUntil = chunk.toBlock
      }
      const done = Number(chunk.toBlock - nextBlock) + 1
      options.onProgress?.({step: 'logs', done, total, found: logs.length})
    }
  }
  return {
    logs,
    headBlock: head.number,
    headTimeSeconds: head.timeSeconds,
    keptBlocks: nextBlock - first,
    warnings,
    facts: (kind) => cache.facts(kind),
    saveFacts(kind, entries) {
      const safe = entries.filter(({block}) => block <= keptUntil)
      if (safe.length === 0) return
      tryToKeep(() => {
        cache.saveFacts(kind, safe)
        return true
      }, warnings)
    },
    close: () => cache.close(),
  }
}

/** Drops cached logs of a reorged branch: back to the newest cached block that L1 still has. */
async function followReorganization(context: Context, scan: Scan): Promise<void> {
  const {cache, head, warnings} = scan
  const {client} = context.l1()
  const marks = cache.marks()
  const newest = marks[0]
  if (!newest) return
  if (newest.number > head.number) {
    warnings.push({
      code: 'L1_BEHIND',
      message: `The L1 endpoint is at block ${head.number}, and block ${newest.number} was already read: logs after its head are left out.`,
    })
  }
  const reachable = marks.filter(({number}) => number <= head.number)
  const standing = await findSnapshot(reachable, (number) => readBlockMark(client, number))
  if (standing === reachable[0]) return
  cache.cutAfter(standing?.number)
  warnings.push({
    code: 'L1_REORGANIZED',
    message: `L1 was reorganized below block ${reachable[0]!.number}; its logs are read again from block ${(standing?.number ?? BigInt(context.network.l1.deploymentBlock) - 1n) + 1n}.`,
  })
}

async function findSnapshot(
  marks: readonly L1Mark[],
  read: (number: bigint) => Promise<L1Mark | undefined>,
): Promise<L1Mark | undefined> {
  for (const mark of marks) {
    const found = await read(mark.number)
    if (found?.hash === mark.hash) return mark
  }
  return undefined
}

/** Without an early block one chain cannot be distinguished from another, and nothing is cached. */
function openCache(
  context: Context,
  early: BlockMark | undefined,
  warnings: ReadWarning[],
): LogCache {
  const {l1, l2} = context.network
  const {lockingPool, lockingInfo} = l1.contracts
  const parts = [l1.chainId, early?.hash, lockingPool, lockingInfo, l2.chainId]
  const identity = [...parts, l2.contracts.sequencerSet].join(' ').toLowerCase()
  const inMemory = () => openLogCache(':memory:', context.networkName, identity)
  if (!early) return inMemory()
  try {
    return openLogCache(context.home.logCacheFile, context.networkName, identity)
  } catch (error) {
    warnings.push(notKept(error))
    return inMemory()
  }
}

/** A cache that cannot be written makes the next run slower, but does not affect this one. */
function tryToKeep(act: () => boolean, warnings: ReadWarning[]): boolean {
  try {
    return act()
  } catch (error) {
    const warning = notKept(error)
    if (!warnings.some(({code}) => code === warning.code)) warnings.push(warning)
    return false
  }
}

/** @throws errors that an operator cannot fix */
function notKept(error: unknown): ReadWarning {
  if (!(error instanceof MetisSeqError)) throw error
  return {
    code: 'LOGS_NOT_KEPT',
    message: `The L1 logs cannot be cached for the next run: ${error.message}`,
  }
}

function noHead(): MetisSeqError {
  return new MetisSeqError({
    code: 'LOGS_UNREADABLE',
    message: 'The L1 endpoint returns no latest block.',
    hints: ['Run `metis-seq network check` to test every endpoint of the network.'],
  })
}
