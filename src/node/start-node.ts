/**
 * The whole node on one screen: each stage is built from those before it, in the order of the table in
 * README.md.
 */
import {join} from 'node:path'

import type {Address, Hash, Hex} from 'viem'

import {systemClock, type Clock} from '../lib/clock.ts'
import {createRpcClient, type RpcClient} from '../lib/json-rpc.ts'
import type {Logger} from '../lib/log.ts'
import {lowerCase} from '../protocol/block.ts'
import type {Network} from '../protocol/network.ts'
import {ENGINE_VERSION} from '../process/find-engine.ts'
import {ChainLog} from '../store/chain-log.ts'
import {lockDirectory} from '../store/dir-lock.ts'
import {SignGuard} from '../store/sign-guard.ts'
import {startAdminServer} from './admin/admin-server.ts'
import {createBatcher, disabledBatcher} from './batcher/batcher.ts'
import {ChainState} from './chain-state.ts'
import {createDepositRelay, disabledDeposits} from './deposits/deposits.ts'
import {AnvilEngine} from './engine/anvil-engine.ts'
import type {Genesis} from './engine/genesis.ts'
import {Heads} from './heads/heads.ts'
import {Inbox} from './inbox/inbox.ts'
import {L1Loop} from './l1-loop.ts'
import {
  BATCH_MAX_AGE_MS,
  BLOCK_CLOCK_SKEW_SECONDS,
  L1_TIMEOUT_MS,
  MAX_TRANSACTION_BYTES,
  MAX_TRANSACTION_GAS,
  MIN_GAS_PRICE_WEI,
  PEER_POLL_MS,
  STARTUP_GRACE_MS,
} from './limits.ts'
import {Accounts} from './mempool/accounts.ts'
import {Mempool} from './mempool/mempool.ts'
import {Metrics} from './metrics.ts'
import type {BlockExchange} from './peers/exchange.ts'
import {Forwarder} from './peers/forwarder.ts'
import {HttpExchange} from './peers/http-exchange.ts'
import {createMembership} from './peers/membership.ts'
import {checkOptions} from './preflight.ts'
import {Rotation} from './rotation/rotation.ts'
import {acceptTransaction, isSendersFault} from './rpc/accept-transaction.ts'
import {SenderRecovery} from './rpc/sender-recovery.ts'
import {startRpcServer} from './rpc/server.ts'
import type {BlockRules} from './sequencing/check-block.ts'
import {Driver} from './sequencing/driver.ts'
import {rpcContextOf, statusOf, gaugesOf, type NodeParts} from './status-of.ts'
import type {NodeStatus} from './status.ts'

export interface NodeAccount {
  address: Address
  privateKey: Hex
}

export interface NodeOptions {
  /** Shown in the status and in logs. */
  name: string
  /** Must have `l2.bundled`. */
  network: Network
  /** Belongs to this node alone; locked while it runs. */
  dataDir: string
  signerAccount: NodeAccount
  /** Port 0 lets the system choose. */
  rpc: {host: string; port: number}
  peer: {host: string; port: number; advertiseUrl?: string}
  /** On top of those in the network document. */
  bootnodes?: string[]
  l1RpcUrl: string
  /** Null: this node relays no deposits. */
  relayerAccount: NodeAccount | null
  /** Null: this node sends no batches. */
  batchAccount: NodeAccount | null
  logger: Logger
  clock?: Clock
  /** How long a starting node stays silent when no peer answers. */
  startupGraceMs?: number
  /** A batch that is not full is sent after this; 30 s when left out. */
  batchMaxAgeMs?: number
}

export interface RunningNode {
  readonly rpcUrl: string
  readonly peerUrl: string
  status(): NodeStatus
  /** Resolves after `stop`; rejects with the reason when the node halts, which then still answers. */
  readonly stopped: Promise<void>
  /** Finishes the slot, hands the pool over, saves the state. Resolves when all is closed. */
  stop(): Promise<void>
}

type Closer = () => Promise<void> | void

/**
 * Starts a sequencer node.
 *
 * - Signed by: signer, for each block.   Chain: L2, reads and writes L1.   Value: none.
 *
 * @returns once it serves; it is silent until it caught up with its peers
 * @throws {MetisSeqError} DIRECTORY_LOCKED, PORT_BUSY, WRONG_CHAIN, GENESIS_MISMATCH, GENESIS_UNREADABLE,
 *   NOT_BUNDLED, SIGNER_MISMATCH, ENGINE_MISSING, CHAIN_LOG_MISMATCH, CHAIN_LOG_DIVERGED, STORE_DAMAGED,
 *   SIGN_GUARD_DAMAGED. Nothing keeps running then
 */
export async function startNode(options: NodeOptions): Promise<RunningNode> {
  const closers: Closer[] = []
  try {
    return await build(options, closers)
  } catch (error) {
    await closeAll(closers)
    throw error
  }
}

async function build(options: NodeOptions, closers: Closer[]): Promise<RunningNode> {
  const {network, dataDir, logger, clock = systemClock} = options
  const l1 = createRpcClient(options.l1RpcUrl, {timeoutMs: L1_TIMEOUT_MS})
  closers.push(() => l1.close())
  const genesis = await checkOptions(options, l1)
  const lock = lockDirectory(dataDir, 'data')
  closers.push(() => lock.release())

  const ended = Promise.withResolvers<void>()
  ended.promise.catch(() => {})
  const metrics = new Metrics()
  const mempool = new Mempool()
  const {chain, guard} = openChain(options, genesis, metrics, closers)
  const rules = rulesOf(network)
  const accounts = new Accounts(chain.engine)
  const exchange = openExchange(options, genesis, clock)
  const recovery = new SenderRecovery()
  closers.push(() => recovery.close())
  const turn = () => chain.rotation.turnAt(chain.head().number + 1)
  const isOurTurn = () => turn().whose === 'mine'
  const forwarder = new Forwarder({mempool, exchange, turn, clock, logger: logger.child('forward')})

  const accept = (raw: string): Promise<Hash> =>
    acceptTransaction(raw, {
      rules: rules.transactions,
      contracts: network.l2.contracts,
      owners: () => ({
        mpc: chain.rotation.mpcAddress(),
        relayer: network.l2.bundled?.relayer,
      }),
      recovery,
      accounts,
      mempool,
      nowMs: () => clock.monotonicMs(),
      onAccepted: ({hash}) => {
        driver.wake()
        forwarder.add(hash)
      },
    })
  const acceptMany = async (raws: readonly string[]): Promise<void> => {
    await Promise.all(raws.map((raw) => accept(raw).catch(ignoreSendersFault)))
  }
  const heads = new Heads({
    l1,
    network: network.l1,
    genesisNumber: genesis.number,
    block: (number) => chain.log.block(number),
    cursorFile: join(dataDir, 'batch-cursor.json'),
    logger: logger.child('heads'),
  })
  const driver = new Driver({
    ...{chain, guard, mempool, accounts, exchange, rules, clock, metrics},
    signer: options.signerAccount,
    slotMs: network.l2.slotMs,
    emptyBlocks: network.l2.emptyBlocks,
    startupGraceMs: options.startupGraceMs ?? STARTUP_GRACE_MS,
    logger: logger.child('driver'),
    safeHead: () => heads.safeHead() ?? genesis.number,
    reaccept: acceptMany,
    onHead: () => forwarder.wake(),
    onHalt: (error) => ended.reject(error),
  })
  const l1Loop = new L1Loop({
    ...{heads, clock, metrics},
    deposits: openDeposits(options, l1, chain, isOurTurn, accept),
    batcher: openBatcher(options, l1, chain, isOurTurn, clock),
    logger: logger.child('l1'),
  })

  await chain.restore()
  const isMember = createMembership({
    l1,
    lockingPool: network.l1.contracts.lockingPool,
    rotation: chain.rotation,
  })
  await exchange.start({
    head: () => ({number: chain.head().number, hash: chain.head().hash}),
    blocks: (from, count) => chain.rangeUpTo(from, count),
    onBlock: (block, from) => driver.enqueue(block, from),
    onPeers: () => {
      driver.wake()
      forwarder.wake()
    },
    onTransactions: acceptMany,
    isMember,
  })
  closers.push(() => exchange.stop())
  const parts: NodeParts = {
    ...{options, genesis, chain, mempool, exchange, driver, heads, l1Loop, metrics, clock, accept},
    clientVersion: `metis-seq/anvil-${ENGINE_VERSION}`,
  }
  const status = () => statusOf(parts)
  const rpc = await startRpcServer({
    ...options.rpc,
    context: rpcContextOf(parts),
    logger: logger.child('rpc'),
    isReady: () => ['following', 'building'].includes(driver.phase),
    renderMetrics: () => metrics.render(gaugesOf(parts)),
  })
  closers.push(() => rpc.close())
  const stop = once(async () => {
    await rpc.close()
    await driver.stop()
    await forwarder.handOver()
    await l1Loop.stop()
    await chain.saveSnapshot().catch(() => {})
    await closeAll(closers)
    ended.resolve()
  })
  const requestStop = () => void stop()
  const admin = await startAdminServer({
    dataDir,
    status,
    requestStop,
    logger: logger.child('admin'),
  })
  closers.push(() => admin.close())
  driver.start()
  l1Loop.start()
  logger.info('node started', {name: options.name, head: chain.head().number, rpc: rpc.url})
  return {rpcUrl: rpc.url, peerUrl: exchange.url, status, stopped: ended.promise, stop}
}

function openChain(
  {network, dataDir, signerAccount, logger, clock = systemClock}: NodeOptions,
  genesis: Genesis,
  metrics: Metrics,
  closers: Closer[],
): {chain: ChainState; guard: SignGuard} {
  const log = ChainLog.open(join(dataDir, 'chain.sqlite'), genesis)
  closers.push(() => log.close())
  const guard = SignGuard.open(join(dataDir, 'sign-guard.log'))
  closers.push(() => guard.close())
  const engine = new AnvilEngine({
    genesis,
    dir: join(dataDir, 'engine'),
    logger: logger.child('engine'),
  })
  closers.push(() => engine.stop())
  const rotation = new Rotation({
    engine,
    sequencerSet: network.l2.contracts.sequencerSet,
    me: signerAccount.address,
  })
  const chain = new ChainState({
    ...{engine, log, rotation},
    snapshotDir: join(dataDir, 'snapshots'),
    logger: logger.child('chain'),
    onExecuted: (ms) => metrics.observe('build', ms),
    nowMs: () => clock.monotonicMs(),
  })
  return {chain, guard}
}

function openExchange(options: NodeOptions, genesis: Genesis, clock: Clock): BlockExchange {
  const {network, peer, bootnodes = [], signerAccount, logger} = options
  return new HttpExchange({
    ...peer,
    bootnodes: [...bootnodes, ...(network.l2.bundled?.bootnodes ?? [])],
    chainId: network.l2.chainId,
    fingerprint: genesis.fingerprint,
    openToFollowers: network.l2.bundled?.followers === 'anyone',
    key: signerAccount,
    pollMs: Math.min(PEER_POLL_MS, network.l2.slotMs),
    clock,
    logger: logger.child('peers'),
  })
}

function openDeposits(
  {network, relayerAccount}: NodeOptions,
  l1: RpcClient,
  {engine}: ChainState,
  isOurTurn: () => boolean,
  accept: (raw: string) => Promise<Hash>,
) {
  if (!relayerAccount) return disabledDeposits
  const {l1: l1Network, l2: l2Network} = network
  return createDepositRelay({
    ...{l1, engine, l1Network, l2Network, isOurTurn, accept},
    relayer: relayerAccount,
  })
}

function openBatcher(
  {network, batchAccount, logger, batchMaxAgeMs = BATCH_MAX_AGE_MS}: NodeOptions,
  l1: RpcClient,
  chain: ChainState,
  isOurTurn: () => boolean,
  clock: Clock,
) {
  if (!batchAccount) return disabledBatcher
  const inbox = new Inbox({
    ...{l1, clock},
    l1ChainId: network.l1.chainId,
    batchInbox: network.l1.contracts.batchInbox,
    account: batchAccount,
    logger: logger.child('inbox'),
  })
  return createBatcher({
    ...{inbox, isOurTurn, clock},
    engine: chain.engine,
    sequencerSet: network.l2.contracts.sequencerSet,
    marginBlocks: network.l2.batchMarginBlocks,
    head: () => chain.head().number,
    block: (number) => chain.log.block(number),
    logger: logger.child('batcher'),
    maxAgeMs: batchMaxAgeMs,
  })
}

function rulesOf({l2}: Network): BlockRules {
  return {
    transactions: {
      chainId: l2.chainId,
      minGasPriceWei: MIN_GAS_PRICE_WEI,
      maxGasLimit: MAX_TRANSACTION_GAS,
      maxSizeBytes: MAX_TRANSACTION_BYTES,
    },
    phase2Block: l2.phase2Block,
    contracts: {
      sequencerSet: lowerCase(l2.contracts.sequencerSet),
      bridge: lowerCase(l2.contracts.bridge),
    },
    clockSkewSeconds: BLOCK_CLOCK_SKEW_SECONDS,
  }
}

function ignoreSendersFault(error: unknown): void {
  if (!isSendersFault(error)) throw error
}

/** Newest first, so that nothing is closed under something that still uses it. */
async function closeAll(closers: Closer[]): Promise<void> {
  for (let close = closers.pop(); close; close = closers.pop()) {
    try {
      await close()
    } catch {
      // What cannot be closed is gone; the others must still be closed.
    }
  }
}

function once(act: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  return () => (running ??= act())
}
