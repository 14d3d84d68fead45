import {JsonRpcProvider, Wallet, WebSocketProvider} from 'ethers'
import {createPublicClient, createWalletClient, defineChain, http, webSocket, type Hex} from 'viem'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'

import {EVENT_TOPIC, eventContract, word} from '../helpers/event-contract.ts'
import {accountOf, L2_CHAIN_ID} from '../helpers/l2-chain.ts'
import {startLoneNode, type LoneNode} from '../helpers/lone-node.ts'
import {until, type TestNode} from '../helpers/node-cluster.ts'

const viemUser = accountOf('viem user')
const ethersUser = accountOf('ethers user')
let lone: LoneNode
let node: TestNode

beforeAll(async () => {
  lone = await startLoneNode([viemUser.address, ethersUser.address])
  node = lone.node
})

afterAll(async () => {
  await lone.stop()
})

describe('viem, as it comes', () => {
  const chainOf = () =>
    defineChain({
      id: L2_CHAIN_ID,
      name: 'test',
      nativeCurrency: {name: 'METIS', symbol: 'METIS', decimals: 18},
      rpcUrls: {default: {http: [node.rpcUrl], webSocket: [node.wsUrl]}},
    })

  test('sends, waits, and reads blocks, receipts, logs, calls and fees', async () => {
    const chain = chainOf()
    const reader = createPublicClient({chain, transport: http(), pollingInterval: 50})
    const wallet = createWalletClient({chain, transport: http(), account: viemUser})

    const deployed = await wallet.sendTransaction({data: eventContract})
    const {contractAddress, status} = await reader.waitForTransactionReceipt({hash: deployed})
    expect(status).toBe('success')
    const to = contractAddress!
    expect((await reader.call({to, data: word(1)})).data).toBe(word(42))
    expect(await reader.estimateGas({account: viemUser, to, data: word(1)})).toBeGreaterThan(
      21_000n,
    )

    const hash = await wallet.sendTransaction({to, data: word(7)})
    const receipt = await reader.waitForTransactionReceipt({hash})
    expect(receipt.logs).toMatchObject([
      {address: to, topics: [EVENT_TOPIC, word(7)], logIndex: 0, transactionHash: hash},
    ])
    const transaction = await reader.getTransaction({hash})
    expect(transaction).toMatchObject({
      from: viemUser.address.toLowerCase(),
      input: word(7),
      blockNumber: receipt.blockNumber,
    })
    const block = await reader.getBlock({
      blockHash: receipt.blockHash,
      includeTransactions: true,
    })
    expect(block.transactions).toEqual([transaction])
    const range = {address: to, fromBlock: receipt.blockNumber, toBlock: receipt.blockNumber}
    expect(await reader.getLogs(range)).toEqual(receipt.logs)
    expect(await reader.getGasPrice()).toBe(20_000_000n)
    for (const blockTag of ['safe', 'finalized', 'earliest', 'latest', 'pending'] as const) {
      expect((await reader.getBlock({blockTag})).number).not.toBeNull()
    }
  })

  test('filters by HTTP: blocks, pending transactions, logs', async () => {
    const chain = chainOf()
    const reader = createPublicClient({chain, transport: http()})
    const wallet = createWalletClient({chain, transport: http(), account: viemUser})
    const blocks = await reader.createBlockFilter()
    const pending = await reader.createPendingTransactionFilter()
    const logs = await reader.createEventFilter()
    const hash = await wallet.sendTransaction({data: eventContract})
    const {blockHash} = await reader.waitForTransactionReceipt({hash, pollingInterval: 50})
    expect(await reader.getFilterChanges({filter: pending})).toContain(hash)
    await until('the block is told', async () =>
      (await reader.getFilterChanges({filter: blocks})).includes(blockHash),
    )
    expect(await reader.getFilterChanges({filter: logs})).toEqual([])
    expect(await reader.uninstallFilter({filter: logs})).toBe(true)
    await expect(reader.getFilterChanges({filter: logs})).rejects.toThrow('filter not found')
  })

  test('watches blocks, logs and pending transactions by WebSocket', async () => {
    const chain = chainOf()
    const transport = webSocket(node.wsUrl, {reconnect: false})
    const reader = createPublicClient({chain, transport})
    const wallet = createWalletClient({chain, transport, account: viemUser})
    const deployed = await wallet.sendTransaction({data: eventContract})
    const {contractAddress} = await reader.waitForTransactionReceipt({hash: deployed})
    const seen = {blocks: [] as bigint[], topics: [] as Hex[], pending: [] as Hex[]}
    const stops = [
      reader.watchBlocks({onBlock: ({number}) => seen.blocks.push(number)}),
      reader.watchEvent({
        address: contractAddress!,
        onLogs: (logs) => seen.topics.push(...logs.map(({topics}) => topics[1]!)),
      }),
      reader.watchPendingTransactions({onTransactions: (hashes) => seen.pending.push(...hashes)}),
    ]
    await until('blocks come', () => seen.blocks.length >= 2)
    const hash = await wallet.sendTransaction({to: contractAddress!, data: word(9)})
    await until('the log comes', () => seen.topics.length > 0)
    expect(seen.topics).toEqual([word(9)])
    expect(seen.pending).toContain(hash)
    const {blocks} = seen
    expect(blocks).toEqual(blocks.map((_number, index) => blocks[0]! + BigInt(index)))
    for (const stop of stops) stop()
    const client = await transport({chain}).value!.getRpcClient()
    client.close()
  })
})

describe('ethers, as it comes', () => {
  test('sends, waits and reads by HTTP', async () => {
    const provider = new JsonRpcProvider(node.rpcUrl, undefined, {
      polling: true,
      pollingInterval: 50,
      // It remembers answers for 250 ms, which is longer than a slot of this network.
      cacheTimeout: -1,
    })
    const wallet = new Wallet(ethersUser.privateKey, provider)
    expect((await provider.getNetwork()).chainId).toBe(BigInt(L2_CHAIN_ID))
    const created = await (await wallet.sendTransaction({data: eventContract})).wait()
    const to = created!.contractAddress!
    expect(await provider.call({to, data: word(1)})).toBe(word(42))
    const sent = await wallet.sendTransaction({to, data: word(3)})
    const receipt = await sent.wait()
    expect(receipt!.logs.map(({topics}) => topics)).toEqual([[EVENT_TOPIC, word(3)]])
    const block = await provider.getBlock(receipt!.blockNumber, true)
    expect(block!.prefetchedTransactions.map(({hash}) => hash)).toEqual([sent.hash])
    expect((await provider.getTransaction(sent.hash))!.blockHash).toBe(receipt!.blockHash)
    const logs = await provider.getLogs({address: to, fromBlock: 0x64, toBlock: 'latest'})
    expect(logs).toHaveLength(1)
    const fees = await provider.getFeeData()
    // With a base fee of zero ethers falls back to the price of a legacy transaction.
    expect(fees.gasPrice).toBe(20_000_000n)
    provider.destroy()
  })

  test('follows blocks, logs and pending transactions by WebSocket', async () => {
    // ethers gives up a listener of blocks when a `wait` on the same provider ends, so one only follows.
    const provider = new WebSocketProvider(node.wsUrl)
    const sender = new JsonRpcProvider(node.rpcUrl, undefined, {cacheTimeout: -1})
    const wallet = new Wallet(ethersUser.privateKey, sender)
    const created = await (await wallet.sendTransaction({data: eventContract})).wait()
    const seen = {blocks: [] as number[], logs: [] as string[], pending: [] as string[]}
    await provider.on('block', (number: number) => seen.blocks.push(number))
    await provider.on({address: created!.contractAddress!}, ({topics}: {topics: string[]}) =>
      seen.logs.push(topics[1]!),
    )
    await provider.on('pending', (hash: string) => seen.pending.push(hash))
    await until('blocks come', () => seen.blocks.length > 0)
    const sent = await wallet.sendTransaction({to: created!.contractAddress!, data: word(5)})
    await until('all is told', () => seen.logs.length > 0 && seen.pending.length > 0)
    sender.destroy()
    expect(seen.logs).toEqual([word(5)])
    expect(seen.pending).toContain(sent.hash)
    await provider.destroy()
  })
})
