import {governanceStatuses, type LstRegistration} from '../../../protocol/lst/about.ts'
import {address, list, nullable, object, shared, text, word} from '../build.ts'

/** How a provider came to the network. */
export const registration = shared(
  'registration',
  object<LstRegistration>('Governance of a provider, and what it has on L1.', {
    status: word('`none`: it runs without a vote.', governanceStatuses),
    vote: nullable(text('Page of the vote or proposal; null when there is none.')),
    l1Owners: list('Owners of its sequencers in LockingPool.', address('Owner.')),
    l1Holders: list('Other contracts on L1 with METIS of its depositors.', address('Contract.')),
  }),
)
