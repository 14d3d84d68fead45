import type {Address} from 'viem'

import type {ChainClient} from '../../../chain/connect.ts'
import {findArtemisFaults, type ArtemisFaults} from '../../../chain/lst/artemis/describe.ts'
import {readArtemis} from '../../../chain/lst/artemis/read.ts'
import {formatDuration} from '../../../lib/units.ts'
import {artemis, type ArtemisContracts} from '../../../protocol/lst/artemis/about.ts'
import {quoteArtemisWithdrawal} from '../../../protocol/lst/artemis/queue.ts'
import {harvestOf} from '../../../protocol/lst/artemis/rates.ts'
import {ourOwn, type Condition} from '../../sending/check.ts'
import type {LstPlan, LstPosition, LstQueue, LstRequest} from '../provider.ts'
import {minimumOf} from '../deposit.ts'
import {holdsTokens, withdrawPlan} from '../withdraw.ts'
import {harvestCall, withdrawCall} from './calls.ts'

/**
 * A withdrawal request. It does not harvest by itself, and what it owes is fixed when it is made, so
 * pending rewards are harvested first: they belong to the leaver too.
 *
 * @throws {MetisSeqError} AMOUNT_OUT_OF_RANGE, LST_BALANCE_LOW
 */
export async function planArtemisWithdrawal(
  {client, contracts}: {client: ChainClient; contracts: ArtemisContracts},
  {
    from,
    request,
    position,
    queue,
  }: {
    from: Address
    request: Extract<LstRequest, {kind: 'withdraw'}>
    position: LstPosition
    queue: LstQueue
  },
): Promise<LstPlan> {
  const [state, faults] = await Promise.all([
    readArtemis(client, contracts),
    findArtemisFaults(client, contracts),
  ])
  const {amountWei, slippageBasisPoints} = request
  const expectedWei = quoteArtemisWithdrawal(state, amountWei)
  const call = withdrawCall(contracts, amountWei)
  return withdrawPlan({
    ...{about: artemis, from, request, position},
    quote: {expectedWei, minOutWei: minimumOf(expectedWei, slippageBasisPoints)},
    calls: state.pendingRewardMetisWei > 0n ? [harvestCall(contracts), call] : [call],
    conditions: [
      contractsAgree(faults),
      ...holdsTokens(artemis, amountWei, position.heldWei),
      owesSomething(amountWei, expectedWei),
      accountedFor(expectedWei, state.totalDepositsMetisWei + harvestOf(state)),
    ],
    wait: `after ${formatDuration(Number(queue.minimumWaitSeconds))} at the earliest, once the provider releases it; not guaranteed`,
  })
}

/** A request is booked by the contracts that the address book names. A claim needs none of them. */
function contractsAgree(faults: ArtemisFaults): Condition {
  return ourOwn('contracts-agree', 'CONTRACT_MISCONFIGURED', {
    label: `the contracts of ${artemis.name} are there and refer to each other`,
    ok: faults.kind === 'none',
    seen: faults.kind === 'none' ? 'all of them' : `${faults.kind}: ${faults.contracts.join(', ')}`,
    remedy:
      'Open requests can still be claimed: `metis-seq lst claim artemis`. Run `metis-seq lst list` to see what is wrong.',
  })
}

/** The tokens are burnt at once, whatever is owed for them. */
function owesSomething(amountWei: bigint, expectedWei: bigint): Condition {
  return ourOwn('owes-something', 'AMOUNT_OUT_OF_RANGE', {
    label: 'METIS is owed for the tokens',
    ok: amountWei === 0n || expectedWei > 0n,
    seen: `${expectedWei} wei`,
    remedy: 'Run `metis-seq lst rates` to see the exchange rate.',
  })
}

/**
 * Two divisions round in favour of the leaver, so the last holder asks for a few wei more than the
 * pool accounts for, and the contract panics.
 */
function accountedFor(expectedWei: bigint, depositsMetisWei: bigint): Condition {
  return ourOwn('accounted-for', 'AMOUNT_OUT_OF_RANGE', {
    label: 'the deposit pool accounts for the METIS',
    ok: expectedWei <= depositsMetisWei,
    seen: `${expectedWei} wei of ${depositsMetisWei} wei`,
    remedy: 'Withdraw slightly less: the last tokens of the whole supply cannot be burnt.',
  })
}
