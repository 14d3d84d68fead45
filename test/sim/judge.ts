/** The rules that must hold whatever happens. It only watches; the first broken rule ends the run. */
import {keccak256, type Address, type Hash, type Hex} from 'viem'

import {FakeState} from '../helpers/fake-state.ts'
import {MetisSeqError} from '../../src/lib/errors.ts'
import type {LogFacts} from '../../src/lib/log.ts'
import {decodeBatch, InvalidBatchError, type TxBatch} from '../../src/protocol/batch-codec.ts'
import {lowerCase, type SealedBlock} from '../../src/protocol/block.ts'
import {epochAt, type Epoch} from '../../src/protocol/epoch.ts'
import {RECOMMIT_SELECTOR} from '../../src/protocol/sequencer-set.ts'
import {parseTransaction, recoverSender} from '../../src/protocol/transaction.ts'
import type {SimL1} from './l1.ts'
import type {Life, SimNode} from './node.ts'
import {GENESIS_NUMBER, type Setup} from './setup.ts'
import type {World} from './world.ts'

export interface Break {
  invariant: string
  detail: string
}

interface Accepted {
  hash: Hash
  sender: Address
  nonce: number
  node: SimNode
}

export class Judge {
  readonly #world: World
  readonly #setup: Setup
  /** The first rule that was broken. */
  break: Break | undefined
  readonly #accepted: Accepted[] = []
  readonly #signed = new Map<string, Hash>()
  /** Block hash by height, once a node called it safe or finalized. */
  readonly #safe = new Map<number, Hash>()
  readonly #finalized = new Map<number, Hash>()
  readonly #dropped = new Map<Hash, Set<string>>()
  readonly #heads = new Map<string, {safe: number; finalized: number}>()
  /** Number of the newest block that anybody had. */
  highest = GENESIS_NUMBER
  reorganizations = 0
  halts = 0
  readonly #judges: (invariant: string) => boolean

  /** @param judges which rules count; all when left out */
  constructor(world: World, setup: Setup, judges: (invariant: string) => boolean = () => true) {
    this.#world = world
    this.#setup = setup
    this.#judges = judges
  }

  broken(invariant: string, detail: string): void {
    if (!this.#judges(invariant)) return
    this.break ??= {invariant, detail}
    this.#world.trace('JUDGE', `${invariant}: ${detail}`)
  }

  // What happens during the run.

  accepted(node: SimNode, hash: Hash, raw: Hex): void {
    const {sender, accountNonce} = recoverSender(
      parseTransaction(raw, this.#setup.fakeGenesis.rules),
    )
    // What the consensus layer sends it looks after by itself, and replaces what had no effect.
    if (sender !== this.#setup.fakeGenesis.mpc)
      this.#accepted.push({hash, sender, nonce: accountNonce, node})
  }

  logged(node: SimNode, event: string, facts: LogFacts = {}): void {
    if (event !== 'transaction dropped') return
    const hash = String(facts['hash']) as Hash
    const nodes = this.#dropped.get(hash) ?? new Set()
    this.#dropped.set(hash, nodes.add(node.name))
  }

  halted(life: Life, error: unknown): void {
    this.halts++
    const code = error instanceof MetisSeqError ? error.code : 'bug'
    const {engineHang, engineDeath} = this.#setup.faults
    this.#world.trace(life.name, `halts: ${code}`)
    if (code === 'ENGINE_UNSTABLE' && engineHang + engineDeath > 0) return
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    this.broken('no node halts', `${life.name} ${code}: ${text}`)
  }

  /** A block left its producer, or came into a log. */
  sealed({signer, number, hash}: Pick<SealedBlock, 'signer' | 'number' | 'hash'>): void {
    const key = `${signer} ${number}`
    const before = this.#signed.get(key)
    if (before !== undefined && before !== hash) {
      this.broken('a signer signs one hash at a height', `${key}: ${before} and ${hash}`)
    }
    this.#signed.set(key, hash)
  }

  appended(life: Life, block: SealedBlock): void {
    this.sealed(block)
    this.#world.trace(life.name, `has ${block.number} ${block.hash.slice(0, 10)}`)
    this.highest = Math.max(this.highest, block.number)
  }

  replaced(life: Life, after: number, blocks: readonly SealedBlock[]): void {
    this.reorganizations++
    this.#world.trace(life.name, `replaces what follows ${after}`)
    const safe = life.stages?.heads.safeHead() ?? GENESIS_NUMBER
    if (after < safe) this.broken('safe blocks stay', `${life.name} replaces ${after + 1}`)
    const first = blocks[0]
    const data = first?.transactions.length === 1 ? first.transactions[0]! : '0x'
    const isConfirmed = life.stages?.heads.l1Divergence() !== undefined
    if (!isConfirmed && !data.includes(RECOMMIT_SELECTOR.slice(2))) {
      this.broken('only a recommitment wins a fork', `${life.name} at ${after + 1}`)
    }
    for (const block of blocks) this.sealed(block)
  }

  /** Looked at now and then: heads only go forward. */
  look(nodes: readonly SimNode[]): void {
    for (const {life} of nodes) {
      const {heads, chain} = life?.stages ?? {}
      if (!life || !heads || !chain) continue
      const now = {safe: heads.safeHead() ?? 0, finalized: heads.finalizedHead() ?? 0}
      const before = this.#heads.get(life.name) ?? {safe: 0, finalized: 0}
      if (now.safe < before.safe) this.broken('the safe head goes forward', life.name)
      if (now.finalized > now.safe) this.broken('finalized is safe', life.name)
      this.#remember(this.#safe, life, before.safe, now.safe)
      this.#remember(this.#finalized, life, before.finalized, now.finalized)
      const finalized = Math.max(before.finalized, now.finalized)
      this.#heads.set(life.name, {safe: now.safe, finalized})
    }
  }

  #remember(known: Map<number, Hash>, life: Life, from: number, to: number): void {
    for (let number = Math.max(from, GENESIS_NUMBER) + 1; number <= to; number++) {
      const hash = life.log?.hashOf(number)
      if (!hash) continue
      const before = known.get(number)
      if (before !== undefined && before !== hash) {
        this.broken('one confirmed block per height', `${life.name} differs at ${number}`)
      }
      known.set(number, hash)
    }
  }

  // What must be true in the end.

  final(nodes: readonly SimNode[], l1: SimL1): void {
    const chains = nodes.map(({life}) => life!.log!.range(0, Number.MAX_SAFE_INTEGER))
    const chain = chains.reduce((best, each) => (each.length > best.length ? each : best))
    for (const [index, other] of chains.entries()) {
      const differs = other.find(({hash}, at) => chain[at]!.hash !== hash)
      if (differs) this.broken('all nodes are equal', `${nodes[index]!.name} at ${differs.number}`)
    }
    for (const {number, hash} of chain) {
      const safe = this.#safe.get(number)
      if (safe !== undefined && safe !== hash) this.broken('safe blocks stay', `block ${number}`)
    }
    const state = this.#replay(chain)
    this.#checkTransactions(chain, state)
    this.#checkDeposits(state, l1)
    this.#checkBatches(chain, l1)
    this.#checkRewards(chain, state.epochs(), l1)
  }

  /** Everything again from the start, by the rules alone. */
  #replay(chain: readonly SealedBlock[]): FakeState {
    const state = new FakeState(this.#setup.fakeGenesis)
    const supply = state.supplyWei()
    let timestamp = 0
    for (const block of chain) {
      const expected = signerAt(state.epochs(), block.number)
      for (const raw of block.transactions) {
        const reason = state.execute(raw, block.number)
        if (reason) this.broken('every transaction can be executed', `${block.number}: ${reason}`)
      }
      const isTakeOver =
        block.transactions.length === 1 &&
        block.transactions[0]!.includes(RECOMMIT_SELECTOR.slice(2)) &&
        signerAt(state.epochs(), block.number) === block.signer
      if (expected !== block.signer && !isTakeOver) {
        this.broken('a block is of the signer of its epoch', `${block.number} by ${block.signer}`)
      }
      if (block.timestamp < timestamp) this.broken('time goes forward', `${block.number}`)
      timestamp = block.timestamp
    }
    if (state.supplyWei() !== supply) this.broken('supply is conserved', `${state.supplyWei()}`)
    state.epochs().forEach(({startBlock, number}, index) => {
      const before = state.epochs()[index - 1]
      if (before && before.endBlock + 1n !== startBlock) {
        this.broken('epochs are contiguous', `${number} starts at ${startBlock}`)
      }
    })
    return state
  }

  #checkTransactions(chain: readonly SealedBlock[], state: FakeState): void {
    const included = new Set<Hex>()
    for (const {transactions, number} of chain) {
      for (const raw of transactions) {
        if (included.has(raw)) this.broken('no transaction is in two blocks', `${number}`)
        included.add(raw)
      }
    }
    const hashes = new Set([...included].map((raw) => keccak256(raw)))
    for (const {hash, sender, nonce, node} of this.#accepted) {
      if (hashes.has(hash) || node.life?.stages?.mempool.has(hash)) continue
      if (nonce < state.account(sender).nonce || this.#dropped.get(hash)?.has(node.name)) continue
      this.broken('no accepted transaction is lost', `${hash} (${sender} ${nonce}) at ${node.name}`)
    }
  }

  #checkDeposits(state: FakeState, l1: SimL1): void {
    const confirmed = l1.confirmedDeposits()
    state.credits().forEach(({queueIndex, to, amountWei}, index) => {
      const deposit = confirmed[index]
      const isRight = queueIndex === index && deposit?.to === to && deposit.amountWei === amountWei
      if (!isRight) this.broken('each deposit is paid once', `credit ${index}`)
    })
    if (state.credits().length < confirmed.length) {
      this.broken('each deposit is paid', `${state.credits().length} of ${confirmed.length}`)
    }
  }

  #checkBatches(chain: readonly SealedBlock[], l1: SimL1): void {
    const first = chain[0]?.number ?? 0
    let next = {batchIndex: 1n, startBlock: first}
    for (const batch of l1.inbox().map(decoded)) {
      if (batch?.batchIndex !== next.batchIndex || batch.startBlock !== next.startBlock) continue
      batch.blocks.forEach(({timestamp, transactions}, index) => {
        const ours = chain[batch.startBlock - first + index]
        const raws = transactions.map(({raw}) => raw).join()
        if (ours?.timestamp !== timestamp || ours.transactions.join() !== raws) {
          this.broken('L1 holds our blocks', `block ${batch.startBlock + index}`)
        }
      })
      const startBlock = batch.startBlock + batch.blocks.length
      next = {batchIndex: batch.batchIndex + 1n, startBlock}
    }
  }

  #checkRewards(chain: readonly SealedBlock[], epochs: readonly Epoch[], l1: SimL1): void {
    const first = chain[0]?.number ?? 0
    for (const {batchId, startEpoch, endEpoch, seqs, blocks} of l1.paid()) {
      const counted = new Map<Address, bigint>()
      for (const {startBlock, endBlock} of epochs.slice(Number(startEpoch), Number(endEpoch) + 1)) {
        for (let number = Number(startBlock); number <= Number(endBlock); number++) {
          const signer = chain[number - first]?.signer
          if (signer) counted.set(signer, (counted.get(signer) ?? 0n) + 1n)
        }
      }
      const paid = seqs.map((signer, index) => `${lowerCase(signer)} ${blocks[index]}`).sort()
      const due = [...counted].map(([signer, count]) => `${signer} ${count}`).sort()
      if (paid.join() !== due.join()) {
        this.broken('rewards pay each block once', `batch ${batchId}: ${paid} for ${due}`)
      }
    }
  }
}

/** Source: `MetisSequencerSet.getMetisSequencer`. */
function signerAt(epochs: readonly Epoch[], block: number): Address | undefined {
  const [first] = epochs
  if (first && BigInt(block) <= first.endBlock) return first.signer
  return epochAt(epochs, BigInt(block))?.signer
}

function decoded(calldata: Hex): TxBatch | undefined {
  try {
    return decodeBatch(calldata)
  } catch (error) {
    if (error instanceof InvalidBatchError) return undefined
    throw error
  }
}
