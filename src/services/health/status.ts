import {getBalance} from 'viem/actions'

import type {HealthReport} from '../../health/issue.ts'
import {canDo} from '../../health/rule.ts'
import {
  answerOf,
  type NodeLook,
  type Now,
  type Setting,
  type Source,
} from '../../health/snapshot.ts'
import {failureOf, type Failure} from '../../lib/failure.ts'
import type {Network} from '../../protocol/network.ts'
import type {ExternalNode} from '../../protocol/external-node.ts'
import type {NodeRuntimeKind} from '../../protocol/node-runtime.ts'
import type {NodeStatus} from '../../protocol/node-status.ts'
import type {Context} from '../context.ts'
import type {RotationNow} from '../rotation/epochs.ts'
import {nextTurnOf, planDoubt, type NextTurn} from '../rotation/next-turn.ts'
import {lookOnce, nowOf} from './look-once.ts'
import {LST_MS} from './lst.ts'
import {settingOf} from './setting.ts'
import {assessSources, plannedRotation, silenceOf, type Sources} from './sources.ts'
import type {L1Money} from './money.ts'

/** A section of the page, or the reason why it could not be read. */
export type Part<T> = {ok: true; value: T} | ({ok: false} & Failure)

export interface StatusView {
  network: string
  profile: string | null
  health: HealthReport
  rotation: Part<RotationNow>
  /** Why epochs beyond the committed ones are unknown; null when they are known. */
  planDoubt: string | null
  /** The next own epoch, the current one included; null when none is known. */
  nextTurn: NextTurn | null
  money: Part<L1Money> | null
  l2MetisWei: Part<bigint> | null
  /** The profile's bundled node; null when it has none or it does not respond. */
  node: NodeStatus | null
  /** Its process, responding or not; null when none is running. */
  nodeProcess: NodeLook['process']
  nodeExpected: boolean
  nodeRuntime: NodeRuntimeKind | null
  /** Status of an external node; null when it does not respond or there is none. */
  externalNode: ExternalNode | null
  /** Why it is unreachable; null when it responds or there is none. */
  externalSilence: Failure | null
  /** The network runs on bundled nodes; a sequencer whose profile has none produces no blocks. */
  nodesAreBundled: boolean
  kind: Network['kind']
  /** Next step, in one sentence. */
  nextAction: string
}

/** Overview for an operator. A source that is down affects only its own part. */
export function readStatus(context: Context): Promise<StatusView> {
  return watchStatus(context)()
}

/** Pages of one watch. Liquid staking moves by the hour, and is read again only after two minutes. */
export function watchStatus(context: Context): () => Promise<StatusView> {
  const owner = context.profile?.owner
  let lst: Sources['lst'] | undefined
  return async () => {
    const isKept = lst?.state === 'answered' && performance.now() - lst.atMs < LST_MS
    const [sources, l2MetisWei] = await Promise.all([
      lookOnce(context, isKept && lst ? {lst} : {}),
      owner ? part(() => getBalance(context.l2().client, {address: owner})) : null,
    ])
    lst = sources.lst
    return statusOf(settingOf(context), sources, l2MetisWei, nowOf())
  }
}

/** The page of one reading. Pure. */
export function statusOf(
  setting: Setting,
  sources: Sources,
  l2MetisWei: Part<bigint> | null,
  now: Now,
): StatusView {
  const health = assessSources(setting, sources, null, now)
  const {node, money} = sources
  const rotation = plannedRotation(sources, now)
  const look = node.state === 'answered' ? node.value : null
  const {network, profile, nodeRuntime, nodesAreBundled, kind} = setting
  return {
    ...{network, profile, health},
    rotation: toPart(rotation),
    planDoubt:
      rotation.state === 'answered' ? planDoubt(answerOf(sources.pos, now), rotation.value) : null,
    nextTurn: turnIn(setting, rotation, sources.pos),
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

function turnIn(
  {signer}: Setting,
  rotation: Source<RotationNow>,
  pos: Sources['pos'],
): NextTurn | null {
  if (rotation.state !== 'answered') return null
  return nextTurnOf(rotation.value, pos.state === 'answered' ? pos.value.plan : null, signer)
}

/** Next step, based on the worst issue. Pure. */
export function adviceOf({issues}: Pick<HealthReport, 'issues'>): string {
  const [first] = issues
  if (!first) return 'Nothing to do.'
  const {text, remedy} = first
  return `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}: run \`${remedy}\`.`
}

/** Runs one read and captures its failure as data. */
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
