/** The parts of the stages, each built from the options alone. Assembled in stages.ts. */
import {join} from 'node:path'

import type {Hash} from 'viem'

import {systemClock, type Clock} from '../lib/clock.ts'
import {MetisSeqError} from '../lib/errors.ts'
import type {RpcClient} from '../lib/json-rpc.ts'
import {lowerCase} from '../protocol/block.ts'
import type {Network} from '../protocol/network.ts'
import {parsePeerAddress} from '../protocol/peer-address.ts'
import {ChainLog} from '../store/chain-log.ts'
import {SignGuard} from '../store/sign-guard.ts'
import {createBatcher, disabledBatcher} from './batcher/batcher.ts'
import {ChainState} from './chain-state.ts'
import {descriptorPlan} from './descriptors.ts'
import {createDepositRelay, disabledDeposits} from './deposits/deposits.ts'
import {createEngine} from './engine/create-engine.ts'
import type {Genesis} from './engine/genesis.ts'
import {Inbox} from './inbox/inbox.ts'
import {
  BATCH_MAX_AGE_MS,
  BATCH_MAX_GAS_GWEI,
  BLOCK_CLOCK_SKEW_SECONDS,
  MAX_TRANSACTION_BYTES,
  MAX_TRANSACTION_GAS,
  MIN_GAS_PRICE_WEI,
  SUGGESTED_GAS_PRICE_WEI,
} from './limits.ts'
import type {TransactionRules} from '../protocol/transaction.ts'
import {PEER_POLL_MS} from './peer-limits.ts'
import type {Metrics} from './metrics.ts'
import type {NodeOptions} from './node-options.ts'
import type {BlockExchange} from './peers/exchange.ts'
import {Libp2pExchange} from './peers/libp2p-exchange.ts'
import {Rotation} from './rotation/rotation.ts'
import type {BlockRules} from './sequencing/check-block.ts'
import type {Closer, NodeParts} from './node-parts.ts'
import {WalletWatch} from './wallets.ts'

export function openChain(
  {network, dataDir, signerAccount, stateLeaves, logger, clock = systemClock}: NodeOptions,
  genesis: Genesis,
  metrics: Metrics,
  closers: Closer[],
): {chain: ChainState; guard: SignGuard} {
  const log = ChainLog.open(join(dataDir, 'chain.sqlite'), genesis)
  closers.push(() => log.close())
  const guard = SignGuard.open(join(dataDir, 'sign-guard.log'))
  closers.push(() => guard.end())
  const engine = createEngine(genesis, {
    dir: join(dataDir, 'engine'),
    isRehearsal: network.kind === 'local',
    logger: logger.child('engine'),
  })
  closers.push(() => engine.stop())
  const rotation = new Rotation({
    engine,
    sequencerSet: network.l2.contracts.sequencerSet,
    me: signerAccount.address,
  })
  const chain = new ChainState({
    ...{engine, log, rotation, stateLeaves},
    snapshotDir: join(dataDir, 'snapshots'),
    logger: logger.child('chain'),
    onExecuted: (ms) => metrics.observe('build', ms),
    onGate: (ms) => metrics.observe('gate', ms),
    nowMs: () => clock.monotonicMs(),
    wallMs: () => clock.nowMs(),
  })
  return {chain, guard}
}

/** @throws {MetisSeqError} PEER_ADDRESS_INVALID */
export function openExchange(options: NodeOptions, genesis: Genesis, clock: Clock): BlockExchange {
  const {network, peer, bootnodes = [], followers = [], signerAccount, logger, dataDir} = options
  const {host, port, advertiseAddress} = peer
  return new Libp2pExchange({
    ...{host, port, followers, clock},
    connections: descriptorPlan().peers,
    advertiseAddress: advertiseAddress && peerAddress(advertiseAddress),
    bootnodes: [...bootnodes, ...(network.l2.bundled?.bootnodes ?? [])].map(peerAddress),
    chainId: network.l2.chainId,
    fingerprint: genesis.fingerprint,
    openToFollowers: network.l2.bundled?.followers === 'anyone',
    signer: signerAccount,
    peerKeyFile: join(dataDir, 'peer.key'),
    pollMs: Math.min(PEER_POLL_MS, network.l2.slotMs),
    logger: logger.child('peers'),
  })
}

function peerAddress(text: string): string {
  const address = parsePeerAddress(text)
  if (address !== undefined) return address
  throw new MetisSeqError({
    code: 'PEER_ADDRESS_INVALID',
    message: `${text} is not a valid peer address.`,
    facts: {address: text},
    hints: [
      'Write it as /ip4/192.0.2.1/tcp/30303, /dns4/seq.example/tcp/30303 or seq.example:30303.',
    ],
  })
}

export function openDeposits(
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

export function openBatcher(
  {
    network,
    batchAccount,
    logger,
    batchMaxAgeMs = BATCH_MAX_AGE_MS,
    batchMaxGasGwei = BATCH_MAX_GAS_GWEI,
  }: NodeOptions,
  l1: RpcClient,
  chain: ChainState,
  isOurTurn: () => boolean,
  clock: Clock,
  pin: (l2Block: number) => void,
) {
  if (!batchAccount) return disabledBatcher
  const inbox = new Inbox({
    ...{l1, clock},
    l1ChainId: network.l1.chainId,
    batchInbox: network.l1.contracts.batchInbox,
    account: batchAccount,
    maxGasGwei: batchMaxGasGwei,
    logger: logger.child('inbox'),
  })
  return createBatcher({
    ...{inbox, isOurTurn, clock, pin},
    engine: chain.engine,
    sequencerSet: network.l2.contracts.sequencerSet,
    marginBlocks: network.l2.batchMarginBlocks,
    head: () => chain.head().number,
    block: (number) => chain.log.block(number),
    logger: logger.child('batcher'),
    maxAgeMs: batchMaxAgeMs,
  })
}

/** Accounts whose balance this node depends on. */
export function openWallets({options, chain, clock}: NodeParts, l1: RpcClient): WalletWatch {
  const {network, batchAccount, signerAccount, logger} = options
  const relayer = network.l2.bundled?.relayer
  return new WalletWatch({
    wallets: () => {
      const mpc = chain.rotation.mpcAddress()
      return [
        {alias: 'signer', chain: 'l2', address: lowerCase(signerAccount.address)},
        ...(mpc ? [{alias: 'mpc', chain: 'l2' as const, address: lowerCase(mpc)}] : []),
        ...(relayer ? [{alias: 'relayer', chain: 'l2' as const, address: lowerCase(relayer)}] : []),
        ...(batchAccount
          ? [{alias: 'batcher', chain: 'l1' as const, address: lowerCase(batchAccount.address)}]
          : []),
      ]
    },
    read: (chainName, method, account) =>
      chainName === 'l1'
        ? l1.request(method, [account, 'latest'])
        : chain.gate.read(() => chain.engine.read(method, [account], chain.head().number)),
    clock,
    logger: logger.child('wallets'),
  })
}

/** Transactions that l2geth accepts from clients: legacy ones that pay the full suggested price. */
export function ingressRulesOf(network: Network): TransactionRules {
  const {transactions} = rulesOf(network)
  return {...transactions, minGasPriceWei: SUGGESTED_GAS_PRICE_WEI, onlyLegacy: true}
}

export function rulesOf({l2}: Network): BlockRules {
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
