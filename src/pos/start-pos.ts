import {join} from 'node:path'

import type {Address, Hash, LocalAccount} from 'viem'

import {systemClock, type Clock} from '../lib/clock.ts'
import {MetisSeqError} from '../lib/errors.ts'
import {isLoopbackHost} from '../lib/host-names.ts'
import type {TlsOptions} from '../lib/json-rpc.ts'
import {isRecord} from '../lib/json.ts'
import {errorFacts, type Logger} from '../lib/log.ts'
import type {Network} from '../protocol/network.ts'
import {MIN_EPOCHS_PER_REWARD_BATCH} from '../protocol/reward.ts'
import {lockDirectory} from '../store/dir-lock.ts'
import type {Consensus} from './consensus.ts'
import {createEndpoints, type Endpoints} from './endpoints.ts'
import {PosHost} from './host.ts'
import {DEFAULT_RESPAN_EXTENSION_BLOCKS} from './respan.ts'
import {startRest} from './rest.ts'
import {openToken} from './rest-token.ts'
import {createSolo} from './solo.ts'
import {initialState, latestSpan, type PosState} from './state.ts'
import {openPosStore, type PosStore} from './store.ts'
import type {PosStatus} from './pos-status.ts'

export type {PosStatus} from './pos-status.ts'

const DEFAULT_POLL_MS = 1000
const DEFAULT_REWARD_BATCH_EPOCHS = 10
/** A stopped L2 node delays a poll of the chain by at most this. */
const L2_TIMEOUT_MS = 2500
const L1_TIMEOUT_MS = 10_000

export interface PosOptions {
  network: Network
  /** Directory of `pos.sqlite` and the lock. Created if missing. */
  dataDir: string
  /** Port 0 picks a free one. Any host but loopback exposes the state. */
  listen: {host: string; port: number; hostNames?: readonly string[]}
  /** The `mpcAddress` of MetisSequencerSet and LockingPool. */
  mpcAccount: LocalAccount
  logger: Logger
  clock?: Clock
  pollMs?: number
  /** Finalized epochs per reward batch, at least 2. */
  rewardBatchEpochs?: number
  /** Blocks a respan extends past the epoch it replaces. */
  respanExtensionBlocks?: number
  /** Overrides the network's URLs. */
  l1RpcUrl?: string
  l2RpcUrls?: string[]
  /** Certificate authority to trust for `https:` addresses of both chains. */
  tls?: TlsOptions
  openStore?: typeof openPosStore
}

export interface Pos {
  restUrl: string
  status(): PosStatus
  /** Resolves when everything is closed: loop, server, store and lock. */
  stop(): Promise<void>
}

/**
 * Starts the consensus layer: it reads the L1, plans and commits epochs, respans from a silent
 * producer, pays reward batches, and serves the Themis REST API.
 *
 * - Signed by: MPC.   Chain: L1 and L2.   Value: 0.
 *
 * @returns once REST responds and both chains have proved their ids, unless the L2 is not up yet;
 * the first poll follows later
 * @throws {MetisSeqError} WRONG_CHAIN, CHAIN_UNREACHABLE, DIRECTORY_LOCKED, FOREIGN_DATA,
 * PORT_BUSY, DISK_FULL; then nothing keeps running
 */
export async function startPos(options: PosOptions): Promise<Pos> {
  const {network, dataDir, listen, mpcAccount: account, logger} = options
  const cleanup = new AsyncDisposableStack()
  try {
    const {l1, l2} = connectBoth(options)
    cleanup.defer(() => l1.close())
    cleanup.defer(() => l2.close())
    await Promise.all([l1.prove(), proveOrWait(l2, logger)])
    cleanup.adopt(lockDirectory(dataDir, 'pos'), (lock) => lock.release())
    const openStore = options.openStore ?? openPosStore
    const store = cleanup.adopt(
      openStore(join(dataDir, 'pos.sqlite'), identityOf(network)),
      (opened) => opened.close(),
    )
    const host = hostOver(createSolo({store, initial: firstState(network)}), options, {
      l1,
      l2,
      store,
    })
    let restUrl = ''
    const status = () => statusOf(host, account.address, restUrl)
    const rest = cleanup.adopt(
      await startRest(
        {
          network,
          account,
          store,
          state: () => host.state(),
          status,
          epochLength: () => host.observations().epochLength,
          l1BlockOf: (txHash) => readBlockOf(l1, txHash),
          requestSignature: (request) => host.signer.sign(request),
          onError: (error) => logger.error('rest-failed', errorFacts(error)),
        },
        {...listen, token: openToken(dataDir)},
      ),
      (server) => server.close(),
    )
    restUrl = rest.url
    // Disposed of in reverse: the host first, then what it uses.
    cleanup.adopt(host, (running) => running.stop())
    host.start()
    if (!isLoopbackHost(listen.host)) logger.warn('rest-not-loopback', {host: listen.host})
    logger.info('pos-started', {restUrl, mpcAddress: account.address, l1Cursor: status().l1Cursor})
    return {restUrl, status, stop: () => cleanup.disposeAsync()}
  } catch (error) {
    await cleanup.disposeAsync()
    throw error
  }
}

function hostOver(
  consensus: Consensus,
  {network, mpcAccount: account, logger, clock = systemClock, ...options}: PosOptions,
  parts: {l1: Endpoints; l2: Endpoints; store: PosStore},
): PosHost {
  const host = {
    ...{...parts, network, account, logger, clock},
    pollMs: options.pollMs ?? DEFAULT_POLL_MS,
    rewardBatchEpochs: rewardEpochs(options.rewardBatchEpochs),
    respanExtension: BigInt(options.respanExtensionBlocks ?? DEFAULT_RESPAN_EXTENSION_BLOCKS),
  }
  return new PosHost(host, consensus)
}

function firstState({l1}: Network): PosState {
  return initialState(BigInt(l1.deploymentBlock))
}

function connectBoth({network, l1RpcUrl, l2RpcUrls, tls = {}}: PosOptions) {
  const l1 = createEndpoints({
    chainName: 'L1',
    chainId: network.l1.chainId,
    urls: l1RpcUrl === undefined ? network.l1.rpcUrls : [l1RpcUrl],
    timeoutMs: L1_TIMEOUT_MS,
    tls,
  })
  const l2 = createEndpoints({
    chainName: 'L2',
    chainId: network.l2.chainId,
    urls: l2RpcUrls ?? network.l2.rpcUrls,
    timeoutMs: L2_TIMEOUT_MS,
    tls,
  })
  return {l1, l2}
}

/** Nodes may start after the consensus layer; one that serves another chain is always wrong. */
async function proveOrWait(l2: Endpoints, logger: Logger): Promise<void> {
  try {
    await l2.prove()
  } catch (error) {
    if (!(error instanceof MetisSeqError) || error.code !== 'CHAIN_UNREACHABLE') throw error
    logger.warn('waiting-for-l2', {endpoints: l2.names.join(', ')})
  }
}

async function readBlockOf(l1: Endpoints, txHash: Hash): Promise<bigint | null> {
  const receipt = await l1.request('eth_getTransactionReceipt', [txHash])
  return isRecord(receipt) ? BigInt(String(receipt['blockNumber'])) : null
}

/** Data of one network must never continue on another, however similar the two are. */
function identityOf({l1, l2}: Network): string {
  const parts = [l1.chainId, l1.contracts.lockingInfo, l2.chainId, l2.contracts.sequencerSet]
  return parts.join(' ').toLowerCase()
}

function rewardEpochs(value = DEFAULT_REWARD_BATCH_EPOCHS): number {
  if (Number.isInteger(value) && value >= MIN_EPOCHS_PER_REWARD_BATCH) return value
  throw new MetisSeqError({
    code: 'REWARD_BATCH_TOO_SMALL',
    message: `A reward batch of ${value} epochs is not possible: LockingPool requires at least ${MIN_EPOCHS_PER_REWARD_BATCH}.`,
    facts: {rewardBatchEpochs: `${value}`},
  })
}

function statusOf(host: PosHost, mpcAddress: Address, restUrl: string): PosStatus {
  const state = host.state()
  const troubles = host.failures()
  const {revision, l1Cursor, l1Batch, validators, pendingRespan, respanAttempts, lastRewardBatch} =
    state
  return {
    restUrl,
    mpcAddress,
    revision,
    l1Cursor,
    l1Batch,
    validators,
    latestSpan: latestSpan(state) ?? null,
    pendingRespan,
    respanAttempts,
    lastRewardBatch,
    ...host.observations(),
    troubles,
    lastError: troubles.at(-1)?.message ?? null,
  }
}
