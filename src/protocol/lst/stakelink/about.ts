import type {Address} from 'viem'

import type {LstAbout, LstAddresses} from '../about.ts'

export const stakelink = {
  id: 'stakelink',
  name: 'stake.link',
  token: 'stMETIS',
  shareToken: 'wstMETIS',
  kind: 'rebasing',
  capabilities: ['deposit', 'withdraw', 'claim'],
  requestIds: 'lasting',
  owesUnclaimedRewards: true,
  title: 'stake.link on L2. The other contracts are found through the priority pool.',
  contracts: {
    priorityPool: {contract: 'PriorityPool'},
    stMetis: {contract: 'StakingPool', label: 'stMETIS', isToken: true},
    wstMetis: {contract: 'WrappedSDToken', label: 'wstMETIS', isToken: true},
  },
  entry: 'priorityPool',
  entryLabel: 'stake.link priority pool',
  deployments: {
    andromeda: {
      priorityPool: '0xbEF37783DC468050722db5053F19E1cC91C80E3b',
      stMetis: '0x19282e0365a5b90c9864446448E29465A9d226Eb',
      wstMetis: '0x7F89e4A071136f8E3Ec12D8F87793Dc84038C054',
    },
  },
} as const satisfies LstAbout

/** Shares of the pool as a token whose balances do not change. */
export const STAKELINK_WRAPPED = 'wstMETIS'

/** The contracts in a network document. */
export type StakelinkAddresses = LstAddresses<typeof stakelink>

/** All contracts on L2: those of the document, and those that the priority pool leads to. */
export interface StakelinkContracts extends StakelinkAddresses {
  withdrawalPool: Address
  strategy: Address
  transmitter: Address
}
