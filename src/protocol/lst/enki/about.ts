import type {Address} from 'viem'

import type {LstAbout, LstAddresses} from '../about.ts'

export const enki = {
  id: 'enki',
  name: 'Enki',
  token: 'seMETIS',
  parTokens: ['eMETIS'],
  kind: 'reward-bearing',
  capabilities: ['deposit', 'withdraw', 'claim', 'cancel', 'speed-up', 'vest'],
  requestIds: 'lasting',
  owesUnclaimedRewards: false,
  title: 'Enki on L2. The other contracts are found through the config of the vault.',
  contracts: {
    seMetis: {contract: 'SeMetis', label: 'seMETIS', isToken: true},
    eMetis: {contract: 'EMetis', label: 'eMETIS', isToken: true},
    enki: {contract: 'EnkiToken', label: 'ENKI', isToken: true},
  },
  entry: 'seMetis',
  entryLabel: 'Enki vault',
  registrations: {
    andromeda: {
      status: 'chosen',
      vote: 'https://ceg.vote/t/428',
      l1Owners: ['0x66c7674732357b01B3E9a8F94A05C411BeA1767A'],
      // The address of the dealer is not known for certain.
      l1Holders: [],
    },
  },
  deployments: {
    andromeda: {
      seMetis: '0x79F3522a1b56f22a6549e42f9cfa92eF5FEb81e8',
      eMetis: '0x97a2de3A09F4A4229369ee82c7F76be1a5564661',
      enki: '0x096A84536ab84E68ee210561FFD3A038E79736F1',
    },
  },
} as const satisfies LstAbout

/** The receipt of a deposit. It earns nothing. */
export const ENKI_RECEIPT = 'eMETIS'

/** The contracts in a network document. */
export type EnkiAddresses = LstAddresses<typeof enki>

/** All contracts on L2: those of the document, and those that the config of the vault names. */
export interface EnkiContracts extends EnkiAddresses {
  config: Address
  minter: Address
  vesting: Address
  redemptionQueue: Address
  rewardDispatcher: Address
}
