import type {Eligibility} from '../../services/staking/eligibility.ts'
import {lstIds} from '../../protocol/lst/providers.ts'
import {address, anyOf, flag, list, nullable, object, wei, word} from './build.ts'
import type {CommandSchema, CommandSchemas} from './document.ts'
import {operation, sends} from './parts/plan.ts'
import {check, condition, pool, sequencer, sequencerFields} from './parts/sequencer.ts'

const whitelist: CommandSchema = sends('Mined, and read back from the chain.', {
  account: address('Account that was added to or removed from the whitelist.'),
  allowed: flag('True when it is whitelisted.'),
})

export const sequencerSchemas: CommandSchemas = {
  'sequencer allow': whitelist,
  'sequencer disallow': whitelist,
  'sequencer eligible': {
    data: object<Eligibility>('Preconditions of a registration.', {
      eligible: flag('True when all are met.'),
      amountMetisWei: wei('METIS that would be locked.'),
      owner: address('Account that would register.'),
      signer: address('Signer it would register.'),
      checks: list(
        'The preconditions of the contract, in its order, and those of this program.',
        anyOf('A precondition of the contract or of this program.', [condition, check]),
      ),
      pool,
    }),
  },
  'sequencer list': {
    data: object('The registered sequencers.', {
      sequencers: list('By id.', sequencer),
      pool,
    }),
  },
  'sequencer register': operation(),
  'sequencer rotate-signer': operation(),
  'sequencer set-owner': operation(),
  'sequencer set-recipient': operation(),
  'sequencer show': {
    data: object('A sequencer, and the provider that it belongs to.', {
      ...sequencerFields,
      provider: nullable(word('Liquid-staking provider; null: none that is registered.', lstIds)),
    }),
  },
}
