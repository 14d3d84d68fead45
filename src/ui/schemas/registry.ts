import type {RegistryEntry, RuleCheck} from '../../protocol/registry.ts'
import type {BuiltEntry, CheckedEntry, CheckedFile} from '../../services/network/registry.ts'
import {address, flag, list, object, optional, pattern, text, word} from './build.ts'
import type {CommandSchemas} from './document.ts'

const rule = object<RuleCheck>('Result of a rule.', {
  id: text('Name of the rule.'),
  label: text('The rule.'),
  ok: flag('True when it is met.'),
  seen: text('Actual value.'),
  remedy: text('Remedy; empty when it is met.'),
  enforcedBy: word('`ci`: enforced by their CI. `readme`: required only by their README.', [
    'ci',
    'readme',
  ]),
})
const rules = (what: string) => list(what, rule)

const entry = object<RegistryEntry>('The entry as in the public list.', {
  name: text('Name of the sequencer.'),
  avatar: text('Path of the logo, from `{BASEDIR}` on.'),
  desc: text('Description in one line.'),
  address: address('Owner, as on the whitelist.'),
  seq_addr: address('Signer.'),
  pubkey: pattern('Public key of the signer, 64 bytes in lower case.', '0x[0-9a-f]{128}'),
  url: text('Website of the sequencer.'),
  lst_name: optional(text('Liquid-staking provider.')),
  lst_url: optional(text('Website of the provider.')),
})

const built = object<BuiltEntry>('The generated entry.', {
  entry,
  checks: rules('Results of all rules.'),
  ok: flag('True when every rule is met; otherwise nothing is written.'),
  written: list('Files that were written.', {type: 'string'}),
})

const checked = object('Findings in the lists.', {
  ok: flag('True when no rule is violated.'),
  files: list(
    'The lists that were checked.',
    object<CheckedFile>('A list.', {
      file: text('Path of the list.'),
      entries: list(
        'Its entries.',
        object<CheckedEntry>('An entry.', {
          name: text('Name of the sequencer, or its position in the list.'),
          checks: rules('Results of the rules for an entry.'),
        }),
      ),
      checks: rules('Results of the rules for the whole list.'),
    }),
  ),
})

export const registrySchemas: CommandSchemas = {
  'registry build': {data: built},
  'registry validate': {data: checked},
}
