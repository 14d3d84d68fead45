/**
 * The little of the L2 that the fake engine executes: balances, nonces, turns and deposits, by the rules
 * of the contracts. Pure memory; every change can be undone.
 */
import {decodeFunctionData, encodeFunctionResult, toHex, type Address, type Hex} from 'viem'

import {l2StandardBridgeAbi} from '../../src/chain/abis/l2-standard-bridge.ts'
import {metisSequencerSetAbi} from '../../src/chain/abis/metis-sequencer-set.ts'
import {RpcResponseError} from '../../src/lib/json-rpc.ts'
import {lowerCase} from '../../src/protocol/block.ts'
import type {Epoch} from '../../src/protocol/epoch.ts'
import {currentEpochSlot, epochSlots} from '../../src/protocol/sequencer-set.ts'
import {
  maxCostWei,
  parseTransaction,
  recoverSender,
  type SignedTransaction,
  type TransactionRules,
} from '../../src/protocol/transaction.ts'

export interface FakeGenesis {
  /** Seconds since 1970. */
  timestamp: number
  rules: TransactionRules
  contracts: {sequencerSet: Address; bridge: Address}
  mpc: Address
  relayer: Address
  firstEpoch: Epoch
  epochLength: bigint
  balances: readonly {address: Address; wei: bigint}[]
}

export interface FakeAccount {
  nonce: number
  balanceWei: bigint
}

/** A deposit that was paid out. */
export interface Credit {
  queueIndex: number
  to: Address
  amountWei: bigint
}

/** Everything that a snapshot keeps. */
export interface FakeStateDocument {
  accounts: [Address, number, string][]
  epochs: string[][]
  credits: [number, Address, string][]
}

/** Receives every fee. */
const COINBASE: Address = '0x00000000000000000000000000000000000000c0'

export class FakeState {
  readonly #genesis: FakeGenesis
  readonly #accounts = new Map<Address, FakeAccount>()
  #epochs: readonly Epoch[]
  #credits: readonly Credit[] = []
  /** Takes changes back, newest last. */
  #undo: (() => void)[] = []

  constructor(genesis: FakeGenesis, from?: FakeStateDocument) {
    this.#genesis = genesis
    this.#epochs = [genesis.firstEpoch]
    for (const {address, wei} of genesis.balances) {
      this.#accounts.set(lowerCase(address), {nonce: 0, balanceWei: wei})
    }
    if (from) this.#load(from)
  }

  account(address: Address): FakeAccount {
    return this.#accounts.get(address) ?? {nonce: 0, balanceWei: 0n}
  }

  epochs(): readonly Epoch[] {
    return this.#epochs
  }

  credits(): readonly Credit[] {
    return this.#credits
  }

  supplyWei(): bigint {
    let sum = 0n
    for (const {balanceWei} of this.#accounts.values()) sum += balanceWei
    return sum
  }

  /** A place to come back to with `revertTo`. */
  mark(): number {
    return this.#undo.length
  }

  revertTo(mark: number): void {
    while (this.#undo.length > mark) this.#undo.pop()!()
  }

  document(): FakeStateDocument {
    return {
      accounts: [...this.#accounts].map(([address, {nonce, balanceWei}]) => [
        address,
        nonce,
        String(balanceWei),
      ]),
      epochs: this.#epochs.map(({number, signer, startBlock, endBlock}) =>
        [number, signer, startBlock, endBlock].map(String),
      ),
      credits: this.#credits.map(({queueIndex, to, amountWei}) => [
        queueIndex,
        to,
        String(amountWei),
      ]),
    }
  }

  /** @returns why the transaction cannot be in this block; undefined when it was executed */
  execute(raw: Hex, block: number): string | undefined {
    const transaction = signedOf(raw, this.#genesis.rules)
    const {sender, to, valueWei, accountNonce, intrinsicGas, maxFeePerGasWei} = transaction
    const {nonce, balanceWei} = this.account(sender)
    if (accountNonce !== nonce) return `nonce ${accountNonce} instead of ${nonce}`
    if (maxCostWei(transaction) > balanceWei) return 'insufficient funds'
    const fee = intrinsicGas * maxFeePerGasWei
    this.#set(sender, {nonce: nonce + 1, balanceWei: balanceWei - fee})
    this.#pay(COINBASE, fee)
    const mark = this.mark()
    try {
      this.#call(transaction, BigInt(block))
      this.#pay(sender, -valueWei)
      this.#pay(to ?? COINBASE, valueWei)
    } catch (error) {
      if (!(error instanceof RpcResponseError)) throw error
      this.revertTo(mark)
    }
    return undefined
  }

  /** One JSON-RPC read at this state, at the head `block`. */
  read(method: string, params: readonly unknown[], block: number): unknown {
    const [first, second] = params
    switch (method) {
      case 'eth_blockNumber':
        return toHex(block)
      case 'eth_getTransactionCount':
        return toHex(this.account(lowerCase(first as Address)).nonce)
      case 'eth_getBalance':
        return toHex(this.account(lowerCase(first as Address)).balanceWei)
      case 'eth_getStorageAt':
        return this.#storage(second as Hex)
      case 'eth_call':
        return this.#view(first as {from?: Address; data: Hex}, BigInt(block))
      default:
        throw new RpcResponseError({code: -32_601, message: `No fake for ${method}.`})
    }
  }

  #call({sender, to, data}: SignedTransaction, block: bigint): void {
    const {contracts, relayer} = this.#genesis
    if (to === contracts.sequencerSet) this.#callSequencerSet(sender, data, block)
    if (to !== contracts.bridge || data === '0x') return
    const {functionName, args} = decodeFunctionData({abi: l2StandardBridgeAbi, data})
    if (functionName !== 'finalizeDeposit') return
    const [queueIndex, , , , receiver, amountWei] = args
    require(sender === relayer, 'only relayer')
    require(queueIndex === BigInt(this.#credits.length), 'unexpected queue index')
    this.#pay(contracts.bridge, -amountWei)
    this.#pay(lowerCase(receiver), amountWei)
    const credit = {queueIndex: Number(queueIndex), to: lowerCase(receiver), amountWei}
    this.#setCredits([...this.#credits, credit])
  }

  /** Source: `contracts/l2/MetisSequencerSet.sol`. */
  #callSequencerSet(sender: Address, data: Hex, block: bigint): void {
    const {functionName, args} = decodeFunctionData({abi: metisSequencerSetAbi, data})
    require(sender === this.#genesis.mpc, 'Not Mpc')
    const current = this.#epochs.at(-1)!
    const before = this.#epochs.at(-2)
    if (functionName === 'commitEpoch') {
      const [number, startBlock, endBlock, signer] = args
      require(!before || before.number === 0n || before.endBlock < block, 'not finished')
      require(number === current.number + 1n, 'Invalid new epoch number')
      require(endBlock > startBlock, 'End block must be greater than start block')
      require(endBlock - startBlock + 1n === this.#genesis.epochLength, 'Mismatch epoch length')
      require(startBlock === current.endBlock + 1n, 'Start block')
      const epoch = {number, signer: lowerCase(signer), startBlock, endBlock}
      this.#setEpochs([...this.#epochs, epoch])
    } else if (functionName === 'recommitEpoch') this.#recommit(args, block)
    else throw reverted('unknown function')
  }

  #recommit(args: readonly [bigint, bigint, bigint, bigint, Address], block: bigint): void {
    const [oldNumber, number, startBlock, endBlock, signer] = args
    require(startBlock === block, 'Invalid start block')
    const current = this.#epochs.at(-1)!
    const kept = [...this.#epochs]
    if (oldNumber === current.number) {
      require(current.startBlock < block, 'Conflict on end block')
      require(number === current.number + 1n, 'Invalid newEpochId')
      kept[kept.length - 1] = {...current, endBlock: block - 1n}
    } else {
      const old = this.#epochs.at(-2)
      require(old !== undefined && oldNumber === old.number, 'Invalid oldEpochId')
      require(number === current.number, 'Invalid newEpochId')
      require(current.startBlock >= block, 'The latest epoch producing')
      const end = old!.endBlock >= block ? block - 1n : old!.endBlock
      kept.splice(-2, 2, {...old!, endBlock: end})
    }
    require(endBlock > startBlock, 'End block must be greater than start block')
    this.#setEpochs([...kept, {number, signer: lowerCase(signer), startBlock, endBlock}])
  }

  #view({from, data}: {from?: Address; data: Hex}, head: bigint): Hex {
    const abi = metisSequencerSetAbi
    const {functionName, args} = decodeFunctionData({abi, data})
    const {mpc, epochLength} = this.#genesis
    const current = this.#epochs.at(-1)!
    switch (functionName) {
      case 'mpcAddress':
        return encodeFunctionResult({abi, functionName, result: mpc})
      case 'epochLength':
        return encodeFunctionResult({abi, functionName, result: epochLength})
      case 'currentEpochNumber':
        return encodeFunctionResult({abi, functionName, result: current.number})
      case 'epochs': {
        const epoch = this.#epochs[Number(args[0])] ?? noEpoch
        const result = [epoch.number, epoch.signer, epoch.startBlock, epoch.endBlock] as const
        return encodeFunctionResult({abi, functionName, result})
      }
      case 'finalizedEpoch': {
        const last = this.#epochs.findLast(({endBlock}) => endBlock < head)
        return encodeFunctionResult({abi, functionName, result: [last ?? noEpoch, !!last]})
      }
      case 'finalizedBlock': {
        const last = this.#epochs.findLast(({endBlock}) => endBlock < head)
        return encodeFunctionResult({abi, functionName, result: (last ?? noEpoch).endBlock})
      }
      default: {
        const mark = this.mark()
        try {
          this.#callSequencerSet(lowerCase(from ?? noEpoch.signer), data, head)
          return '0x'
        } finally {
          this.revertTo(mark)
        }
      }
    }
  }

  #storage(slot: Hex): Hex {
    if (slot === currentEpochSlot) return toHex(this.#epochs.at(-1)!.number, {size: 32})
    const place = placeOf(slot, this.#epochs.length)
    const epoch = place && this.#epochs[place.id]
    if (!epoch) return toHex(0, {size: 32})
    const fields = [epoch.number, BigInt(epoch.signer), epoch.startBlock, epoch.endBlock]
    return toHex(fields[place.field]!, {size: 32})
  }

  #pay(address: Address, wei: bigint): void {
    const {nonce, balanceWei} = this.account(address)
    require(balanceWei + wei >= 0n, 'no balance')
    this.#set(address, {nonce, balanceWei: balanceWei + wei})
  }

  #set(address: Address, account: FakeAccount): void {
    const before = this.#accounts.get(address)
    this.#accounts.set(address, account)
    this.#undo.push(() => {
      if (before) this.#accounts.set(address, before)
      else this.#accounts.delete(address)
    })
  }

  #setEpochs(epochs: readonly Epoch[]): void {
    const before = this.#epochs
    this.#epochs = epochs
    this.#undo.push(() => (this.#epochs = before))
  }

  #setCredits(credits: readonly Credit[]): void {
    const before = this.#credits
    this.#credits = credits
    this.#undo.push(() => (this.#credits = before))
  }

  #load({accounts, epochs, credits}: FakeStateDocument): void {
    this.#accounts.clear()
    for (const [address, nonce, balance] of accounts) {
      this.#accounts.set(address, {nonce, balanceWei: BigInt(balance)})
    }
    this.#epochs = epochs.map(([number, signer, startBlock, endBlock]) => ({
      number: BigInt(number!),
      signer: signer as Address,
      startBlock: BigInt(startBlock!),
      endBlock: BigInt(endBlock!),
    }))
    this.#credits = credits.map(([queueIndex, to, amount]) => ({
      ...{queueIndex, to},
      amountWei: BigInt(amount),
    }))
  }
}

const noEpoch: Epoch = {
  number: 0n,
  signer: '0x0000000000000000000000000000000000000000',
  startBlock: 0n,
  endBlock: 0n,
}

function require(holds: boolean, reason: string): void {
  if (!holds) throw reverted(reason)
}

function reverted(reason: string): RpcResponseError {
  return new RpcResponseError({code: 3, message: `execution reverted: ${reason}`})
}

const places = new Map<Hex, {id: number; field: number}>()
let placesKnown = 0

/** Which field of which epoch a storage slot holds, among the first `count` epochs. */
function placeOf(slot: Hex, count: number): {id: number; field: number} | undefined {
  for (; placesKnown < count; placesKnown++) {
    const id = placesKnown
    epochSlots(BigInt(id)).forEach((name, field) => places.set(name, {id, field}))
  }
  return places.get(slot)
}

const known = new Map<Hex, SignedTransaction>()

/** Recovering a sender is the dearest step, and every node of a simulation executes the same bytes. */
function signedOf(raw: Hex, rules: TransactionRules): SignedTransaction {
  const cached = known.get(raw)
  if (cached) return cached
  const signed = recoverSender(parseTransaction(raw, rules))
  if (known.size > 20_000) known.clear()
  known.set(raw, signed)
  return signed
}
