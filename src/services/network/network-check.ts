import {isAddressEqual, zeroAddress, type Address} from 'viem'
import {getBalance, getBlockNumber, getCode} from 'viem/actions'

import {poolPointers, type Pointer} from '../../chain/actions/locking-pool/read-pointers.ts'
import {readImplementation} from '../../chain/actions/locking-pool/read-pool-rules.ts'
import {connectChain, type ChainClient} from '../../chain/connect.ts'
import type {EndpointOptions} from '../../chain/endpoint.ts'
import {
  watchHeads,
  type HeadsFault,
  type HeadsFaultCode,
  type HeadsOptions,
} from '../../chain/watch-heads.ts'
import {findCause, MetisSeqError, messageOf} from '../../lib/errors.ts'
import {RpcTransportError} from '../../lib/json-rpc.ts'
import {redactUrl} from '../../lib/redact.ts'
import {deployedMarkets} from '../../protocol/defi/markets.ts'
import {deployedLst} from '../../protocol/lst/providers.ts'
import type {Check} from '../sending/check.ts'
import {endpointsOf, type Context} from '../context.ts'
import {checkEndpointAgreement} from './endpoint-agreement.ts'
import {headUrlsOf} from './head-urls.ts'

export interface UnknownCode {
  contract: string
  /** Null when the address is not an EIP-1967 proxy. */
  implementation: Address | null
}

export interface NetworkCheck {
  ok: boolean
  checks: Check[]
  /** Proxies with an unknown implementation. */
  unknownCode: UnknownCode[]
}

/** Tests every endpoint of the network, that its addresses have code, and that the contracts reference each other. */
export async function checkNetwork(context: Context, timeoutMs: number): Promise<NetworkCheck> {
  const {network} = context
  const urls = endpointsOf(network, context.profile)
  const tls = context.tls()
  const endpoints = [
    ...unique(urls.l1).map((url) => ({
      name: 'L1' as const,
      chainId: network.l1.chainId,
      url,
      timeoutMs,
      tls,
    })),
    ...unique(urls.l2).map((url) => ({
      name: 'L2' as const,
      chainId: network.l2.chainId,
      url,
      timeoutMs,
      tls,
    })),
  ]
  const unknown = unknownImplementations(context)
  const [reachable, agreement, heads, pos, l1, l2] = await Promise.all([
    Promise.all(endpoints.map((endpoint) => checkEndpoint(context, endpoint))),
    Promise.all((['L1', 'L2'] as const).map((chain) => checkAgreement(context, chain, urls))),
    checkHeads(context, timeoutMs),
    checkPos(context),
    checkL1Contracts(context),
    checkL2Contracts(context),
  ])
  const checks = [
    ...reachable,
    ...withoutEchoes('l1', [...agreement[0]!, ...l1], reachable),
    ...withoutEchoes('l2', [...agreement[1]!, ...l2], reachable),
    ...heads,
    ...pos,
  ]
  return {ok: checks.every((check) => check.ok), checks, unknownCode: await unknown}
}

/** Each cause is reported once: checks that fail because no endpoint of the chain responds are covered by the endpoints' own lines. */
function withoutEchoes(chain: 'l1' | 'l2', checks: Check[], reachable: Check[]): Check[] {
  const answers = reachable.some(({id, ok}) => ok && id === `endpoint-${chain}`)
  return answers ? checks : checks.filter(({ok}) => ok)
}

function unique(urls: readonly string[]): string[] {
  return [...new Set(urls)]
}

/** As many as the largest read of any command. */
const PROBE_CALLS = 32

async function checkEndpoint(
  context: Context,
  {url, ...options}: EndpointOptions & {name: 'L1' | 'L2'},
): Promise<Check> {
  const {name, chainId} = options
  const connection = connectChain({...options, urls: [url]})
  const label = `${name} endpoint ${redactUrl(url)} serves chain ${chainId}`
  const id = `endpoint-${name.toLowerCase()}`
  return attempt({id, label, mend: {context, part: name}}, async () => {
    try {
      const block = await getBlockNumber(connection.client)
      await Promise.all(
        Array.from({length: PROBE_CALLS}, () =>
          getBalance(connection.client, {address: zeroAddress}),
        ),
      )
      const limit = connection.batchLimit()
      if (limit === undefined) return `block ${block}`
      return `block ${block}; it takes ${limit} ${limit === 1 ? 'call' : 'calls'} per request, so commands send more requests`
    } finally {
      connection.close()
    }
  })
}

/** Only with more than one endpoint to compare, or on a network with a steady block rate. */
async function checkAgreement(
  context: Context,
  chain: 'L1' | 'L2',
  urls: {l1: string[]; l2: string[]},
): Promise<Check[]> {
  const several = (chain === 'L1' ? urls.l1 : urls.l2).length > 1
  if (!several && !(chain === 'L1' && context.network.l1.staleAfterSeconds)) return []
  const label = several
    ? `${chain} endpoints agree and are current`
    : `${chain} endpoint is current`
  const id = `agreement-${chain.toLowerCase()}`
  return [
    await attempt({id, label, mend: {context, part: chain}}, async () => {
      const {stale} = await checkEndpointAgreement(context, {chain})
      if (stale.length === 0) return 'yes'
      throw new Error(`${stale.map(({endpoint}) => endpoint).join(', ')} is behind`)
    }),
  ]
}

/** Addresses of the network and of the profile; a bundled node is not always meant to run. */
function checkHeads(context: Context, timeoutMs: number): Promise<Check[]> {
  const {network, profile} = context
  const urls = headUrlsOf(network, profile && {...profile, node: null})
  const checks = (['l1', 'l2'] as const).flatMap((chain) =>
    urls[chain].map((url) => {
      const part = chain === 'l1' ? ('L1 heads' as const) : ('L2 heads' as const)
      const label = `${part} are announced at ${redactUrl(url)}`
      const {chainId} = network[chain]
      const options = {url, chainId, timeoutMs, tls: context.tls}
      return attempt({id: `heads-${chain}`, label, mend: {context, part}}, () =>
        subscribed(options),
      )
    }),
  )
  return Promise.all(checks)
}

/** Whether an address takes a subscription. No head is waited for: L2 can stand still for long. */
async function subscribed({
  url,
  ...options
}: {url: string} & Pick<HeadsOptions, 'chainId' | 'timeoutMs' | 'tls'>): Promise<string> {
  const over = new AbortController()
  const {promise, resolve, reject} = Promise.withResolvers<string>()
  const watch = watchHeads({
    ...options,
    urls: [url],
    silentMs: null,
    signal: over.signal,
    onOpen: () => resolve('yes'),
    onHead: () => {},
    onDown: (endpoint, fault) => reject(headsError(endpoint, fault)),
  })
  try {
    return await promise
  } finally {
    over.abort()
    await watch
  }
}

/** As far as known, an address at which nobody answers is right, and one that answers wrongly is not. */
const AWAY: readonly HeadsFaultCode[] = ['closed', 'network', 'refused', 'timeout']

function headsError(endpoint: string, {code, reason}: HeadsFault): Error {
  if (!AWAY.includes(code)) return new Error(reason)
  return new MetisSeqError({
    code: 'ENDPOINT_UNREACHABLE',
    retryable: true,
    message: reason,
    facts: {endpoint},
  })
}

async function checkPos(context: Context): Promise<Check[]> {
  const pos = context.pos()
  if (pos === null) return []
  const label = `consensus layer ${pos.source.endpoint} answers`
  return [
    await attempt({id: 'pos', label, mend: {context, part: 'pos'}}, async () => {
      await pos.latestSpan()
      return 'yes'
    }),
  ]
}

function checkL1Contracts(context: Context): Promise<Check[]> {
  const {contracts} = context.network.l1
  const at = {client: context.l1().client, mend: {context, part: 'L1' as const}}
  const {metis, lockingPool, lockingInfo, bridge, addressManager} = contracts
  return Promise.all([
    checkCode(at, 'LockingPool', lockingPool),
    checkCode(at, 'LockingInfo', lockingInfo),
    checkCode(at, 'METIS on L1', metis),
    checkCode(at, 'L1 bridge', bridge),
    checkCode(at, 'address manager', addressManager),
    ...poolPointers(at.client, contracts).map((pointer) => checkPointer(at, pointer)),
  ])
}

function checkL2Contracts(context: Context): Promise<Check[]> {
  const at = {client: context.l2().client, mend: {context, part: 'L2' as const}}
  const {sequencerSet, bridge} = context.network.l2.contracts
  return Promise.all([
    checkCode(at, 'MetisSequencerSet', sequencerSet),
    checkCode(at, 'L2 bridge', bridge),
    ...deployedLst(context.network.lst).map(({about, addresses}) =>
      checkCode(at, about.entryLabel, addresses[about.entry]!),
    ),
    ...deployedMarkets(context.network.defi).flatMap(({about, addresses}) =>
      Object.entries(addresses).map(([key, address]) =>
        checkCode(at, `${about.name} ${key}`, address),
      ),
    ),
  ])
}

interface Place {
  client: ChainClient
  mend: Mend
}

function checkCode({client, mend}: Place, name: string, address: Address): Promise<Check> {
  return attempt({id: 'code', label: `${name} ${address} has code`, mend}, async () => {
    const code = await getCode(client, {address})
    if (!code) throw new Error('no code at this address')
    return `${(code.length - 2) / 2} bytes`
  })
}

/** LockingPool controls funds, so its code is checked even if the network lists no implementations. */
async function unknownImplementations({network, l1, l2}: Context): Promise<UnknownCode[]> {
  const {lockingPool, lockingInfo} = network.l1.contracts
  const {poolImplementations = {}, infoImplementations} = network.l1
  const {sequencerSetImplementations, contracts} = network.l2
  const found = await Promise.all([
    unknownCode(l1().client, 'LockingPool', lockingPool, Object.keys(poolImplementations)),
    infoImplementations &&
      unknownCode(l1().client, 'LockingInfo', lockingInfo, infoImplementations),
    sequencerSetImplementations &&
      unknownCode(
        l2().client,
        'MetisSequencerSet',
        contracts.sequencerSet,
        sequencerSetImplementations,
      ),
  ])
  return found.filter((each) => each !== null && each !== undefined)
}

async function unknownCode(
  client: ChainClient,
  contract: string,
  proxy: Address,
  known: readonly string[],
): Promise<UnknownCode | null> {
  try {
    const implementation = await readImplementation(client, proxy)
    const isKnown = (each: string) =>
      implementation !== null && isAddressEqual(each as Address, implementation)
    return known.some(isKnown) ? null : {contract, implementation}
  } catch {
    // A missing response has its own line.
    return null
  }
}

function checkPointer({mend}: Place, {label, expected, read}: Pointer): Promise<Check> {
  return attempt({id: 'pointer', label, mend}, async () => {
    const actual = await read()
    if (!isAddressEqual(actual, expected)) throw new Error(`it is ${actual}`)
    return 'yes'
  })
}

async function attempt(
  {id, label, mend}: Pick<Check, 'id' | 'label'> & {mend: Mend},
  act: () => Promise<string>,
): Promise<Check> {
  try {
    return {id, label, ok: true, seen: await act(), remedy: ''}
  } catch (error) {
    return {id, label, ok: false, seen: reasonOf(error), remedy: remedyOf(mend, isAway(error))}
  }
}

/** The command that sets another endpoint for a source. */
const ANOTHER = {
  L1: '`metis-seq init --replace --l1-rpc-url URL`',
  L2: '`metis-seq init --replace --l2-rpc-url URL`',
  pos: '`metis-seq init --replace --pos-url URL`',
  'L1 heads': '`metis-seq init --replace --l1-ws-url URL`',
  'L2 heads': '`metis-seq init --replace --l2-ws-url URL`',
}

interface Mend {
  context: Pick<Context, 'network' | 'networkName' | 'profileName'>
  part: keyof typeof ANOTHER
}

/** With the command for the profile in question; without one, the command creates one. */
function remedyOf({context, part}: Mend, away: boolean): string {
  const {network, networkName, profileName} = context
  const who =
    profileName === null ? `--network ${networkName}` : `--profile ${profileName} --replace`
  const another = ANOTHER[part].replace('--replace', who)
  if (!away) return `Correct it in the network document, or switch to another endpoint: ${another}.`
  const tells = network.kind === 'local' ? '; check with `metis-seq local status`' : ''
  return `If it should be running, start it or wait${tells}. Otherwise switch to another one: ${another}.`
}

/** As far as known, the settings are correct. */
function isAway(error: unknown): boolean {
  const known = findCause(error, MetisSeqError)
  return known?.exit === 'unreachable' && known.retryable
}

function reasonOf(error: unknown): string {
  const known = findCause(error, MetisSeqError)
  // For one endpoint: it says nothing about the others.
  const isSilent = known?.code === 'ENDPOINT_UNREACHABLE'
  const reason = (isSilent ? findCause(error, RpcTransportError) : undefined) ?? known
  if (reason) return reason.message
  return messageOf(error).split('\n')[0] ?? ''
}
