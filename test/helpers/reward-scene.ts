/** Sequencers that earn: what the tests of reward history, reconciliation and export share. */
import {encodeFunctionData, numberToHex, type Address, type Hex} from 'viem'

import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {lockingPoolAbi} from '../../src/chain/abis/locking-pool.ts'
import {accountOf, METIS} from './l2-chain.ts'
import {governance, mpc, type TestChain} from './test-chain.ts'

/** Locks 20,000 METIS of an owner for a signer; both are names of `accountOf`. */
export async function registerSequencer(
  chain: TestChain,
  owner: string,
  signer: string,
): Promise<void> {
  const {address} = accountOf(owner)
  const {address: signerAddress, publicKey} = accountOf(signer)
  await chain.fund(address)
  const {metis, lockingInfo, lockingPool} = chain.at
  await chain.act(address, metis, erc20Abi, 'approve', [lockingInfo, 100_000n * METIS])
  const args = [signerAddress, address, 20_000n * METIS, `0x${publicKey.slice(4)}`]
  await chain.act(address, lockingPool, lockingPoolAbi, 'lockWithRewardRecipient', args)
}

export type Blocks = readonly (readonly [signer: string, blocks: bigint])[]

/** The arguments of the next reward batch over `epochs` epochs. */
export async function nextBatch(
  chain: TestChain,
  paid: Blocks,
  epochs = 2n,
): Promise<readonly [bigint, bigint, bigint, Address[], bigint[]]> {
  const data = encodeFunctionData({abi: lockingPoolAbi, functionName: 'curBatchState'})
  const state = await chain.l1.request('eth_call', [{to: chain.at.lockingPool, data}, 'latest'])
  const word = (at: number) => BigInt(`0x${String(state).slice(2 + at * 64, 66 + at * 64)}`)
  const signers = paid.map(([name]) => accountOf(name).address)
  const blocks = paid.map(([, count]) => count)
  return [word(0) + 1n, word(3) + 1n, word(3) + epochs, signers, blocks]
}

export async function payBatch(chain: TestChain, paid: Blocks, epochs = 2n): Promise<void> {
  const args = await nextBatch(chain, paid, epochs)
  await chain.act(mpc.address, chain.at.lockingPool, lockingPoolAbi, 'batchSubmitRewards', args)
}

const WRAPPER: Address = '0x00000000000000000000000000000000000000f7'

/** Pays a batch through another contract, as a wallet with several keys would. */
export async function payWrapped(chain: TestChain, paid: Blocks): Promise<void> {
  const {lockingPool} = chain.at
  await chain.l1.request('anvil_setCode', [WRAPPER, forwarder(lockingPool)])
  await chain.act(governance.address, lockingPool, lockingPoolAbi, 'updateMpc', [WRAPPER])
  const args = await nextBatch(chain, paid)
  await chain.act(mpc.address, WRAPPER, lockingPoolAbi, 'batchSubmitRewards', args)
  await chain.act(governance.address, lockingPool, lockingPoolAbi, 'updateMpc', [mpc.address])
}

/** Code that sends what it is called with to `target`, and reverts when that does. */
function forwarder(target: Address): Hex {
  // calldatacopy(0, 0, size); call(gas, target, 0, 0, size, 0, 0); jump over revert(0, 0) on success.
  return `0x36600060003760006000366000600073${target.slice(2)}5af1602e5760006000fd5b00`
}

export async function mineBlocks(chain: TestChain, count: number): Promise<void> {
  await chain.l1.request('anvil_mine', [numberToHex(count)])
}
