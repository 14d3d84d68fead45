/**
 * The port to the operator's node, wherever it runs. `capabilities` tells which actions the runtime supports; any
 * other action is rejected with an error of the catalogue before anything changes.
 */
import type {NodeLook} from '../../health/snapshot.ts'
import type {DaemonState} from '../../process/daemon.ts'
import type {NodeRuntimeKind, RuntimeCapabilities} from '../../protocol/node-runtime.ts'

/** Command line to start this program as a background process. */
export interface SelfCommand {
  file: string
  args: readonly string[]
}

export interface StartOptions {
  /** For a runtime whose node is part of this program. */
  self: SelfCommand
  passwordFile?: string | undefined
  /** Our descriptor with the password, which the node reads. */
  passwordDescriptor?: number | undefined
  /** Further arguments of `node run`. */
  runArguments?: readonly string[]
  signal?: AbortSignal
}

export interface UpgradeOptions extends StartOptions {
  /** Version of the program in `self`. */
  version: string
}

export interface StartedNode {
  pid: number
  profile: string
}

export type StopOutcome = 'stopped' | 'killed' | 'not-running'

export interface NodeRuntime {
  readonly kind: NodeRuntimeKind
  readonly capabilities: Readonly<RuntimeCapabilities>
  /** Name of the profile. */
  readonly profile: string
  /** Scheme and host of a remote node; null for a local one. */
  readonly endpoint: string | null
  /**
   * Its current state. A local node that is not running is a result, not an error.
   *
   * @throws {MetisSeqError} elsewhere: WRONG_CHAIN
   * @throws {RpcTransportError} elsewhere: it gives no usable answer
   */
  status(): Promise<NodeLook>
  /** Its process on this machine; null when there is none. */
  process(): DaemonState | null
  /**
   * Returns once it responds.
   *
   * @throws {MetisSeqError} NODE_IS_EXTERNAL, ALREADY_RUNNING, DAEMON_NOT_READY, PASSWORD_NEEDED
   */
  start(options: StartOptions): Promise<StartedNode>
  /** It finishes its slot and hands over its pool first. @throws {MetisSeqError} NODE_IS_EXTERNAL */
  stop(): Promise<StopOutcome>
  /** Stops it if it runs, then starts it. @throws {MetisSeqError} those of both */
  restart(options: StartOptions): Promise<StartedNode>
  /** Its last lines, oldest first. @throws {MetisSeqError} NODE_IS_EXTERNAL */
  logs(lines: number): string[]
  /** The file that further lines are appended to. @throws {MetisSeqError} NODE_IS_EXTERNAL */
  logFile(): string
  /**
   * Stops it, and starts the program in `self` in its place.
   *
   * @throws {MetisSeqError} those of a restart; NODE_UPGRADE_FAILED when another version answers afterwards
   */
  upgrade(options: UpgradeOptions): Promise<StartedNode>
}
