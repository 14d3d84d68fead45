import type {ExplainedTransaction, Failure} from '../../services/explain/explain-transaction.ts'
import type {Explained, ExplainedCode, Refusal} from '../../services/explain/explain.ts'
import type {Finding} from '../../services/explain/explain-state.ts'
import {table} from './table.ts'
import {callText, transactionText} from './transaction.ts'

/** What the chain says now, and of whom. Empty where no network was asked. */
export interface FindingsView {
  findings: Finding[]
  /** `op on andromeda` */
  where: string
}

export function explainedText(explained: Explained, state: FindingsView): string {
  const {readAs, error, revert, call, functions, events, contracts, refusals} = explained
  return sections([
    [`Read as ${article(readAs)}.`],
    ...contracts.map((contract) => [`This is ${contract}.`]),
    error ? errorLines(error) : [],
    revert ? revertLines(revert) : [],
    call ? callText(call) : [],
    ...functions.map(({signature, contracts: names, selector}) => [
      `Function ${signature} of ${names.join(', ')}, selector ${selector}.`,
    ]),
    ...events.map(({signature, contracts: names, topic}) => [
      `Event ${signature} of ${names.join(', ')}, topic ${topic}.`,
    ]),
    ...refusalSections(refusals, readAs),
    findingLines(state),
  ])
}

export function explainedTransactionText(
  {view, failure, refusals}: ExplainedTransaction,
  state: FindingsView,
): string {
  return sections([
    [transactionText(view)],
    failure ? failureLines(failure) : [],
    ...refusals.map(refusalLines),
    findingLines(state),
  ])
}

/** JSON of one explanation; every field is always there. */
export function explainedJson(explained: Explained, {findings}: FindingsView) {
  return {...explained, refusals: explained.refusals.map(refusalJson), findings, transaction: null}
}

export function explainedTransactionJson(
  {view, failure, refusals}: ExplainedTransaction,
  {findings}: FindingsView,
) {
  return {
    readAs: 'transaction' as const,
    error: null,
    revert: failure?.revert ?? null,
    call: view.call,
    functions: [],
    events: [],
    contracts: [],
    refusals: refusals.map(refusalJson),
    findings,
    transaction: {...view, failure},
  }
}

/** Without what only this program asks of an entry. */
export function refusalJson({check: _check, foretoldBy: _foretoldBy, ...refusal}: Refusal) {
  return refusal
}

export function refusalListText(refusals: readonly Refusal[]): string {
  return table(
    ['refusal', 'selector', 'code', 'contracts'],
    refusals.map(({kind, subject, open, selector, code, contracts}) => [
      `${kind === 'panic' ? `Panic(${subject})` : subject.trimEnd()}${open ? ' …' : ''}`,
      selector,
      code,
      contracts.join(', ') || 'every contract',
    ]),
  )
}

function sections(parts: string[][]): string {
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
}

function article(readAs: string): string {
  if (readAs.endsWith('data')) return readAs
  return `${/^[aeiou]/.test(readAs) ? 'an' : 'a'} ${readAs}`
}

function errorLines({code, meaning, exits, retry, facts, next}: ExplainedCode): string[] {
  const again = {
    yes: 'Running the same command again can help.',
    no: 'Running the same command again does not help by itself.',
    depends: '`retryable` in its JSON says whether running the same command again can help.',
  }
  return [
    `Error ${code} of metis-seq, exit code ${exits.map(({exit, exitCode}) => `${exitCode} (${exit})`).join(' or ')}.`,
    meaning,
    again[retry],
    ...(facts.length > 0 ? [`Facts in its JSON: ${facts.join(', ')}.`] : []),
    'What to do:',
    ...next.map((step) => `  - ${step}`),
  ]
}

function revertLines({name, reason, args}: NonNullable<Explained['revert']>): string[] {
  if (reason !== null) return [`The call was refused with the words: ${reason}`]
  if (name === 'Error(string)') {
    return [
      'This is how a refusal in words begins: Error(string). The words follow; pass the whole data.',
    ]
  }
  if (name === 'Panic(uint256)') {
    return ['This is how a fault in the code begins: Panic(uint256). Its number follows.']
  }
  const values = args.length > 0 ? `, with ${args.join(', ')}` : ''
  return [`The call was refused with ${name}${values}.`]
}

/** One text can mean two things; then each is told with the calls it belongs to. */
function refusalSections(refusals: readonly Refusal[], readAs: string): string[][] {
  if (refusals.length <= 1) return refusals.map(refusalLines)
  // Where a contract and a call are known the first fits; the text alone cannot tell them apart.
  const told = readAs === 'revert data' || readAs === 'text' ? refusals : refusals.slice(0, 3)
  return [
    [`${told.length} refusals fit. Which one it is depends on the contract and the call.`],
    ...told.map(refusalLines),
  ]
}

function refusalLines(refusal: Refusal): string[] {
  const {kind, subject, selector, code, message, meaning, causes, hints, calls, contracts} = refusal
  const name = kind === 'panic' ? `Panic(${subject})` : subject.trimEnd()
  return [
    `${name} [${code}]`,
    message,
    meaning,
    ...(causes.length > 0 ? ['Likely causes:', ...causes.map((cause) => `  - ${cause}`)] : []),
    ...(hints.length > 0 ? ['What to do:', ...hints.map((hint) => `  - ${hint}`)] : []),
    `Met in: ${calls.join(', ') || contracts.join(', ') || 'every contract'}.`,
    `Selector ${selector}; rule: ${refusal.source}.`,
  ]
}

function failureLines({reason, replayedOnBlock, revert}: Failure): string[] {
  if (reason === 'out-of-gas') {
    return ['It failed because its gas ran out. Send it again with a higher gas limit.']
  }
  if (reason === 'order') {
    return [
      `Run again on block ${replayedOnBlock} it succeeds: something in its own block came before it.`,
    ]
  }
  if (reason === 'no-state') {
    return [
      `Why it failed cannot be told: the endpoint keeps no state of block ${replayedOnBlock}.`,
    ]
  }
  const words = revert ? revertLines(revert) : []
  return [`Run again on block ${replayedOnBlock} it is refused as well.`, ...words]
}

function findingLines({findings, where}: FindingsView): string[] {
  if (findings.length === 0) return []
  const mark = (isCause: boolean | null) =>
    isCause === null ? '      ' : isCause ? 'CAUSE ' : 'ok    '
  return [
    `Now, ${where}:`,
    ...findings.map(({label, seen, isCause}) => `  ${mark(isCause)}${label}: ${seen}`),
  ]
}
