import type {MarketAbout, MarketAddresses} from '../../about.ts'

export const aave = {
  id: 'aave',
  kind: 'lending',
  name: 'Aave v3',
  title: 'Aave v3.',
  contracts: {
    pool: {contract: 'AavePool', role: 'supplies, withdraws, borrows and repays'},
    dataProvider: {contract: 'AaveDataProvider', role: 'describes reserves and positions'},
    oracle: {contract: 'AaveOracle', role: 'knows the prices'},
  },
  deployments: {
    andromeda: {
      pool: '0x90df02551bB792286e8D4f13E0e357b4Bf1D6a57',
      dataProvider: '0x602BeF1d4c381e5a29f0C562A310416A73D8Be19',
      oracle: '0x38D36e85E47eA6ff0d18B0adF12E5fC8984A6f8e',
    },
  },
} as const satisfies MarketAbout

export type AaveContracts = MarketAddresses<typeof aave>
