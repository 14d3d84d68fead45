import type {LstPosition, LstProvider, LstRates} from '../../services/lst.ts'
import {address, constant, digits, list, object, shared, text, wei, word} from './build.ts'
import type {CommandSchemas} from './document.ts'
import {sends} from './parts/plan.ts'

const providerId = word('Liquid-staking provider.', ['artemis'])

const provider = shared(
  'provider',
  object<LstProvider>('A liquid-staking provider.', {
    id: providerId,
    name: text('Its name.'),
    token: text('Symbol of its token.'),
    kind: constant('The balance of its token stays, and its rate grows.', 'reward-bearing'),
    entry: address('Contract on L2 that takes deposits.'),
    state: word('`no-code`: the address holds no contract.', ['live', 'no-code']),
  }),
)

const position = shared(
  'position',
  object<LstPosition>('What an account holds with a provider.', {
    provider: providerId,
    account: address('Account on L2.'),
    artMetisWei: wei('artMETIS it holds.'),
    valueMetisWei: wei('METIS they are worth after the next harvest.'),
    openRequests: digits('Withdrawal requests that are not completed.'),
    liquidMetisWei: wei('METIS of the account on L2 that are not deposited.'),
  }),
)

export const lstSchemas: CommandSchemas = {
  'lst deposit': sends('Mined, and read back from the chain.', {
    receivedArtMetisWei: wei('artMETIS that were received.'),
    position,
  }),
  'lst list': {
    data: object('The providers of the network.', {providers: list('By name.', provider)}),
  },
  'lst position': {data: position},
  'lst rates': {
    data: object('What a token of each provider is worth.', {
      rates: list(
        'By provider.',
        object<LstRates>('The rate of a provider.', {
          provider,
          totalDepositsMetisWei: wei('METIS deposited with it.'),
          supplyArtMetisWei: wei('artMETIS there are.'),
          pendingRewardMetisWei: wei('METIS in the reward pool, not yet harvested.'),
          feeRate: digits('Share of rewards that the provider keeps, times 1e18.'),
          rate: digits('METIS for one artMETIS, times 1e18.'),
          rateAfterHarvest: digits('The same after the next harvest, times 1e18.'),
        }),
      ),
    }),
  },
}
