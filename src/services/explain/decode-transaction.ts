import {existsSync} from 'node:fs'

import {
  getAddress,
  isAddress,
  isAddressEqual,
  isHex,
  maxUint256,
  maxUint64,
  type Address,
  type Hex,
} from 'viem'

import {decodeCall, type DecodedCall} from '../../chain/decode-call.ts'
import {contractAt, knownAddresses} from '../../chain/known-contracts.ts'
import {parseRaw, type RawTransaction} from '../../chain/parse-raw.ts'
import {cleanText} from '../../lib/clean-text.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import {fromReadError} from '../../lib/files.ts'
import {isRecord} from '../../lib/json.ts'
import {parseJson} from '../../lib/parse-json.ts'
import {FileRefused, readBoundedText} from '../../lib/read-file.ts'
import {formatWei, shortHex} from '../../lib/units.ts'
import type {Network} from '../../protocol/network.ts'
import {openConfig} from '../../store/config.ts'
import type {Home} from '../../store/home.ts'
import {listNetworks} from '../../store/networks.ts'
import type {Trap} from '../sending/plan.ts'
import {signerOfAddress} from '../signers/signers.ts'
import {cautionsOf, maxCostOf} from '../sending/transaction-cautions.ts'
import {isHash, rawOf} from '../sending/transactions.ts'

/** One decoded transaction. Fields missing from its format are null. */
export interface DecodedTransaction extends RawTransaction {
  /** Label in the file, which proves nothing; null elsewhere. */
  label: string | null
  /** `L1 of andromeda`; null when no known network has the chain id. */
  chain: string | null
  contract: string | null
  call: DecodedCall | null
  /** Maximum cost including the value; null where the format does not determine it. */
  maxCostWei: bigint | null
  /** Warnings about it. */
  cautions: Trap[]
  /** Raw transaction; null while it is not signed. */
  raw: Hex | null
}

export interface DecodedInput {
  /** `unsigned eip1559`, `unsigned calldata` and `unsigned safe` are the formats of `--unsigned`. */
  form:
    | 'raw signed'
    | 'raw unsigned'
    | 'signed file'
    | 'unsigned eip1559'
    | 'unsigned calldata'
    | 'unsigned safe'
  source: 'argument' | 'file' | 'journal'
  /** Account that will send; null when the format does not specify it. */
  from: Address | null
  /** Words of the command that planned it, according to the file; null without. */
  action: string | null
  transactions: DecodedTransaction[]
}

/** Larger than any transaction a chain accepts, and than any of our plans. */
const MAX_FILE_BYTES = 4_000_000

/**
 * Reads a raw transaction, one of our files, or the journal entry of a hash. Queries no chain.
 *
 * @throws {MetisSeqError} TX_UNDECODABLE, TX_NOT_FOUND (a hash missing from the journal), FILE_TOO_LARGE
 */
export async function decodeInput(home: Home, input: string): Promise<DecodedInput> {
  const text = input.trim()
  if (isHash(text)) {
    const raw = rawOf(home, text)
    if (raw === undefined) throw hashUnknown()
    return decodeHex(home, raw, 'journal')
  }
  if (isHex(text)) return decodeHex(home, text, 'argument')
  if (!existsSync(text)) throw undecodable('argument', 'neither hex nor the name of a file')
  const content = readInput(text).trim()
  if (isHex(content)) return decodeHex(home, content, 'file')
  return decodeFile(home, content)
}

function readInput(path: string): string {
  try {
    return readBoundedText(path, MAX_FILE_BYTES)
  } catch (error) {
    if (!(error instanceof FileRefused)) throw fromReadError(error, path)
    if (error.reason === 'too-large') throw tooLarge(path)
    const isText = error.reason !== 'encoding'
    throw undecodable('file', isText ? 'not a regular file' : 'not UTF-8 text')
  }
}

async function decodeHex(
  home: Home,
  raw: Hex,
  source: DecodedInput['source'],
): Promise<DecodedInput> {
  const parsed = await parseRaw(raw)
  if (!parsed) throw undecodable(source, 'hex, but not a transaction')
  const transaction = inWords(home, parsed, null, parsed.hash ? raw : null)
  return {
    form: parsed.hash ? 'raw signed' : 'raw unsigned',
    source,
    from: parsed.sender,
    action: null,
    transactions: [transaction],
  }
}

async function decodeFile(home: Home, content: string): Promise<DecodedInput> {
  let value: unknown
  try {
    value = parseJson(content)
  } catch {
    throw undecodable('file', 'neither hex nor JSON')
  }
  const list: unknown[] =
    isRecord(value) && Array.isArray(value['transactions']) ? value['transactions'] : []
  if (!isRecord(value) || list.length === 0) {
    throw undecodable('file', 'JSON without a list of transactions')
  }
  const chainId = chainIdOf(value['chainId'])
  if (chainId === undefined) throw undecodable('file', 'JSON without a chain id above 0')
  const action = actionOf(value['action'])
  const signed = list.filter((item) => isRecord(item) && 'raw' in item)
  if (signed.length > 0) return decodeSigned(home, list, action)
  const transactions = list.map((item, index) =>
    inWords(home, fieldsOf(item, index, chainId), labelOf(item), null),
  )
  const from = value['from']
  return {
    form: formOf(value, list),
    source: 'file',
    from: typeof from === 'string' && isAddress(from) ? getAddress(from) : null,
    ...{action, transactions},
  }
}

/** Words of a command, and nothing that could be mistaken for other text. */
function actionOf(value: unknown): string | null {
  return typeof value === 'string' && /^[a-z]+(?: [a-z-]+){1,2}$/.test(value) && value.length <= 40
    ? value
    : null
}

/** A Safe writes it as text. */
function chainIdOf(value: unknown): number | undefined {
  if (typeof value !== 'number' && typeof value !== 'string') return undefined
  const text = String(value)
  const number = /^(?:[1-9]\d{0,15}|0x[1-9a-f][0-9a-f]{0,13})$/i.test(text) ? Number(text) : 0
  return Number.isSafeInteger(number) && number > 0 ? number : undefined
}

/** The signed bytes are authoritative: nothing besides them is trusted. */
async function decodeSigned(
  home: Home,
  list: unknown[],
  action: string | null,
): Promise<DecodedInput> {
  const transactions: DecodedTransaction[] = []
  for (const [index, item] of list.entries()) {
    const raw = isRecord(item) ? item['raw'] : undefined
    const parsed = typeof raw === 'string' && isHex(raw) ? await parseRaw(raw) : undefined
    if (!parsed?.hash) {
      throw undecodable(
        'file',
        `JSON whose transaction ${index + 1} has no signed bytes in \`raw\``,
      )
    }
    transactions.push(inWords(home, parsed, labelOf(item), raw as Hex))
  }
  const from = transactions[0]?.sender ?? null
  return {form: 'signed file', source: 'file', from, action, transactions}
}

function formOf(value: Record<string, unknown>, list: unknown[]): DecodedInput['form'] {
  if (isRecord(value['meta'])) return 'unsigned safe'
  const priced = list.some(
    (item) => isRecord(item) && ('maxFeePerGas' in item || 'gasPrice' in item),
  )
  return priced ? 'unsigned eip1559' : 'unsigned calldata'
}

function labelOf(item: unknown): string | null {
  const label = isRecord(item) ? item['label'] : undefined
  return typeof label === 'string' ? cleanText(label) : null
}

function fieldsOf(item: unknown, index: number, chainId: number): RawTransaction {
  const at = `transaction ${index + 1}`
  if (!isRecord(item)) throw undecodable('file', `JSON whose ${at} is not an object`)
  const {to, data = '0x', value = '0x0'} = item
  if (typeof to !== 'string' || !isAddress(to)) {
    throw undecodable('file', `JSON whose ${at} has no address in \`to\``)
  }
  if (typeof data !== 'string' || !isHex(data) || data.length % 2 === 1) {
    throw undecodable('file', `JSON whose ${at} has no hex in \`data\``)
  }
  const number = (name: string, largest = maxUint256): bigint | null => {
    const field = name === 'value' ? value : item[name]
    if (field === undefined || field === null) return null
    const found = numberOf(field)
    if (found !== undefined && found <= largest) return found
    throw undecodable('file', `JSON whose ${at} has no number in \`${name}\` that a chain accepts`)
  }
  const nonce = number('nonce', BigInt(Number.MAX_SAFE_INTEGER))
  const maxFeePerGasWei = number('maxFeePerGas') ?? number('gasPrice')
  const priorityFeePerGasWei = number('maxPriorityFeePerGas')
  if (maxFeePerGasWei !== null && (priorityFeePerGasWei ?? 0n) > maxFeePerGasWei)
    throw undecodable('file', `JSON whose ${at} has a priority fee above its maximum fee`)
  return {
    type: item['gasPrice'] === undefined ? 'eip1559' : 'legacy',
    chainId,
    to: getAddress(to),
    accountNonce: nonce === null ? null : Number(nonce),
    valueWei: number('value') ?? 0n,
    gasLimit: number('gas', maxUint64),
    ...{maxFeePerGasWei, priorityFeePerGasWei},
    data,
    hash: null,
    sender: null,
  }
}

function numberOf(field: unknown): bigint | undefined {
  if (typeof field !== 'string' && typeof field !== 'number') return undefined
  const text = String(field)
  return /^(?:\d{1,78}|0x[0-9a-f]{1,64})$/i.test(text) ? BigInt(text) : undefined
}

function inWords(
  home: Home,
  fields: RawTransaction,
  label: string | null,
  raw: Hex | null,
): DecodedTransaction {
  const place = placeOf(home, fields)
  const contract = place?.contract ?? null
  const call = decodeCall(fields.data, place?.contract) ?? null
  const known = place ? knownAddresses(place.network)[place.layer] : []
  const isKnown = (address: Address) =>
    known.some(([, at]) => isAddressEqual(at, address)) ||
    signerOfAddress(openConfig(home), address) !== undefined
  return {
    ...fields,
    ...{label, raw, contract, call},
    chain: place ? `${place.layer} of ${place.network.name}` : null,
    maxCostWei: maxCostOf(fields),
    cautions: cautionsOf({
      transaction: fields,
      layer: place?.layer ?? null,
      ...{contract, call, isKnown},
    }),
  }
}

/** A title is one line of a list. */
const MAX_TITLE = 120

/** A short description of a transaction, derived from its own bytes, never from labels in a file. */
export function titleOf({call, contract, to, valueWei, data, chain}: DecodedTransaction): string {
  if (call?.contractProven) {
    const args = call.args.map(({value, display}) => display ?? shortHex(value))
    return cleanText(`${call.contract}.${call.functionName}(${args.join(', ')})`, MAX_TITLE)
  }
  if (to === null) return 'New contract'
  const coin = chain?.startsWith('L2') ? 'METIS' : 'ETH'
  if (data === '0x') return `${formatWei(valueWei)} ${coin} to ${contract ?? to}`
  return `${call?.functionName ?? data.slice(0, 10)} of ${contract ?? to}`
}

/** The network with this chain id; if there are several, the one that lists the called contract. */
function placeOf(home: Home, {chainId, to}: RawTransaction) {
  const places = listNetworks(home).flatMap(({network}) => {
    const layer = layerOfChain(network, chainId)
    return layer ? [{network, layer, contract: contractAt(knownAddresses(network), layer, to)}] : []
  })
  return places.find(({contract}) => contract !== undefined) ?? places[0]
}

function layerOfChain({l1, l2}: Network, chainId: number | null): 'L1' | 'L2' | undefined {
  if (chainId === l1.chainId) return 'L1'
  return chainId === l2.chainId ? 'L2' : undefined
}

/** The input is not echoed: an apparently broken transaction may be a key. */
function undecodable(source: DecodedInput['source'], what: string): MetisSeqError {
  return new MetisSeqError({
    code: 'TX_UNDECODABLE',
    message: `The ${source} holds no transaction: it is ${what}.`,
    facts: {source},
    hints: [
      'Pass a raw transaction as 0x…, a file written with `--unsigned FILE`, or a hash of the journal.',
      'For an error, a selector or a revert, run `metis-seq explain`.',
    ],
  })
}

function tooLarge(path: string): MetisSeqError {
  return new MetisSeqError({
    code: 'FILE_TOO_LARGE',
    message: `The file is larger than ${MAX_FILE_BYTES} bytes; no transaction is that large.`,
    facts: {path, maxBytes: `${MAX_FILE_BYTES}`},
    hints: ['Pass the file written by `--unsigned FILE`.'],
  })
}

function hashUnknown(): MetisSeqError {
  return new MetisSeqError({
    code: 'TX_NOT_FOUND',
    message: 'The journal has no transaction with that hash, and decoding works offline.',
    facts: {looked: 'journal'},
    hints: ['Run `metis-seq tx show HASH` to look for it on the chain.'],
  })
}
