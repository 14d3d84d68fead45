import {cleanText} from '../../lib/clean-text.ts'
import {stringifyJson} from '../../lib/json.ts'
import type {BuiltEntry, CheckedFile} from '../../services/network/registry.ts'

type Checks = BuiltEntry['checks']

/** Every list with its violations; a single entry with all its rules. */
export function registryText(files: readonly CheckedFile[]): string {
  return files.map(fileText).join('\n\n')
}

function fileText({file, entries, checks}: CheckedFile): string {
  const all = [...checks, ...entries.flatMap((entry) => entry.checks)]
  const whole = entries.length === 1
  const sections = entries.flatMap(({name, checks: own}) => {
    const shown = whole ? own : own.filter(({ok}) => !ok)
    return shown.length === 0 ? [] : [cleanText(name, 60), rulesText(shown)]
  })
  return [
    `${file}: ${entries.length} ${entries.length === 1 ? 'entry' : 'entries'}`,
    ...sections,
    ...(checks.every(({ok}) => ok) ? [] : [rulesText(checks)]),
    summary(all),
  ].join('\n')
}

export function builtEntryText({entry, checks, ok, written}: BuiltEntry): string {
  if (!ok) return [rulesText(checks), summary(checks), 'Nothing was written.'].join('\n')
  if (written.length === 0) return stringifyJson(entry, 2)
  return [
    rulesText(checks),
    ...written.map((path) => `Wrote ${path}.`),
    'Next: `metis-seq registry validate FOLDER`, then a pull request to MetisProtocol/metis-sequencer-resources.',
  ].join('\n')
}

/** `FAIL` fails their CI; `warn` is a rule found only in their README. */
function rulesText(checks: Checks): string {
  return checks
    .map(({ok, label, seen, remedy, enforcedBy}) =>
      [
        `${ok ? 'ok  ' : enforcedBy === 'ci' ? 'FAIL' : 'warn'}  ${label}: ${seen}`,
        ...(remedy ? [`      ${remedy}`] : []),
      ].join('\n'),
    )
    .join('\n')
}

function summary(checks: Checks): string {
  const failed = (by: 'ci' | 'readme') =>
    checks.filter(({ok, enforcedBy}) => !ok && enforcedBy === by).length
  return `${checks.length} rules checked: ${failed('ci')} rejected by their CI, ${failed('readme')} required only by their README.`
}
