import {isAddressEqual, parseEventLogs, zeroAddress, type Hash, type Log} from 'viem'
import {getTransactionReceipt} from 'viem/actions'

import {enkiRedemptionQueueAbi} from '../../../chain/abis/enki-redemption-queue.ts'
import {enkiVestingAbi} from '../../../chain/abis/enki-vesting.ts'
import {erc20Abi} from '../../../chain/abis/erc20.ts'
import {ENKI_RECEIPT, enki} from '../../../protocol/lst/enki/about.ts'
import type {LstPlan, LstPosition, LstVerified} from '../provider.ts'
import {assertReceived} from '../verify.ts'
import type {EnkiSite} from './site.ts'

/**
 * Compares the receipt of the last call with the plan.
 *
 * @throws {MetisSeqError} POST_STATE
 */
export async function verifyEnki(
  site: EnkiSite,
  plan: LstPlan,
  {hash, blockNumber}: {hash: Hash; blockNumber: bigint},
  position: () => Promise<LstPosition>,
): Promise<LstVerified> {
  const [{logs}, after] = await Promise.all([
    getTransactionReceipt(site.client, {hash}),
    position(),
  ])
  // Every call of a claim pays one ticket; the last receipt is only one of them.
  if (plan.request.kind === 'claim') {
    return {receivedWei: plan.quote?.expectedWei ?? 0n, position: after}
  }
  const received = receivedIn(site, plan, logs)
  assertReceived(plan, received, blockNumber)
  return {receivedWei: received.receivedWei, position: after}
}

function receivedIn(
  {contracts}: EnkiSite,
  {request, from}: LstPlan,
  logs: readonly Log<bigint, number, false>[],
): {receivedWei: bigint; unit: string} {
  const of = (address: string) =>
    logs.filter((log) => isAddressEqual(log.address, address as typeof log.address))
  const inQueue = of(contracts.redemptionQueue)
  switch (request.kind) {
    case 'deposit': {
      const staked = request.stake !== false
      const minted = parseEventLogs({
        ...{abi: erc20Abi, eventName: 'Transfer', args: {from: zeroAddress, to: from}},
        logs: of(staked ? contracts.seMetis : contracts.eMetis),
      })
      const receivedWei = minted.reduce((sum, {args}) => sum + args.value, 0n)
      return {receivedWei, unit: staked ? enki.token : ENKI_RECEIPT}
    }
    case 'withdraw': {
      const [entered] = parseEventLogs({
        ...{abi: enkiRedemptionQueueAbi, eventName: 'EnterRedemptionQueue', logs: inQueue},
        args: {recipient: from},
      })
      const {amountEMetisRedeemed = 0n, redemptionFeeAmount = 0n} = entered?.args ?? {}
      return {receivedWei: amountEMetisRedeemed - redemptionFeeAmount, unit: 'METIS'}
    }
    case 'cancel': {
      const [cancelled] = parseEventLogs({
        ...{abi: enkiRedemptionQueueAbi, eventName: 'CancelRedemptionTicketNft', logs: inQueue},
        args: {recipient: from},
      })
      return {receivedWei: cancelled?.args.eMetisOut ?? 0n, unit: ENKI_RECEIPT}
    }
    case 'vest': {
      const [claimed] = parseEventLogs({
        ...{abi: enkiVestingAbi, eventName: 'Claimed', logs: of(contracts.vesting)},
        args: {user: from},
      })
      return {receivedWei: claimed?.args.amount ?? 0n, unit: ENKI_RECEIPT}
    }
    default:
      return {receivedWei: 0n, unit: ''}
  }
}
