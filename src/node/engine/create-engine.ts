/** The one place that knows which engine there is. */
import type {Logger} from '../../lib/log.ts'
import {AnvilEngine} from './anvil-engine.ts'
import type {ExecutionEngine, SnapshotMeta} from './engine.ts'
import type {Genesis} from './genesis.ts'
import {assertUnpacks, readSnapshot} from './snapshot-file.ts'

export interface EngineHost {
  /** Directory of the process: its pid file and its cache. */
  dir: string
  logger: Logger
  /** True on a network where nothing is at stake: an engine that others can reach is better than none. */
  isRehearsal?: boolean
}

/** An engine for the chain of a genesis document. It does not run yet. */
export function createEngine(genesis: Genesis, host: EngineHost): ExecutionEngine {
  return new AnvilEngine({genesis, ...host})
}

/** The same as `snapshotMeta` of an engine, for files of a node that runs elsewhere. @throws {EngineError} bad-snapshot */
export function snapshotMetaOf(file: string): SnapshotMeta {
  return readSnapshot(file).meta
}

/** Its sums may be right and its content made to fill the memory of an engine. @throws {EngineError} bad-snapshot */
export async function assertLoadable(file: string): Promise<void> {
  await assertUnpacks(readSnapshot(file))
}
