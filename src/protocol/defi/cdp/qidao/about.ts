import type {MarketAbout, MarketAddresses} from '../../about.ts'

export const qidao = {
  id: 'qidao',
  kind: 'cdp',
  name: 'QiDao',
  title: 'QiDao: vaults with METIS as collateral.',
  contracts: {
    vault: {contract: 'StableQiVault', role: 'holds the collateral and lends MAI'},
  },
  deployments: {
    andromeda: {vault: '0x10DcBEe8afA39a847707e16Aea5eb34c6b01aBA9'},
  },
} as const satisfies MarketAbout

export type QiDaoContracts = MarketAddresses<typeof qidao>
