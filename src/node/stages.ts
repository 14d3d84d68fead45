/** The ten stages, each built from those before it, in the order of the table in README.md. */
import {join} from 'node:path'

import type {Address, Hex} from 'viem'

import {systemClock} from '../lib/clock.ts'
import type {RpcClient} from '../lib/json-rpc.ts'
import {errorFacts, type Logger} from '../lib/log.ts'
import type {TxBatch} from '../protocol/batch-codec.ts'
import {lowerCase} from '../protocol/block.ts'
import {PoolJournal} from '../store/pool-journal.ts'
import type {SignGuard} from '../store/sign-guard.ts'
import type {ChainState} from './chain-state.ts'
import {openIngress} from './ingress.ts'
import type {Genesis} from './engine/genesis.ts'
import {assertGuardCovers} from './guard/rebuild.ts'
import {Heads} from './heads/heads.ts'
import {L1Loop} from './l1-loop.ts'
import {STARTUP_GRACE_MS} from './limits.ts'
import {Accounts} from './mempool/accounts.ts'
import {CostModel} from './mempool/cost-model.ts'
import {Mempool} from './mempool/mempool.ts'
import {AdmissionControl} from './mempool/admission-control.ts'
import {SlowCode} from './mempool/slow-code.ts'
import {Metrics} from './metrics.ts'
import type {NodeOptions} from './node-options.ts'
import type {BlockExchange, Delivery} from './peers/exchange.ts'
import {Forwarder} from './peers/forwarder.ts'
import {SenderRecovery} from './rpc/sender-recovery.ts'
import {Driver} from './sequencing/driver.ts'
import {StartGate, type StartGateOptions} from './sequencing/start-gate.ts'
import {SyncWatch} from './sequencing/sync-watch.ts'
import {
  openBatcher,
  openChain,
  openDeposits,
  openExchange,
  ingressRulesOf,
  rulesOf,
} from './stage-parts.ts'
import type {Closer} from './node-parts.ts'
import {Refusals} from '../lib/refusals.ts'
import type {RefusedKind} from '../protocol/node-status.ts'
import {descriptorPlan} from './descriptors.ts'
import type {NodeParts} from './node-parts.ts'
import {NodeEvents} from './node-events.ts'

export interface Stages extends NodeParts {
  forwarder: Forwarder
  /** Like `accept` for each; invalid transactions are dropped silently. */
  acceptMany(raws: readonly string[], agesMs: readonly number[], from: Address): Promise<Delivery[]>
  /** Restores the transactions that an earlier run of the node accepted. */
  restorePool(): Promise<void>
}

export interface StageContext {
  genesis: Genesis
  l1: RpcClient
  /** Everything to be closed is added here, in the order of opening. */
  closers: Closer[]
  onHalt(error: unknown): void
}

/**
 * Opens the stores and connects the stages. Nothing is running yet.
 *
 * @throws {MetisSeqError} CHAIN_LOG_MISMATCH, STORE_DAMAGED, SIGN_GUARD_DAMAGED,
 * SIGN_GUARD_MISSING, SIGN_GUARD_BEHIND, FILE_NOT_WRITABLE
 */
export function openStages(options: NodeOptions, context: StageContext): Stages {
  const {clock = systemClock} = options
  const {genesis, closers} = context
  const metrics = new Metrics()
  const {chain, guard} = openChain(options, genesis, metrics, closers)
  const exchange = openExchange(options, genesis, clock)
  const recovery = new SenderRecovery()
  closers.push(() => recovery.close())
  const poolJournal = PoolJournal.open(join(options.dataDir, 'pool.journal'))
  closers.push(() => poolJournal.close())
  const parts = {chain, guard, exchange, recovery, metrics, poolJournal}
  return connectStages(options, context, parts)
}

/**
 * Everything that touches the outside: files, the engine, the network, threads. A simulation
 * provides its own.
 */
export interface OuterParts {
  chain: ChainState
  guard: SignGuard
  exchange: BlockExchange
  recovery: Pick<SenderRecovery, 'recover'>
  metrics: Metrics
  /** Preserves the pool across a restart. */
  poolJournal?: Pick<PoolJournal, 'append' | 'withdraw' | 'rewrite' | 'load'>
}

/**
 * Connects the stages over parts that are open already. Nothing is running yet.
 *
 * @throws {MetisSeqError} SIGN_GUARD_MISSING, SIGN_GUARD_BEHIND
 */
export function connectStages(
  options: NodeOptions,
  context: StageContext,
  {chain, guard, exchange, recovery, metrics, poolJournal}: OuterParts,
): Stages {
  const {network, logger, clock = systemClock} = options
  const {genesis, l1, onHalt} = context
  const costs = new CostModel(network.l2.slotMs)
  const mempool = new Mempool({}, costs)
  const {growth} = chain.state
  const admission = new AdmissionControl(costs, () => growth.gasCapacity)
  const slowCode = new SlowCode(network.l2.slotMs)
  const rules = rulesOf(network)
  const accounts = new Accounts(chain.engine)
  const watch = new NodeEvents()
  const turn = () => chain.rotation.turnAt(chain.head().number + 1)
  const isOurTurn = () => turn().whose === 'mine'
  const forwarder = new Forwarder({
    ...{mempool, exchange, turn, clock, slotMs: network.l2.slotMs},
    logger: logger.child('forward'),
  })

  const {accept, acceptMany, readmit} = openIngress({
    ...{recovery, accounts, mempool, slowCode, forwarder, metrics, journal: poolJournal},
    rules: ingressRulesOf(network),
    contracts: network.l2.contracts,
    owners: () => ({mpc: chain.rotation.mpcAddress(), relayer: network.l2.bundled?.relayer}),
    nowMs: () => clock.monotonicMs(),
    // Blocks of a single transaction have no slot that could be full.
    capacity: (ageMs) =>
      chain.head().number + 1 < rules.phase2Block
        ? undefined
        : admission.capacity(driver.slotTime, ageMs),
    stateCapacity: () => ({...growth.size, isFull: growth.isFull, gasCapacity: growth.gasCapacity}),
    onHeld(hash) {
      driver.gather()
      watch.accepted(hash)
    },
  })
  const tidyJournal = () => {
    const held = mempool.all().map(({raw}) => raw)
    rewriteJournal(poolJournal, [...held, ...driver.lostTransactions], logger)
  }
  const gate = openGate(options, {chain, guard, exchange}, () => ({
    isL1Asked: l1Loop.isReachable !== undefined,
    isL1Read: heads.isTipRead,
    holdsL1: heads.tip().isOurs,
  }))
  const heads = openHeads(options, context, chain, (batch) => gate.noteBatch(batch))
  const driver = new Driver({
    ...{chain, guard, gate, mempool, accounts, admission, costs, slowCode, exchange, rules, clock},
    ...{metrics, onHalt, slotMs: network.l2.slotMs},
    signer: options.signerAccount,
    emptyBlocks: network.l2.emptyBlocks,
    logger: logger.child('driver'),
    reorgFloor: () => heads.reorgFloor(),
    l1Divergence: () => heads.l1Divergence(),
    keep: (raws) => raws.forEach((raw) => poolJournal?.append(raw)),
    reaccept: readmit,
    onHead: () => watch.headMoved(),
    onTidied: tidyJournal,
  })
  watch.onHead(() => forwarder.headMoved())
  const deposits = openDeposits(options, l1, chain, isOurTurn, accept)
  const batcher = openBatcher(options, l1, chain, isOurTurn, clock, (l2Block) => heads.pin(l2Block))
  const l1Loop = new L1Loop({
    ...{heads, deposits, batcher, clock, metrics, logger: logger.child('l1')},
  })
  return {
    ...{options, genesis, chain, guard, gate, mempool, exchange, driver, heads, l1Loop, metrics},
    ...{clock, accept, descriptors: descriptorPlan(), refusals: new Refusals<RefusedKind>(clock)},
    ...{forwarder, acceptMany, watch, sync: new SyncWatch(logger.child('sync'))},
    restorePool: () => readmit(poolJournal?.load() ?? []),
    clientVersion: `metis-seq/${chain.engine.version.replace('/', '-')}`,
  }
}

/** @throws {MetisSeqError} SIGN_GUARD_MISSING, SIGN_GUARD_BEHIND */
function openGate(
  {network, signerAccount, alone, startupGraceMs, logger, clock = systemClock}: NodeOptions,
  {chain, guard, exchange}: Pick<OuterParts, 'chain' | 'guard' | 'exchange'>,
  l1: StartGateOptions['l1'],
): StartGate {
  const me = lowerCase(signerAccount.address)
  assertGuardCovers(guard, chain.log, me)
  return new StartGate({
    ...{chain, guard, exchange, me, l1, clock, logger: logger.child('start')},
    chainId: network.l2.chainId,
    isAlone: alone ?? false,
    startupGraceMs: startupGraceMs ?? STARTUP_GRACE_MS,
  })
}

function openHeads(
  options: NodeOptions,
  {genesis, l1}: StageContext,
  {log}: ChainState,
  onBatch: (batch: TxBatch) => void,
): Heads {
  const {network, dataDir, logger, clock = systemClock} = options
  return new Heads({
    l1,
    network: network.l1,
    genesisNumber: genesis.number,
    block: (number) => log.block(number),
    cursorFile: join(dataDir, 'batch-cursor.json'),
    pinFile: join(dataDir, 'batch-pin.json'),
    nowMs: () => clock.nowMs(),
    onBatch,
    logger: logger.child('heads'),
  })
}

/** Drops entries from the journal that no longer wait. */
function rewriteJournal(
  journal: OuterParts['poolJournal'],
  raws: readonly Hex[],
  logger: Logger,
): void {
  try {
    journal?.rewrite(raws)
  } catch (error) {
    // It only grows until there is space again.
    logger.warn('pool journal not compacted', errorFacts(error))
  }
}
