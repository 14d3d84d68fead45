import {existsSync, rmSync} from 'node:fs'
import {join} from 'node:path'

import type {Address} from 'viem'

import {systemClock} from '../lib/clock.ts'
import {MetisSeqError} from '../lib/errors.ts'
import {writeFileAtomic} from '../lib/files.ts'
import {readBoundedFile, readBoundedText, RECORD_FILE_BYTES} from '../lib/read-file.ts'
import {isRecord} from '../lib/json.ts'
import type {RpcClient} from '../lib/json-rpc.ts'
import {errorFacts, type Logger} from '../lib/log.ts'
import type {HttpServer} from '../lib/http-server.ts'
import {makeDirectory} from '../lib/make-directory.ts'
import {engineIn, killOrphan, startAnvil} from '../process/anvil.ts'
import {connectEngine} from '../process/engine-socket.ts'
import {waysToIsolateHere} from '../process/isolation.ts'
import {portIsFree} from '../process/ports.ts'
import {serveL1} from './serve-l1.ts'

export interface L1HostOptions {
  dir: string
  chainId: number
  port: number
  blockSeconds: number
  genesisFile: string
  /** Contracts of the network that call no foreign code; none before they are deployed. */
  contracts(): readonly Address[]
  logger: Logger
  signal: AbortSignal
}

/** Name of the engine's pid file; the host's own is `l1`. */
const ENGINE = 'engine'
/** Dumping and loading a long chain takes seconds. */
const ADMIN_TIMEOUT_MS = 120_000
const READ_TIMEOUT_MS = 20_000
const READERS = 16
/** How soon a block with transactions is safe from a kill -9. */
const WATCH_MS = 250
/** A block without transactions can wait: a restart creates equivalent ones. */
const IDLE_SNAPSHOT_MS = 10_000
/** A snapshot pauses the chain: at most a twentieth of the time is spent on them. */
const SNAPSHOT_SHARE = 20

/**
 * Runs the local L1 until the signal aborts: an engine whose whole state is kept in an atomically
 * replaced snapshot, because the engine's own state file is lost when it is killed while writing.
 *
 * @throws {MetisSeqError} PORT_BUSY, ENGINE_MISSING, ENGINE_NOT_READY, L1_STOPPED
 */
export async function runL1Host(options: L1HostOptions): Promise<void> {
  const {dir, chainId, port, genesisFile, logger, signal} = options
  makeDirectory(dir)
  rmSync(readyFileOf(dir), {force: true})
  await rescueOrphan(dir, logger)
  if (!(await portIsFree(port))) throw portBusy('L1', port)
  const engine = await startAnvil({
    name: ENGINE,
    dir,
    chainId,
    isolation: 'preferred',
    // Its unsaved state is saved by the next host.
    diesWithParent: false,
    args: [
      ...['--init', genesisFile, '--accounts', '0', '--hardfork', 'prague', '--no-mining'],
      ...[
        '--gas-limit',
        '30000000',
        '--no-cors',
        '--no-request-size-limit',
        '--prune-history',
        '32',
      ],
    ],
  })
  if (engine.isolation === 'open-port') {
    const what = 'the L1 engine listens on a port that every user of this machine can reach'
    logger.warn(what, {remedy: waysToIsolateHere()[0]})
  }
  const rpc = engine.connect({timeoutMs: ADMIN_TIMEOUT_MS})
  const readers = engine.connect({timeoutMs: READ_TIMEOUT_MS, connections: READERS})
  let engineGone = false
  void engine.exited.then(() => (engineGone = true))
  let served: HttpServer | undefined
  try {
    await restore(rpc, snapshotFileOf(dir), logger)
    await rpc.request('evm_setIntervalMining', [options.blockSeconds])
    served = await serveL1({...options, engine: readers})
    writeFileAtomic(readyFileOf(dir), JSON.stringify({pid: process.pid, url: served.url}))
    logger.info('l1 ready', {url: served.url, isolation: engine.isolation})
    await keepSnapshots(rpc, dir, signal, () => engineGone, logger)
    if (engineGone) throw engineStopped(dir)
    await rpc.request('evm_setIntervalMining', [0])
    await snapshot(rpc, dir)
    logger.info('l1 stopped')
  } finally {
    rmSync(readyFileOf(dir), {force: true})
    await served?.close()
    readers.close()
    rpc.close()
    await engine.stop()
  }
}

/**
 * A client that can control the L1 engine of that directory: only its owner can open its socket.
 */
export function connectL1Admin(dir: string): RpcClient {
  return connectEngine(dir, ENGINE, {timeoutMs: ADMIN_TIMEOUT_MS})
}

/** Largest response of the engine. */
const STATE_FILE_BYTES = 200_000_000

/** Pid of the host that has restored its chain and mines; a killed one leaves its pid behind. */
export function readyL1Host(dir: string): number | undefined {
  try {
    const value: unknown = JSON.parse(readBoundedText(readyFileOf(dir), RECORD_FILE_BYTES))
    return isRecord(value) ? Number(value['pid']) : undefined
  } catch {
    return undefined
  }
}

/**
 * An engine that a killed host left behind still has every block: its state is saved before it is
 * stopped.
 */
async function rescueOrphan(dir: string, logger: Logger): Promise<void> {
  if (!engineIn(dir, ENGINE)) return
  const rpc = connectL1Admin(dir)
  try {
    await rpc.request('evm_setIntervalMining', [0])
    await snapshot(rpc, dir)
    logger.warn('l1 rescued', {from: 'the engine of a killed host'})
  } catch (error) {
    // It hangs or has exited: then the last snapshot counts.
    logger.debug('l1 not rescued', errorFacts(error))
  } finally {
    rpc.close()
  }
  await killOrphan(dir, ENGINE)
}

async function keepSnapshots(
  rpc: RpcClient,
  dir: string,
  signal: AbortSignal,
  engineGone: () => boolean,
  logger: Logger,
): Promise<void> {
  let keptBlock = await headOf(rpc)
  let nextMs = 0
  let idleMs = systemClock.monotonicMs() + IDLE_SNAPSHOT_MS
  while (!signal.aborted && !engineGone()) {
    await systemClock.sleep(WATCH_MS, signal).catch(() => {})
    if (signal.aborted || engineGone()) return
    const started = systemClock.monotonicMs()
    try {
      const head = await headOf(rpc)
      const due = started > idleMs || (await holdsTransactions(rpc, keptBlock + 1, head))
      if (!due) keptBlock = head
      if (!due || started < nextMs) continue
      await snapshot(rpc, dir)
      keptBlock = head
    } catch (error) {
      // A full disk must not stop the chain: the previous snapshot stays valid.
      logger.error('l1 snapshot failed', errorFacts(error))
    }
    const now = systemClock.monotonicMs()
    nextMs = now + (now - started) * SNAPSHOT_SHARE
    idleMs = now + IDLE_SNAPSHOT_MS
  }
}

async function headOf(rpc: RpcClient): Promise<number> {
  return Number(await rpc.request('eth_blockNumber'))
}

/** Whether one of these blocks, both ends included, has a transaction. */
async function holdsTransactions(rpc: RpcClient, first: number, last: number): Promise<boolean> {
  for (let number = first; number <= last; number++) {
    const tag = `0x${number.toString(16)}`
    if (Number(await rpc.request('eth_getBlockTransactionCountByNumber', [tag])) > 0) return true
  }
  return false
}

async function snapshot(rpc: RpcClient, dir: string): Promise<void> {
  const state = await rpc.request('anvil_dumpState')
  if (typeof state !== 'string') throw new Error('The engine returned no state.')
  writeFileAtomic(snapshotFileOf(dir), Buffer.from(state.slice(2), 'hex'))
}

async function restore(rpc: RpcClient, file: string, logger: Logger): Promise<void> {
  if (!existsSync(file)) return
  await rpc.request('anvil_loadState', [
    `0x${readBoundedFile(file, STATE_FILE_BYTES).toString('hex')}`,
  ])
  const block = await rpc.request('eth_getBlockByNumber', ['latest', false])
  const timestamp = isRecord(block) ? Number(block['timestamp']) : 0
  // A warped chain is ahead of the wall clock; it stays as far ahead as it was.
  const aheadSeconds = timestamp - Math.floor(Date.now() / 1000)
  if (aheadSeconds > 0) await rpc.request('evm_increaseTime', [aheadSeconds])
  // After a load the engine lacks the last 256 block hashes; mining and reverting one block makes
  // it read them again.
  await rpc.request('evm_mine')
  await rpc.request('anvil_rollback', [1])
  logger.info('l1 restored', {timestamp, aheadSeconds: Math.max(0, aheadSeconds)})
}

/** Genesis of the local L1 with these balances. */
export function l1Genesis(options: {
  chainId: number
  timestamp: number
  balances: {address: Address; wei: bigint}[]
}): object {
  const {chainId, timestamp, balances} = options
  return {
    config: {chainId},
    nonce: '0x0',
    timestamp: `0x${timestamp.toString(16)}`,
    extraData: '0x',
    gasLimit: '0x1c9c380',
    difficulty: '0x0',
    mixHash: `0x${'0'.repeat(64)}`,
    coinbase: `0x${'0'.repeat(40)}`,
    alloc: Object.fromEntries(
      balances.map(({address, wei}) => [address, {balance: `0x${wei.toString(16)}`}]),
    ),
    number: '0x0',
    gasUsed: '0x0',
    parentHash: `0x${'0'.repeat(64)}`,
  }
}

export function portBusy(name: string, port: number): MetisSeqError {
  return new MetisSeqError({
    code: 'PORT_BUSY',
    message: `Port ${port} for ${name} is in use by another program.`,
    facts: {name, port: `${port}`},
    hints: [
      'Run `metis-seq local up --base-port PORT` with another port, on a fresh network.',
      `Run \`ss -ltnp 'sport = :${port}'\` to see who uses it.`,
    ],
    retryable: true,
  })
}

function engineStopped(dir: string): MetisSeqError {
  return new MetisSeqError({
    code: 'L1_STOPPED',
    message: 'The L1 engine stopped unexpectedly.',
    facts: {dir},
    hints: ['Run `metis-seq local up` to restart it from its last snapshot.'],
  })
}

function readyFileOf(dir: string): string {
  return join(dir, 'ready.json')
}

function snapshotFileOf(dir: string): string {
  return join(dir, 'snapshot.bin')
}
