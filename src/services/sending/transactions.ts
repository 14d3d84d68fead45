import {existsSync} from 'node:fs'

import {getAddress, type Address, type Hash, type Hex} from 'viem'

import {
  readHeads,
  readInclusion,
  readTransaction,
  type ChainTransaction,
  type Inclusion,
} from '../../chain/actions/transactions/read-transaction.ts'
import type {ChainClient} from '../../chain/connect.ts'
import {decodeCall, type DecodedCall} from '../../chain/decode-call.ts'
import {contractAt, knownAddresses, type Layer} from '../../chain/known-contracts.ts'
import {parseRaw} from '../../chain/parse-raw.ts'
import {endpointRefused} from '../../lib/endpoint-refused.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import {RpcResponseError} from '../../lib/json-rpc.ts'
import {explorerPage} from '../../protocol/network.ts'
import type {Home} from '../../store/home.ts'
import {openJournal, type JournalEntry, type JournalStatus} from '../../store/journal.ts'
import type {Context} from '../context.ts'

export type {DecodedCall, Layer}

/** A journal entry for display: the signed bytes stay in the journal. */
export type JournalView = Omit<JournalEntry, 'raw' | 'asked' | 'isStep' | 'rest'>

/** A transaction: its call, and its current state on chain. */
export interface TransactionView {
  hash: Hash
  layer: Layer
  chainId: number
  network: string
  /** Explorer URL; null where the network has no explorer. */
  explorerUrl: string | null
  /** `pending`: a node has it, but no block does. `unknown`: no node of the network has it. */
  state: 'mined' | 'failed' | 'pending' | 'unknown'
  from: Address
  to: Address | null
  /** Name of the called contract; null when the network does not list the address. */
  contract: string | null
  call: DecodedCall | null
  data: Hex
  /** ETH on L1, METIS on L2. */
  valueWei: bigint
  accountNonce: number
  gasLimit: bigint | null
  inclusion: (Inclusion & Depth) | null
  journal: JournalView | null
}

/** Confirmation depth of a block. */
export interface Depth {
  /** Blocks from its own to the head, inclusive. */
  confirmations: bigint
  /** By the chain's own tag; null when the endpoint has none. */
  safe: boolean | null
  finalized: boolean | null
}

/** Transactions of the journal, newest first. */
export function listTransactions(
  home: Home,
  {limit, network}: {limit: number; network: string | undefined},
): JournalView[] {
  return withJournal(home, (journal) => journal.list(limit, network)).map(toView)
}

/** The journal entry for a hash or an id; undefined when it was not created on this machine. */
export function findJournalEntry(home: Home, reference: string): JournalEntry | undefined {
  const wanted = isHash(reference) ? {hash: reference} : {id: Number(reference)}
  const found = withJournal(home, (journal) => {
    const entry = journal.find(wanted)
    return entry ? [entry] : []
  })
  return found[0]
}

/**
 * The hash for a hash or a journal id.
 *
 * @throws {MetisSeqError} TX_NOT_FOUND for an id that is not in the journal
 */
export function hashOf(
  home: Home,
  reference: string,
): {hash: Hash; entry: JournalEntry | undefined} {
  const entry = findJournalEntry(home, reference)
  if (isHash(reference)) return {hash: reference, entry}
  if (entry) return {hash: entry.hash, entry}
  throw new MetisSeqError({
    code: 'TX_NOT_FOUND',
    message: `The journal has no transaction ${reference}.`,
    facts: {id: reference, looked: 'journal'},
    hints: ['Run `metis-seq tx list --all` to see what was sent from this machine.'],
  })
}

function withJournal(
  home: Home,
  read: (journal: ReturnType<typeof openJournal>) => JournalEntry[],
): JournalEntry[] {
  // Reading does not create a journal where there is none.
  if (!existsSync(home.journalFile)) return []
  const journal = openJournal(home.journalFile)
  try {
    return read(journal)
  } finally {
    journal.close()
  }
}

export function toView({
  raw: _raw,
  asked: _asked,
  isStep: _isStep,
  rest: _rest,
  ...entry
}: JournalEntry): JournalView {
  return entry
}

/** The signed bytes of one of our transactions. */
export function rawOf(home: Home, hash: Hash): Hex | undefined {
  return findJournalEntry(home, hash)?.raw
}

export function isHash(text: string): text is Hash {
  return /^0x[0-9a-fA-F]{64}$/.test(text)
}

/** An unreachable layer, and why. */
export interface Unreachable {
  layer: Layer
  error: MetisSeqError
}

/** Where a hash was found, and which layers were unreachable. */
export interface Located {
  layer: Layer
  transaction: ChainTransaction
}

/**
 * Searches for a hash on L1, then on L2. An unreachable layer does not hide the other.
 *
 * @param only the layer, if known from the journal
 */
export async function locateTransaction(
  context: Context,
  hash: Hash,
  only?: Layer,
): Promise<{located: Located | undefined; unreachable: Unreachable[]}> {
  const unreachable: Unreachable[] = []
  const layers: Layer[] = only ? [only] : ['L1', 'L2']
  for (const layer of layers) {
    try {
      const transaction = await readTransaction(clientOf(context, layer), hash)
      if (transaction) return {located: {layer, transaction}, unreachable}
    } catch (error) {
      unreachable.push({layer, error: connectionError(error)})
    }
  }
  return {located: undefined, unreachable}
}

/** The error for an insufficient source; internal errors are passed on unchanged. */
export function connectionError(error: unknown): MetisSeqError {
  for (let at = error, depth = 0; at instanceof Error && depth < 20; depth++) {
    if (at instanceof MetisSeqError) return at
    if (at instanceof RpcResponseError) return endpointRefused(at)
    if (at.name === 'ContractFunctionZeroDataError') return noContract(at)
    at = at.cause
  }
  throw error
}

function noContract(error: Error): MetisSeqError {
  return new MetisSeqError({
    code: 'NO_CONTRACT',
    message: 'An address of the network document has no such contract.',
    hints: ['Run `metis-seq network check` to test every address of the network.'],
    cause: error,
  })
}

export function clientOf(context: Context, layer: Layer): ChainClient {
  return layer === 'L1' ? context.l1().client : context.l2().client
}

export function chainIdOf({network}: Context, layer: Layer): number {
  return layer === 'L1' ? network.l1.chainId : network.l2.chainId
}

/** Layer of a journal entry in its network; undefined when the network lacks that chain. */
export function layerOf(
  {network}: Context,
  entry: Pick<JournalEntry, 'chainId'>,
): Layer | undefined {
  if (entry.chainId === network.l1.chainId) return 'L1'
  return entry.chainId === network.l2.chainId ? 'L2' : undefined
}

/**
 * Everything known of a transaction, from the journal and from the chain.
 *
 * @throws {MetisSeqError} TX_NOT_FOUND, or the error of an endpoint when nothing else is known
 */
export async function showTransaction(
  context: Context,
  hash: Hash,
  entry: JournalEntry | undefined,
): Promise<{view: TransactionView; unreachable: Unreachable[]}> {
  const only = entry ? layerOf(context, entry) : undefined
  const {located, unreachable} = await locateTransaction(context, hash, only)
  if (located) {
    const view = await viewOf(context, located, entry)
    return {view, unreachable}
  }
  if (entry)
    return {view: await journalOnly(context, entry, only ?? 'L1', unreachable), unreachable}
  if (unreachable[0]) throw unreachable[0].error
  throw transactionNotFound(context.networkName)
}

/** Current state of a located transaction. */
export async function viewOf(
  context: Context,
  {layer, transaction}: Located,
  entry: JournalEntry | undefined,
): Promise<TransactionView> {
  const client = clientOf(context, layer)
  const [inclusion, heads] = await Promise.all([
    readInclusion(client, transaction.hash),
    readHeads(client),
  ])
  const {from, to, accountNonce, valueWei, gasLimit, data, hash} = transaction
  const reached = (block: bigint | null) =>
    block === null || !inclusion ? null : inclusion.blockNumber <= block
  return {
    ...namesOf(context, layer, to, data),
    explorerUrl: explorerPage(context.network, layer, hash),
    ...{hash, from, to, accountNonce, valueWei, gasLimit, data},
    state: inclusion ? (inclusion.succeeded ? 'mined' : 'failed') : 'pending',
    inclusion: inclusion
      ? {
          ...inclusion,
          // The head was read at the same time, and another backend may be one block behind.
          confirmations: max(heads.head - inclusion.blockNumber + 1n, 1n),
          safe: reached(heads.safe),
          finalized: reached(heads.finalized),
        }
      : null,
    journal: entry ? toView(entry) : null,
  }
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

/** A transaction found only in the journal: never sent, dropped, or its chain does not respond. */
async function journalOnly(
  context: Context,
  entry: JournalEntry,
  layer: Layer,
  unreachable: Unreachable[],
): Promise<TransactionView> {
  const {hash, to, valueWei, nonce} = entry
  const from = getAddress(entry.from)
  const signed = await parseRaw(entry.raw)
  const data = signed?.data ?? '0x'
  const ended: Partial<Record<JournalStatus, TransactionView['state']>> = {
    mined: 'mined',
    reverted: 'failed',
  }
  return {
    ...namesOf(context, layer, to, data),
    explorerUrl: explorerPage(context.network, layer, hash),
    ...{hash, from, to, valueWei, accountNonce: nonce, gasLimit: signed?.gasLimit ?? null, data},
    // The journal's record only counts until the chain contradicts it.
    state: unreachable.length > 0 ? (ended[entry.status] ?? 'unknown') : 'unknown',
    inclusion: null,
    journal: toView(entry),
  }
}

function namesOf(context: Context, layer: Layer, to: Address | null, data: Hex) {
  const contract = contractAt(knownAddresses(context.network), layer, to)
  return {
    layer,
    chainId: chainIdOf(context, layer),
    network: context.networkName,
    contract: contract ?? null,
    call: decodeCall(data, contract) ?? null,
  }
}

/** The hash itself is omitted: it may be a private key. */
function transactionNotFound(network: string): MetisSeqError {
  return new MetisSeqError({
    code: 'TX_NOT_FOUND',
    message: `Neither L1 nor L2 of ${network} knows this transaction, nor does the journal.`,
    facts: {network, looked: 'journal, L1, L2'},
    hints: [
      'If it was sent on another network, pass `--network NAME`.',
      'Run `metis-seq tx list --all` to see what was sent from this machine.',
      'A transaction that was just sent elsewhere can take a few seconds to appear: run `metis-seq tx wait HASH`.',
    ],
  })
}
