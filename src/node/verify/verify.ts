/**
 * In: L1 alone. Out: the chain derived from it, compared with a node's. Called by `node verify`; it
 * shares only code with a running node.
 */
import type {Hash} from 'viem'

import type {Clock} from '../../lib/clock.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import type {RpcClient} from '../../lib/json-rpc.ts'
import type {Logger} from '../../lib/log.ts'
import type {TxBatch} from '../../protocol/batch-codec.ts'
import type {BundledL2, Network} from '../../protocol/network.ts'
import {readDeposits, type Deposit} from '../deposits/read-deposits.ts'
import {createEngine} from '../engine/create-engine.ts'
import type {ExecutionEngine} from '../engine/engine.ts'
import {readGenesis, type Genesis} from '../engine/genesis.ts'
import {BatchReader} from '../inbox/batch-reader.ts'
import type {InboxTransaction} from '../inbox/read-inbox.ts'
import {scanInbox} from '../inbox/scan-inbox.ts'
import {VERIFY_PROGRESS_MS} from '../limits.ts'
import {Rotation} from '../rotation/rotation.ts'
import type {BlockRules} from '../sequencing/check-block.ts'
import {rulesOf} from '../stage-parts.ts'
import {checkDeposit} from './check-deposit.ts'
import {compareBlocks, type RebuiltBlock} from './compare.ts'
import {BrokenRule, type Difference} from './difference.ts'
import {replayBlock} from './replay.ts'

export interface VerifyOptions {
  network: Network
  l1: RpcClient
  /** Null: the chain is rebuilt but not compared. */
  node: RpcClient | null
  /** An empty directory for the engine. Its creator removes it. */
  dir: string
  clock: Clock
  logger: Logger
  signal: AbortSignal
  onProgress(progress: VerifyProgress): void
}

export interface VerifyProgress {
  l1Block: number
  /** The last L1 block that is confirmed. */
  l1Target: number
  l1Start: number
  l2Block: number
  batches: number
  blocks: number
  transactions: number
  seconds: number
}

export interface Verification extends VerifyProgress {
  /**
   * The end of the confirmed batches; after a difference, the last block that could be executed.
   */
  head: {number: number; hash: Hash; stateRoot: Hash}
  /** Payments of deposits that match the L1 bridge. */
  deposits: number
  /** Calldata of all inbox transactions read. */
  l1Bytes: number
  /** Blocks that the node has with the same hash; null when there is no node. */
  equalBlocks: number | null
  difference: Difference | null
}

/**
 * Rebuilds the chain from the batches on L1 and compares every block. Stops at the first
 * difference.
 *
 * - Signed by: nobody.   Chain: L1 and L2, both read.   Value: none.
 *
 * @throws {MetisSeqError} NETWORK_HAS_NO_NODE, GENESIS_MISMATCH, GENESIS_UNREADABLE, WRONG_CHAIN,
 * L1_REORGANIZED, L1_UNREADABLE, NODE_REFUSES
 * @throws the abort reason of the signal
 */
export async function verifyFromL1(options: VerifyOptions): Promise<Verification> {
  const {network, l1, node, dir, logger, signal} = options
  const bundled = requireBundled(network)
  const genesis = readGenesis(bundled.genesisFile)
  if (genesis.fingerprint !== bundled.fingerprint) throw genesisMismatch(bundled, genesis)
  await assertChain('L1', l1, network.l1.chainId)
  if (node) await assertChain('L2', node, network.l2.chainId)
  const engine = createEngine(genesis, {dir, logger, isRehearsal: network.kind === 'local'})
  try {
    await engine.start()
    signal.throwIfAborted()
    const run = new Run(options, engine, bundled)
    return await run.all(genesis)
  } finally {
    await engine.stop()
  }
}

/** One verification: the engine and the counts so far. */
class Run {
  readonly #options: VerifyOptions
  readonly #engine: ExecutionEngine
  readonly #rotation: Rotation
  readonly #rules: BlockRules
  readonly #bundled: BundledL2
  readonly #startedMs: number
  #deposits: ReadonlyMap<number, Deposit> = new Map()
  #counts = {batches: 0, blocks: 0, transactions: 0, deposits: 0, l1Bytes: 0}
  #equalBlocks = 0
  #isNodeBehind = false
  #difference: Difference | null = null
  #l1 = {l1Block: 0, l1Target: 0, l1Start: 0}
  #saidMs = 0

  constructor(options: VerifyOptions, engine: ExecutionEngine, bundled: BundledL2) {
    this.#options = options
    this.#engine = engine
    this.#bundled = bundled
    const {sequencerSet} = options.network.l2.contracts
    this.#rotation = new Rotation({engine, sequencerSet, me: sequencerSet})
    this.#rules = rulesOf(options.network)
    this.#startedMs = options.clock.monotonicMs()
  }

  async all(genesis: Genesis): Promise<Verification> {
    const {network, l1, clock, signal} = this.#options
    const {deploymentBlock, confirmations, contracts} = network.l1
    const l1Target = Number(await l1.request('eth_blockNumber')) - confirmations
    this.#l1 = {l1Block: deploymentBlock, l1Target, l1Start: deploymentBlock}
    await this.#rotation.refresh()
    const deposits = await readDeposits(l1, contracts.bridge, deploymentBlock, l1Target)
    this.#deposits = new Map(deposits.map((deposit) => [deposit.queueIndex, deposit]))
    const reader = new BatchReader({batchIndex: 0, l2Block: genesis.number})
    const range = {fromBlock: deploymentBlock, toBlock: l1Target}
    for await (const block of scanInbox({l1, rules: network.l1, ...range, clock, signal})) {
      this.#l1.l1Block = block.number
      reader.enter(block.number)
      for (const transaction of block.transactions) {
        this.#counts.l1Bytes += transaction.calldata.length / 2 - 1
        const batch = reader.take(block.number, transaction.calldata)
        if (!batch) continue
        await this.#take(batch, transaction)
        if (this.#difference) return this.#result()
      }
      this.#say()
    }
    return this.#result()
  }

  /** Executes a batch, then compares its blocks. */
  async #take(batch: TxBatch, transaction: InboxTransaction): Promise<void> {
    const {signal} = this.#options
    const rebuilt: RebuiltBlock[] = []
    let broken: BrokenRule | undefined
    for (const block of batch.blocks) {
      signal.throwIfAborted()
      const transactions = block.transactions.map(({raw}) => raw)
      try {
        const {number, hash} = await replayBlock(
          {engine: this.#engine, rotation: this.#rotation, rules: this.#rules},
          block,
        )
        rebuilt.push({number, hash, transactions})
        if (this.#isDeposit(transactions)) this.#counts.deposits++
      } catch (error) {
        if (!(error instanceof BrokenRule)) throw error
        broken = error
        break
      }
      this.#counts.blocks++
      this.#counts.transactions += transactions.length
      this.#say()
    }
    this.#counts.batches++
    await this.#compare(rebuilt, batch, transaction)
    if (this.#difference || !broken) return
    const {field, fromL1, other, otherValue} = broken
    // A deposit is checked after its block was executed, everything else before.
    const block = batch.startBlock + rebuilt.length - (other === 'bridge' ? 1 : 0)
    this.#difference = {
      ...this.#placeOf(batch, transaction),
      ...{block, field, fromL1, other, otherValue},
    }
  }

  #isDeposit(transactions: RebuiltBlock['transactions']): boolean {
    const {network} = this.#options
    const {relayer} = this.#bundled
    const l1Metis = network.l1.contracts.metis
    return checkDeposit(
      {rules: this.#rules, relayer, l1Metis, deposits: this.#deposits},
      transactions,
    )
  }

  async #compare(
    rebuilt: readonly RebuiltBlock[],
    batch: TxBatch,
    transaction: InboxTransaction,
  ): Promise<void> {
    const {node, clock, signal} = this.#options
    if (!node || this.#isNodeBehind) return
    const engine = this.#engine
    const {equal, difference} = await compareBlocks({node, engine, clock, signal}, rebuilt)
    this.#equalBlocks += equal
    if (difference) {
      this.#difference = {...this.#placeOf(batch, transaction), ...difference, other: 'node'}
    }
    // It does not return later blocks either.
    this.#isNodeBehind = equal < rebuilt.length
  }

  #placeOf({batchIndex}: TxBatch, {hash}: InboxTransaction) {
    return {
      batchIndex: String(batchIndex),
      l1Transaction: hash,
      l1Block: this.#l1.l1Block,
    }
  }

  #progress(): VerifyProgress {
    const {batches, blocks, transactions} = this.#counts
    const seconds = (this.#options.clock.monotonicMs() - this.#startedMs) / 1000
    return {
      ...this.#l1,
      ...{l2Block: this.#engine.head().number, batches, blocks, transactions, seconds},
    }
  }

  #say(): void {
    const now = this.#options.clock.monotonicMs()
    if (now - this.#saidMs < VERIFY_PROGRESS_MS) return
    this.#saidMs = now
    this.#options.onProgress(this.#progress())
  }

  #result(): Verification {
    const {number, hash, stateRoot} = this.#engine.head()
    const {deposits, l1Bytes} = this.#counts
    return {
      ...this.#progress(),
      head: {number, hash, stateRoot},
      ...{deposits, l1Bytes, difference: this.#difference},
      equalBlocks: this.#options.node ? this.#equalBlocks : null,
    }
  }
}

function requireBundled({name, l2}: Network): BundledL2 {
  if (l2.bundled) return l2.bundled
  throw new MetisSeqError({
    code: 'NETWORK_HAS_NO_NODE',
    message: `The chain of ${name} cannot be rebuilt: its network document has no genesis.`,
    facts: {network: name},
    hints: ['Choose a network with a bundled node, such as `--network local`.'],
  })
}

function genesisMismatch({fingerprint, genesisFile}: BundledL2, genesis: Genesis): MetisSeqError {
  return new MetisSeqError({
    code: 'GENESIS_MISMATCH',
    message: 'The genesis document does not match the network document.',
    facts: {file: genesisFile, expected: fingerprint, actual: genesis.fingerprint},
    hints: ['Copy the genesis document of the network again.'],
  })
}

async function assertChain(name: string, rpc: RpcClient, chainId: number): Promise<void> {
  const actual = Number(await rpc.request('eth_chainId'))
  if (actual === chainId) return
  throw new MetisSeqError({
    code: 'WRONG_CHAIN',
    message: `The ${name} endpoint serves chain ${actual}, but this network needs chain ${chainId}.`,
    exit: 'unreachable',
    facts: {expected: `${chainId}`, actual: `${actual}`},
    hints: [`Check the ${name} endpoint.`],
  })
}
