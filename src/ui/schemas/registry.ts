import type {RegistryEntry, RuleCheck} from '../../protocol/registry.ts'
import type {BuiltEntry, CheckedEntry, CheckedFile} from '../../services/network/registry.ts'
import {address, flag, list, object, optional, pattern, text, word} from './build.ts'
import type {CommandSchemas} from './document.ts'

const rule = object<RuleCheck>('A rule with what was seen.', {
  id: text('Name of the rule.'),
  label: text('What has to hold.'),
  ok: flag('True when it holds.'),
  seen: text('What was seen.'),
  remedy: text('What mends it; empty when it holds.'),
  enforcedBy: word('`ci`: their tests refuse it. `readme`: only their README asks for it.', [
    'ci',
    'readme',
  ]),
})
const rules = (what: string) => list(what, rule)

const entry = object<RegistryEntry>('The entry, as it stands in the public list.', {
  name: text('Name of the sequencer.'),
  avatar: text('Path of the logo, from `{BASEDIR}` on.'),
  desc: text('One line about it.'),
  address: address('Owner, as on the whitelist.'),
  seq_addr: address('Signer.'),
  pubkey: pattern('Public key of the signer, 64 bytes in lower case.', '0x[0-9a-f]{128}'),
  url: text('Its page.'),
  lst_name: optional(text('Liquid-staking provider.')),
  lst_url: optional(text('Page of the provider.')),
})

const built = object<BuiltEntry>('The entry that was made.', {
  entry,
  checks: rules('Every rule.'),
  ok: flag('True when every rule holds; else nothing is written.'),
  written: list('Files that were written.', {type: 'string'}),
})

const checked = object('What was found in the lists.', {
  ok: flag('True when no rule stands in the way.'),
  files: list(
    'The lists that were read.',
    object<CheckedFile>('A list.', {
      file: text('Path of the list.'),
      entries: list(
        'Its entries.',
        object<CheckedEntry>('An entry.', {
          name: text('Name of the sequencer, or its place in the list.'),
          checks: rules('Rules on the entry.'),
        }),
      ),
      checks: rules('Rules on the list as a whole.'),
    }),
  ),
})

export const registrySchemas: CommandSchemas = {
  'registry build': {data: built},
  'registry validate': {data: checked},
}
