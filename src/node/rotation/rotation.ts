/**
 * In: the engine's own state of MetisSequencerSet. Out: the producer of each block. Used by the
 * driver before it builds, and by the block check for every block of a peer.
 */
import type {Address, Hex} from 'viem'

import {encodeFunctionData} from 'viem'

import {metisSequencerSetAbi} from '../../chain/abis/metis-sequencer-set.ts'
import {lowerCase} from '../../protocol/block.ts'
import {epochAt, type Epoch} from '../../protocol/epoch.ts'
import {currentEpochSlot, epochFromWords, epochSlots} from '../../protocol/sequencer-set.ts'
import type {EngineRead, ExecutionEngine} from '../engine/engine.ts'

export type Turn =
  | {whose: 'mine'; signer: Address}
  | {whose: 'other'; signer: Address}
  /** No epoch covers the block, or the state was not read. Means: do not build. */
  | {whose: 'unknown'}

/** Newest epochs in memory; older blocks are in the chain log and never judged again. */
const EPOCHS_KEPT = 16n

export class Rotation {
  readonly #engine: ExecutionEngine
  readonly #sequencerSet: Address
  readonly #me: Address
  /** Ordered by number. Empty: unknown. */
  #epochs: Epoch[] = []
  #mpcAddress: Address | undefined

  constructor(options: {engine: ExecutionEngine; sequencerSet: Address; me: Address}) {
    this.#engine = options.engine
    this.#sequencerSet = lowerCase(options.sequencerSet)
    this.#me = lowerCase(options.me)
  }

  /**
   * Reads the epochs at the engine's head.
   *
   * - Signed by: nobody.   Chain: L2.   Value: none.
   * - Source: slots 103 and 104 as in `l2geth/core/seq_set.go`, MetisProtocol/mvm, develop
   *   79c12367.
   *
   * @throws {EngineError} epochs are unknown from then on
   */
  async refresh(): Promise<void> {
    try {
      // Until then the epochs of before hold: anybody can make a block that has to be read, and users are accepted
      // meanwhile.
      const {epochs, mpcAddress} = await this.#read()
      this.#epochs = epochs
      this.#mpcAddress = mpcAddress
    } catch (error) {
      this.forget()
      throw error
    }
  }

  async #read(): Promise<{epochs: Epoch[]; mpcAddress: Address}> {
    const mpcCall = {
      to: this.#sequencerSet,
      data: encodeFunctionData({abi: metisSequencerSetAbi, functionName: 'mpcAddress'}),
    }
    const at = this.#engine.head().number
    const [current, mpc] = await this.#engine.readAll([
      this.#storage(currentEpochSlot, at),
      {method: 'eth_call', params: [mpcCall], at},
    ])
    const newest = BigInt(wordOf(current))
    const first = newest < EPOCHS_KEPT ? 0n : newest - EPOCHS_KEPT + 1n
    const ids = Array.from(
      {length: Number(newest - first) + 1},
      (_, index) => first + BigInt(index),
    )
    const slots = ids.flatMap((id) => epochSlots(id))
    const words = (await this.#engine.readAll(slots.map((slot) => this.#storage(slot, at)))).map(
      wordOf,
    )
    const epochs = ids.map((_, index) => {
      const [number, signer, start, end] = words.slice(index * 4, index * 4 + 4)
      return epochFromWords([number!, signer!, start!, end!])
    })
    return {epochs, mpcAddress: `0x${wordOf(mpc).slice(-40)}`}
  }

  /** Drops everything: epochs are unknown until the next refresh. */
  forget(): void {
    this.#epochs = []
    this.#mpcAddress = undefined
  }

  /**
   * True when a block may have changed the epochs, so that they must be read again. The address in
   * a transaction's bytes is enough: it finds direct calls and those through a wallet contract.
   */
  isTouchedBy(block: {number: number; transactions: readonly Hex[]}): boolean {
    const address = this.#sequencerSet.slice(2)
    if (block.transactions.some((raw) => raw.includes(address))) return true
    // At the end of the known epochs, a check is cheap but a missed epoch costs our turn.
    return this.turnAt(block.number + 1).whose === 'unknown'
  }

  turnAt(block: number): Turn {
    const signer = this.signerAt(block)
    if (signer === undefined) return {whose: 'unknown'}
    return {whose: signer === this.#me ? 'mine' : 'other', signer}
  }

  /**
   * Source: `MetisSequencerSet.getMetisSequencer`. Blocks before the first epoch belong to its
   * signer.
   */
  signerAt(block: number): Address | undefined {
    return this.epochOf(block)?.signer
  }

  epochOf(block: number): Epoch | undefined {
    const oldest = this.#epochs[0]
    if (oldest?.number === 0n && BigInt(block) <= oldest.endBlock) return oldest
    return epochAt(this.#epochs, BigInt(block))
  }

  /** Ordered by number; the newest sixteen. */
  epochs(): readonly Epoch[] {
    return this.#epochs
  }

  /** Lower-case. Undefined while unknown. */
  mpcAddress(): Address | undefined {
    return this.#mpcAddress
  }

  #storage(slot: Hex, at: number): EngineRead {
    return {method: 'eth_getStorageAt', params: [this.#sequencerSet, slot], at}
  }
}

function wordOf(value: unknown): Hex {
  if (typeof value === 'string' && /^0x[0-9a-f]{64}$/i.test(value))
    return value.toLowerCase() as Hex
  throw new Error('The engine returned no storage word.')
}
