import {append} from '../lib/append.ts'
import {decodeEventLog, numberToHex, toEventSelector, type Address, type Hash, type Hex} from 'viem'

import {lockingInfoAbi} from '../chain/abis/locking-info.ts'
import {MetisSeqError} from '../lib/errors.ts'
import {isRecord} from '../lib/json.ts'
import {readQuantity, wrongAnswer, type RpcRequester} from './contract-call.ts'
import type {L1Anchor, L1Event} from './state.ts'

/** Blocks per log request. Source: Themis `bridge/setu/listener/rootchain.go`. */
const L1_CHUNK_BLOCKS = 500n

const HANDLED = ['Locked', 'LockUpdate', 'SignerChange', 'UnlockInit', 'BatchSubmitReward'] as const
const topics = HANDLED.map((name) => {
  const event = lockingInfoAbi.find((item) => item.type === 'event' && item.name === name)
  return toEventSelector(event as Extract<typeof event, {type: 'event'}>)
})

export interface L1Chunk {
  l1Head: bigint
  /** The new cursor. Equal to the old one when nothing new is confirmed. */
  toBlock: bigint
  /** Null when nothing new is confirmed. */
  toHash: Hash | null
  /** In chain order. */
  events: L1Event[]
  /** True when the cursor stands at the newest confirmed block. */
  caughtUp: boolean
}

/**
 * The newest remembered block that the L1 still has, when the L1 is no longer the one whose events were
 * applied. A chain that only is shorter is behind, and no other branch.
 *
 * - Signed by: nobody.   Chain: L1.   Value: none.
 *
 * @param anchors ascending
 * @param beginning the block before the first that can hold an event
 * @returns undefined while the newest remembered block stands
 */
export async function findSplit(
  rpc: RpcRequester,
  anchors: readonly L1Anchor[],
  beginning: bigint,
): Promise<bigint | undefined> {
  let isOther = false
  for (const {number, hash} of anchors.toReversed()) {
    const found = await readHash(rpc, number)
    if (found === hash) return isOther ? number : undefined
    // A block that is not there may come; another one in its place will not go.
    if (found !== undefined) isOther = true
  }
  return isOther ? beginning : undefined
}

async function readHash(rpc: RpcRequester, number: bigint): Promise<Hash | undefined> {
  const block = await rpc.request('eth_getBlockByNumber', [numberToHex(number), false])
  return isRecord(block) ? (block['hash'] as Hash) : undefined
}

/**
 * All confirmed events after a block.
 *
 * @throws {MetisSeqError} L1_WENT_BACK, less than the block itself is confirmed
 */
export async function readL1Branch(
  options: Parameters<typeof readL1Chunk>[0],
): Promise<Omit<L1Chunk, 'caughtUp'>> {
  const events: L1Event[] = []
  let {cursor} = options
  let toHash: Hash | null = null
  for (;;) {
    const chunk = await readL1Chunk({...options, cursor})
    append(events, chunk.events)
    toHash = chunk.toHash ?? toHash
    if (chunk.caughtUp) return {...chunk, toHash, events}
    cursor = chunk.toBlock
  }
}

/**
 * The confirmed events right after a cursor, at most L1_CHUNK_BLOCKS of them blocks. Keeps nothing:
 * asking again after a failure gives the same answer.
 *
 * - Signed by: nobody.   Chain: L1.   Value: none.
 * - Source: Themis `bridge/setu/listener/rootchain.go`, RootChainListener.
 *
 * @param options.confirmations blocks on top of a block before its events count
 * @throws {MetisSeqError} L1_WENT_BACK, the L1 has fewer blocks than were applied
 */
export async function readL1Chunk(options: {
  rpc: RpcRequester
  lockingInfo: Address
  cursor: bigint
  confirmations: number
}): Promise<L1Chunk> {
  const {rpc, lockingInfo, cursor, confirmations} = options
  const l1Head = await readQuantity(rpc, 'eth_blockNumber')
  if (l1Head < cursor) throw l1WentBack(l1Head, cursor)
  const confirmed = l1Head - BigInt(confirmations)
  if (confirmed <= cursor) {
    return {l1Head, toBlock: cursor, toHash: null, events: [], caughtUp: true}
  }
  const limit = cursor + L1_CHUNK_BLOCKS
  const toBlock = confirmed < limit ? confirmed : limit
  // Before the logs: were the L1 reorganized in between, this hash would be the one that is gone.
  const toHash = await readHash(rpc, toBlock)
  if (toHash === undefined) throw l1WentBack(l1Head, toBlock)
  const logs = await rpc.request('eth_getLogs', [
    {
      address: lockingInfo,
      topics: [topics],
      fromBlock: numberToHex(cursor + 1n),
      toBlock: numberToHex(toBlock),
    },
  ])
  const events = parseL1Events(rpc, logs).sort(inChainOrder)
  return {l1Head, toBlock, toHash, events, caughtUp: toBlock === confirmed}
}

function l1WentBack(l1Head: bigint, cursor: bigint): MetisSeqError {
  return new MetisSeqError({
    code: 'L1_WENT_BACK',
    message: `The L1 head is ${l1Head}, but events up to block ${cursor} are applied.`,
    facts: {l1Head: `${l1Head}`, cursor: `${cursor}`},
    hints: ['Wait until the L1 node has synced, or point to another one.'],
  })
}

function inChainOrder(a: L1Event, b: L1Event): number {
  if (a.blockNumber !== b.blockNumber) return a.blockNumber < b.blockNumber ? -1 : 1
  return a.logIndex - b.logIndex
}

function parseL1Events(rpc: RpcRequester, logs: unknown): L1Event[] {
  try {
    if (!Array.isArray(logs)) throw new Error('It is no list.')
    return logs.map(parseL1Event)
  } catch (error) {
    throw wrongAnswer(rpc, 'eth_getLogs', error)
  }
}

/** A raw log to an event record. Source: `LockingInfo` events. @throws when it is not one of ours */
function parseL1Event(log: unknown): L1Event {
  if (!isRecord(log)) throw new Error('eth_getLogs holds something that is not a log.')
  const [blockNumber, logIndex] = [BigInt(String(log['blockNumber'])), Number(log['logIndex'])]
  if (!Number.isSafeInteger(logIndex)) throw new Error('A log has no place in its block.')
  const at = {blockNumber, logIndex}
  const decoded = decodeEventLog({
    abi: lockingInfoAbi,
    topics: log['topics'] as [Hex, ...Hex[]],
    data: log['data'] as Hex,
  })
  switch (decoded.eventName) {
    case 'Locked': {
      const {signer, sequencerId, nonce, activationBatch, amount, signerPubkey} = decoded.args
      return {
        ...at,
        name: 'Locked',
        sequencerId,
        signer: lower(signer),
        nonce,
        activationBatch,
        amountWei: amount,
        pubKey: withPrefix(signerPubkey),
      }
    }
    case 'LockUpdate': {
      const {sequencerId, nonce, newAmount} = decoded.args
      return {...at, name: 'LockUpdate', sequencerId, nonce, newAmountWei: newAmount}
    }
    case 'SignerChange': {
      const {sequencerId, nonce, newSigner, signerPubkey} = decoded.args
      const pubKey = withPrefix(signerPubkey)
      return {...at, name: 'SignerChange', sequencerId, nonce, newSigner: lower(newSigner), pubKey}
    }
    case 'UnlockInit': {
      const {sequencerId, nonce, deactivationBatch} = decoded.args
      return {...at, name: 'UnlockInit', sequencerId, nonce, deactivationBatch}
    }
    case 'BatchSubmitReward':
      return {...at, name: 'BatchSubmitReward', newBatchId: decoded.args._newBatchId}
    default:
      throw new Error(`eth_getLogs answered with ${decoded.eventName}, which was not asked for.`)
  }
}

function lower(address: Address): Address {
  return address.toLowerCase() as Address
}

/** The contract stores 64 bytes; Themis shows 65. */
function withPrefix(pubKey: Hex): Hex {
  return `0x04${pubKey.slice(2)}`
}
