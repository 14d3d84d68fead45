import type {MarketAbout, MarketAddresses} from '../../about.ts'

export const netswap = {
  id: 'netswap',
  kind: 'pools',
  name: 'Netswap',
  title: 'Netswap: pools of two tokens with a constant product.',
  contracts: {
    factory: {contract: 'NetswapFactory', role: 'finds the pool of two tokens'},
    router: {contract: 'NetswapRouter', role: 'swaps, and adds and removes liquidity'},
  },
  deployments: {
    andromeda: {
      factory: '0x70f51d68D16e8f9e418441280342BD43AC9Dff9f',
      router: '0x1E876cCe41B7b844FDe09E38Fa1cf00f213bFf56',
    },
    'metis-sepolia': {
      factory: '0x5A9D3157c6818C0f2A4D8Dd44769BB7f1173B5Da',
      router: '0xaCCb24357D4ae5F84b8dDB97adaD1b0217383639',
    },
  },
} as const satisfies MarketAbout

export type NetswapContracts = MarketAddresses<typeof netswap>
