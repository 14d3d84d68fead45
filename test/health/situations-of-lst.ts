/** Liquid staking: positions, the provider of the sequencer, and loans. */
import type {LoanFacts} from '../../src/health/snapshot.ts'
import {failing, fresh, nothing, silent} from '../helpers/dashboard-data.ts'
import {
  described,
  lstBacking,
  lstLook,
  lstPeg,
  lstPosition,
  providerLook,
} from '../helpers/lst-look.ts'
import {calm, METIS, profile, type Situation} from './scene.ts'

/** Period of the source, so that an age counts as it does on the screen. */
const PERIOD_MS = 120_000
const look = (...changes: Parameters<typeof lstLook>) => ({
  ...calm,
  lst: fresh(lstLook(...changes), PERIOD_MS),
})
const loan = (changes: Partial<LoanFacts>) =>
  look(
    {},
    {
      loans: [
        {
          ...{kind: 'lending', market: 'aave', name: 'Aave', id: null},
          factor: 2n * METIS,
          ...changes,
        },
      ],
    },
  )
const peg = (discountBasisPoints: number, depthMetisWei = 50n * METIS) =>
  look({pegs: [{...lstPeg, discountBasisPoints, depthMetisWei}]})
const order = {state: 'ok', worst: null, text: 'in order', remedy: null} as const

export const lstSituations: Situation[] = [
  {name: 'a position in which nothing is wrong', feeds: look(), ...order},
  {name: 'no position', feeds: look({}, {providers: []}), ...order},
  {
    name: 'liquid staking has not answered yet',
    feeds: {...calm, lst: nothing()},
    ...{state: 'unknown', worst: null, text: 'not everything has answered', remedy: null},
  },
  {
    name: 'liquid staking cannot be read',
    feeds: {...calm, lst: nothing('The contract reverted.')},
    ...{state: 'warn', worst: 'lst-unreadable', text: 'liquid staking cannot be read'},
    remedy: `metis-seq lst list ${profile}`,
  },
  {
    name: 'liquid staking hangs',
    feeds: {...calm, lst: silent(lstLook(), 1_000_000)},
    ...{state: 'warn', worst: 'lst-unreadable', text: 'liquid staking cannot be read'},
    remedy: `metis-seq lst list ${profile}`,
  },
  {
    name: 'L2 is down, and liquid staking with it: one cause, one issue',
    feeds: {
      ...calm,
      l2: nothing('No L2 endpoint answers.'),
      lst: failing(lstLook(), 30_000, 'No L2 endpoint answers.'),
    },
    ...{state: 'critical', worst: 'l2-unreachable', text: 'L2 does not respond'},
    remedy: `metis-seq network check ${profile}`,
  },
  {
    name: 'one part of it cannot be read, and its chain responds',
    feeds: look(
      {backing: null},
      {
        unread: [{part: 'the backing of Artemis', chain: 'l1', reason: 'The call reverted.'}],
      },
    ),
    ...{state: 'warn', worst: 'lst-unreadable', text: 'the backing of Artemis cannot be read'},
    remedy: `metis-seq lst list ${profile}`,
  },
  {
    name: 'the same while L1 is down',
    feeds: {
      ...look(
        {backing: null},
        {
          unread: [{part: 'the backing of Artemis', chain: 'l1', reason: 'No answer.'}],
        },
      ),
      l1: nothing('No L1 endpoint answers.'),
    },
    ...{state: 'warn', worst: 'l1-unreachable', text: 'L1 does not respond'},
    remedy: `metis-seq network check ${profile}`,
  },
  {
    name: 'a provider owes more than it has',
    feeds: look({backing: {...lstBacking, verdict: 'below', ratio: (95n * METIS) / 100n}}),
    ...{state: 'warn', worst: 'lst-backing', text: 'Artemis owes more METIS than it has (0.95)'},
    remedy: `metis-seq lst backing artemis ${profile}`,
  },
  {
    name: 'a provider owes more than is seen, and METIS may be in transit',
    feeds: look({
      backing: {...lstBacking, verdict: 'below-or-in-transit', ratio: (99n * METIS) / 100n},
    }),
    ...{state: 'warn', worst: 'lst-backing'},
    text: 'the backing of Artemis is below 1 unless METIS is in transit (0.99)',
    remedy: `metis-seq lst backing artemis ${profile}`,
  },
  {
    name: 'the sequencers of a provider are not registered',
    feeds: look({backing: {...lstBacking, verdict: 'unknown', sequencers: null}}),
    ...{state: 'warn', worst: 'lst-backing', text: 'the backing of Artemis is unknown'},
    remedy: `metis-seq lst backing artemis ${profile}`,
  },
  {
    name: 'the provider of our sequencer owes more than it has, and we hold nothing',
    feeds: look({
      ...{hasPosition: false, hasSequencer: true, position: {...lstPosition, holdings: []}},
      backing: {...lstBacking, verdict: 'below', ratio: (95n * METIS) / 100n},
    }),
    ...{state: 'warn', worst: 'lst-backing', text: 'Artemis owes more METIS than it has'},
    remedy: `metis-seq lst backing artemis ${profile}`,
  },
  {
    name: 'a withdrawal can be claimed',
    feeds: look({
      position: {
        ...lstPosition,
        openRequests: 2n,
        owedMetisWei: 5n * METIS,
        claimableMetisWei: 2n * METIS,
      },
    }),
    ...{state: 'ok', worst: 'lst-claimable', text: 'in order'},
    remedy: `metis-seq lst claim artemis ${profile}`,
  },
  {
    name: 'a withdrawal still waits',
    feeds: look({position: {...lstPosition, openRequests: 1n, owedMetisWei: 5n * METIS}}),
    ...order,
  },
  {
    name: 'a provider in which we hold tokens is closed',
    feeds: look(described({state: 'closed', warnings: ['The vault is paused.']})),
    ...{state: 'warn', worst: 'lst-wound-down', text: 'Artemis takes no deposits'},
    remedy: `metis-seq lst position artemis ${profile}`,
  },
  {
    name: 'the contracts of a provider are no longer those that are known',
    feeds: look({
      ...described({state: 'mismatch', warnings: ['The address book has another depositPool.']}),
      ...{position: null, state: null, queue: null, backing: null, pegs: null},
    }),
    ...{state: 'warn', worst: 'lst-wound-down', text: 'the contracts of Artemis are not as known'},
    remedy: `metis-seq lst list ${profile}`,
  },
  {
    name: 'the provider of our sequencer is closed, and we hold nothing',
    feeds: look({
      ...described({state: 'closed', warnings: ['The vault is paused.']}),
      ...{hasPosition: false, hasSequencer: true, position: {...lstPosition, holdings: []}},
    }),
    ...order,
  },
  {name: 'a token trades 2 % below its rate', feeds: peg(200), ...order},
  {
    name: 'a token trades more than 2 % below its rate',
    feeds: peg(201),
    ...{state: 'warn', worst: 'lst-peg', text: 'artMETIS trades 2.01 % below its rate'},
    remedy: `metis-seq lst peg artemis ${profile}`,
  },
  {
    name: 'a token trades more than 2 % above its rate',
    feeds: peg(-350),
    ...{state: 'ok', worst: 'lst-peg', text: 'in order'},
    remedy: `metis-seq lst peg artemis ${profile}`,
  },
  {
    name: 'the price is far off in a pool with next to nothing in it',
    feeds: peg(4000, METIS - 1n),
    ...order,
  },
  {name: 'a loan at a health of 1.2', feeds: loan({factor: (12n * METIS) / 10n}), ...order},
  {
    name: 'a loan just below a health of 1.2',
    feeds: loan({factor: (12n * METIS) / 10n - 1n}),
    ...{state: 'warn', worst: 'loan-near-liquidation'},
    text: 'the loan with Aave is near liquidation, health 1.19',
    remedy: `metis-seq lend show --market aave ${profile}`,
  },
  {
    name: 'a vault just below a health of 1.05',
    feeds: loan({
      ...{kind: 'cdp', market: 'qidao', name: 'QiDao', id: 7n},
      factor: (105n * METIS) / 100n - 1n,
    }),
    ...{state: 'critical', worst: 'loan-near-liquidation'},
    text: 'vault 7 of QiDao is near liquidation, health 1.04',
    remedy: `metis-seq cdp show --market qidao ${profile}`,
  },
  {
    name: 'a loan that anybody may liquidate',
    feeds: loan({factor: METIS - 1n}),
    ...{state: 'critical', worst: 'loan-near-liquidation'},
    text: 'the loan with Aave can be liquidated, health 0.99',
    remedy: `metis-seq lend show --market aave ${profile}`,
  },
  {
    name: 'two providers at once: each has its own issue',
    feeds: look(
      {},
      {
        providers: [
          providerLook({backing: {...lstBacking, verdict: 'below', ratio: (9n * METIS) / 10n}}),
          providerLook({
            id: 'enki',
            ...described({id: 'enki', name: 'Enki', token: 'seMETIS'}),
            backing: {...lstBacking, verdict: 'unknown', sequencers: null, ratio: null},
          }),
        ],
      },
    ),
    ...{state: 'warn', worst: 'lst-backing', text: 'Artemis owes more METIS than it has (0.9)'},
    remedy: `metis-seq lst backing artemis ${profile}`,
  },
]
