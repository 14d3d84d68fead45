/**
 * The port to the operator's node, wherever it runs. `capabilities` tells which actions the runtime supports; any other
 * action is refused with an error of the catalogue before anything is touched.
 */
import type {NodeLook} from '../../health/snapshot.ts'
import type {DaemonState} from '../../process/daemon.ts'
import type {NodeRuntimeKind, RuntimeCapabilities} from '../../protocol/node-runtime.ts'

/** How this very program is started again as a background process. */
export interface SelfCommand {
  file: string
  args: readonly string[]
}

export interface StartOptions {
  /** For a runtime whose node is part of this program. */
  self: SelfCommand
  passwordFile?: string | undefined
  /** Descriptor of ours with the password; the node reads it. */
  passwordDescriptor?: number | undefined
  /** Further arguments of `node run`. */
  runArguments?: readonly string[]
  signal?: AbortSignal
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
  /** Scheme and host of a node that runs elsewhere; null: it runs here. */
  readonly endpoint: string | null
  /**
   * Its present state. A local node that does not run is an answer, not an error.
   *
   * @throws {MetisSeqError} elsewhere: WRONG_CHAIN
   * @throws {RpcTransportError} elsewhere: it gives no usable answer
   */
  status(): Promise<NodeLook>
  /** Its process on this machine; null: there is none. */
  process(): DaemonState | null
  /**
   * Returns when it answers.
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
  /** Replaces it with the version meant for it. @throws {MetisSeqError} NODE_IS_EXTERNAL, NODE_NOT_UPGRADED_HERE */
  upgrade(): Promise<void>
}
