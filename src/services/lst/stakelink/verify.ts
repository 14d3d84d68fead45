import {isAddressEqual, parseEventLogs, type Address, type Hash, type Log} from 'viem'
import {getTransactionReceipt} from 'viem/actions'

import {priorityPoolAbi} from '../../../chain/abis/priority-pool.ts'
import {withdrawalPoolAbi} from '../../../chain/abis/withdrawal-pool.ts'
import {readStakelink} from '../../../chain/lst/stakelink/read.ts'
import {stakelink} from '../../../protocol/lst/stakelink/about.ts'
import {stakelinkShares, stakelinkStake} from '../../../protocol/lst/stakelink/shares.ts'
import type {LstPlan, LstPosition, LstVerified} from '../provider.ts'
import {assertReceived} from '../verify.ts'
import type {StakelinkSite} from './site.ts'

/**
 * Compares the receipt of the last call with the plan.
 *
 * @throws {MetisSeqError} POST_STATE
 */
export async function verifyStakelink(
  site: StakelinkSite,
  plan: LstPlan,
  {hash, blockNumber}: {hash: Hash; blockNumber: bigint},
  position: () => Promise<LstPosition>,
): Promise<LstVerified> {
  const {client, contracts} = site
  const [{logs}, after, pool] = await Promise.all([
    getTransactionReceipt(client, {hash}),
    position(),
    readStakelink(client, contracts, {blockNumber}),
  ])
  const {instantWei, paidWei, waitsWei} = amountsIn(site, plan.from, logs)
  const owedWei = stakelinkStake(pool, stakelinkShares(pool, waitsWei))
  const received =
    plan.request.kind === 'deposit'
      ? {receivedWei: instantWei, unit: stakelink.token}
      : {receivedWei: paidWei + owedWei, unit: 'METIS'}
  assertReceived(plan, received, blockNumber)
  return {receivedWei: received.receivedWei, position: after}
}

function amountsIn(
  {contracts}: StakelinkSite,
  account: Address,
  logs: readonly Log<bigint, number, false>[],
): {instantWei: bigint; paidWei: bigint; waitsWei: bigint} {
  const of = (address: Address) => logs.filter((log) => isAddressEqual(log.address, address))
  const front = of(contracts.priorityPool)
  const back = of(contracts.withdrawalPool)
  const args = {account}
  const deposits = parseEventLogs({
    ...{abi: priorityPoolAbi, eventName: 'Deposit', args, logs: front},
  })
  const paid = [
    ...parseEventLogs({...{abi: priorityPoolAbi, eventName: 'Withdraw', args, logs: front}}),
    ...parseEventLogs({...{abi: priorityPoolAbi, eventName: 'UnqueueTokens', args, logs: front}}),
    ...parseEventLogs({...{abi: withdrawalPoolAbi, eventName: 'Withdraw', args, logs: back}}),
  ]
  const queued = parseEventLogs({
    ...{abi: withdrawalPoolAbi, eventName: 'QueueWithdrawal', args, logs: back},
  })
  const sum = (amounts: bigint[]) => amounts.reduce((total, each) => total + each, 0n)
  return {
    instantWei: sum(deposits.map(({args: {instantAmount}}) => instantAmount)),
    paidWei: sum(paid.map(({args: {amount}}) => amount)),
    waitsWei: sum(queued.map(({args: {amount}}) => amount)),
  }
}
