import {commandAfterHalt} from '../../health/rules/node.ts'
import type {HealthReport, Issue} from '../../health/issue.ts'
import type {HaltRecord} from '../../health/snapshot.ts'
import {systemClock} from '../../lib/clock.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import type {Failure} from '../../lib/failure.ts'
import {readDaemon, type DaemonState} from '../../process/daemon.ts'
import type {ExternalNode} from '../../protocol/external-node.ts'
import type {NodeRuntimeKind} from '../../protocol/node-runtime.ts'
import type {NodeStatus} from '../../protocol/node-status.ts'
import type {Context} from '../context.ts'
import {readHalt} from './halt-record.ts'
import {healthOf, lookOnce} from '../health/look-once.ts'
import {silenceOf} from '../health/sources.ts'
import {NODE_DAEMON, readNodeStatus} from './node-answers.ts'
import {requireNode, requireRuntime} from './node-runtime.ts'

export interface NodeReport {
  profile: string
  runtime: NodeRuntimeKind
  daemon: DaemonState | null
  /** Status reported by the node; null when it does not respond. */
  status: NodeStatus | null
  /** Status of an external node; null when it does not respond, or the node is bundled. */
  external: ExternalNode | null
  /** Why an external node is unreachable; null when it responds, or the node is bundled. */
  silence: Failure | null
  /** Scheme and host of an external node; null for a bundled one. */
  endpoint: string | null
  /** Active issues, worst first: the same that `status` and `dashboard` show. */
  issues: Issue[]
}

/** @throws {MetisSeqError} NODE_NOT_SET_UP, PROFILE_MISSING */
export async function reportNode(context: Context): Promise<NodeReport> {
  const runtime = requireRuntime(context)
  // No issue of liquid staking is one of the node.
  const sources = await lookOnce(context, {lst: {state: 'absent'}})
  const look = sources.node.state === 'answered' ? sources.node.value : null
  const {profile, kind, endpoint, capabilities} = runtime
  return {
    ...{profile, runtime: kind},
    daemon: runtime.process(),
    status: look?.status ?? null,
    external: look?.external ?? null,
    silence: capabilities.ownStatus ? null : silenceOf(sources.node),
    endpoint,
    issues: issuesOfNode(healthOf(context, sources)),
  }
}

/** The part of a report shown on the node's own page. Advice is left to the overview pages. */
export function issuesOfNode({issues}: HealthReport): Issue[] {
  return issues.filter(
    ({severity, sources}) =>
      severity !== 'info' && (sources.includes('node') || sources.includes('machine')),
  )
}

/** The outcome of starting a node. */
export type Verdict = Pick<
  NodeStatus,
  'phase' | 'syncing' | 'sync' | 'head' | 'bestPeerHead' | 'waitingFor'
>

const POLL_MS = 100
/** A node queries its peers and L1 first; one that takes longer is fetching blocks or waiting for a source. */
const VERDICT_MS = 15_000

/**
 * Waits until the state of a started node is known: in sync, catching up to a known block, or ended.
 *
 * @throws {MetisSeqError} the code of a node that halted, NODE_ENDED if the process is gone
 */
export async function awaitVerdict(context: Context, signal: AbortSignal): Promise<Verdict> {
  const {name, dir} = requireNode(context)
  const deadline = systemClock.monotonicMs() + VERDICT_MS
  for (;;) {
    const status = await readNodeStatus(dir)
    const halt = readHalt(dir)
    const isOver = systemClock.monotonicMs() > deadline
    // It closes its stores and its engine first; only then can it be restarted.
    if (halt && (isOver || !readDaemon(dir, NODE_DAEMON)?.running)) throw ended(name, halt)
    if (!halt && !status && !readDaemon(dir, NODE_DAEMON)?.running) {
      throw ended(name, {
        code: 'NODE_ENDED',
        exit: 'precondition',
        message: 'The node answered and then exited.',
      })
    }
    // A node can only detect a duplicate signer after hearing from its peers.
    const isOpen = status === null || status.phase === 'catching-up' || status.waitingFor !== null
    // A halting node exits on its own and records its reason.
    if (status && status.phase !== 'halted' && (!isOpen || isOver)) return status
    if (isOver) {
      throw ended(name, {
        code: 'NODE_SILENT',
        exit: 'precondition',
        message: 'The node answered once and has been silent since.',
      })
    }
    await systemClock.sleep(POLL_MS, signal)
  }
}

/** Why the node of this profile ended at its start; undefined if it recorded no reason since then. */
export function startFailure(context: Context, sinceMs: number): MetisSeqError | undefined {
  const {name, dir} = requireNode(context)
  const halt = readHalt(dir)
  return halt && halt.atMs >= sinceMs ? ended(name, halt) : undefined
}

function ended(
  profile: string,
  {code, message, exit}: Pick<HaltRecord, 'code' | 'message' | 'exit'>,
): MetisSeqError {
  return new MetisSeqError(
    {
      code: 'NODE_ENDED',
      message,
      facts: {profile},
      hints: [
        `Run \`metis-seq ${commandAfterHalt(code)} --profile ${profile}\`.`,
        `Run \`metis-seq node status --profile ${profile}\` to see its state.`,
      ],
    },
    {code, exit},
  )
}
