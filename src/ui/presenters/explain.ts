import type {ExplainedTransaction, Failure} from '../../services/explain/explain-transaction.ts'
import type {Explained, ExplainedCode, Refusal} from '../../services/explain/explain.ts'
import type {Finding} from '../../services/explain/explain-state.ts'
import {table} from './table.ts'
import {callText, transactionText} from './transaction.ts'

/** Findings on chain and their subject. Empty without a network. */
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

/** JSON of one explanation; every field is always present. */
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

/** An entry without its internal fields. */
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
    yes: 'Running the same command again may help.',
    no: 'Running the same command again does not help unless something changes.',
    depends: '`retryable` in its JSON says whether running the same command again may help.',
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
  if (reason !== null) return [`The call reverted with: ${reason}`]
  if (name === 'Error(string)') {
    return [
      'This is the selector of Error(string), a revert with a text. The text follows it; pass the complete data.',
    ]
  }
  if (name === 'Panic(uint256)') {
    return [
      'This is the selector of Panic(uint256), a fault in the contract code. Its code follows it; pass the complete data.',
    ]
  }
  const values = args.length > 0 ? `, with ${args.join(', ')}` : ''
  return [`The call reverted with ${name}${values}.`]
}

/** One text can have two meanings; each is then shown with its calls. */
function refusalSections(refusals: readonly Refusal[], readAs: string): string[][] {
  if (refusals.length <= 1) return refusals.map(refusalLines)
  // With a known contract and call, the first one is right; the text alone cannot tell them apart.
  const told = readAs === 'revert data' || readAs === 'text' ? refusals : refusals.slice(0, 3)
  return [
    [`${told.length} reverts match. Which one it is depends on the contract and the call.`],
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
    `Raised by: ${calls.join(', ') || contracts.join(', ') || 'every contract'}.`,
    `Selector ${selector}; rule: ${refusal.source}.`,
  ]
}

function failureLines({reason, replayedOnBlock, revert}: Failure): string[] {
  if (reason === 'out-of-gas') {
    return ['It ran out of gas. Send it again with a higher gas limit.']
  }
  if (reason === 'order') {
    return [
      `Re-executed on block ${replayedOnBlock}, it succeeds: an earlier transaction in its own block made it fail.`,
    ]
  }
  if (reason === 'no-state') {
    return [`The cause is unknown: the endpoint has no state for block ${replayedOnBlock}.`]
  }
  const words = revert ? revertLines(revert) : []
  return [`Re-executed on block ${replayedOnBlock}, it reverts again.`, ...words]
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
