import type {Address, LocalAccount} from 'viem'

import type {Network} from '../protocol/network.ts'
import {
  isCurrent,
  nextSpanSeed,
  PRODUCER_COUNT,
  selectProducers,
  type Span,
} from '../protocol/span.ts'
import {MPC_TYPES, soloMpc, type MpcType} from './mpc.ts'
import {
  chainManagerJson,
  metisParamsJson,
  respanJson,
  spanJson,
  validatorJson,
  validatorSetJson,
} from './rest-shapes.ts'
import type {PosStatus} from './start-pos.ts'
import {currentValidators, latestSpan, proposerOf, type PosState} from './state.ts'
import type {PosStore} from './store.ts'
import {liveRecord} from './validator-set.ts'

/** Longest page of a list. Source: Themis `metis/querier.go`. */
const MAX_PAGE = 20n
const MAX_UINT64 = (1n << 64n) - 1n

/** What the server reads. It never writes. */
export interface RestSource {
  network: Network
  account: LocalAccount
  store: PosStore
  state(): PosState
  status(): PosStatus
  /** Null before the L2 was seen. */
  epochLength(): bigint | null
  onError(error: unknown): void
}

export class HttpError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** `result` goes into Themis' envelope, `bare` is the whole body. */
type RestAnswer = ({result: unknown} | {bare: unknown}) & {status?: number}
type Handler = (query: URLSearchParams) => RestAnswer
type Route = [pattern: RegExp, handle: (query: URLSearchParams, argument: string) => RestAnswer]

export function createRoutes(source: RestSource) {
  const routes = [...metisRoutes(source), ...stakingRoutes(source), ...otherRoutes(source)]
  return {
    /** @throws {HttpError} 404 */
    find(path: string): Handler {
      for (const [pattern, handle] of routes) {
        const match = pattern.exec(path)
        if (match) return (query) => handle(query, match[1] ?? '')
      }
      throw new HttpError(404, `there is nothing at ${path}`)
    },
  }
}

function metisRoutes({network, account, store, state, epochLength}: RestSource): Route[] {
  const chainId = String(network.l2.chainId)
  const proposer = account.address.toLowerCase() as Address
  const lengthOrFail = () => epochLength() ?? notFound('No span duration')
  const latest = () => latestSpan(state()) ?? notFound('No latest span found')
  return [
    [/^\/metis\/latest-span$/, () => ({result: spanJson(latest(), chainId)})],
    [
      /^\/metis\/span\/list$/,
      (query) => {
        const {page, limit} = pageOf(query)
        return {result: store.listSpans(page, limit).map((span) => spanJson(span, chainId))}
      },
    ],
    [
      /^\/metis\/span\/([^/]+)$/,
      (_query, id) => {
        const span = store.span(uint64(id)) ?? notFound('No span found')
        return {result: spanJson(span, chainId)}
      },
    ],
    [
      /^\/metis\/respan\/list$/,
      (query) => {
        const {page, limit} = pageOf(query)
        const respans = store.listRespans(page, limit)
        return {result: respans.map((respan) => respanJson(respan, proposer, chainId))}
      },
    ],
    [/^\/metis\/next-span-seed$/, () => ({result: nextSpanSeed(latest().id + 1n)})],
    [/^\/metis\/params$/, () => ({result: metisParamsJson(lengthOrFail(), PRODUCER_COUNT)})],
    [
      /^\/metis\/prepare-next-span$/,
      (query) => {
        const id = uint64(query.get('span_id') ?? '')
        const startBlock = uint64(query.get('start_block') ?? '')
        const {validators, l1Batch} = state()
        const [first, ...others] = selectProducers({
          // As the real one: the seed is that of the next span, whatever id was asked for.
          spanId: latest().id + 1n,
          validators,
          l1Batch,
        })
        const span: Span = {
          id,
          startBlock,
          endBlock: startBlock + lengthOrFail() - 1n,
          validators: currentValidators(state()),
          producers: [first ?? notFound('Next Producers not found'), ...others],
        }
        return {result: spanJson(span, query.get('chain_id') ?? '')}
      },
    ],
  ]
}

function stakingRoutes({state}: RestSource): Route[] {
  const bySigner = (address: Address) => state().validators.find(({signer}) => signer === address)
  return [
    [/^\/staking\/validator-set$/, () => ({result: validatorSetJson(currentValidators(state()))})],
    [
      /^\/staking\/signer\/([^/]+)$/,
      (_query, text) => ({result: validatorJson(bySigner(address(text)) ?? notFound('No found'))}),
    ],
    [
      /^\/staking\/validator\/([^/]+)$/,
      (_query, id) => ({
        result: validatorJson(liveRecord(state(), uint64(id)) ?? notFound('No found')),
      }),
    ],
    [
      /^\/staking\/validator-status\/([^/]+)$/,
      (_query, text) => {
        const validator = bySigner(address(text))
        const result = validator !== undefined && isCurrent(validator, state().l1Batch)
        return {result: {result}}
      },
    ],
    [/^\/staking\/current-batch$/, () => ({result: {batch: Number(state().l1Batch)}})],
    [
      /^\/staking\/current-proposer$/,
      () => ({result: validatorJson(proposerOf(state()) ?? notFound('No proposer found'))}),
    ],
    [
      /^\/staking\/totalpower$/,
      () => {
        const result = currentValidators(state()).reduce((sum, {power}) => sum + power, 0)
        return {result: {result}}
      },
    ],
  ]
}

function otherRoutes({network, account, state, status}: RestSource): Route[] {
  return [
    [
      /^\/mpc\/latest\/([^/]+)$/,
      (_query, text) => {
        const type = Number(uint64(text))
        if (!isMpcType(type)) throw new HttpError(400, `there is no mpc type ${text}`)
        return {result: soloMpc(account, type)}
      },
    ],
    [/^\/chainmanager\/params$/, () => ({result: chainManagerJson(network)})],
    [
      /^\/node_info$/,
      () => ({
        bare: {
          node_info: {network: network.name, version: '0.1.0', moniker: 'metis-seq'},
          application_version: {name: 'metis-seq', server_name: 'metis-seq', version: '0.1.0'},
        },
      }),
    ],
    [/^\/syncing$/, () => ({bare: {syncing: !status().l1CaughtUp}})],
    [
      /^\/healthz$/,
      () => {
        const {l1CaughtUp, l2Head, troubles} = status()
        const ok = l1CaughtUp && l2Head !== null && troubles.length === 0
        return {status: ok ? 200 : 503, bare: {ok, height: state().revision, troubles}}
      },
    ],
    [/^\/metis-seq\/status$/, () => ({bare: status()})],
  ]
}

function notFound(message: string): never {
  throw new HttpError(404, message)
}

/** Source: cosmos-sdk `types/rest`, ParseUint64OrReturnBadRequest. */
function uint64(text: string): bigint {
  const value = /^\d{1,20}$/.test(text) ? BigInt(text) : MAX_UINT64 + 1n
  if (value > MAX_UINT64) throw new HttpError(400, `'${text}' is not a valid uint64`)
  return value
}

function address(text: string): Address {
  if (!/^0x[0-9a-fA-F]{40}$/.test(text)) throw new HttpError(400, `'${text}' is not an address`)
  return text.toLowerCase() as Address
}

function pageOf(query: URLSearchParams): {page: number; limit: number} {
  const page = uint64(query.get('page') ?? '')
  const limit = uint64(query.get('limit') ?? '')
  if (page < 1n || page > 1_000_000n) throw new HttpError(400, 'page must be from 1 to 1000000')
  if (limit < 1n || limit > MAX_PAGE) {
    throw new HttpError(400, `limit must be from 1 to ${MAX_PAGE}`)
  }
  return {page: Number(page), limit: Number(limit)}
}

function isMpcType(type: number): type is MpcType {
  return MPC_TYPES.some((known) => known === type)
}
