/**
 * In: calldata of a transaction batch. Out: one transaction in the L1 inbox, replaced when it gets
 * stuck. Stage 9. It stores nothing on disk: L1 shows which batches are there.
 */
import type {Address, Hash, Hex} from 'viem'

import {wrongAnswer} from '../../chain/chain-rpc.ts'
import type {TransactionSigner} from '../../chain/signer.ts'
import type {Clock} from '../../lib/clock.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import {isRecord} from '../../lib/json.ts'
import type {RpcClient} from '../../lib/json-rpc.ts'
import type {Logger} from '../../lib/log.ts'
import {
  BATCH_LOST_AFTER_MS,
  BATCH_PRICE_BUMP_PERCENT,
  BATCH_REPLACE_AFTER_MS,
  BATCH_REPLACEMENTS,
} from '../limits.ts'

export interface InboxOptions {
  l1: RpcClient
  l1ChainId: number
  batchInbox: Address
  account: TransactionSigner
  /** Price of L1 gas above which nothing is sent. */
  maxGasGwei: number
  clock: Clock
  logger: Logger
}

interface Sent {
  hash: Hash
  accountNonce: number
  data: Hex
  maxFeePerGasWei: bigint
  tipWei: bigint
  sentAtMs: number
  replacements: number
}

interface Fees {
  /** Twice the base fee plus the tip, enough for six full blocks. */
  maxFeePerGasWei: bigint
  tipWei: bigint
}

const BASE_GAS = 21_000n
/** EIP-7623: 40 gas for each byte of calldata that is not zero; compressed data has few zeros. */
const GAS_PER_BYTE = 40n

export class Inbox {
  readonly #options: InboxOptions
  #sent: Sent | undefined
  /** Since when an unknown transaction, from before a restart, has been pending. */
  #foreignSinceMs: number | undefined

  constructor(options: InboxOptions) {
    this.#options = options
  }

  /**
   * Looks after the transaction in flight.
   *
   * @param l1Block up to which the inbox was read: a batch mined after it is still in flight
   * @returns true when nothing is in flight, so that the next batch may be sent
   * @throws {MetisSeqError} BATCH_REVERTED, BATCH_GAS_HIGH, BATCH_BALANCE_LOW, BATCH_STUCK
   */
  async isFree(l1Block: number): Promise<boolean> {
    const {l1, account} = this.#options
    const [latest, pending] = await Promise.all(
      [`0x${l1Block.toString(16)}`, 'pending'].map(async (tag) =>
        Number(await l1.request('eth_getTransactionCount', [account.address, tag])),
      ),
    )
    if (this.#sent && latest! > this.#sent.accountNonce) {
      const {hash} = this.#sent
      this.#sent = undefined
      await this.#assertSucceeded(hash)
      return true
    }
    if (this.#sent && this.#isLost(this.#sent, latest!, pending!)) this.#sent = undefined
    if (this.#sent) {
      await this.#replaceWhenStuck(this.#sent)
      return false
    }
    return this.#waitForForeign(latest!, pending!)
  }

  /**
   * Sends one transaction batch.
   *
   * - Signed by: batch account.   Chain: L1.   Value: none.
   *
   * @returns the transaction hash at broadcast; it is not mined yet
   * @throws {MetisSeqError} BATCH_GAS_HIGH, BATCH_BALANCE_LOW; nothing was sent
   */
  async send(data: Hex): Promise<Hash> {
    const {l1, account} = this.#options
    const fees = await this.#fees()
    await this.#assertAffordable(data, fees)
    const nonce = await l1.request('eth_getTransactionCount', [account.address, 'latest'])
    return this.#broadcast({accountNonce: Number(nonce), data, ...fees, replacements: 0})
  }

  /** Waiting costs nothing but time: the chain log has the blocks safely stored. */
  async #assertAffordable(data: Hex, {maxFeePerGasWei, tipWei}: Fees): Promise<void> {
    const {l1, account, maxGasGwei} = this.#options
    const priceWei = (maxFeePerGasWei - tipWei) / 2n + tipWei
    if (priceWei > BigInt(Math.round(maxGasGwei * 1e9))) {
      throw new MetisSeqError({
        code: 'BATCH_GAS_HIGH',
        message: `Transaction batches are on hold: L1 gas costs more than ${maxGasGwei} gwei.`,
        facts: {priceWei: `${priceWei}`},
      })
    }
    const needWei = gasOf(data) * maxFeePerGasWei
    const balanceWei = BigInt(
      String(await l1.request('eth_getBalance', [account.address, 'latest'])),
    )
    if (balanceWei >= needWei) return
    throw new MetisSeqError({
      code: 'BATCH_BALANCE_LOW',
      message: `Transaction batches are on hold: ${account.address} cannot pay for them on L1.`,
      facts: {balanceWei: `${balanceWei}`, needWei: `${needWei}`},
      hints: [`Send ETH to ${account.address} on L1.`],
    })
  }

  async #broadcast(transaction: Omit<Sent, 'hash' | 'sentAtMs'>): Promise<Hash> {
    const {l1, l1ChainId, batchInbox, account, clock} = this.#options
    const {accountNonce, data, maxFeePerGasWei, tipWei} = transaction
    const {raw, hash} = await account.sign({
      chainId: l1ChainId,
      nonce: accountNonce,
      gasLimit: gasOf(data),
      fees: {
        type: 'eip1559',
        maxFeePerGas: maxFeePerGasWei,
        maxPriorityFeePerGas: tipWei,
      },
      to: batchInbox,
      valueWei: 0n,
      data,
    })
    await l1.request('eth_sendRawTransaction', [raw])
    this.#sent = {...transaction, hash, sentAtMs: clock.monotonicMs()}
    return hash
  }

  /** It can no longer be mined: its blocks must be sent again. */
  #isLost({accountNonce, sentAtMs}: Sent, latest: number, pending: number): boolean {
    // A reorg removed the transaction before it, which must be sent first.
    if (latest < accountNonce) return true
    // The L1 pool dropped it, or another endpoint does not know it yet.
    const ageMs = this.#options.clock.monotonicMs() - sentAtMs
    return pending <= accountNonce && ageMs > BATCH_LOST_AFTER_MS
  }

  async #replaceWhenStuck(sent: Sent): Promise<void> {
    const {clock, logger} = this.#options
    if (clock.monotonicMs() - sent.sentAtMs < BATCH_REPLACE_AFTER_MS) return
    if (sent.replacements >= BATCH_REPLACEMENTS) throw stuck(sent)
    const now = await this.#fees()
    await this.#assertAffordable(sent.data, now)
    const bump = (wei: bigint) => (wei * (100n + BATCH_PRICE_BUMP_PERCENT)) / 100n + 1n
    const hash = await this.#broadcast({
      accountNonce: sent.accountNonce,
      data: sent.data,
      maxFeePerGasWei: max(bump(sent.maxFeePerGasWei), now.maxFeePerGasWei),
      tipWei: max(bump(sent.tipWei), now.tipWei),
      replacements: sent.replacements + 1,
    })
    logger.warn('batch transaction replaced', {old: sent.hash, hash})
  }

  /**
   * From before a restart, or from the previous producer: it usually gets mined without our help.
   */
  #waitForForeign(latest: number, pending: number): boolean {
    const now = this.#options.clock.monotonicMs()
    if (pending <= latest) {
      this.#foreignSinceMs = undefined
      return true
    }
    this.#foreignSinceMs ??= now
    // Resending with the same nonce replaces it if it pays too little, and fails otherwise.
    return now - this.#foreignSinceMs > BATCH_REPLACE_AFTER_MS
  }

  async #assertSucceeded(hash: Hash): Promise<void> {
    const receipt = await this.#options.l1.request('eth_getTransactionReceipt', [hash])
    // No receipt: another transaction with the same nonce was mined. The inbox shows which.
    if (!isRecord(receipt) || receipt['status'] !== '0x0') return
    throw new MetisSeqError({
      code: 'BATCH_REVERTED',
      message: `The batch transaction ${hash} was mined but failed.`,
      facts: {hash},
    })
  }

  async #fees(): Promise<Fees> {
    const {l1} = this.#options
    const [block, tip] = await Promise.all([
      l1.request('eth_getBlockByNumber', ['latest', false]),
      l1.request('eth_maxPriorityFeePerGas'),
    ])
    // Without it the price would be too low to be mined.
    const baseFeeWei = isRecord(block) ? block['baseFeePerGas'] : undefined
    if (typeof baseFeeWei !== 'string') throw wrongAnswer(l1.url, 'eth_getBlockByNumber')
    const baseFee = BigInt(baseFeeWei)
    const tipWei = BigInt(String(tip))
    return {maxFeePerGasWei: baseFee * 2n + tipWei, tipWei}
  }
}

function gasOf(data: Hex): bigint {
  return BASE_GAS + GAS_PER_BYTE * BigInt(data.length / 2 - 1)
}

function stuck({hash, accountNonce}: Sent): MetisSeqError {
  return new MetisSeqError({
    code: 'BATCH_STUCK',
    message: `The batch transaction with nonce ${accountNonce} was not mined at any price tried.`,
    facts: {hash, accountNonce: `${accountNonce}`},
    hints: ['Check the batch account on L1: another program may be using it.'],
  })
}

function max(left: bigint, right: bigint): bigint {
  return left > right ? left : right
}
