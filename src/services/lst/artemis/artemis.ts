import {isAddressEqual, parseEventLogs, zeroAddress, type Address} from 'viem'
import {getBalance, getBlock, getTransactionReceipt} from 'viem/actions'

import {amtWithdrawalManagerAbi} from '../../../chain/abis/amt-withdrawal-manager.ts'
import {artMetisAbi} from '../../../chain/abis/art-metis.ts'
import type {ChainClient} from '../../../chain/connect.ts'
import {findArtemisFaults} from '../../../chain/lst/artemis/describe.ts'
import {readArtemis, readArtemisPosition} from '../../../chain/lst/artemis/read.ts'
import {refusalOfNothing} from '../../../chain/lst/artemis/refusals.ts'
import {readArtemisChanges} from '../../../chain/lst/artemis/changes.ts'
import {readArtemisQueue, readArtemisRequests} from '../../../chain/lst/artemis/withdrawals.ts'
import {artemis, type ArtemisContracts} from '../../../protocol/lst/artemis/about.ts'
import {artemisBlockers} from '../../../protocol/lst/artemis/queue.ts'
import {artemisRate, quoteArtemisDeposit} from '../../../protocol/lst/artemis/rates.ts'
import {ourOwn, requireAll} from '../../sending/check.ts'
import {blockKnown} from '../../staking/verify.ts'
import {depositPlan, quoteOf} from '../deposit.ts'
import type {AtBlock} from '../../../chain/at-block.ts'
import type {LstDescription, LstPlan, LstProvider, LstRequest, LstWithdrawal} from '../provider.ts'
import {cannot} from '../refuse.ts'
import {assertReceived} from '../verify.ts'
import {chooseClaims, claimPlan, namedClaims} from '../withdraw.ts'
import {claimCall, depositCall} from './calls.ts'
import {planArtemisWithdrawal} from './withdraw.ts'

const capabilities: LstProvider['capabilities'] = new Set(artemis.capabilities)

type Reads = Pick<
  LstProvider,
  'read' | 'position' | 'requests' | 'queue' | 'balance' | 'changes' | 'quote'
>

function readsOf(client: ChainClient, contracts: ArtemisContracts): Reads {
  const read: Reads['read'] = async (at) => {
    const state = await readArtemis(client, contracts, at)
    const {rate, afterHarvest} = artemisRate(state)
    return {...state, rate, rateAfterHarvest: afterHarvest, shareRate: rate}
  }
  const requests: Reads['requests'] = (account, at) => readRequests(client, contracts, account, at)
  return {
    ...{read, requests},
    async queue(at) {
      const queue = await readArtemisQueue(client, contracts, at)
      return {
        requests: queue.nextWithdrawNonce - queue.nextUnlockNonce,
        owedMetisWei: queue.lockedMetisWei,
        liquidityMetisWei: queue.poolMetisWei,
        minimumWaitSeconds: queue.delaySeconds,
        exitFeeRate: 0n,
      }
    },
    async position(account, at) {
      const [state, {heldWei}, open, liquidMetisWei] = await Promise.all([
        read(at),
        readArtemisPosition(client, contracts, account, at),
        requests(account, at),
        getBalance(client, {address: account, ...at}),
      ])
      const valueMetisWei = (heldWei * state.rateAfterHarvest) / 10n ** 18n
      return {
        ...{provider: artemis.id, account, heldWei, liquidMetisWei, valueMetisWei},
        holdings: [{token: artemis.token, state: 'held', wei: heldWei, valueMetisWei}],
        openRequests: BigInt(open.length),
        owedMetisWei: sumOf(open),
        claimableMetisWei: sumOf(open.filter(({blockedBy}) => blockedBy.length === 0)),
      }
    },
    async balance(at) {
      const [{totalDepositsMetisWei}, {poolMetisWei, managerMetisWei, lockedMetisWei}] =
        await Promise.all([read(at), readArtemisQueue(client, contracts, at)])
      return {
        // What is unlocked left both sides: the manager holds exactly what it owes.
        liabilitiesMetisWei: totalDepositsMetisWei + lockedMetisWei + managerMetisWei,
        idleMetisWei: poolMetisWei + managerMetisWei,
        transitMetisWei: null,
      }
    },
    changes: (fromBlock, toBlock) => readArtemisChanges(client, contracts, {fromBlock, toBlock}),
    async quote(request) {
      const state = await readArtemis(client, contracts)
      return quoteOf(request, quoteArtemisDeposit(state, request.amountMetisWei))
    },
  }
}

/** Artemis on L2: METIS becomes artMETIS of the same account. */
export function openArtemis(client: ChainClient, contracts: ArtemisContracts): LstProvider {
  const reads = readsOf(client, contracts)
  return {
    about: artemis,
    capabilities,
    ...reads,
    describe: () => describe(client, contracts),
    plan: (from, request) => planOf({client, contracts}, reads, from, request),
    async verify(plan, {hash, blockNumber}) {
      await blockKnown(client, blockNumber)
      const [{logs}, position] = await Promise.all([
        getTransactionReceipt(client, {hash}),
        reads.position(plan.from, {blockNumber}),
      ])
      // Every call of a claim pays one request; the last receipt is only one of them.
      if (plan.request.kind === 'claim') {
        const owed = plan.figures.find(({id}) => id === 'owedMetisWei')
        const receivedWei = BigInt(owed?.before ?? 0n) - position.owedMetisWei
        assertReceived(plan, {receivedWei, unit: 'METIS'}, blockNumber)
        return {receivedWei, position}
      }
      const {receivedWei, unit} = receivedIn(contracts, plan.request, plan.from, logs)
      assertReceived(plan, {receivedWei, unit}, blockNumber)
      return {receivedWei, position}
    },
  }
}

async function planOf(
  at: {client: ChainClient; contracts: ArtemisContracts},
  {position, quote, queue, requests}: Reads,
  from: Address,
  request: LstRequest,
): Promise<LstPlan> {
  const held = await position(from)
  switch (request.kind) {
    case 'deposit': {
      const quoted = await quote(request)
      return depositPlan({
        ...{about: artemis, from, request, quote: quoted, position: held},
        calls: [depositCall(at.contracts, request.amountMetisWei, quoted.minOutWei)],
        refusalOfNothing,
        wayBack: 'withdrawal request, then the delay of the provider',
      })
    }
    case 'withdraw': {
      const withdrawal = {from, request, position: held, queue: await queue()}
      return planArtemisWithdrawal(at, withdrawal)
    }
    case 'claim': {
      const open = await requests(from)
      const claimed = chooseClaims(open, request.ids, from)
      assertOldest(claimed, open, from)
      const all = claimed.map(({id, metisWei}) => claimCall(at.contracts, id, metisWei))
      // The oldest is always the first: those that are left take the places of those that are paid.
      const places = claimed.map(({id}) => id)
      const left = (mined: number) => places.slice(0, places.length - mined)
      const calls = request.ids ? namedClaims(artemis, all, left) : all
      return claimPlan({about: artemis, from, request, position: held, claimed, calls})
    }
    default:
      throw cannot(artemis, request)
  }
}

/** A claim names no request: it pays the oldest one of the account, and then the next. */
function assertOldest(
  claimed: readonly LstWithdrawal[],
  open: readonly LstWithdrawal[],
  account: Address,
): void {
  const first = open.slice(0, claimed.length).map(({id}) => id)
  const asked = claimed.map(({id}) => id)
  const isOldest = ourOwn('oldest-first', 'WITHDRAW_NOT_UNLOCKED', {
    label: 'the oldest requests are claimed first',
    ok: asked.every((id, index) => id === first[index]),
    seen: `asked for ${asked.join(', ')}, and ${first.join(', ')} would be paid`,
    remedy: 'Leave out `--id` to claim everything claimable.',
  })
  requireAll([isOldest], 'The claim', {account})
}

async function describe(client: ChainClient, contracts: ArtemisContracts): Promise<LstDescription> {
  const {id, name, token, kind} = artemis
  const faults = await findArtemisFaults(client, contracts)
  const warnings =
    faults.kind === 'none'
      ? []
      : faults.contracts.map((contract) =>
          faults.kind === 'no-code'
            ? `There is no contract at the address of ${contract}.`
            : `The address book of ${name} has another address for ${contract}.`,
        )
  const state = faults.kind === 'none' ? 'live' : faults.kind
  return {id, name, token, kind, entry: contracts.depositPool, state, warnings}
}

async function readRequests(
  client: ChainClient,
  contracts: ArtemisContracts,
  account: Address,
  at: AtBlock = {},
): Promise<LstWithdrawal[]> {
  const [queue, {timestamp}] = await Promise.all([
    readArtemisQueue(client, contracts, at),
    getBlock(client, at.blockNumber === undefined ? {} : {blockNumber: at.blockNumber}),
  ])
  const open = await readArtemisRequests(client, contracts, account, queue, at)
  const blockers = artemisBlockers(open, queue, timestamp)
  return open.map(({artMetisAmount, expectedAmount, startTime}, index) => ({
    id: `${index}`,
    token: artemis.token,
    amountWei: artMetisAmount,
    metisWei: expectedAmount,
    requestedAtSeconds: startTime,
    claimableAtSeconds: startTime + queue.delaySeconds,
    blockedBy: blockers[index] ?? [],
  }))
}

type Logs = Awaited<ReturnType<typeof getTransactionReceipt>>['logs']

/** Of a deposit: artMETIS minted. Of a withdrawal: METIS owed. */
function receivedIn(
  {artMetis, withdrawalManager}: ArtemisContracts,
  {kind}: LstRequest,
  account: Address,
  logs: Logs,
): {receivedWei: bigint; unit: string} {
  const of = (address: Address) => logs.filter((log) => isAddressEqual(log.address, address))
  if (kind === 'withdraw') {
    const requested = parseEventLogs({
      abi: amtWithdrawalManagerAbi,
      eventName: 'WithdrawRequestInitiated',
      logs: of(withdrawalManager),
      args: {_user: account},
    })
    const receivedWei = requested.reduce((sum, {args}) => sum + args._expectedAmount, 0n)
    return {receivedWei, unit: 'METIS'}
  }
  const minted = parseEventLogs({
    abi: artMetisAbi,
    eventName: 'Transfer',
    logs: of(artMetis),
    args: {from: zeroAddress, to: account},
  })
  const receivedWei = minted.reduce((sum, {args}) => sum + args.value, 0n)
  return {receivedWei, unit: artemis.token}
}

function sumOf(requests: readonly LstWithdrawal[]): bigint {
  return requests.reduce((sum, {metisWei}) => sum + metisWei, 0n)
}
