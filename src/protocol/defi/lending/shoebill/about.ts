import type {MarketAbout, MarketAddresses} from '../../about.ts'

export const shoebill = {
  id: 'shoebill',
  kind: 'lending',
  name: 'Shoebill',
  title:
    'Shoebill: markets with the rules of Compound v2. All of them are found through one contract.',
  contracts: {
    comptroller: {contract: 'Comptroller', role: 'lists the markets and their rules'},
    repayer: {
      contract: 'Maximillion',
      role: 'repays METIS to the last wei, and returns the rest of the value',
      isOptional: true,
    },
  },
  deployments: {
    andromeda: {comptroller: '0x9f53Cd350c3aC49cE6CE673abff647E5fe79A3CC'},
  },
} as const satisfies MarketAbout

export type ShoebillContracts = MarketAddresses<typeof shoebill>
