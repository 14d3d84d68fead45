import {maxUint256, numberToHex, parseEther, sliceHex, type Address} from 'viem'

import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {lockingPoolAbi} from '../../src/chain/abis/locking-pool.ts'
import {metisSequencerSetAbi} from '../../src/chain/abis/metis-sequencer-set.ts'
import {deployL1, type L1Deployment} from '../../src/local/deploy-l1.ts'
import type {Network} from '../../src/protocol/network.ts'
import {connect, type Chain} from '../contracts/chain.ts'
import {startAnvil} from '../helpers/anvil.ts'
import {accountOf, createTestGenesis, L2_CHAIN_ID} from '../helpers/l2-chain.ts'

export const mpc = accountOf('mpc')
const governance = accountOf('governance')
const rewardPayer = accountOf('reward payer')
const NOBODY: Address = '0x00000000000000000000000000000000000000aa'

export const lower = (address: Address) => address.toLowerCase() as Address
export const signerOf = (index: number) => accountOf(`signer ${index}`)
export const ownerOf = (index: number) => accountOf(`owner ${index}`).address

/** An L1 and an L2 with the real contracts, on which anybody can be the sender. */
export interface Chains extends AsyncDisposable {
  network: Network
  l1: Chain
  l2: Chain
  l1Url: string
  l2Url: string
  at: L1Deployment
  /** Owner `index` locks METIS for signer `index`; the sequencer's id is the order of the locks. */
  lock(index: number, metis: number): Promise<void>
  pool(from: Address, fn: string, args: readonly unknown[]): Promise<unknown>
  readPool(fn: string, args?: readonly unknown[]): Promise<unknown>
  readSet(fn: string, args?: readonly unknown[]): Promise<unknown>
  /** Blocks without transactions until the head is `block`. */
  mineL2To(block: bigint): Promise<void>
  l2Head(): Promise<bigint>
}

const SEQUENCERS = [1, 2, 3, 4]

export async function startChains(options: {
  epochLength: bigint
  respanDelaySeconds: number
}): Promise<Chains> {
  const {epochLength, respanDelaySeconds} = options
  const stack = new AsyncDisposableStack()
  const [l1Anvil, genesis] = await Promise.all([
    startAnvil(['--auto-impersonate', '--hardfork', 'shanghai', '--accounts', '0']),
    createTestGenesis({
      startBlock: 100n,
      firstEpochEndBlock: 100n + epochLength,
      epochLength,
      initialSigner: signerOf(1).address,
      rich: [],
    }),
  ])
  stack.use(l1Anvil)
  stack.use(genesis)
  const l2Anvil = stack.use(
    await startAnvil([
      ...['--init', genesis.file, '--accounts', '0', '--hardfork', 'shanghai', '--base-fee', '0'],
      ...['--chain-id', String(L2_CHAIN_ID), '--gas-limit', '30000000', '--auto-impersonate'],
    ]),
  )
  const [l1, l2] = [connect(l1Anvil.rpcUrl), connect(l2Anvil.rpcUrl)]
  const owners = SEQUENCERS.map(ownerOf)
  const people = [governance.address, rewardPayer.address, mpc.address, ...owners]
  for (const person of [...people, ...SEQUENCERS.map((index) => signerOf(index).address)]) {
    await l1.fund(person, parseEther('1000'))
  }
  const at = await deployL1({
    rpcUrl: l1Anvil.rpcUrl,
    governance,
    mpcAddress: mpc.address,
    rewardPayer,
    l2ChainId: L2_CHAIN_ID,
    l2MetisAddress: '0xDeadDeAddeAddEAddeadDEaDDEAdDeaDDeAD0000',
    mainnetRules: false,
    signerUpdateThrottle: 0,
    mint: [rewardPayer.address, ...owners].map((address) => ({
      address,
      amountWei: parseEther('300000'),
    })),
  })
  const pool: Chains['pool'] = (from, fn, args) =>
    l1.send({from, to: at.lockingPool, abi: lockingPoolAbi, fn, args})
  const set = genesis.sequencerSet
  const l2Head = async () => BigInt((await l2.request('eth_blockNumber')) as string)
  return {
    network: networkOf(at, set, l1Anvil.rpcUrl, l2Anvil.rpcUrl, respanDelaySeconds),
    ...{l1, l2, at, pool, l2Head, l1Url: l1Anvil.rpcUrl, l2Url: l2Anvil.rpcUrl},
    async lock(index, metis) {
      const {address, publicKey} = signerOf(index)
      const owner = ownerOf(index)
      const allow = {from: owner, to: at.metis, abi: erc20Abi, fn: 'approve'}
      await l1.send({...allow, args: [at.lockingInfo, maxUint256]})
      await pool(governance.address, 'setWhitelist', [owner, true])
      const amount = parseEther(String(metis))
      await pool(owner, 'lockFor', [address, amount, sliceHex(publicKey, 1)])
    },
    readPool: (fn, args = []) => l1.read(at.lockingPool, lockingPoolAbi, fn, args),
    readSet: (fn, args = []) => l2.read(set, metisSequencerSetAbi, fn, args),
    l2Head,
    async mineL2To(block) {
      const head = await l2Head()
      if (block > head) await l2.request('anvil_mine', numberToHex(block - head))
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

export function networkOf(
  at: Omit<L1Deployment, 'implementations' | 'discountOracle' | 'proxyAdmin'>,
  sequencerSet: Address,
  l1Url: string,
  l2Url: string,
  respanDelaySeconds: number,
): Network {
  const {metis, lockingPool, lockingInfo, bridge, addressManager, chainId, deploymentBlock} = at
  return {
    version: 1,
    name: 'test',
    kind: 'local',
    posRestUrl: null,
    lst: {artemis: null},
    l1: {
      chainId,
      rpcUrls: [l1Url],
      explorerUrl: null,
      deploymentBlock: Number(deploymentBlock),
      contracts: {metis, lockingPool, lockingInfo, bridge, addressManager, batchInbox: NOBODY},
      batchSenders: [],
      confirmations: 0,
    },
    l2: {
      chainId: L2_CHAIN_ID,
      rpcUrls: [l2Url],
      explorerUrl: null,
      contracts: {sequencerSet, bridge: NOBODY, metis: NOBODY, gasPriceOracle: NOBODY},
      phase2Block: 0,
      slotMs: 2000,
      emptyBlocks: true,
      respanDelaySeconds,
      batchMarginBlocks: 0,
      bundled: null,
    },
  }
}
