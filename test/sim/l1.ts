/** The simulated L1: blocks, an inbox, deposits, the locking contracts, and reorganizations. */
import {createHash} from 'node:crypto'

import {
  decodeFunctionData,
  encodeFunctionResult,
  toHex,
  type Abi,
  type Address,
  type Hash,
  type Hex,
} from 'viem'

import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {l1StandardBridgeAbi} from '../../src/chain/abis/l1-standard-bridge.ts'
import {lockingInfoAbi} from '../../src/chain/abis/locking-info.ts'
import {lockingPoolAbi} from '../../src/chain/abis/locking-pool.ts'
import {RpcResponseError} from '../../src/lib/json-rpc.ts'
import {lowerCase} from '../../src/protocol/block.ts'
import {
  parseTransaction,
  recoverSender,
  type SignedTransaction,
} from '../../src/protocol/transaction.ts'
import {depositArgs, lockedLogs, logOf, type Deposit, type L1Log} from './l1-events.ts'
import type {Random} from './random.ts'
import {accountOf, contracts, signerNames, type Setup} from './setup.ts'
import type {World} from './world.ts'

export interface PaidBatch {
  batchId: bigint
  startEpoch: bigint
  endEpoch: bigint
  seqs: Address[]
  blocks: bigint[]
}

type L1Transaction = {signed: SignedTransaction} | {deposit: Deposit}

interface L1State {
  nonces: ReadonlyMap<Address, number>
  deposits: readonly Deposit[]
  paid: readonly PaidBatch[]
}

interface L1Block {
  number: number
  hash: Hash
  parentHash: Hash
  timestamp: number
  transactions: readonly L1Transaction[]
  logs: readonly L1Log[]
  state: L1State
  failed: ReadonlySet<Hash>
}

const rules = {
  chainId: 31_337,
  ...{minGasPriceWei: 0n, maxGasLimit: 100_000_000n, maxSizeBytes: 200_000},
}
const TIP_WEI = 1_000_000_000n
const zeroHash: Hash = `0x${'0'.repeat(64)}`

export class SimL1 {
  readonly #world: World
  readonly #random: Random
  readonly #setup: Setup
  #blocks: L1Block[] = []
  #pool: L1Transaction[] = []
  isDown = false
  reorganizations = 0

  constructor(world: World, setup: Setup) {
    this.#world = world
    this.#random = world.random.fork()
    this.#setup = setup
    this.#mine([])
    this.#mine([], lockedLogs(setup.nodes))
    for (let count = 0; count < setup.network.l1.confirmations + 1; count++) this.#mine([])
  }

  start(): void {
    this.#world.at(this.#setup.l1BlockMs, undefined, 'L1 block', () => {
      const taken = this.#pool.filter(() => this.#random.chance(0.9))
      this.#mine(taken)
      this.start()
    })
  }

  head(): L1Block {
    return this.#blocks.at(-1)!
  }

  deposit(deposit: Deposit): void {
    this.#pool.push({deposit})
  }

  /** Deposits so deep that no reorganization of this simulation reaches them. */
  confirmedDeposits(): readonly Deposit[] {
    const {confirmations} = this.#setup.network.l1
    return this.#blocks.at(-1 - confirmations)!.state.deposits
  }

  /** Inbox calldata on the chain of now, in order. */
  inbox(): Hex[] {
    return this.#blocks.flatMap(({transactions}) =>
      transactions.flatMap((item) =>
        'signed' in item && isBatch(item.signed) ? [item.signed.data] : [],
      ),
    )
  }

  paid(): readonly PaidBatch[] {
    return this.head().state.paid
  }

  /** Less deep than anyone's confirmations: what is confirmed stays. */
  reorganize(): void {
    const {confirmations} = this.#setup.network.l1
    const depth = this.#random.int(1, confirmations)
    const removed = this.#blocks.splice(-depth, depth)
    this.reorganizations++
    this.#world.trace('L1', `reorganizes ${depth}`)
    const back = removed.flatMap(({transactions}) => transactions)
    // Most come back by themselves; some are gone for good, as with a replaced transaction.
    this.#pool.unshift(...back.filter((item) => 'deposit' in item || this.#random.chance(0.8)))
    for (let count = 0; count <= depth; count++) {
      this.#mine(this.#pool.filter(() => this.#random.chance(0.5)))
    }
  }

  /** One JSON-RPC call. @throws {RpcResponseError} */
  answer(method: string, params: readonly unknown[]): unknown {
    const [first, second] = params
    switch (method) {
      case 'eth_chainId':
        return toHex(rules.chainId)
      case 'eth_blockNumber':
        return toHex(this.head().number)
      case 'eth_gasPrice':
      case 'eth_maxPriorityFeePerGas':
        return toHex(TIP_WEI)
      case 'eth_getBalance':
        return toHex(10n ** 24n)
      case 'eth_estimateGas':
        return toHex(200_000)
      case 'eth_getTransactionCount':
        return toHex(this.#nonce(lowerCase(first as Address), second === 'pending'))
      case 'eth_getBlockByNumber':
        return documentOf(this.#blockAt(first))
      case 'eth_getTransactionReceipt':
        return this.#receipt(first as Hash)
      case 'eth_getLogs':
        return this.#logs(first as LogFilter)
      case 'eth_sendRawTransaction':
        return this.#send(first as Hex)
      case 'eth_call':
        return this.#call(first as {to: Address; data: Hex}, this.#blockAt(second))
      default:
        throw new RpcResponseError({code: -32_601, message: `No fake for ${method}.`})
    }
  }

  #blockAt(tag: unknown): L1Block {
    const block = tag === 'latest' ? this.head() : this.#blocks[Number(tag)]
    if (!block) throw new RpcResponseError({code: -32_000, message: 'unknown block'})
    return block
  }

  #nonce(address: Address, pending: boolean): number {
    const mined = this.head().state.nonces.get(address) ?? 0
    if (!pending) return mined
    let next = mined
    while (this.#waiting(address, next)) next++
    return next
  }

  #waiting(address: Address, nonce: number): SignedTransaction | undefined {
    for (const item of this.#pool) {
      if (!('signed' in item)) continue
      if (item.signed.sender === address && item.signed.accountNonce === nonce) return item.signed
    }
    return undefined
  }

  #send(raw: Hex): Hash {
    const signed = recoverSender(parseTransaction(raw, rules))
    const {sender, accountNonce, hash} = signed
    if (accountNonce < this.#nonce(sender, false)) throw refused('nonce too low')
    const before = this.#waiting(sender, accountNonce)
    if (before?.hash === hash) throw refused('already known')
    if (before) {
      if (signed.maxFeePerGasWei * 10n < before.maxFeePerGasWei * 11n) throw refused('underpriced')
      this.#pool = this.#pool.filter((item) => !('signed' in item) || item.signed !== before)
    }
    this.#pool.push({signed})
    return hash
  }

  #mine(wanted: readonly L1Transaction[], firstLogs: readonly L1Log[] = []): void {
    const parent = this.#blocks.at(-1)
    const number = (parent?.number ?? -1) + 1
    const nonces = new Map(parent?.state.nonces)
    const deposits = [...(parent?.state.deposits ?? [])]
    const paid = [...(parent?.state.paid ?? [])]
    const logs = [...firstLogs]
    const failed = new Set<Hash>()
    const transactions: L1Transaction[] = []
    const add = (address: Address, abi: Abi, name: string, args: Record<string, unknown>) =>
      logs.push(logOf({address, abi, name, args, block: number, index: logs.length}))
    for (const item of wanted) {
      if ('deposit' in item) {
        const args = {queueIndex: BigInt(deposits.length), ...depositArgs(item.deposit)}
        add(contracts.l1.bridge, l1StandardBridgeAbi, 'DepositQueued', args)
        deposits.push(item.deposit)
      } else {
        const {sender, accountNonce, to, data, hash} = item.signed
        if (accountNonce !== (nonces.get(sender) ?? 0)) continue
        nonces.set(sender, accountNonce + 1)
        if (to === contracts.l1.lockingPool) {
          const batch = paidBatchOf(data, paid.at(-1))
          if (batch) {
            paid.push(batch)
            const args = {_newBatchId: batch.batchId}
            add(contracts.l1.lockingInfo, lockingInfoAbi, 'BatchSubmitReward', args)
          } else failed.add(hash)
        }
      }
      transactions.push(item)
    }
    const taken = new Set(transactions)
    this.#pool = this.#pool.filter((item) => {
      if (taken.has(item)) return false
      return 'deposit' in item || item.signed.accountNonce >= (nonces.get(item.signed.sender) ?? 0)
    })
    const parentHash = parent?.hash ?? zeroHash
    const salt = this.#random.int(0, 2 ** 31)
    const hash = createHash('sha256').update(`${parentHash} ${number} ${salt}`).digest('hex')
    this.#blocks.push({
      ...{number, parentHash, transactions, logs, failed, hash: `0x${hash}` as Hash},
      timestamp: Math.floor(this.#world.wallMs / 1000),
      state: {nonces, deposits, paid},
    })
  }

  #receipt(hash: Hash): unknown {
    for (const {transactions, number, failed} of this.#blocks) {
      const isIn = transactions.some((item) => 'signed' in item && item.signed.hash === hash)
      if (isIn) return {status: failed.has(hash) ? '0x0' : '0x1', blockNumber: toHex(number)}
    }
    return null
  }

  #logs({address, topics, fromBlock, toBlock}: LogFilter): L1Log[] {
    const [kinds, firsts] = topics.map((topic) => (Array.isArray(topic) ? topic : [topic]))
    return this.#blocks
      .slice(Number(fromBlock), Number(toBlock) + 1)
      .flatMap(({logs}) => logs)
      .filter(
        (log) =>
          log.address === lowerCase(address) &&
          (!kinds || kinds.includes(log.topics[0]!)) &&
          (!firsts || firsts.includes(log.topics[1]!)),
      )
  }

  #call({to, data}: {to: Address; data: Hex}, {state}: L1Block): Hex {
    const target = lowerCase(to)
    if (target === contracts.l1.bridge) {
      const result = BigInt(state.deposits.length)
      return encodeFunctionResult({abi: l1StandardBridgeAbi, functionName: 'queueLength', result})
    }
    if (target === contracts.l1.metis) {
      return encodeFunctionResult({abi: erc20Abi, functionName: 'balanceOf', result: 10n ** 30n})
    }
    if (target === contracts.l1.lockingInfo) {
      const result = accountOf('payer').address
      return encodeFunctionResult({abi: lockingInfoAbi, functionName: 'rewardPayer', result})
    }
    return this.#callPool(data, state)
  }

  #callPool(data: Hex, {paid}: L1State): Hex {
    const abi = lockingPoolAbi
    const {functionName, args} = decodeFunctionData({abi, data})
    const last = paid.at(-1)
    switch (functionName) {
      case 'curBatchState': {
        const result = [
          last?.batchId ?? 0n,
          0n,
          last?.startEpoch ?? 0n,
          last?.endEpoch ?? 0n,
        ] as const
        return encodeFunctionResult({abi, functionName, result})
      }
      case 'mpcAddress':
        return encodeFunctionResult({abi, functionName, result: accountOf('mpc').address})
      case 'rewardPerBlock':
        return encodeFunctionResult({abi, functionName, result: 1n})
      case 'seqSigners': {
        const wanted = lowerCase(args[0])
        const names = [...signerNames.slice(0, this.#setup.nodes), 'mallory']
        const index = names.findIndex((name) => lowerCase(accountOf(name).address) === wanted)
        return encodeFunctionResult({abi, functionName, result: BigInt(index + 1)})
      }
      default:
        throw refused(`no fake for ${functionName}`)
    }
  }
}

interface LogFilter {
  address: Address
  topics: (Hex | Hex[])[]
  fromBlock: Hex
  toBlock: Hex
}

function isBatch({to, sender}: SignedTransaction): boolean {
  return to === contracts.l1.batchInbox && sender === lowerCase(accountOf('batcher').address)
}

/** The rules of `LockingPool.batchSubmitRewards`; undefined where it reverts. */
function paidBatchOf(data: Hex, last: PaidBatch | undefined): PaidBatch | undefined {
  const {functionName, args} = decodeFunctionData({abi: lockingPoolAbi, data})
  if (functionName !== 'batchSubmitRewards') return undefined
  const [batchId, startEpoch, endEpoch, seqs, blocks] = args
  const follows =
    batchId === (last?.batchId ?? 0n) + 1n &&
    startEpoch === (last?.endEpoch ?? 0n) + 1n &&
    endEpoch > startEpoch &&
    seqs.length === blocks.length
  return follows
    ? {batchId, startEpoch, endEpoch, seqs: seqs.map(lowerCase), blocks: [...blocks]}
    : undefined
}

function documentOf({number, hash, parentHash, timestamp, transactions}: L1Block): unknown {
  return {
    ...{number: toHex(number), hash, parentHash, timestamp: toHex(timestamp)},
    baseFeePerGas: '0x7',
    transactions: transactions.flatMap((item) => ('signed' in item ? [callOf(item.signed)] : [])),
  }
}

function callOf({to, sender, data}: SignedTransaction): unknown {
  return {to, from: sender, input: data}
}

function refused(message: string): RpcResponseError {
  return new RpcResponseError({code: -32_000, message})
}
