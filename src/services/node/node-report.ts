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
  /** The node's own account of itself; null when it does not respond. */
  status: NodeStatus | null
  /** What a foreign node tells of itself; null when it does not respond, or is one of ours. */
  external: ExternalNode | null
  /** Why a foreign node gave no answer; null when it did, or is one of ours. */
  silence: Failure | null
  /** Scheme and host of a foreign node; null for one of ours. */
  endpoint: string | null
  /** What is wrong with it, worst first: the same issues that `status` and `dashboard` show. */
  issues: Issue[]
}

/** @throws {MetisSeqError} NODE_NOT_SET_UP, PROFILE_MISSING */
export async function reportNode(context: Context): Promise<NodeReport> {
  const runtime = requireRuntime(context)
  const sources = await lookOnce(context)
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

/** What the node's own page tells of a report. Advice is for pages that show all. */
export function issuesOfNode({issues}: HealthReport): Issue[] {
  return issues.filter(
    ({severity, sources}) =>
      severity !== 'info' && (sources.includes('node') || sources.includes('machine')),
  )
}

/** What a node that was just started turned out to be. */
export type Verdict = Pick<NodeStatus, 'phase' | 'syncing' | 'sync'>

const POLL_MS = 100
/** A node asks its peers and L1 first; one that takes longer has blocks to fetch, or somebody to wait for. */
const VERDICT_MS = 15_000

/**
 * Waits until a started node knows where it stands: in step, catching up towards a known block, or ended.
 *
 * @throws {MetisSeqError} the code of a node that halted, NODE_ENDED for one that is gone
 */
export async function awaitVerdict(context: Context, signal: AbortSignal): Promise<Verdict> {
  const {name, dir} = requireNode(context)
  const deadline = systemClock.monotonicMs() + VERDICT_MS
  for (;;) {
    const status = await readNodeStatus(dir)
    const halt = readHalt(dir)
    const isOver = systemClock.monotonicMs() > deadline
    // It closes its stores and its engine; only then can it be started again.
    if (halt && (isOver || !readDaemon(dir, NODE_DAEMON)?.running)) throw ended(name, halt)
    if (!halt && !status && !readDaemon(dir, NODE_DAEMON)?.running) {
      throw ended(name, {
        code: 'NODE_ENDED',
        exit: 'precondition',
        message: 'The node answered and then exited.',
      })
    }
    // Whether another node signs with its key, a node knows only once it has heard its peers.
    const isOpen = status === null || status.phase === 'catching-up' || status.waitingFor !== null
    // A node that halts ends by itself and leaves its reason.
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

/** Why the node of this profile ended at its start; undefined where it left no reason since then. */
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
