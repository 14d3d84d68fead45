import {decodeEventLog, numberToHex, toEventSelector, type Address, type Hash, type Hex} from 'viem'

import {lockingInfoAbi} from '../chain/abis/locking-info.ts'
import {MetisSeqError} from '../lib/errors.ts'
import {isRecord} from '../lib/json.ts'
import {readQuantity, wrongAnswer, type RpcRequester} from './contract-call.ts'
import {firstPortion} from './l1-portions.ts'
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
  /** The last block covered by the events. Equal to the cursor when nothing new is confirmed. */
  toBlock: bigint
  /** Null when nothing new is confirmed. */
  toHash: Hash | null
  /** In chain order, as many as fit into one command. */
  events: L1Event[]
  /** Block `toBlock` has further events. */
  hasMore: boolean
  /** True when nothing confirmed is left to read. */
  caughtUp: boolean
}

/**
 * The newest remembered block that the L1 still has, if L1 left the branch whose events were
 * applied. A chain that is merely shorter is behind, not another branch.
 *
 * - Signed by: nobody.   Chain: L1.   Value: none.
 *
 * @param anchors ascending
 * @param beginning the block before the first that can contain an event
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
    // A missing block may still come; a different block in its place will not go away.
    if (found !== undefined) isOther = true
  }
  return isOther ? beginning : undefined
}

async function readHash(rpc: RpcRequester, number: bigint): Promise<Hash | undefined> {
  const block = await rpc.request('eth_getBlockByNumber', [numberToHex(number), false])
  return isRecord(block) ? (block['hash'] as Hash) : undefined
}

/**
 * The confirmed events right after a cursor, from at most L1_CHUNK_BLOCKS blocks. Stateless: a
 * retry after a failure returns the same result.
 *
 * - Signed by: nobody.   Chain: L1.   Value: none.
 * - Source: Themis `bridge/setu/listener/rootchain.go`, RootChainListener.
 *
 * @param options.afterKey replay key of the newest known event in the block after the cursor; -1:
 * none
 * @param options.confirmations blocks on top of a block before its events count
 * @throws {MetisSeqError} L1_WENT_BACK, the L1 has fewer blocks than were applied
 */
export async function readL1Chunk(options: {
  rpc: RpcRequester
  lockingInfo: Address
  cursor: bigint
  afterKey: bigint
  confirmations: number
}): Promise<L1Chunk> {
  const {rpc, lockingInfo, cursor, afterKey, confirmations} = options
  const l1Head = await readQuantity(rpc, 'eth_blockNumber')
  if (l1Head < cursor) throw l1WentBack(l1Head, cursor)
  const confirmed = l1Head - BigInt(confirmations)
  if (confirmed <= cursor) {
    return {l1Head, toBlock: cursor, toHash: null, events: [], hasMore: false, caughtUp: true}
  }
  const limit = cursor + L1_CHUNK_BLOCKS
  const toBlock = confirmed < limit ? confirmed : limit
  // Read before the logs: if the L1 reorgs in between, this hash is the stale one.
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
  const found = parseL1Events(rpc, logs).sort((a, b) => inChainOrder(a.event, b.event))
  const whole = found.map(({event}) => event)
  const {isWhole, ...cut} = firstPortion(whole, toBlock, afterKey)
  if (isWhole) return {l1Head, ...cut, toHash, caughtUp: toBlock === confirmed}
  // The log has its block, on whichever branch that was.
  const last = found.find(({event}) => event === cut.events.at(-1))
  if (!last?.blockHash) throw wrongAnswer(rpc, 'eth_getLogs')
  return {l1Head, ...cut, toHash: last.blockHash, caughtUp: false}
}

function l1WentBack(l1Head: bigint, cursor: bigint): MetisSeqError {
  return new MetisSeqError({
    code: 'L1_WENT_BACK',
    message: `The L1 head is ${l1Head}, but events up to block ${cursor} are applied.`,
    facts: {l1Head: `${l1Head}`, cursor: `${cursor}`},
    hints: ['Wait until the L1 node has synced, or use another one.'],
  })
}

function inChainOrder(a: L1Event, b: L1Event): number {
  if (a.blockNumber !== b.blockNumber) return a.blockNumber < b.blockNumber ? -1 : 1
  return a.logIndex - b.logIndex
}

interface FoundEvent {
  event: L1Event
  blockHash: Hash | null
}

function parseL1Events(rpc: RpcRequester, logs: unknown): FoundEvent[] {
  try {
    if (!Array.isArray(logs)) throw new Error('It is not a list.')
    return logs.map((log: unknown) => ({event: parseL1Event(log), blockHash: hashIn(log)}))
  } catch (error) {
    throw wrongAnswer(rpc, 'eth_getLogs', error)
  }
}

function hashIn(log: unknown): Hash | null {
  const hash = isRecord(log) ? log['blockHash'] : undefined
  return typeof hash === 'string' && /^0x[0-9a-f]{64}$/.test(hash) ? (hash as Hash) : null
}

/**
 * Decodes a raw log into an event record. Source: `LockingInfo` events. @throws when it is not one
 * of ours
 */
function parseL1Event(log: unknown): L1Event {
  if (!isRecord(log)) throw new Error('eth_getLogs returned something that is not a log.')
  const [blockNumber, logIndex] = [BigInt(String(log['blockNumber'])), Number(log['logIndex'])]
  if (!Number.isSafeInteger(logIndex)) throw new Error('A log has no position in its block.')
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
      throw new Error(`eth_getLogs returned ${decoded.eventName}, which was not requested.`)
  }
}

function lower(address: Address): Address {
  return address.toLowerCase() as Address
}

/** The contract stores 64 bytes; Themis shows 65. */
function withPrefix(pubKey: Hex): Hex {
  return `0x04${pubKey.slice(2)}`
}
