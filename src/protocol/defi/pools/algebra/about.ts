import type {MarketAbout, MarketAddresses} from '../../about.ts'

export const algebra = {
  id: 'algebra',
  kind: 'pools',
  name: 'Hercules V3 (Algebra)',
  title: 'Pools with concentrated liquidity, which are only quoted.',
  contracts: {
    factory: {contract: 'AlgebraFactory', role: 'finds the pool of two tokens'},
    quoter: {contract: 'AlgebraQuoter', role: 'tries a swap and says what it would give'},
  },
  deployments: {
    andromeda: {
      factory: '0xC5BfA92f27dF36d268422EE314a1387bB5ffB06A',
      quoter: '0xdc2496c72911542a359B9c4d6Fc114c9a392e3D7',
    },
  },
} as const satisfies MarketAbout

export type AlgebraContracts = MarketAddresses<typeof algebra>
