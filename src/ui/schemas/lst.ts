import {lstIds, lstProviders} from '../../protocol/lst/providers.ts'
import type {LstAbout} from '../../protocol/lst/about.ts'
import type {LstDescription} from '../../services/lst/provider.ts'
import {
  address,
  anyOf,
  constant,
  digits,
  list,
  object,
  shared,
  text,
  wei,
  word,
  type JsonSchema,
} from './build.ts'
import type {CommandSchemas} from './document.ts'
import {sends} from './parts/plan.ts'

const providerId = word('Liquid-staking provider.', lstIds)

const provider = shared(
  'provider',
  object<LstDescription>('A liquid-staking provider.', {
    id: providerId,
    name: text('Its name.'),
    token: text('Symbol of its token.'),
    kind: constant('The balance of its token stays, and its rate grows.', 'reward-bearing'),
    entry: address('Contract on L2 that takes deposits.'),
    state: word('`no-code`: the address holds no contract.', ['live', 'no-code']),
  }),
)

/** Mirrors `positionJson`. */
function positionOf({token, fields}: LstAbout): JsonSchema {
  return object('What an account holds with a provider.', {
    provider: providerId,
    account: address('Account on L2.'),
    [fields.held]: wei(`${token} it holds.`),
    valueMetisWei: wei('METIS they are worth after the next harvest.'),
    openRequests: digits('Withdrawal requests that are not completed.'),
    liquidMetisWei: wei('METIS of the account on L2 that are not deposited.'),
  })
}

/** Mirrors `ratesJson`. */
function ratesOf({token, fields}: LstAbout): JsonSchema {
  return object('The rate of a provider.', {
    provider,
    totalDepositsMetisWei: wei('METIS deposited with it.'),
    [fields.supply]: wei(`${token} there are.`),
    pendingRewardMetisWei: wei('METIS in the reward pool, not yet harvested.'),
    feeRate: digits('Share of rewards that the provider keeps, times 1e18.'),
    rate: digits(`METIS for one ${token}, times 1e18.`),
    rateAfterHarvest: digits('The same after the next harvest, times 1e18.'),
  })
}

/** Fields carry the name of the token, so each provider has a shape of its own. */
function byProvider(description: string, shape: (about: LstAbout) => JsonSchema): JsonSchema {
  const [first, ...others] = lstProviders.map(shape)
  return others.length === 0 ? first! : anyOf(description, [first!, ...others])
}

const position = shared('position', byProvider('By provider.', positionOf))

export const lstSchemas: CommandSchemas = {
  'lst deposit': sends('Mined, and read back from the chain.', {
    ...Object.fromEntries(
      lstProviders.map(({token, fields}) => [fields.received, wei(`${token} that were received.`)]),
    ),
    position,
  }),
  'lst list': {
    data: object('The providers of the network.', {providers: list('By name.', provider)}),
  },
  'lst position': {data: position},
  'lst rates': {
    data: object('What a token of each provider is worth.', {
      rates: list('By provider.', byProvider('The rate of a provider.', ratesOf)),
    }),
  },
}
