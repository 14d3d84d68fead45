import {zeroAddress, type Address} from 'viem'

import {
  isCurrent,
  nextSpanSeed,
  PRODUCER_COUNT,
  selectProducers,
  type Span,
  type Validator,
} from '../protocol/span.ts'
import {MPC_TYPES, soloMpc, type MpcType} from './mpc.ts'
import {addressOf, hashOf, pageOf, uint64} from './rest-arguments.ts'
import {HttpError, NoSuchPathError, sdkError} from './rest-errors.ts'
import {cosmosRoutes} from './rest-cosmos.ts'
import {
  chainManagerJson,
  metisParamsJson,
  respanJson,
  signJson,
  spanJson,
  validatorJson,
  validatorSetJson,
} from './rest-shapes.ts'
import {currentValidators, latestSpan, proposerOf, replayKey} from './state.ts'
import {liveRecord, nextProposers} from './validator-set.ts'
import type {Handler, RestSource, Route} from './rest-source.ts'

export function createRoutes(source: RestSource) {
  const routes = [
    ...metisRoutes(source),
    ...stakingRoutes(source),
    ...mpcRoutes(source),
    ...cosmosRoutes(source),
    ...otherRoutes(source),
  ]
  return {
    /**
     * @param isOther whether a path exists that cannot be read
     * @returns undefined for such a path
     * @throws {HttpError} 404
     */
    find(path: string, isOther: (path: string) => boolean): Handler | undefined {
      for (const [pattern, handle] of routes) {
        const match = pattern.exec(path)
        if (match) return (query) => handle(query, match[1] ?? '')
      }
      if (isOther(path)) return undefined
      throw new NoSuchPathError()
    },
  }
}

function metisRoutes({network, account, store, state, epochLength}: RestSource): Route[] {
  const chainId = String(network.l2.chainId)
  const proposer = account.address.toLowerCase() as Address
  const lengthOrFail = () => epochLength() ?? notFound('No span duration')
  /**
   * The first span predates all validators: it shows the set with which the next one was planned.
   */
  const withGenesis = (span: Span): Span => {
    if (span.validators.length > 0) return span
    const validators = store.span(span.id + 1n)?.validators ?? currentValidators(state())
    const known = (producer: Validator) =>
      validators.find(({signer}) => signer === producer.signer) ?? producer
    const [first, ...others] = span.producers
    return {...span, validators, producers: [known(first), ...others.map(known)]}
  }
  const latest = () => latestSpan(state()) ?? notFound('No latest span found')
  return [
    [/^\/metis\/latest-span$/, () => ({result: spanJson(latest(), chainId)})],
    [
      /^\/metis\/span\/list$/,
      (query) => {
        const page = pageOf(query)
        const spans = page ? store.listSpans(page.page, page.limit) : []
        return {result: orNull(spans.map((span) => spanJson(withGenesis(span), chainId)))}
      },
    ],
    [
      /^\/metis\/span\/([^/]+)$/,
      (_query, id) => {
        const span = store.span(uint64(id))
        if (!span) throw sdkError(500, 'could not get span; span not found for id')
        return {result: spanJson(withGenesis(span), chainId)}
      },
    ],
    [
      /^\/metis\/respan\/list$/,
      (query) => {
        const page = pageOf(query)
        const respans = page ? store.listRespans(page.page, page.limit) : []
        return {result: orNull(respans.map((respan) => respanJson(respan, proposer, chainId)))}
      },
    ],
    // Nothing stores user transactions.
    [
      /^\/metis\/tx\/[^/]+$/,
      () => {
        throw sdkError(500, 'could not get metisTx; span not found for id')
      },
    ],
    [
      /^\/metis\/next-span-seed$/,
      () => ({result: nextSpanSeed(latest().id + 1n), isComputed: true}),
    ],
    [/^\/metis\/params$/, () => ({result: metisParamsJson(lengthOrFail(), PRODUCER_COUNT)})],
    [
      /^\/metis\/prepare-next-span$/,
      (query) => {
        const id = uint64(query.get('span_id') ?? '')
        const startBlock = uint64(query.get('start_block') ?? '')
        const {validators, l1Batch} = state()
        const [first, ...others] = selectProducers({
          // As in the real Themis: the seed is that of the next span, whatever id was requested.
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
        return {result: spanJson(span, query.get('chain_id') ?? ''), isComputed: true}
      },
    ],
  ]
}

function stakingRoutes({state, store, l1BlockOf}: RestSource): Route[] {
  const bySigner = (address: Address) => state().validators.find(({signer}) => signer === address)
  return [
    [/^\/staking\/validator-set$/, () => ({result: validatorSetJson(currentValidators(state()))})],
    [
      /^\/staking\/signer\/([^/]+)$/,
      (_query, text) => {
        const validator = bySigner(addressOf(text))
        if (validator) return {result: validatorJson(validator)}
        throw sdkError(400, 'Error while getting validator by signer; Validator not found')
      },
    ],
    [
      /^\/staking\/validator\/([^/]+)$/,
      (_query, id) => {
        const validator = liveRecord(state(), uint64(id))
        if (validator) return {result: validatorJson(validator)}
        throw sdkError(400, 'No validator found', 6)
      },
    ],
    [
      /^\/staking\/validator-status\/([^/]+)$/,
      (_query, text) => {
        const validator = bySigner(addressOf(text))
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
    [
      /^\/staking\/proposer\/([^/]+)$/,
      (_query, times) => ({
        result: nextProposers(state(), Number(uint64(times))).map(validatorJson),
      }),
    ],
    [
      /^\/staking\/isoldtx$/,
      async (query) => {
        const logIndex = Number(uint64(query.get('logindex') ?? ''))
        const blockNumber = await l1BlockOf(hashOf(query.get('txhash') ?? ''))
        if (blockNumber === null || !store.hasL1Event(replayKey({blockNumber, logIndex}))) {
          notFound('event not processed yet')
        }
        return {result: true}
      },
    ],
    [
      /^\/staking\/proposer-bonus-percent$/,
      () => {
        throw sdkError(500, 'unknown staking query endpoint', 6)
      },
    ],
  ]
}

/** Source: Themis `mpc/client/rest/query.go`. */
function mpcRoutes({account, store}: RestSource): Route[] {
  const all = () => MPC_TYPES.map((type) => soloMpc(account, type))
  return [
    [/^\/mpc\/set$/, () => ({result: soloMpc(account, 0).participants})],
    [
      /^\/mpc\/list$/,
      (query) => {
        // The real one parses a page that was not given.
        if (query.has('page')) return {result: all()}
        throw sdkError(400, 'failed to parse params: UnmarshalJSON cannot decode empty bytes')
      },
    ],
    [
      /^\/mpc\/sign\/([^/]+)$/,
      (_query, id) => {
        const request = store.signRequest(id)
        if (request) return {result: signJson(request)}
        throw sdkError(500, `could not get sign; mpc sign not found for id:${id.slice(0, 100)}`)
      },
    ],
    [
      /^\/mpc\/latest\/([^/]+)$/,
      (_query, text) => {
        const type = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN
        return {result: isMpcType(type) ? soloMpc(account, type) : NO_MPC}
      },
    ],
    [
      /^\/mpc\/([^/]+)$/,
      (_query, id) => {
        const mpc = all().find(({mpc_id}) => mpc_id === id)
        if (mpc) return {result: mpc}
        throw sdkError(500, 'could not get mpc; mpc not found for id')
      },
    ],
  ]
}

function otherRoutes({network, state, status}: RestSource): Route[] {
  return [
    [/^\/chainmanager\/params$/, () => ({result: chainManagerJson(network)})],
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

/** What Themis shows if it has no wallet of that type. */
const NO_MPC = {
  ...{mpc_id: '', threshold: 0, participants: null, mpc_address: zeroAddress},
  ...{mpc_pubkey: null, mpc_type: 0},
}

/** An empty Go slice. */
function orNull<T>(list: readonly T[]): readonly T[] | null {
  return list.length > 0 ? list : null
}

function notFound(message: string): never {
  throw new HttpError(404, message)
}

function isMpcType(type: number): type is MpcType {
  return MPC_TYPES.some((known) => known === type)
}
