import {encodeFunctionData, type Address, type Hex} from 'viem'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {l1StandardBridgeAbi} from '../../src/chain/abis/l1-standard-bridge.ts'
import {createRpcClient, type RpcClient} from '../../src/lib/json-rpc.ts'
import {deployL1, type L1Deployment} from '../../src/local/deploy-l1.ts'
import {l2Addresses} from '../../src/local/l2-plan.ts'
import {decodeBatch} from '../../src/protocol/batch-codec.ts'
import {startAnvil, type Anvil} from '../helpers/anvil.ts'
import {
  accountOf,
  createTestGenesis,
  L2_CHAIN_ID,
  METIS,
  transfer,
  type TestGenesis,
} from '../helpers/l2-chain.ts'
import {
  nodeOptions,
  startTestNode,
  testNetwork,
  TestPos,
  until,
  type TestNode,
} from '../helpers/node-cluster.ts'

const depositor = accountOf('depositor')
const batcher = accountOf('batcher')
const user = accountOf('user')
const recipient: Address = '0x00000000000000000000000000000000000000bb'

let l1Process: Anvil
let l1: RpcClient
let deployment: L1Deployment
let genesis: TestGenesis
let node: TestNode
let pos: TestPos

beforeAll(async () => {
  l1Process = await startAnvil(['--chain-id', '31337', '--base-fee', '1000000000'])
  l1 = createRpcClient(l1Process.rpcUrl)
  const governance = accountOf('l1 governance')
  const rewardPayer = accountOf('reward payer')
  for (const {address} of [governance, rewardPayer, depositor, batcher]) {
    await l1.request('anvil_setBalance', [address, '0x56bc75e2d63100000'])
  }
  deployment = await deployL1({
    rpcUrl: l1Process.rpcUrl,
    governance,
    mpcAddress: accountOf('mpc').address,
    rewardPayer,
    l2ChainId: L2_CHAIN_ID,
    l2MetisAddress: l2Addresses.metis,
    mainnetRules: false,
    discountWeiPerGas: 0n,
    mint: [{address: depositor.address, amountWei: 100n * METIS}],
  })
  genesis = await createTestGenesis({
    initialSigner: accountOf('alpha').address,
    rich: [user.address],
    firstEpochEndBlock: 106n,
  })
  const {metis, bridge} = deployment
  const network = testNetwork({genesis, l1RpcUrl: l1Process.rpcUrl})
  network.l1 = {
    ...network.l1,
    deploymentBlock: Number(deployment.deploymentBlock),
    contracts: {...network.l1.contracts, metis, bridge},
    confirmations: 1,
  }
  network.l2.contracts.metis = l2Addresses.metis
  node = await startTestNode(
    nodeOptions('alpha', network, genesis.dir, {
      relayerAccount: accountOf('relayer'),
      batchAccount: batcher,
      batchMaxAgeMs: 0,
    }),
  )
  pos = new TestPos({
    sequencerSet: genesis.sequencerSet,
    signers: [accountOf('alpha').address],
    epochLength: 10,
    node: () => node.rpc,
  })
  pos.start()
})

afterAll(async () => {
  await pos.stop()
  await node.stop()
  l1.close()
  await l1Process.stop()
  genesis[Symbol.dispose]()
})

async function sendL1(from: typeof depositor, to: Address, data: Hex): Promise<void> {
  const nonce = Number(await l1.request('eth_getTransactionCount', [from.address, 'pending']))
  const raw = await from.signTransaction({
    ...{type: 'eip1559', chainId: 31_337, nonce, gas: 1_000_000n, to, data},
    maxFeePerGas: 10_000_000_000n,
    maxPriorityFeePerGas: 1_000_000_000n,
  })
  const hash = await l1.request('eth_sendRawTransaction', [raw])
  const receipt = await until('it is mined on L1', async () => {
    const found = await l1.request('eth_getTransactionReceipt', [hash])
    return found === null ? undefined : (found as {status: string})
  })
  expect(receipt.status).toBe('0x1')
}

async function deposit(amountWei: bigint): Promise<void> {
  const {metis, bridge} = deployment
  const approve = encodeFunctionData({
    abi: erc20Abi,
    functionName: 'approve',
    args: [bridge, amountWei],
  })
  await sendL1(depositor, metis, approve)
  const data = encodeFunctionData({
    abi: l1StandardBridgeAbi,
    functionName: 'depositERC20ToByChainId',
    args: [BigInt(L2_CHAIN_ID), metis, l2Addresses.metis, recipient, amountWei, 0, '0x'],
  })
  await sendL1(depositor, bridge, data)
}

async function balance(address: Address): Promise<bigint> {
  return BigInt(String(await node.rpc.request('eth_getBalance', [address, 'latest'])))
}

interface BlockWithTransactions {
  transactions: {from: Address; hash: Hex}[]
}

test('deposits arrive on L2 in order and exactly once, each in a block of its own', async () => {
  for (const amount of [1n, 2n, 3n]) await deposit(amount * METIS)
  // Two of three are deep enough; the last one waits for one more block.
  await until('two are paid', async () => (await balance(recipient)) === 3n * METIS)
  const {number} = node.status().head
  await until('some blocks pass', () => node.status().head.number > number + 8)
  expect(await balance(recipient)).toBe(3n * METIS)
  await l1.request('evm_mine')
  await until('all are paid', async () => (await balance(recipient)) === 6n * METIS)
  const relayer = accountOf('relayer').address.toLowerCase()
  expect(await node.rpc.request('eth_getTransactionCount', [relayer, 'latest'])).toBe('0x3')

  const top = node.status().head.number
  for (let number = 101; number <= top; number++) {
    const params = [`0x${number.toString(16)}`, true]
    const block = (await node.rpc.request('eth_getBlockByNumber', params)) as BlockWithTransactions
    if (block.transactions.some(({from}) => from === relayer)) {
      expect(block.transactions).toHaveLength(1)
    }
  }
})

test('settled blocks reach the inbox, and the safe and finalized heads follow L1', async () => {
  await node.rpc.request('eth_sendRawTransaction', [await transfer(user, 0)])
  await until('a batch is on L1', async () => {
    const count = await l1.request('eth_getTransactionCount', [batcher.address, 'latest'])
    return Number(count) > 0
  })
  // A stray: right layout and sender, wrong place. It must not count.
  const {batchInbox} = node.options.network.l1.contracts
  await sendL1(depositor, batchInbox, '0x00')
  const safe = await until('the safe head is set', async () => {
    await l1.request('evm_mine')
    return node.status().safe ?? undefined
  })
  expect(safe).toBeGreaterThan(100)
  const tagged = (await node.rpc.request('eth_getBlockByNumber', ['safe', false])) as {number: Hex}
  expect(Number(tagged.number)).toBeGreaterThanOrEqual(safe)
  await until('the finalized head follows', async () => {
    await l1.request('evm_mine')
    return (node.status().finalized ?? 0) >= safe
  })
  expect(node.status().lastError).toEqual({})

  const batches = await readBatches(batchInbox)
  let next = 101
  for (const [index, batch] of batches.entries()) {
    expect(batch.batchIndex).toBe(BigInt(index + 1))
    expect(batch.startBlock).toBe(next)
    for (const {transactions} of batch.blocks) {
      const params = [`0x${next.toString(16)}`, false]
      const block = (await node.rpc.request('eth_getBlockByNumber', params)) as {
        transactions: Hex[]
      }
      expect(transactions).toHaveLength(block.transactions.length)
      next++
    }
  }
  expect(next - 1).toBeGreaterThanOrEqual(safe)
})

async function readBatches(inbox: Address) {
  const head = Number(await l1.request('eth_blockNumber'))
  const batches: ReturnType<typeof decodeBatch>[] = []
  for (let number = 0; number <= head; number++) {
    const params = [`0x${number.toString(16)}`, true]
    const block = (await l1.request('eth_getBlockByNumber', params)) as {
      transactions: {from: Address; to: Address | null; input: Hex}[]
    }
    for (const {from, to, input} of block.transactions) {
      if (to === inbox && from === batcher.address.toLowerCase()) batches.push(decodeBatch(input))
    }
  }
  return batches
}
