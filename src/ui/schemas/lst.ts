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
    kind: constant('The token balance is constant and its rate grows.', 'reward-bearing'),
    entry: address('Contract on L2 that accepts deposits.'),
    state: word('`no-code`: there is no contract at the address.', ['live', 'no-code']),
  }),
)

/** Mirrors `positionJson`. */
function positionOf({token, fields}: LstAbout): JsonSchema {
  return object('Position of an account with a provider.', {
    provider: providerId,
    account: address('Account on L2.'),
    [fields.held]: wei(`${token} it holds.`),
    valueMetisWei: wei('Their value in METIS after the next harvest.'),
    openRequests: digits('Pending withdrawal requests.'),
    liquidMetisWei: wei('METIS of the account on L2 outside the provider.'),
  })
}

/** Mirrors `ratesJson`. */
function ratesOf({token, fields}: LstAbout): JsonSchema {
  return object('The rate of a provider.', {
    provider,
    totalDepositsMetisWei: wei('METIS deposited with it.'),
    [fields.supply]: wei(`${token} there are.`),
    pendingRewardMetisWei: wei('METIS in the reward pool, not yet harvested.'),
    feeRate: digits("Provider's share of the rewards, scaled by 1e18."),
    rate: digits(`METIS for one ${token}, times 1e18.`),
    rateAfterHarvest: digits('The same after the next harvest, scaled by 1e18.'),
  })
}

/** Field names contain the token's name, so each provider has its own schema. */
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
    data: object('Token rates by provider.', {
      rates: list('By provider.', byProvider('The rate of a provider.', ratesOf)),
    }),
  },
}
