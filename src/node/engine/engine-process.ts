/** One process of the engine under one hard fork, with its connections. */
import {messageOf} from '../../lib/errors.ts'
import {RpcResponseError, type RpcClient} from '../../lib/json-rpc.ts'
import type {Logger} from '../../lib/log.ts'
import {startAnvil, type AnvilProcess} from '../../process/anvil.ts'
import {waysToIsolateHere} from '../../process/isolation.ts'
import {
  ENGINE_CALL_TIMEOUT_MS,
  ENGINE_LOAD_CHARS,
  ENGINE_READERS,
  ENGINE_SNAPSHOT_TIMEOUT_MS,
  ENGINE_STAGERS,
} from './limits.ts'
import {engineFlags} from './anvil-flags.ts'
import {EngineError} from './engine.ts'
import type {Genesis} from './genesis.ts'
import {splitState} from './state-parts.ts'

export interface EngineProcess {
  hardfork: string
  process: AnvilProcess
  /** One connection: the order on it is the order of the block. */
  writer: RpcClient
  /** For transactions whose order does not matter: the engine serves connections in parallel. */
  stager: RpcClient
  snapshots: RpcClient
  reader: RpcClient
}

export interface EngineProcessOptions {
  genesis: Genesis
  /** Directory of the pid file and the cache of the process. */
  dir: string
  logger: Logger
  /** True on a network without value at stake: a reachable engine is better than none. */
  isRehearsal?: boolean
}

/** @throws {MetisSeqError} ENGINE_MISSING, ENGINE_NOT_ISOLATED, ENGINE_NOT_READY */
export async function startEngineProcess(
  {genesis, dir, logger, isRehearsal = false}: EngineProcessOptions,
  hardfork: string,
): Promise<EngineProcess> {
  const process = await startAnvil({
    name: 'engine',
    dir,
    chainId: genesis.chainId,
    args: engineFlags(genesis, hardfork),
    isolation: isRehearsal ? 'preferred' : 'required',
    onLine: (line) => logger.debug('engine', {line}),
  })
  if (process.isolation === 'open-port') {
    const what = 'the engine listens on a port that every user of this machine can reach'
    logger.warn(what, {remedy: waysToIsolateHere()[0]})
  }
  void process.exited.then(({exitCode, lastLines}) => {
    logger.info('engine exited', {exitCode, lastLine: lastLines.at(-1) ?? ''})
  })
  return {
    ...{hardfork, process},
    writer: process.connect({timeoutMs: ENGINE_CALL_TIMEOUT_MS}),
    stager: process.connect({timeoutMs: ENGINE_CALL_TIMEOUT_MS, connections: ENGINE_STAGERS}),
    snapshots: process.connect({timeoutMs: ENGINE_SNAPSHOT_TIMEOUT_MS}),
    reader: process.connect({timeoutMs: ENGINE_CALL_TIMEOUT_MS, connections: ENGINE_READERS}),
  }
}

export async function stopEngineProcess(running: EngineProcess): Promise<void> {
  await running.process.stop()
  running.writer.close()
  running.stager.close()
  running.snapshots.close()
  running.reader.close()
}

/** @throws {EngineError} reset */
export async function dumpState({snapshots}: EngineProcess): Promise<string> {
  const state = await snapshots.request('anvil_dumpState').catch((error: unknown) => {
    throw new EngineError('reset', `The engine returns no state: ${messageOf(error)}`, error)
  })
  if (typeof state !== 'string') throw new EngineError('reset', 'The engine returned no state.')
  return state
}

/**
 * Puts a state into a process that has just started.
 *
 * @param mostChars per request; see `splitState`
 * @throws {EngineError} bad-snapshot
 */
export async function loadState(
  {snapshots}: EngineProcess,
  state: string,
  mostChars = ENGINE_LOAD_CHARS,
): Promise<void> {
  try {
    for (const part of splitState(state, mostChars)) {
      await snapshots.request('anvil_loadState', [part])
    }
    // A loaded engine knows no block hashes, so BLOCKHASH would return wrong values and fork the
    // chain. Mining and reverting a block fills them in.
    const head = await snapshots.request('eth_getBlockByNumber', ['latest', false])
    const timestamp = Number((head as {timestamp?: unknown} | null)?.timestamp)
    await snapshots.request('evm_mine', [{timestamp}])
    await snapshots.request('anvil_rollback', [1])
  } catch (error) {
    const reason = error instanceof RpcResponseError ? error.message : messageOf(error)
    throw new EngineError('bad-snapshot', `The snapshot cannot be loaded: ${reason}`, error)
  }
}
