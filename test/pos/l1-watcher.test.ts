import {
  encodeAbiParameters,
  encodeEventTopics,
  getAddress,
  numberToHex,
  parseAbiParameters,
  type Address,
} from 'viem'
import {expect, test, vi} from 'vitest'

import {lockingInfoAbi} from '../../src/chain/abis/locking-info.ts'
import {systemClock} from '../../src/lib/clock.ts'
import type {Logger} from '../../src/lib/log.ts'
import {silentLogger} from '../../src/lib/log.ts'
import {createBackground} from '../../src/pos/background.ts'
import {createEndpoints} from '../../src/pos/endpoints.ts'
import {readL1Chunk} from '../../src/pos/l1-watcher.ts'
import {createFailures} from '../../src/pos/failures.ts'
import {startRpcStub} from '../helpers/rpc-stub.ts'

const lockingInfo: Address = '0x0fe382b74c3894b65c10e5c12ae60bbd8faf5b48'
const signer = getAddress('0xa233cc81fc6c12e3318ea71ec5d7bba78c706b04')

function lockedLog(blockNumber: number, logIndex: number) {
  return {
    address: lockingInfo,
    blockNumber: numberToHex(blockNumber),
    logIndex: numberToHex(logIndex),
    topics: encodeEventTopics({
      abi: lockingInfoAbi,
      eventName: 'Locked',
      args: {signer, sequencerId: 7n, activationBatch: 3n},
    }),
    data: encodeAbiParameters(
      parseAbiParameters('uint256 nonce, uint256 amount, uint256 total, bytes signerPubkey'),
      [1n, 20_000n * 10n ** 18n, 60_000n * 10n ** 18n, `0x${'ab'.repeat(64)}`],
    ),
  }
}

const blockOf = (number: string, digits: string) => ({
  ...{number, timestamp: '0x1', hash: `0x${digits.padStart(64, '0')}`},
})

const l1 = (url: string) =>
  createEndpoints({chainName: 'L1', chainId: 1, urls: [url], timeoutMs: 1000})

test('blocks are read in portions of 500 up to the confirmed head, events in chain order', async () => {
  const ranges: [number, number][] = []
  await using stub = await startRpcStub({
    eth_chainId: () => '0x1',
    eth_blockNumber: () => numberToHex(1212),
    eth_getBlockByNumber: ([number]) => blockOf(String(number), String(number).slice(2)),
    eth_getLogs: ([filter]) => {
      const {fromBlock, toBlock, topics, address} = filter as Record<string, string>
      expect(address).toBe(lockingInfo)
      expect(topics?.[0]).toHaveLength(5)
      expect(topics?.[0]?.[0]).toBe(
        '0xe6f1eb1f1d0ca344d03cf47b9e6ece8a7d3b196e38dd7dd2307cca75e26682a8',
      )
      ranges.push([Number(fromBlock), Number(toBlock)])
      return ranges.length > 1 ? [] : [lockedLog(300, 2), lockedLog(120, 9), lockedLog(300, 1)]
    },
  })
  const rpc = l1(stub.url)
  let cursor = 99n
  const chunks = []
  do {
    chunks.push(await readL1Chunk({rpc, lockingInfo, cursor, afterKey: -1n, confirmations: 12}))
    cursor = chunks.at(-1)!.toBlock
  } while (!chunks.at(-1)!.caughtUp)
  expect(ranges).toEqual([
    [100, 599],
    [600, 1099],
    [1100, 1200],
  ])
  expect(chunks[0]!.events.map(({blockNumber, logIndex}) => [blockNumber, logIndex])).toEqual([
    [120n, 9],
    [300n, 1],
    [300n, 2],
  ])
  expect(chunks[0]!.events[0]).toEqual({
    ...{blockNumber: 120n, logIndex: 9, name: 'Locked', sequencerId: 7n, nonce: 1n},
    ...{signer: signer.toLowerCase(), activationBatch: 3n, amountWei: 20_000n * 10n ** 18n},
    pubKey: `0x04${'ab'.repeat(64)}`,
  })
  // Nothing new is confirmed: no log request.
  expect(
    await readL1Chunk({rpc, lockingInfo, cursor, afterKey: -1n, confirmations: 12}),
  ).toMatchObject({
    ...{toBlock: 1200n, toHash: null, events: [], caughtUp: true},
  })
  expect(ranges).toHaveLength(3)
  rpc.close()
})

test('a chain with fewer blocks than were applied is said, not followed', async () => {
  await using stub = await startRpcStub({eth_chainId: () => '0x1', eth_blockNumber: () => '0x5'})
  const rpc = l1(stub.url)
  await expect(
    readL1Chunk({rpc, lockingInfo, cursor: 9n, afterKey: -1n, confirmations: 0}),
  ).rejects.toMatchObject({code: 'L1_WENT_BACK', facts: {l1Head: '5', cursor: '9'}})
  rpc.close()
})

test('failures are retried with growing pauses and logged once when they begin and end', async () => {
  const warn = vi.fn<Logger['warn']>()
  const info = vi.fn<Logger['info']>()
  const failures = createFailures({...silentLogger, warn, info}, systemClock)
  const runsAt: number[] = []
  let failing = true
  const background = createBackground({
    name: 'l1',
    intervalMs: 10,
    clock: systemClock,
    failures,
    signal: new AbortController().signal,
    run: async () => {
      runsAt.push(performance.now())
      if (failing) throw new Error('no answer')
      return false
    },
  })
  await vi.waitFor(() => {
    background.poke()
    expect(runsAt.length).toBe(4)
  }, 20_000)
  const pauses = runsAt.slice(1).map((at, index) => at - runsAt[index]!)
  expect(pauses[0]).toBeGreaterThanOrEqual(20)
  expect(pauses[1]).toBeGreaterThanOrEqual(40)
  expect(pauses[2]).toBeGreaterThanOrEqual(80)
  expect(failures.list()).toMatchObject([{part: 'l1', message: 'no answer'}])
  failing = false
  await vi.waitFor(() => {
    background.poke()
    expect(failures.list()).toEqual([])
  }, 20_000)
  expect(warn).toHaveBeenCalledExactlyOnceWith('l1-trouble', {error: 'no answer'})
  expect(info).toHaveBeenCalledExactlyOnceWith('l1-recovered')
})

test('several endpoints: the agreed head is asked, silent and foreign ones are passed over', async () => {
  const node = (head: number, chainId = '0x1a900') =>
    startRpcStub({
      eth_chainId: () => chainId,
      eth_blockNumber: () => numberToHex(head),
      // The one that is behind says so.
      eth_syncing: () => head === 7,
      eth_getBlockByNumber: ([number]) => blockOf(String(number), '99'),
      eth_call: () => numberToHex(head, {size: 1}),
      eth_sendRawTransaction: () => {
        if (head === 7) throw new Error('already known')
        return `0x${'1'.repeat(64)}`
      },
    })
  await using behind = await node(7)
  await using ahead = await node(9)
  await using foreign = await node(99, '0x1')
  await using mute = await node(50)
  mute.mode = 'hang'
  const urls = [behind, foreign, mute, ahead].map(({url}) => url)
  const l2 = createEndpoints({chainName: 'L2', chainId: 108_800, urls, timeoutMs: 1000})
  await expect(l2.prove()).rejects.toMatchObject({code: 'WRONG_CHAIN'})
  expect(await l2.head()).toMatchObject({number: 9n, answered: 2})
  expect(await l2.request('eth_call', [])).toBe('0x09')
  expect(await l2.sendToAll('0xaa')).toMatchObject({
    accepted: 1,
    refusals: [{reason: 'already known'}, {reason: expect.stringContaining('chain 1')}, {}],
  })
  expect(foreign.asked).not.toContain('eth_call')
  expect(foreign.asked).not.toContain('eth_sendRawTransaction')
  // The best one dies: the next read is answered by another.
  ahead.mode = 'drop'
  expect(await l2.request('eth_call', [])).toBe('0x07')
  behind.mode = 'drop'
  await expect(l2.head()).rejects.toMatchObject({code: 'CHAIN_UNREACHABLE', retryable: true})
  l2.close()
})
