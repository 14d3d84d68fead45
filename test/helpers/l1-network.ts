/** A real L1 with the bridge on it, the network of a test genesis above it, and what people do there. */
import {encodeFunctionData, type Address, type Hex} from 'viem'

import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {l1StandardBridgeAbi} from '../../src/chain/abis/l1-standard-bridge.ts'
import {createRpcClient, type RpcClient} from '../../src/lib/json-rpc.ts'
import {deployL1, type L1Deployment} from '../../src/local/deploy-l1.ts'
import {l2Addresses} from '../../src/local/l2-plan.ts'
import type {Network} from '../../src/protocol/network.ts'
import {PATIENT, startAnvil, type Anvil} from './anvil.ts'
import {
  accountOf,
  createTestGenesis,
  L2_CHAIN_ID,
  METIS,
  type TestGenesis,
  type TestGenesisOptions,
} from './l2-chain.ts'
import {testNetwork, until, type NetworkOptions} from './node-cluster.ts'

export const depositor = accountOf('depositor')
export const batcher = accountOf('batcher')
type Account = typeof depositor

export interface L1TestNetwork extends AsyncDisposable {
  anvil: Anvil
  l1: RpcClient
  deployment: L1Deployment
  genesis: TestGenesis
  network: Network
  /** A transaction that is mined with success when it resolves. */
  send(from: Account, to: Address, data: Hex): Promise<void>
  /** METIS into the bridge; it waits in the pool while L1 does not mine. */
  deposit(to: Address, amountWei: bigint): Promise<Hex>
  mine(blocks: number): Promise<void>
}

export async function startL1Network(
  options: Partial<TestGenesisOptions> & Omit<NetworkOptions, 'genesis' | 'l1RpcUrl'> = {},
): Promise<L1TestNetwork> {
  const {initialSigner = accountOf('alpha').address, rich = [], l1: settings, ...rest} = options
  const anvil = await startAnvil(['--chain-id', '31337', '--base-fee', '1000000000'])
  const l1 = createRpcClient(anvil.rpcUrl, PATIENT)
  const governance = accountOf('l1 governance')
  const rewardPayer = accountOf('reward payer')
  for (const {address} of [governance, rewardPayer, depositor, batcher]) {
    await l1.request('anvil_setBalance', [address, '0x56bc75e2d63100000'])
  }
  const deployment = await deployL1({
    ...{rpcUrl: anvil.rpcUrl, governance, rewardPayer, l2ChainId: L2_CHAIN_ID},
    mpcAddress: accountOf('mpc').address,
    l2MetisAddress: l2Addresses.metis,
    ...{mainnetRules: false, discountWeiPerGas: 0n},
    mint: [{address: depositor.address, amountWei: 1_000n * METIS}],
  })
  const genesis = await createTestGenesis({
    // Time enough, on a busy machine too, for the next one to be committed.
    firstEpochEndBlock: 126n,
    ...options,
    ...{initialSigner, rich},
  })
  const network = testNetwork({...rest, genesis, l1RpcUrl: anvil.rpcUrl})
  const {metis, bridge} = deployment
  network.l1 = {
    ...network.l1,
    deploymentBlock: Number(deployment.deploymentBlock),
    contracts: {...network.l1.contracts, metis, bridge},
    confirmations: 1,
    ...settings,
  }
  network.l2.contracts.metis = l2Addresses.metis
  const send = async (from: Account, to: Address, data: Hex) => {
    const hash = await broadcast(l1, from, to, data)
    const receipt = await until('it is mined on L1', async () => {
      const found = await l1.request('eth_getTransactionReceipt', [hash])
      return found === null ? undefined : (found as {status: string})
    })
    if (receipt.status !== '0x1') throw new Error('The L1 transaction failed.')
  }
  const args = [bridge, 1_000n * METIS] as const
  const approve = encodeFunctionData({abi: erc20Abi, functionName: 'approve', args})
  await send(depositor, metis, approve)
  return {
    ...{anvil, l1, deployment, genesis, network, send},
    deposit: (to, amountWei) => broadcast(l1, depositor, bridge, depositData(metis, to, amountWei)),
    async mine(blocks) {
      for (let count = 0; count < blocks; count++) await l1.request('evm_mine')
    },
    async [Symbol.asyncDispose]() {
      l1.close()
      await anvil.stop()
      genesis[Symbol.dispose]()
    },
  }
}

export function depositData(metis: Address, to: Address, amountWei: bigint): Hex {
  return encodeFunctionData({
    abi: l1StandardBridgeAbi,
    functionName: 'depositERC20ToByChainId',
    args: [BigInt(L2_CHAIN_ID), metis, l2Addresses.metis, to, amountWei, 0, '0x'],
  })
}

async function broadcast(l1: RpcClient, from: Account, to: Address, data: Hex): Promise<Hex> {
  const nonce = Number(await l1.request('eth_getTransactionCount', [from.address, 'pending']))
  const raw = await from.signTransaction({
    ...{type: 'eip1559', chainId: 31_337, nonce, gas: 5_000_000n, to, data},
    maxFeePerGas: 10_000_000_000n,
    maxPriorityFeePerGas: 1_000_000_000n,
  })
  return String(await l1.request('eth_sendRawTransaction', [raw])) as Hex
}
