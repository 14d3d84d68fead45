/** One process of the engine under one hard fork, with its connections. */
import {messageOf} from '../../lib/errors.ts'
import {createRpcClient, rpcOver, RpcResponseError, type RpcClient} from '../../lib/json-rpc.ts'
import type {Logger} from '../../lib/log.ts'
import {startAnvil, type AnvilProcess} from '../../process/anvil.ts'
import {ENGINE_ANSWER_BYTES, ENGINE_CALL_TIMEOUT_MS, ENGINE_SNAPSHOT_TIMEOUT_MS} from '../limits.ts'
import {EnginePipe} from './engine-pipe.ts'
import {EngineError} from './engine.ts'
import {engineFlags, type Genesis} from './genesis.ts'

export interface EngineProcess {
  hardfork: string
  process: AnvilProcess
  /** One connection: the order on it is the order of the block. */
  writer: RpcClient
  snapshots: RpcClient
  reader: RpcClient
}

export interface EngineProcessOptions {
  genesis: Genesis
  /** Directory of the pid file and the cache of the process. */
  dir: string
  logger: Logger
}

/** @throws {MetisSeqError} ENGINE_MISSING, ENGINE_NOT_READY */
export async function startEngineProcess(
  {genesis, dir, logger}: EngineProcessOptions,
  hardfork: string,
): Promise<EngineProcess> {
  const process = await startAnvil({
    name: 'engine',
    dir,
    chainId: genesis.chainId,
    args: engineFlags(genesis, hardfork),
    onLine: (line) => logger.debug('engine', {line}),
  })
  const {url} = process
  void process.exited.then(({exitCode, lastLines}) => {
    logger.info('engine exited', {exitCode, lastLine: lastLines.at(-1) ?? ''})
  })
  return {
    ...{hardfork, process},
    writer: rpcOver(new EnginePipe(url, ENGINE_CALL_TIMEOUT_MS), url),
    snapshots: createRpcClient(url, {
      ...{timeoutMs: ENGINE_SNAPSHOT_TIMEOUT_MS, maxSockets: 1},
      maxAnswerBytes: ENGINE_ANSWER_BYTES,
    }),
    reader: createRpcClient(url, {
      ...{timeoutMs: ENGINE_CALL_TIMEOUT_MS, maxSockets: 32},
      maxAnswerBytes: ENGINE_ANSWER_BYTES,
    }),
  }
}

export async function stopEngineProcess(running: EngineProcess): Promise<void> {
  await running.process.stop()
  running.writer.close()
  running.snapshots.close()
  running.reader.close()
}

/** @throws {EngineError} reset */
export async function dumpState({snapshots}: EngineProcess): Promise<string> {
  const state = await snapshots.request('anvil_dumpState').catch((error: unknown) => {
    throw new EngineError('reset', `The engine gives no state: ${messageOf(error)}`, error)
  })
  if (typeof state !== 'string') throw new EngineError('reset', 'The engine gave no state.')
  return state
}

/**
 * Puts a state into a process that has just started.
 *
 * @param timestamp of the block the state ends with, in seconds
 * @throws {EngineError} bad-snapshot
 */
export async function loadState({snapshots}: EngineProcess, state: string): Promise<void> {
  try {
    await snapshots.request('anvil_loadState', [state])
    // A loaded engine knows no block hashes, so BLOCKHASH would answer wrongly and fork the chain.
    // Mining a block and taking it back fills them in.
    const head = await snapshots.request('eth_getBlockByNumber', ['latest', false])
    const timestamp = Number((head as {timestamp?: unknown} | null)?.timestamp)
    await snapshots.request('evm_mine', [{timestamp}])
    await snapshots.request('anvil_rollback', [1])
  } catch (error) {
    const reason = error instanceof RpcResponseError ? error.message : messageOf(error)
    throw new EngineError('bad-snapshot', `The snapshot cannot be loaded: ${reason}`, error)
  }
}
