import {lstKinds} from '../../protocol/lst/about.ts'
import {lstIds} from '../../protocol/lst/providers.ts'
import type {LstListed, LstQueues, LstRates, LstRequests} from '../../services/lst/lst.ts'
import {
  lstBlockers,
  lstCapabilities,
  lstStates,
  type LstDescription,
  type LstHolding,
  type LstPosition,
  type LstWithdrawal,
} from '../../services/lst/provider.ts'
import type {positionsJson} from '../presenters/lst.ts'
import {
  address,
  digits,
  list,
  nullable,
  object,
  shared,
  text,
  wei,
  word,
  type Fields,
} from './build.ts'
import type {CommandSchemas} from './document.ts'
import {differences, sends} from './parts/plan.ts'

const providerId = word('Liquid-staking provider.', lstIds)

const description: Fields<LstDescription> = {
  id: providerId,
  name: text('Its name.'),
  token: text('Symbol of its main token.'),
  kind: word(
    '`reward-bearing`: the balance is constant and the rate grows. `rebasing`: the reverse.',
    lstKinds,
  ),
  entry: address('Contract on L2 that accepts deposits.'),
  state: word(
    '`no-code`: a contract is missing. `mismatch`: its contracts do not refer to each other. `closed`: it takes no deposits.',
    lstStates,
  ),
  warnings: list('Why it is not live.', text('One sentence.')),
}

const provider = shared(
  'provider',
  object<LstDescription>('A liquid-staking provider.', description),
)

const holding = object<LstHolding>('A token of an account.', {
  token: text('Symbol of the token.'),
  state: word('`vesting` and `queued` cannot be transferred.', ['held', 'vesting', 'queued']),
  wei: wei('Amount of the token.'),
  valueMetisWei: wei('Its value in METIS after the next harvest.'),
})

const position = shared(
  'position',
  object<LstPosition>('Position of an account with a provider.', {
    provider: providerId,
    account: address('Account on L2.'),
    heldWei: wei('Amount of the main token.'),
    holdings: list('All tokens, the main one first.', holding),
    valueMetisWei: wei('Value of all tokens in METIS after the next harvest.'),
    openRequests: digits('Withdrawal requests that are not completed.'),
    owedMetisWei: wei('METIS owed to them.'),
    claimableMetisWei: wei('The part of it that can be claimed now.'),
    liquidMetisWei: wei('METIS of the account on L2 outside the provider.'),
  }),
)

const request = object<LstWithdrawal>('A withdrawal request.', {
  id: text('For `--id`: position in the queue of the account, or id of a ticket.'),
  token: text('Symbol of the token given for it.'),
  amountWei: wei('Amount of the token.'),
  metisWei: wei('METIS owed, after fees.'),
  requestedAtSeconds: nullable(digits('Time of the request; null when it is not stored.')),
  claimableAtSeconds: nullable(
    digits('Time before which it is not paid; null when only the provider decides.'),
  ),
  blockedBy: list('Everything that blocks it; empty: claimable.', word('A gate.', lstBlockers)),
})

const operation = sends('Mined, and compared with the chain.', {
  receivedWei: wei('Tokens of a deposit, METIS owed by a withdrawal, METIS of a claim.'),
  position,
  differences,
})

export const lstSchemas: CommandSchemas = {
  'lst cancel': operation,
  'lst claim': operation,
  'lst deposit': operation,
  'lst list': {
    data: object('The providers of the network.', {
      providers: list(
        'By name.',
        object<LstListed>('A provider and its operations.', {
          ...description,
          capabilities: list('Its operations.', word('An operation.', lstCapabilities)),
        }),
      ),
    }),
  },
  'lst position': {
    data: object<ReturnType<typeof positionsJson>>('What an account holds.', {
      account: address('Account on L2.'),
      liquidMetisWei: wei('METIS of the account on L2 outside the providers.'),
      positions: list('By provider.', position),
    }),
  },
  'lst queue': {
    data: object('Open withdrawal requests of everybody.', {
      queues: list(
        'By provider.',
        object<LstQueues>('The queue of a provider.', {
          provider: providerId,
          requests: nullable(digits('Requests; null when the contracts do not count them.')),
          owedMetisWei: wei('METIS owed to them.'),
          liquidityMetisWei: wei('METIS on L2 that can pay them now.'),
          minimumWaitSeconds: digits('Delay that the contract enforces; not a guarantee.'),
        }),
      ),
    }),
  },
  'lst rates': {
    data: object('Token rates by provider.', {
      rates: list(
        'By provider.',
        object<LstRates>('The rate of a provider.', {
          provider,
          totalDepositsMetisWei: wei('METIS deposited with it.'),
          supplyWei: wei('Total supply of its token.'),
          pendingRewardMetisWei: wei('METIS of rewards that are not yet harvested.'),
          feeRate: digits("Provider's share of the rewards, scaled by 1e18."),
          rate: digits('METIS for one token, scaled by 1e18.'),
          rateAfterHarvest: digits('The same after the next harvest, scaled by 1e18.'),
        }),
      ),
    }),
  },
  'lst requests': {
    data: object('Open withdrawal requests of an account.', {
      requests: list(
        'By provider.',
        object<LstRequests>('Requests with a provider.', {
          provider: providerId,
          requests: list('In the order in which they are paid.', request),
        }),
      ),
    }),
  },
  'lst speed-up': operation,
  'lst vest': operation,
  'lst withdraw': operation,
}
