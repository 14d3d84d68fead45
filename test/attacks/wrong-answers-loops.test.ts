/** What node and consensus layer read in their loops, with endpoints that answer nonsense: never a fault of ours. */
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {maxUint256, type Address} from 'viem'
import {afterAll, beforeAll, beforeEach, describe, expect, test} from 'vitest'

import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {l1StandardBridgeAbi} from '../../src/chain/abis/l1-standard-bridge.ts'
import {createChainRpc} from '../../src/chain/chain-rpc.ts'
import {systemClock} from '../../src/lib/clock.ts'
import {MetisSeqError} from '../../src/lib/errors.ts'
import {RpcResponseError, RpcTransportError, type RpcClient} from '../../src/lib/json-rpc.ts'
import {silentLogger} from '../../src/lib/log.ts'
import {createDepositRelay} from '../../src/node/deposits/deposits.ts'
import type {ExecutionEngine} from '../../src/node/engine/engine.ts'
import {Heads} from '../../src/node/heads/heads.ts'
import {Inbox} from '../../src/node/inbox/inbox.ts'
import {createMembership} from '../../src/node/peers/membership.ts'
import type {Rotation} from '../../src/node/rotation/rotation.ts'
import {nodeFailureOf} from '../../src/node/sequencing/driver-facts.ts'
import {createEndpoints, type Endpoints} from '../../src/pos/endpoints.ts'
import {findSplit, readL1Chunk} from '../../src/pos/l1-watcher.ts'
import {readL2View} from '../../src/pos/l2-view.ts'
import {signMpcTransaction} from '../../src/pos/mpc.ts'
import {planRewards, waitForRewardReceipt} from '../../src/pos/reward-submitter.ts'
import {startPos} from '../../src/pos/start-pos.ts'
import {startChaosEndpoint, type ChaosEndpoint} from '../helpers/chaos-endpoint.ts'
import {accountOf, L2_CHAIN_ID} from '../helpers/l2-chain.ts'
import {until} from '../helpers/node-cluster.ts'
import {wrongAnswers} from '../helpers/wrong-answers.ts'
import {mpc, ownerOf, signerOf, startChains, type Chains} from '../pos/chains.ts'
import {senderOf} from '../helpers/sign-block.ts'

const SECRET = 'api-key-of-the-endpoint'
/** As the bridge of these chains knows it. */
const L2_METIS: Address = '0xDeadDeAddeAddEAddeadDEaDDEAdDeaDDeAD0000'
const STRANGER: Address = '0x00000000000000000000000000000000000000ee'

let chains: Chains
let l1: ChaosEndpoint
let l2: ChaosEndpoint
let dir: string
let sent: `0x${string}`

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'metis-seq-wrong-answers-'))
  chains = await startChains({epochLength: 20n, respanDelaySeconds: 60})
  await chains.lock(1, 20_000)
  const {metis, bridge} = chains.at
  const from = ownerOf(1)
  await chains.l1.send({from, to: metis, abi: erc20Abi, fn: 'approve', args: [bridge, maxUint256]})
  const deposit = {from, to: bridge, abi: l1StandardBridgeAbi, fn: 'depositERC20ToByChainId'}
  for (const amount of [1n, 2n]) {
    const args = [BigInt(L2_CHAIN_ID), metis, L2_METIS, STRANGER, amount, 0, '0x']
    await chains.l1.send({...deposit, args, value: 10n ** 15n})
  }
  const newest = await chains.l1.request('eth_getBlockByNumber', 'latest', false)
  sent = (newest as {transactions: `0x${string}`[]}).transactions[0]!
  l1 = await startChaosEndpoint(() => chains.l1Url)
  l2 = await startChaosEndpoint(() => chains.l2Url)
})
beforeEach(() => {
  l1.reset()
  l2.reset()
})
afterAll(async () => {
  await l1[Symbol.asyncDispose]()
  await l2[Symbol.asyncDispose]()
  await chains[Symbol.asyncDispose]()
  rmSync(dir, {recursive: true, force: true})
})

const withKey = (url: string) => `${url}/v3/${SECRET}`
const chainRpc = () => createChainRpc(withKey(l1.url), {timeoutMs: 20_000})

/** A name, and a reader that is made anew each time. Its result is compared with the one without a fault. */
const readers: [string, () => ChaosEndpoint, () => Promise<unknown>][] = [
  [
    'heads',
    () => l1,
    () =>
      withL1(async (rpc) => {
        const heads = headsOf(rpc)
        await heads.poll()
        return [heads.l1Head(), heads.tip(), heads.safeHead()]
      }),
  ],
  ['deposits', () => l1, () => withL1((rpc) => relayOf(rpc).poll(Number.MAX_SAFE_INTEGER))],
  ['inbox', () => l1, () => withL1((rpc) => inboxOf(rpc).isFree(1))],
  ['membership of a stranger', () => l1, () => withL1((rpc) => membersOf(rpc)(STRANGER))],
  ['events of L1', () => l1, () => withEndpoints((at) => chunkOf(at))],
  [
    'a split of L1',
    () => l1,
    () => withEndpoints((at) => findSplit(at, [{number: 1n, hash: `0x${'1'.repeat(64)}`}], 0n)),
  ],
  ['a receipt', () => l1, () => withEndpoints((at) => receiptOf(at))],
  ['heads of L2', () => l2, () => withEndpoints((_, at) => at.head())],
  ['view of L2', () => l2, () => withEndpoints((_, at) => viewOf(at))],
  ['rewards on L1', () => l1, () => withEndpoints((one, two) => rewardsOf(one, two))],
  ['rewards on L2', () => l2, () => withEndpoints((one, two) => rewardsOf(one, two))],
  ['a transaction of the wallet', () => l2, () => withEndpoints((_, at) => signOf(at))],
]

async function withL1<T>(act: (rpc: RpcClient) => Promise<T>): Promise<T> {
  const rpc = chainRpc()
  try {
    return await act(rpc)
  } finally {
    rpc.close()
  }
}

async function withEndpoints<T>(act: (one: Endpoints, two: Endpoints) => Promise<T>): Promise<T> {
  const open = (chainName: 'L1' | 'L2', chainId: number, at: ChaosEndpoint) =>
    createEndpoints({chainName, chainId, urls: [withKey(at.url)], timeoutMs: 20_000})
  const [one, two] = [open('L1', 31_337, l1), open('L2', L2_CHAIN_ID, l2)]
  try {
    return await act(one, two)
  } finally {
    one.close()
    two.close()
  }
}

function headsOf(rpc: RpcClient): Heads {
  return new Heads({
    ...{l1: rpc, network: chains.network.l1, genesisNumber: 100, block: () => undefined},
    ...{cursorFile: join(dir, 'no', 'cursor'), pinFile: join(dir, 'no', 'pin')},
    logger: silentLogger,
    network: {...chains.network.l1, confirmations: 1_000_000},
  })
}

function relayOf(rpc: RpcClient) {
  const relay = createDepositRelay({
    ...{l1: rpc, l1Network: chains.network.l1, l2Network: chains.network.l2},
    engine: {
      read: () => Promise.resolve('0x0'),
      head: () => ({number: 0}),
    } as unknown as ExecutionEngine,
    ...{
      relayer: senderOf(accountOf('relayer')),
      isOurTurn: () => false,
      accept: () => Promise.resolve(),
    },
  })
  return {
    poll: async (_at: number) => relay.poll(Number(await rpc.request('eth_blockNumber'))),
  }
}

function inboxOf(rpc: RpcClient): Inbox {
  return new Inbox({
    ...{l1: rpc, l1ChainId: 31_337, batchInbox: STRANGER, account: senderOf(accountOf('batcher'))},
    ...{maxGasGwei: 100, clock: systemClock, logger: silentLogger},
  })
}

function membersOf(rpc: RpcClient) {
  const rotation = {epochs: () => []} as unknown as Rotation
  const {lockingPool} = chains.at
  return createMembership({l1: rpc, lockingPool, rotation, clock: systemClock})
}

function chunkOf(rpc: Endpoints) {
  const {lockingInfo, deploymentBlock} = chains.at
  const cursor = deploymentBlock - 1n
  return readL1Chunk({rpc, lockingInfo, cursor, afterKey: -1n, confirmations: 0})
}

function receiptOf(rpc: Endpoints) {
  const {signal} = new AbortController()
  return waitForRewardReceipt({
    ...{l1: rpc, hash: sent, clock: systemClock, pollMs: 1, timeoutMs: 0, signal},
  })
}

const viewOf = (rpc: Endpoints) => readL2View(rpc, chains.network.l2.contracts.sequencerSet, 100n)

const signer = {
  address: mpc.address,
  signOwn: (_type: unknown, transaction: {nonce: number; gasPrice: bigint}) =>
    Promise.resolve({signedTx: `0x${transaction.nonce}${transaction.gasPrice}`}),
} as unknown as Parameters<typeof planRewards>[0]['signer']

function rewardsOf(one: Endpoints, two: Endpoints) {
  const {l1: l1Network, l2: at} = chains.network
  const {sequencerSet} = at.contracts
  return planRewards({...{l1: one, l2: two, l1Network, sequencerSet, signer}, hasSafeHead: true}, 2)
}

function signOf(rpc: Endpoints) {
  return signMpcTransaction({
    ...{rpc, signer, signType: 0, chainId: L2_CHAIN_ID, to: STRANGER, data: '0x', gas: 1n},
  } as unknown as Parameters<typeof signMpcTransaction>[0])
}

/** Nobody can see that it is wrong: contracts may say any number, and what is not there may be null. */
function isPlausible(method: string, what: string): boolean {
  if (['eth_call', 'eth_syncing'].includes(method) || what === 'null') return true
  const isNumber = !/Block(?:By|$)|Logs|Receipt/.test(method) || method === 'eth_blockNumber'
  return isNumber && ['ones', 'half a byte', 'too few bytes'].includes(what)
}

function isTyped(error: unknown): boolean {
  return (
    error instanceof MetisSeqError ||
    error instanceof RpcTransportError ||
    error instanceof RpcResponseError
  )
}

describe('every read: what is right, or the fault of the endpoint', () => {
  test.each(readers)('%s', async (_name, at, read) => {
    const right = await read()
    const methods = new Set(at().asked)
    expect(methods.size).toBeGreaterThan(0)
    const faults: string[] = []
    for (const method of methods) {
      for (const [what, change] of wrongAnswers) {
        at().decide((call) => (call.method === method ? change : 'pass'))
        try {
          const result = await read()
          if (!isPlausible(method, what)) expect(result, `${method} ${what}`).toEqual(right)
        } catch (error) {
          if (!isTyped(error)) faults.push(`${method}: ${what}: ${String(error)}`)
          expect(JSON.stringify(nodeFailureOf(error, 0)), what).not.toContain(SECRET)
        }
        at().reset()
      }
    }
    expect(faults).toEqual([])
    expect(await read()).toEqual(right)
  })

  test('a stranger is admitted by no wrong answer', async () => {
    for (const [what, change] of wrongAnswers) {
      l1.decide(() => change)
      const isMember = await withL1((rpc) => membersOf(rpc)(STRANGER))
      expect(isMember, what).not.toBe(true)
    }
    l1.reset()
    expect(await withL1((rpc) => membersOf(rpc)(signerOf(1).address))).toBe(true)
  })
})

test('the trouble of a node names the fault and the endpoint, without its key', async () => {
  l1.decide(() => () => ({}))
  const error = await withL1((rpc) => headsOf(rpc).poll()).catch((thrown: unknown) => thrown)
  const trouble = nodeFailureOf(error, 0)
  expect(trouble.code).toBe('ENDPOINT_WRONG_ANSWER')
  expect(trouble.message).toContain(l1.url)
})

test('so does the trouble of a consensus layer, which goes on when the endpoint does', async () => {
  const pos = await startPos({
    ...{network: chains.network, dataDir: join(dir, 'pos'), listen: {host: '127.0.0.1', port: 0}},
    ...{mpcAccount: mpc, logger: silentLogger, pollMs: 20, rewardBatchEpochs: 1000},
    ...{l1RpcUrl: withKey(l1.url), l2RpcUrls: [withKey(l2.url)]},
  })
  try {
    await until('it has read L1', () => pos.status().l1CaughtUp && pos.status().l2Head !== null)
    l1.decide(({method}) => (method === 'eth_blockNumber' ? () => null : 'pass'))
    l2.decide(({method}) => (method === 'eth_call' ? () => '0x12' : 'pass'))
    const told = () =>
      JSON.stringify(pos.status().troubles.filter(({code}) => code === 'ENDPOINT_WRONG_ANSWER'))
    // Two parts can be in trouble with one and the same endpoint.
    await until('both are told', () => [l1, l2].every(({url}) => told().includes(url)))
    expect(told()).not.toContain(SECRET)
    l1.reset()
    l2.reset()
    await until('it goes on', () => pos.status().troubles.length === 0)
  } finally {
    await pos.stop()
  }
})

describe('answers without measure', () => {
  const log = (block: number, index: number) => ({
    address: chains.at.bridge,
    blockNumber: `0x${block.toString(16)}`,
    logIndex: `0x${index.toString(16)}`,
    ...{topics: [`0x${'1'.repeat(64)}`], data: '0x'},
  })

  test('250,000 logs, and a block of 50 MB', async () => {
    const logs = Array.from({length: 10}, (_, index) => log(1, index))
    l1.decide(({method}) =>
      method === 'eth_getLogs' ? () => Array.from({length: 25_000}, () => logs) : 'pass',
    )
    await expect(withEndpoints((at) => chunkOf(at))).rejects.toMatchObject({
      code: 'ENDPOINT_WRONG_ANSWER',
    })
    const huge = `0x${'00'.repeat(25_000_000)}`
    l1.decide(({method}) =>
      method === 'eth_getBlockByNumber' ? () => ({extraData: huge}) : 'pass',
    )
    await expect(withL1((rpc) => headsOf(rpc).poll())).rejects.toMatchObject({reason: 'too-large'})
  })

  test('blocks that are too much together are read in halves', async () => {
    // Together above the limit, each one far below it.
    const filler = `0x${'00'.repeat(400_000)}`
    await chains.l1.request('anvil_mine', '0x14')
    l1.decide(({method}) =>
      method === 'eth_getBlockByNumber'
        ? (block) => ({...(block as object), extraData: filler})
        : 'pass',
    )
    await withL1(async (rpc) => {
      const heads = headsOf(rpc)
      await heads.poll()
      expect(heads.isTipRead).toBe(true)
    })
  })
})
