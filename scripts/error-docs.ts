import {catalogue} from '../src/chain/explain/catalogue.ts'
import type {ErrorCode} from '../src/lib/error-codes/index.ts'
import {shapesOf} from '../src/lib/error-codes/shapes.ts'
import {errorWordsBySense} from '../src/lib/error-words/index.ts'
import {exitCodes, type ExitName} from '../src/lib/exit-codes.ts'
import {aboutCode} from '../src/services/explain/explain-code.ts'

const exitMeanings: Record<ExitName, string> = {
  ok: 'Done.',
  internal: 'A fault of this program, or of a process that it runs.',
  usage: 'The command line or an input is wrong.',
  config: 'Settings, a profile, a network document or a file of the configuration is wrong.',
  'not-found': 'What was named does not exist.',
  precondition:
    'Something has to be true first, and is not. Nothing was sent, or the message says what was.',
  reverted: 'The transaction was mined and failed.',
  'tx-unknown': 'The transaction was sent, and whether it is mined is not known.',
  unreachable: 'An endpoint does not answer, or not as it should.',
  declined: 'A question was answered with no, or could not be asked.',
  'condition-false': 'The command worked, and what it was asked is not so.',
  degraded: 'With `--fail-on warn`: health has warnings.',
  critical: 'Health or a check found something critical.',
  signer: 'A key, a password or a signer is missing or refuses.',
  interlock: 'A safety rule stops the signing of blocks.',
  busy: 'Another process is at it.',
  stale: 'What was read is too old, or from the future.',
  timeout: 'The time allowed by the caller is over.',
  sigint: 'Interrupted by SIGINT (Ctrl-C).',
  sigterm: 'Interrupted by SIGTERM.',
}

const again = {yes: 'can help', no: 'does not help', depends: 'see `retryable`'}

/** The reference of errors, written from their registry, so that it cannot say what the code does not. */
export function createErrorReference(): string {
  return [
    '# Errors',
    '',
    'Written by `npm run docs` from the registry of errors. A code and its exit code keep their meaning; scripts may branch on',
    'both. With `--json` an error is `error` in the document: `code`, `message`, `facts`, `hints`, `exit`, `exitCode` and',
    '`retryable`. `metis-seq explain CODE` prints what stands here.',
    '',
    '## Exit codes',
    '',
    '| Exit | Name | Meaning |',
    '| ---- | ---- | ------- |',
    ...(Object.keys(exitCodes) as ExitName[]).map(
      (name) => `| ${exitCodes[name]} | ${name} | ${exitMeanings[name]} |`,
    ),
    '',
    ...Object.entries(errorWordsBySense).flatMap(([sense, words]) => [
      `## ${sense}`,
      '',
      ...(Object.keys(words) as ErrorCode[]).toSorted().flatMap(errorLines),
    ]),
  ].join('\n')
}

function errorLines(code: ErrorCode): string[] {
  const {meaning, exits, retry, next} = aboutCode(code)
  const facts = [...new Set(shapesOf(code).flatMap(Object.entries).map(factText))]
  const said = catalogue
    .filter((entry) => entry.code === code)
    .map(({kind, subject}) =>
      kind === 'panic' ? `\`Panic(${subject})\`` : `\`${subject.trim()}\``,
    )
  return [
    `### ${code}`,
    '',
    meaning,
    '',
    `- Exit ${exits.map(({exit, exitCode}) => `${exitCode} (${exit})`).join(' or ')}; the same command again ${again[retry]}.`,
    ...(facts.length > 0 ? [`- Facts: ${facts.join(', ')}.`] : []),
    ...(said.length > 0 ? [`- Contracts say it as ${[...new Set(said)].join(', ')}.`] : []),
    ...next.map((step) => `- ${step}`),
    '',
  ]
}

function factText([name, kind]: [string, string]): string {
  if (name === '*') return 'others by name'
  const bare = name.replace(/\?$/, '')
  const notes = [...(kind === 'text' ? [] : [kind]), ...(bare === name ? [] : ['where known'])]
  return `\`${bare}\`${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`
}
