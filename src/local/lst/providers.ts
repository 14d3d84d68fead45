/**
 * The only list of liquid-staking providers in this layer. No other file outside their folders
 * refers to one.
 */
import {type Address, zeroAddress} from 'viem'

import type {LstDeployments, LstId} from '../../protocol/lst/providers.ts'
import type {LocalPart} from '../../protocol/local-parts.ts'
import type {Context} from '../../services/context.ts'
import type {LocalMessage} from '../message.ts'
import type {GenesisParts, SeedCall} from '../placement.ts'
import {artemisLock, type LocalArtemisL1, planArtemisL1} from './artemis/l1.ts'
import {
  delayArtemis,
  depositWithArtemis,
  localArtemis,
  planArtemis,
  seedArtemis,
} from './artemis/plan.ts'
import {enkiLock, type LocalEnkiL1, planEnkiL1} from './enki/l1.ts'
import {localEnki, planEnki} from './enki/plan.ts'
import type {L1LockParts, L1LstParts, L1LstSite} from './l1.ts'
import {type LocalStakelinkL1, planStakelinkL1, stakelinkLock} from './stakelink/l1.ts'
import {delayStakelink, localStakelink, planStakelink} from './stakelink/plan.ts'
import {relayStakelink} from './stakelink/relay.ts'

/** The addresses that the providers have on a local network, where they are part of it. */
export type LocalLst = {[Id in keyof LstDeployments]-?: NonNullable<LstDeployments[Id]>}

const {seMetis, eMetis, enki} = localEnki
const {priorityPool, stMetis, wstMetis} = localStakelink

export const localLst: LocalLst = {
  artemis: localArtemis,
  enki: {seMetis, eMetis, enki},
  stakelink: {priorityPool, stMetis, wstMetis},
}

/** Those that are always there, and the others where they were asked for. */
export type PlacedLst = Pick<LocalLst, 'artemis'> & Partial<LocalLst>

/** The providers of a network with these optional parts. */
export function placedLst(parts: readonly LocalPart[]): PlacedLst {
  const {artemis, ...optional} = localLst
  return parts.includes('lst') ? {artemis, ...optional} : {artemis}
}

/** What the providers have on L1. */
export interface LocalLstL1 {
  artemis: LocalArtemisL1
  enki: LocalEnkiL1
  stakelink: LocalStakelinkL1
}

export interface LstPlanOptions {
  governanceAddress: Address
  /** The L2 bridge. */
  bridge: Address
  with?: readonly LocalPart[]
  /** Absent where the providers have nothing on L1. */
  l1?: LocalLstL1
  /** What the first depositor of a provider gives; it is locked on L1. */
  firstDepositWei: bigint
  /** Price of the bridge to L1. */
  bridgeCostWei: bigint
  /** Delay of every provider. Absent: as they promise. */
  lstDelaySeconds?: number
}

/** The contracts of the providers. */
export function planLst(options: LstPlanOptions): GenesisParts {
  const {governanceAddress, bridge, l1} = options
  const artemis = planArtemis({governanceAddress, l1StakingPool: l1?.artemis.manager})
  if (!options.with?.includes('lst')) return {placements: artemis, seeds: []}
  const l1Dealer = l1?.enki.dealer ?? zeroAddress
  const {firstDepositWei, bridgeCostWei, lstDelaySeconds: delay} = options
  const delaySeconds = delay === undefined ? null : BigInt(delay)
  const enkiParts = planEnki({governanceAddress, bridge, l1Dealer, delaySeconds})
  const stakelink = planStakelink({
    ...{governanceAddress, bridge, firstDepositWei, bridgeCostWei},
    ...(l1 ? {l1: l1.stakelink} : {}),
  })
  const first = l1 ? {amountWei: firstDepositWei, bridgeCostWei} : null
  return {
    placements: [...artemis, ...enkiParts.placements, ...stakelink.placements],
    seeds: [
      ...enkiParts.seeds,
      ...(first ? seedArtemis(governanceAddress, first) : []),
      ...stakelink.seeds,
      ...(delaySeconds === null
        ? []
        : [
            ...delayArtemis(governanceAddress, delaySeconds),
            ...delayStakelink(governanceAddress, delaySeconds),
          ]),
    ],
  }
}

/** The contracts of the providers on L1. */
export function planLstL1(site: L1LstSite): L1LstParts<LocalLstL1> {
  // In this order: the addresses follow from it.
  const enkiParts = planEnkiL1(site)
  const artemis = planArtemisL1(site)
  const stakelink = planStakelinkL1(site)
  return {
    addresses: {
      enki: enkiParts.addresses,
      artemis: artemis.addresses,
      stakelink: stakelink.addresses,
    },
    calls: [...enkiParts.calls, ...artemis.calls, ...stakelink.calls],
  }
}

/** How each provider locks METIS for its first sequencer. */
export function lockPartsOf(onL1: LocalLstL1): Record<LstId, L1LockParts> {
  return {
    artemis: artemisLock(onL1.artemis),
    enki: enkiLock(onL1.enki),
    stakelink: stakelinkLock(onL1.stakelink),
  }
}

/** Delivers what providers say to L1 by another way than the messenger. */
export function relayToL1(context: Context): Promise<LocalMessage[]> {
  return relayStakelink(context)
}

/** A token of a provider, for the markets. */
export interface LocalLstToken {
  token: Address
  symbol: string
  /** The contract that knows its rate. */
  rate: Address
  buy(amountWei: bigint): SeedCall
}

/** A token for the first liquidity of the markets, and the deposit by which `from` gets it. */
export function buyLst(from: Address): LocalLstToken {
  return {
    token: localArtemis.artMetis,
    symbol: 'artMETIS',
    rate: localArtemis.depositPool,
    buy: (amountWei) => depositWithArtemis(from, amountWei),
  }
}
