import {formatCount, formatWei, formatWeiShort, shortHex} from '../../lib/units.ts'
import type {DecodedInput, DecodedTransaction} from '../../services/explain/decode-transaction.ts'
import type {
  DecodedCall,
  JournalView,
  TransactionView,
} from '../../services/sending/transactions.ts'
import type {Waited} from '../../services/sending/wait-hash.ts'
import {fields, table} from './table.ts'

type Line = readonly [string, string]

/** Data of a call that no known ABI decodes is shown up to this length. */
const MAX_DATA_SHOWN = 138

export function transactionListText(entries: readonly JournalView[]): string {
  if (entries.length === 0) return 'The journal has no transaction.'
  return table(
    ['id', 'when', 'network', 'status', 'block', 'hash', 'what'],
    entries.map(({id, createdAt, network, status, blockNumber, hash, label}) => [
      `${id}`,
      createdAt.slice(0, 16).replace('T', ' '),
      network,
      status,
      blockNumber === null ? '-' : `${blockNumber}`,
      shortHex(hash),
      label,
    ]),
  )
}

export function transactionText(view: TransactionView): string {
  const {hash, layer, network, from, to, contract, valueWei, accountNonce, journal, call} = view
  const coin = layer === 'L1' ? 'ETH' : 'METIS'
  const lines: Line[] = [
    ['hash', hash],
    ...(view.explorerUrl ? ([['page', view.explorerUrl]] as const) : []),
    ['chain', `${layer} of ${network} (${view.chainId})`],
    ['from', from],
    ['to', to === null ? 'a new contract' : contract ? `${to} (${contract})` : to],
    ['value', `${formatWei(valueWei)} ${coin}`],
    ['nonce', `${accountNonce}`],
    ...inclusionLines(view, coin),
    ...(journal ? journalLines(journal) : []),
  ]
  const what = call ? callText(call) : dataLines(view.data)
  return [headline(view), fields(lines), ...what].join('\n')
}

function headline({state, inclusion}: TransactionView): string {
  if (state === 'pending') return 'The transaction was sent and is not in a block yet.'
  if (state === 'unknown') return 'No node has the transaction; only the journal does.'
  const where = inclusion ? ` in block ${inclusion.blockNumber}` : ', according to the journal'
  return state === 'mined'
    ? `The transaction is mined${where}.`
    : `The transaction is mined${where} and failed: nothing changed, but the fee was paid.`
}

function inclusionLines({inclusion}: TransactionView, coin: string): Line[] {
  if (!inclusion) return []
  const {blockNumber, blockHash, confirmations, safe, finalized, feeWei, gasUsed} = inclusion
  const word = (reached: boolean | null) =>
    reached === null ? 'the endpoint does not report it' : reached ? 'yes' : 'not yet'
  return [
    ['block', `${blockNumber}, ${blockHash}`],
    ['confirmations', `${confirmations}`],
    ['safe', word(safe)],
    ['finalized', word(finalized)],
    ['fee', `${formatWei(feeWei)} ${coin} for ${formatCount(gasUsed)} gas`],
  ]
}

function journalLines({id, action, label, status, createdAt}: JournalView): Line[] {
  return [
    ['journal', `entry ${id}, ${status}, ${createdAt}`],
    ['command', action],
    ['what', label],
  ]
}

/** A call with its arguments by name. */
export function callText(call: DecodedCall): string[] {
  const {contract, contractProven, alsoIn, functionName, args} = call
  const doubt = contractProven
    ? ''
    : alsoIn.length > 0
      ? ` (or of ${alsoIn.join(', ')})`
      : ' (by the function; the address is unknown)'
  return [
    `call   ${contract}.${functionName}${doubt}`,
    ...(args.length > 0
      ? [
          fields(
            args.map(
              ({name, value, display}): Line => [
                name,
                display ? `${display} (${value})` : value || '(empty)',
              ],
            ),
            2,
          ),
        ]
      : []),
  ]
}

function dataLines(data: string): string[] {
  if (data === '0x') return []
  const shown = data.length > MAX_DATA_SHOWN ? `${data.slice(0, MAX_DATA_SHOWN)}…` : data
  return [`data   ${(data.length - 2) / 2} bytes that no known contract accepts: ${shown}`]
}

export function decodedText({form, source, from, transactions}: DecodedInput): string {
  const many = transactions.length > 1
  return [
    `${form[0]?.toUpperCase()}${form.slice(1)}, from the ${source}, ${transactions.length} transaction${many ? 's' : ''}.`,
    ...(from ? [`from  ${from}`] : []),
    ...transactions.map((transaction, index) =>
      [...(many ? [`${index + 1}.`] : []), decodedTransactionText(transaction)].join('\n'),
    ),
  ].join('\n')
}

function decodedTransactionText(transaction: DecodedTransaction): string {
  const {type, chainId, chain, to, contract, valueWei, accountNonce, label, call} = transaction
  const {maxCostWei, cautions} = transaction
  const gwei = (wei: bigint | null) =>
    wei === null ? null : `${formatWeiShort(wei * 10n ** 9n, 9)} gwei`
  const coin = chain === null ? 'native' : chain.startsWith('L1') ? 'ETH' : 'METIS'
  const lines: (readonly [string, string | null])[] = [
    ['type', type],
    ['chain', `${chainId ?? 'any'}${chain ? ` (${chain})` : ', not a known network'}`],
    ['to', to === null ? 'a new contract' : contract ? `${to} (${contract})` : to],
    ['value', `${formatWei(valueWei)} ${coin}`],
    ['nonce', accountNonce === null ? 'set by the signer' : `${accountNonce}`],
    ['gas limit', transaction.gasLimit === null ? null : `${transaction.gasLimit}`],
    ['max fee', gwei(transaction.maxFeePerGasWei)],
    ['priority fee', gwei(transaction.priorityFeePerGasWei)],
    [
      'at most',
      maxCostWei === null ? null : `${formatWei(maxCostWei)} ${coin}, including the value`,
    ],
    ['hash', transaction.hash],
    ['sender', transaction.sender],
  ]
  return [
    fields(lines.filter((line): line is Line => line[1] !== null)),
    ...(call ? callText(call) : dataLines(transaction.data)),
    ...cautions.map(({id, message}) => `CAREFUL: ${message} [${id}]`),
    ...(label === null ? [] : [`the file calls it "${label}", which proves nothing`]),
  ].join('\n')
}

export function waitedText({hash, layer, goal, succeeded, inclusion, lostBlocks}: Waited): string {
  const {blockNumber, feeWei} = inclusion
  const coin = layer === 'L1' ? 'ETH' : 'METIS'
  const lost = lostBlocks.length > 0 ? ` It was reorged ${lostBlocks.length} time(s).` : ''
  return succeeded
    ? `${hash} is ${goal}: mined in block ${blockNumber} of ${layer}, fee ${formatWei(feeWei)} ${coin}.${lost}`
    : `${hash} failed in block ${blockNumber} of ${layer}, fee ${formatWei(feeWei)} ${coin}; that is ${goal}.${lost}`
}
