import {getBalance} from 'viem/actions'

import type {HealthReport} from '../../health/issue.ts'
import {canDo} from '../../health/rule.ts'
import type {NodeLook, Now, Setting, Source} from '../../health/snapshot.ts'
import {failureOf, type Failure} from '../../lib/failure.ts'
import type {Network} from '../../protocol/network.ts'
import type {ExternalNode} from '../../protocol/external-node.ts'
import type {NodeRuntimeKind} from '../../protocol/node-runtime.ts'
import type {NodeStatus} from '../../protocol/node-status.ts'
import type {Context} from '../context.ts'
import type {RotationNow} from '../rotation/epochs.ts'
import {lookOnce, nowOf} from './look-once.ts'
import {settingOf} from './setting.ts'
import {assessSources, plannedRotation, silenceOf, type Sources} from './sources.ts'
import type {L1Money} from './money.ts'

/** A part of the page that could be read, or the reason why not. */
export type Part<T> = {ok: true; value: T} | ({ok: false} & Failure)

export interface StatusView {
  network: string
  profile: string | null
  health: HealthReport
  rotation: Part<RotationNow>
  money: Part<L1Money> | null
  l2MetisWei: Part<bigint> | null
  /** The profile's bundled node; null when it has none or it does not respond. */
  node: NodeStatus | null
  /** Its process, whether it answers or not; null: none lives. */
  nodeProcess: NodeLook['process']
  nodeExpected: boolean
  nodeRuntime: NodeRuntimeKind | null
  /** What the node of an external runtime tells of itself; null when it does not respond or there is none. */
  externalNode: ExternalNode | null
  /** Why it gave no answer; null when it did or there is none. */
  externalSilence: Failure | null
  /** Bundled nodes run the network; the profile of a sequencer without one makes no block. */
  nodesAreBundled: boolean
  kind: Network['kind']
  /** One sentence: what to do next. */
  nextAction: string
}

/** Everything an operator looks at first. A source that is down takes its own part with it, no more. */
export async function readStatus(context: Context): Promise<StatusView> {
  const owner = context.profile?.owner
  const [sources, l2MetisWei] = await Promise.all([
    lookOnce(context),
    owner ? part(() => getBalance(context.l2().client, {address: owner})) : null,
  ])
  return statusOf(settingOf(context), sources, l2MetisWei, nowOf())
}

/** The page of one look. Pure. */
export function statusOf(
  setting: Setting,
  sources: Sources,
  l2MetisWei: Part<bigint> | null,
  now: Now,
): StatusView {
  const health = assessSources(setting, sources, null, now)
  const {node, money} = sources
  const look = node.state === 'answered' ? node.value : null
  const {network, profile, nodeRuntime, nodesAreBundled, kind} = setting
  return {
    ...{network, profile, health},
    rotation: toPart(plannedRotation(sources)),
    money: money.state === 'absent' ? null : toPart(money),
    l2MetisWei,
    node: look?.status ?? null,
    nodeProcess: look?.process ?? null,
    ...{nodeExpected: nodeRuntime === 'bundled', nodeRuntime, nodesAreBundled, kind},
    externalNode: look?.external ?? null,
    externalSilence: canDo(setting)?.ownStatus === false ? silenceOf(node) : null,
    nextAction: adviceOf(health),
  }
}

/** What to do next, by the worst thing seen. Pure. */
export function adviceOf({issues}: Pick<HealthReport, 'issues'>): string {
  const [first] = issues
  if (!first) return 'Nothing to do.'
  const {text, remedy} = first
  return `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}: run \`${remedy}\`.`
}

/** Runs one read and keeps its failure as data. */
async function part<T>(read: () => Promise<T>): Promise<Part<T>> {
  try {
    return {ok: true, value: await read()}
  } catch (error) {
    return {ok: false, ...failureOf(error)}
  }
}

function toPart<T>(source: Source<T>): Part<T> {
  if (source.state === 'answered') return {ok: true, value: source.value}
  const {code, reason, isSilent} =
    source.state === 'failing' ? source : {code: 'UNKNOWN', reason: '', isSilent: false}
  return {ok: false, code, reason, isSilent}
}
