/** Positions with a provider, made through the commands and by the provider itself. */
import {encodeFunctionData} from 'viem'

import {amtWithdrawalManagerAbi} from '../../src/chain/abis/amt-withdrawal-manager.ts'
import {localLst} from '../../src/local/lst/providers.ts'
import {sendMined} from './send-mined.ts'
import {governance, type TestChain} from './test-chain.ts'

const DELAY_SECONDS = 14 * 86_400

/** @param run a line of the operator that has to succeed */
export type RunLine = (line: string) => Promise<unknown>

export async function deposited(run: RunLine): Promise<void> {
  await run('lst deposit artemis 5 --yes')
}

/** A request that can be claimed. */
export async function claimable({l2}: Pick<TestChain, 'l2'>, run: RunLine): Promise<void> {
  await deposited(run)
  await run('lst withdraw artemis 2 --yes')
  const {withdrawalManager: to} = localLst.artemis
  const data = encodeFunctionData({
    ...{abi: amtWithdrawalManagerAbi, functionName: 'unlockWithdrawal', args: [1n]},
  })
  const call = {from: governance.address, to, data, gas: '0x4c4b40', gasPrice: '0x0'}
  await sendMined((method, params) => l2.request(method, params), call)
  await l2.request('evm_increaseTime', [DELAY_SECONDS])
  await l2.request('evm_mine')
}
