/** Every source of health with its reader, shared by the one-shot page and the live screen. */
import {getBlock} from 'viem/actions'

import {assess} from '../../health/assess.ts'
import type {HealthReport} from '../../health/issue.ts'
import {
  answerOf,
  type EndpointFacts,
  type HealthSnapshot,
  type L1Facts,
  type MachineFacts,
  type NodeLook,
  type Movement,
  type Now,
  type Setting,
  type Source,
} from '../../health/snapshot.ts'
import type {Failure} from '../../lib/failure.ts'
import type {Context} from '../context.ts'
import {nodeRuntimeOf} from '../node/node-runtime.ts'
import {rotationOnL2, type RotationNow} from '../rotation/epochs.ts'
import {withCurrentPlan} from '../rotation/next-turn.ts'
import {posReader, type PosLook} from './consensus.ts'
import {comparedChains, compareEndpoints} from './endpoints.ts'
import {lstFacts, lstReader, type LstLook} from './lst.ts'
import {lookAtMachine} from './local-facts.ts'
import {moneyFacts, readMoney, type L1Money} from './money.ts'

const RECENT_EPOCHS = 6

/** Value of each source. */
export interface Looks {
  l2: RotationNow
  l1: L1Facts
  money: L1Money
  lst: LstLook
  pos: PosLook
  node: NodeLook
  machine: MachineFacts
  endpoints: EndpointFacts[]
}

export type SourceKey = keyof Looks

/** Null: the profile or the network has no such source. */
export type Readers = {[K in SourceKey]: (() => Promise<Looks[K]>) | null}

export type Sources = {[K in SourceKey]: Source<Looks[K]>}

export function readersOf(context: Context): Readers {
  const owner = context.profile?.owner
  const node = nodeRuntimeOf(context)
  return {
    l2: () => rotationOnL2(context, RECENT_EPOCHS),
    l1: async () => {
      const {number, timestamp} = await getBlock(context.l1().client)
      return {block: number, timestampSeconds: timestamp}
    },
    money: owner ? () => readMoney(context, owner) : null,
    lst: lstReader(context),
    pos: posReader(context),
    node: node && (() => node.status()),
    machine: async () => lookAtMachine(context),
    endpoints: comparedChains(context).length === 0 ? null : () => compareEndpoints(context),
  }
}

/** L2's rotation, with the plan of the consensus layer if it responds. */
export function plannedRotation(
  {l2, pos}: Pick<Sources, 'l2' | 'pos'>,
  now: Now,
): Source<RotationNow> {
  const answer = answerOf(pos, now)
  return mapSource(l2, (rotation) => withCurrentPlan(rotation, answer))
}

/** The sources as the rules see them. */
function toSnapshot(
  setting: Setting,
  sources: Sources,
  moved: Movement | null,
  now: Now,
): HealthSnapshot {
  const {l1, money, lst, pos, node, machine, endpoints} = sources
  return {
    ...{setting, l1, pos, node, machine},
    l2: mapSource(plannedRotation(sources, now), (rotation) => ({...rotation, moved})),
    money: mapSource(money, moneyFacts),
    lst: mapSource(lst, lstFacts),
    endpoints: mapSource(endpoints, (facts) => ({endpoints: facts})),
  }
}

/** @param moved observed movement of the L2 head; null before the first */
export function assessSources(
  setting: Setting,
  sources: Sources,
  previous: HealthReport | null,
  now: Now,
  moved: Movement | null = null,
): HealthReport {
  return assess(toSnapshot(setting, sources, moved, now), previous, now)
}

/** Why a source is unreachable; null while it responds, and where there is none. */
export function silenceOf(source: Source<unknown>): Failure | null {
  if (source.state !== 'failing') return null
  const {code, reason, isSilent} = source
  return {code, reason, isSilent}
}

function mapSource<A, B>(source: Source<A>, map: (value: A) => B): Source<B> {
  switch (source.state) {
    case 'absent':
    case 'asking':
      return source
    case 'answered':
      return {...source, value: map(source.value)}
    case 'failing': {
      const {last} = source
      return {...source, last: last && {...last, value: map(last.value)}}
    }
  }
}
