/** The one place that knows which engine is used. */
import type {Logger} from '../../lib/log.ts'
import {AnvilEngine} from './anvil-engine.ts'
import type {ExecutionEngine, SnapshotMeta} from './engine.ts'
import type {Genesis} from './genesis.ts'
import {assertUnpacks, readSnapshot} from './snapshot-file.ts'

export interface EngineHost {
  /** Directory of the process: its pid file and its cache. */
  dir: string
  logger: Logger
  /** True on a network without value at stake: a reachable engine is better than none. */
  isRehearsal?: boolean
}

/** An engine for the chain of a genesis document. It is not running yet. */
export function createEngine(genesis: Genesis, host: EngineHost): ExecutionEngine {
  return new AnvilEngine({genesis, ...host})
}

/**
 * Like `snapshotMeta` of an engine, for files of another node. @throws {EngineError} bad-snapshot
 */
export function snapshotMetaOf(file: string): SnapshotMeta {
  return readSnapshot(file).meta
}

/**
 *  Checksums may match while the content is crafted to exhaust the engine's memory. @throws
 * {EngineError} bad-snapshot
 */
export async function assertLoadable(file: string): Promise<void> {
  await assertUnpacks(readSnapshot(file))
}
