/** A position with a provider in which nothing is wrong, and changes to it. */
import type {LstLook, LstProviderLook} from '../../src/services/health/lst.ts'
import type {LstBacking} from '../../src/services/lst/backing.ts'
import type {LstPeg} from '../../src/services/lst/peg.ts'
import type {LstPosition} from '../../src/services/lst/provider.ts'
import {ME, OTHER, sequencer} from './dashboard-data.ts'

const METIS = 10n ** 18n
const worth = (132n * METIS) / 10n

export const lstPosition: LstPosition = {
  ...{provider: 'artemis', account: ME, heldWei: 12n * METIS, valueMetisWei: worth},
  holdings: [{token: 'artMETIS', state: 'held', wei: 12n * METIS, valueMetisWei: worth}],
  ...{openRequests: 0n, owedMetisWei: 0n, claimableMetisWei: 0n, liquidMetisWei: METIS},
}

export const lstBacking: LstBacking = {
  ...{provider: 'artemis', sequencers: [sequencer], lockedMetisWei: 20_000n * METIS},
  ...{rewardMetisWei: 0n, idleL1MetisWei: 0n, transitMetisWei: null, idleMetisWei: 400n * METIS},
  ...{liabilitiesMetisWei: 20_000n * METIS, assetsMetisWei: 20_400n * METIS},
  ...{ratio: (102n * METIS) / 100n, verdict: 'backed', countsRewards: false},
}

export const lstPeg: LstPeg = {
  ...{provider: 'artemis', token: 'artMETIS', exchange: 'netswap', pool: OTHER},
  ...{poolPrice: (1089n * METIS) / 1000n, rate: (11n * METIS) / 10n, discountBasisPoints: 100},
  depthMetisWei: 50n * METIS,
}

export function providerLook(changes: Partial<LstProviderLook> = {}): LstProviderLook {
  return {
    id: 'artemis',
    description: {
      ...{id: 'artemis', name: 'Artemis', token: 'artMETIS', kind: 'reward-bearing'},
      ...{entry: OTHER, state: 'live', warnings: []},
    },
    ...{hasSequencer: false, hasPosition: true, position: lstPosition},
    state: {
      ...{totalDepositsMetisWei: 20_000n * METIS, supplyWei: 18_000n * METIS},
      ...{pendingRewardMetisWei: 0n, feeRate: METIS / 10n, rate: (11n * METIS) / 10n},
      ...{rateAfterHarvest: (11n * METIS) / 10n, shareRate: (11n * METIS) / 10n},
    },
    queue: {
      ...{requests: 3n, owedMetisWei: 300n * METIS, liquidityMetisWei: 400n * METIS},
      ...{minimumWaitSeconds: 1_814_400n, exitFeeRate: 0n},
    },
    ...{backing: lstBacking, pegs: [lstPeg]},
    ...changes,
  }
}

export function lstLook(
  changes: Partial<LstProviderLook> = {},
  rest: Partial<LstLook> = {},
): LstLook {
  return {providers: [providerLook(changes)], loans: [], unread: [], ...rest}
}

/** An operator whose provider is in the state of `changes`. */
export function described(
  changes: Partial<LstProviderLook['description']>,
): Partial<LstProviderLook> {
  return {description: {...providerLook().description, ...changes}}
}
