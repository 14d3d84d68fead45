import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {encodeFunctionData, numberToHex, parseEther, type Abi, type Address, type Hex} from 'viem'
import {mnemonicToAccount} from 'viem/accounts'

import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {lockingPoolAbi} from '../../src/chain/abis/locking-pool.ts'
import {createRpcClient, type RpcClient} from '../../src/lib/json-rpc.ts'
import {deployL1, type L1Deployment} from '../../src/local/deploy-l1.ts'
import {defiOf} from '../../src/local/defi/markets.ts'
import {type L1Addresses, type L1Options, planL1} from '../../src/local/l1-plan.ts'
import {buildL2Genesis} from '../../src/local/l2-genesis.ts'
import {l2Addresses, type L2Addresses} from '../../src/local/l2-plan.ts'
import {nativeTokenFlags} from '../../src/process/native-token.ts'
import type {LocalPart} from '../../src/protocol/local-parts.ts'
import type {Network} from '../../src/protocol/network.ts'
import {PATIENT, startAnvil, type Anvil} from './anvil.ts'
import {accountOf, L2_CHAIN_ID} from './l2-chain.ts'

export const L1_CHAIN_ID = 31_337
const phrase = 'test test test test test test test test test test test junk'
export const governance = mnemonicToAccount(phrase, {addressIndex: 0})
export const rewardPayer = mnemonicToAccount(phrase, {addressIndex: 1})
export const mpc = accountOf('mpc')

export interface TestChainOptions {
  /** Producer of epoch 0. */
  initialSigner?: Address
  /** Holders of METIS on L2. */
  l2Rich?: readonly Address[]
  /** Without it L2 mines a block per transaction. */
  l2BlockSeconds?: number
  /** Time since the first block of L2; 0 without it. */
  l2AgeSeconds?: number
  /** False: only L1 runs. */
  withL2?: boolean
  /** Optional parts, on both chains. */
  with?: readonly LocalPart[]
  /** More arguments for the L1. */
  l1Args?: readonly string[]
}

export interface TestChain extends AsyncDisposable {
  network: Network
  l1: RpcClient
  l2: RpcClient
  at: L1Deployment
  /** ETH and METIS on L1, and a place on the whitelist. */
  fund(
    account: Address,
    wanted?: {eth?: string; metis?: string; whitelist?: boolean},
  ): Promise<void>
  /** Makes someone a whitelisted owner with a sequencer of its own, whose rewards it receives itself. */
  lock(owner: Address, signer: {address: Address; publicKey: Hex}, metis?: string): Promise<void>
  /** A transaction of anyone, mined when it resolves. The chain plays the key. */
  act(
    from: Address,
    to: Address,
    abi: Abi,
    fn: string,
    args: readonly unknown[],
    valueWei?: bigint,
  ): Promise<void>
  /** Rewards for blocks of signers, as the consensus layer submits them. */
  submitRewards(signer: Address, blocks: bigint): Promise<void>
  /** Puts L1 back to where it was at the start or at the last `keep`. */
  reset(): Promise<void>
  keep(): Promise<void>
}

/** L1 with the staking contracts and L2 with its own, both real, and the network document of both. */
export async function startTestChain(options: TestChainOptions = {}): Promise<TestChain> {
  // Fees order a block, so that a test can put a transaction before another one.
  const l1Args = ['--auto-impersonate', '--hardfork', 'shanghai', '--order', 'fees']
  const l1 = await startAnvil([...l1Args, ...(options.l1Args ?? [])])
  const plan: L1Options = {
    governance,
    mpcAddress: mpc.address,
    rewardPayer,
    l2ChainId: L2_CHAIN_ID,
    l2MetisAddress: '0xDeadDeAddeAddEAddeadDEaDDEAdDeaDDeAD0000',
    mainnetRules: true,
    mint: [{address: rewardPayer.address, amountWei: parseEther('1000000')}],
    with: options.with ?? [],
  }
  const [at, l2] = await Promise.all([
    deployL1({rpcUrl: l1.rpcUrl, ...plan}),
    options.withL2 === false ? undefined : startL2(options, planL1(plan).addresses),
  ])
  const l2Url = l2?.anvil.rpcUrl ?? 'http://127.0.0.1:9'
  const clients = {l1: createRpcClient(l1.rpcUrl, PATIENT), l2: createRpcClient(l2Url, PATIENT)}
  const network = {
    ...networkOf([l1.rpcUrl], [l2Url], at, l2?.addresses ?? l2Addresses),
    ...defiOf({with: options.with ?? []}),
  }
  const actions = actionsOn(clients.l1, at)
  const both = l2 ? [clients.l1, clients.l2] : [clients.l1]
  let snapshots: unknown[] = []
  const keep = async () => {
    snapshots = await Promise.all(both.map((each) => each.request('evm_snapshot')))
  }
  await clients.l1.request('anvil_setBalance', [mpc.address, numberToHex(parseEther('100'))])
  await keep()
  return {
    network,
    ...clients,
    at,
    ...actions,
    keep,
    async reset() {
      await Promise.all(both.map((each, at) => each.request('evm_revert', [snapshots[at]])))
      await clients.l1.request('evm_setAutomine', [true])
      await keep()
    },
    async [Symbol.asyncDispose]() {
      clients.l1.close()
      clients.l2.close()
      await Promise.all([l1.stop(), l2?.anvil.stop()])
    },
  }
}

async function startL2(
  options: TestChainOptions,
  {metis, messenger, lst}: L1Addresses,
): Promise<{anvil: Anvil; addresses: L2Addresses}> {
  const {
    initialSigner = accountOf('first signer').address,
    l2Rich = [],
    l2BlockSeconds,
    l2AgeSeconds = 0,
  } = options
  const startBlock = 100n
  const {genesis, addresses} = await buildL2Genesis({
    l2ChainId: L2_CHAIN_ID,
    startBlock,
    initialSigner,
    mpcAddress: mpc.address,
    governanceAddress: governance.address,
    relayerAddress: accountOf('relayer').address,
    firstEpochEndBlock: startBlock + 1000n,
    epochLength: 1000n,
    balances: [...l2Rich, mpc.address].map((address) => ({address, wei: parseEther('1000')})),
    bridgeReserveWei: parseEther('1000000'),
    timestamp: Math.floor(Date.now() / 1000) - l2AgeSeconds,
    gasLimit: 1_100_000_000n,
    coinbase: initialSigner,
    startScratch: startAnvil,
    with: options.with ?? [],
    l1MetisAddress: metis,
    ...(messenger ? {l1MessengerAddress: messenger} : {}),
    ...(lst ? {l1Lst: lst} : {}),
  })
  const folder = mkdtempSync(join(tmpdir(), 'metis-seq-l2-'))
  const file = join(folder, 'genesis.json')
  writeFileSync(file, JSON.stringify(genesis))
  const fixed = '--accounts 0 --hardfork shanghai --base-fee 0 --auto-impersonate'
  const mining = l2BlockSeconds ? ['--block-time', String(l2BlockSeconds)] : []
  const id = ['--init', file, '--chain-id', String(L2_CHAIN_ID), '--gas-limit', '1100000000']
  const engine = nativeTokenFlags(genesis.config['nativeToken'] === true)
  const anvil = await startAnvil([...fixed.split(' '), ...id, ...mining, ...engine])
  rmSync(folder, {recursive: true})
  return {anvil, addresses}
}

function actionsOn(l1: RpcClient, at: L1Deployment) {
  const act: TestChain['act'] = async (from, to, abi, fn, args, valueWei = 0n) => {
    const data = encodeFunctionData({abi, functionName: fn, args: [...args]})
    const value = numberToHex(valueWei)
    const hash = await l1.request('eth_sendTransaction', [{from, to, data, value, gas: '0x4c4b40'}])
    for (;;) {
      const receipt = await l1.request('eth_getTransactionReceipt', [hash])
      if (receipt === null) continue
      if ((receipt as {status: string}).status === '0x1') return
      throw new Error(`${fn} reverted.`)
    }
  }
  const pool = at.lockingPool
  const fund: TestChain['fund'] = async (account, wanted = {}) => {
    const {eth = '10', metis = '100000', whitelist = true} = wanted
    await l1.request('anvil_setBalance', [account, numberToHex(parseEther(eth))])
    await act(governance.address, at.metis, erc20Abi, 'transfer', [account, parseEther(metis)])
    if (whitelist) {
      await act(governance.address, pool, lockingPoolAbi, 'setWhitelist', [account, true])
    }
  }
  const lock: TestChain['lock'] = async (owner, signer, metis = '30000') => {
    await fund(owner)
    await act(owner, at.metis, erc20Abi, 'approve', [at.lockingInfo, parseEther('100000')])
    const key = `0x${signer.publicKey.slice(4)}`
    const args = [signer.address, owner, parseEther(metis), key]
    await act(owner, pool, lockingPoolAbi, 'lockWithRewardRecipient', args)
  }
  const submitRewards: TestChain['submitRewards'] = async (signer, blocks) => {
    const state = await l1.request('eth_call', [
      {to: pool, data: encodeFunctionData({abi: lockingPoolAbi, functionName: 'curBatchState'})},
      'latest',
    ])
    const word = (index: number) =>
      BigInt(`0x${String(state).slice(2 + index * 64, 66 + index * 64)}`)
    const args = [word(0) + 1n, word(3) + 1n, word(3) + 2n, [signer], [blocks]]
    await act(mpc.address, pool, lockingPoolAbi, 'batchSubmitRewards', args)
  }
  return {act, fund, lock, submitRewards}
}

/** The document of a network with these endpoints. */
export function networkOf(
  l1Urls: string[],
  l2Urls: string[],
  at: L1Deployment,
  l2: L2Addresses,
): Network {
  return {
    version: 1,
    name: 'test',
    kind: 'test',
    posRestUrl: null,
    lst: l2.lst,
    l1: {
      chainId: L1_CHAIN_ID,
      rpcUrls: l1Urls,
      explorerUrl: null,
      deploymentBlock: Number(at.deploymentBlock),
      contracts: {
        metis: at.metis,
        lockingPool: at.lockingPool,
        lockingInfo: at.lockingInfo,
        bridge: at.bridge,
        addressManager: at.addressManager,
        batchInbox: '0xff00000000000000000000000000000031337108',
      },
      poolImplementations: {[at.implementations.lockingPool]: 'mainnet'},
      batchSenders: [],
      confirmations: 2,
    },
    l2: {
      chainId: L2_CHAIN_ID,
      rpcUrls: l2Urls,
      explorerUrl: null,
      contracts: {
        sequencerSet: l2.sequencerSet,
        bridge: l2.bridge,
        metis: l2.metis,
        gasPriceOracle: l2.gasPriceOracle,
      },
      phase2Block: 0,
      slotMs: 1000,
      emptyBlocks: true,
      respanDelaySeconds: 180,
      batchMarginBlocks: 0,
      bundled: null,
    },
  }
}
