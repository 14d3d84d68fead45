import type {MarketAbout, MarketAddresses} from '../../about.ts'

/** No deployment is known: only networks that name its contracts have it. */
export const stablis = {
  id: 'stablis',
  kind: 'cdp',
  name: 'Stablis',
  title: 'Stablis: chests with the rules of Liquity.',
  contracts: {
    operations: {contract: 'BorrowerOperations', role: 'opens, adjusts and closes chests'},
    manager: {contract: 'ChestManager', role: 'knows collateral, debt and fees'},
    sorted: {contract: 'SortedChests', role: 'orders the chests by ratio'},
    hints: {contract: 'HintHelpers', role: 'finds a place in the order'},
    attributes: {contract: 'Attributes', role: 'has the settings'},
    usds: {contract: 'ERC20', role: 'is the stablecoin'},
  },
  deployments: {},
} as const satisfies MarketAbout

export type StablisContracts = MarketAddresses<typeof stablis>
