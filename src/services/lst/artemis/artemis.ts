import {isAddressEqual, parseEventLogs, zeroAddress, type Address} from 'viem'
import {getBalance, getBlock, getTransactionReceipt} from 'viem/actions'

import {amtWithdrawalManagerAbi} from '../../../chain/abis/amt-withdrawal-manager.ts'
import {artMetisAbi} from '../../../chain/abis/art-metis.ts'
import type {ChainClient} from '../../../chain/connect.ts'
import {findArtemisFaults} from '../../../chain/lst/artemis/describe.ts'
import {readArtemis, readArtemisPosition} from '../../../chain/lst/artemis/read.ts'
import {refusalOfNothing} from '../../../chain/lst/artemis/refusals.ts'
import {readArtemisQueue, readArtemisRequests} from '../../../chain/lst/artemis/withdrawals.ts'
import {artemis, type ArtemisContracts} from '../../../protocol/lst/artemis/about.ts'
import {artemisBlockers} from '../../../protocol/lst/artemis/queue.ts'
import {artemisRate, quoteArtemisDeposit} from '../../../protocol/lst/artemis/rates.ts'
import {blockKnown} from '../../staking/verify.ts'
import {depositPlan, quoteOf} from '../deposit.ts'
import type {
  AtBlock,
  LstCapability,
  LstDescription,
  LstPosition,
  LstProvider,
  LstRequest,
  LstState,
  LstWithdrawal,
} from '../provider.ts'
import {cannot} from '../refuse.ts'
import {assertReceived} from '../verify.ts'
import {chooseClaims, claimPlan} from '../withdraw.ts'
import {claimCall, depositCall} from './calls.ts'
import {planArtemisWithdrawal} from './withdraw.ts'

const capabilities: ReadonlySet<LstCapability> = new Set(['deposit', 'withdraw', 'claim'])

/** Artemis on L2: METIS becomes artMETIS of the same account. */
export function openArtemis(client: ChainClient, contracts: ArtemisContracts): LstProvider {
  const read = async (at?: AtBlock): Promise<LstState> => {
    const state = await readArtemis(client, contracts, at)
    const {rate, afterHarvest} = artemisRate(state)
    return {...state, rate, rateAfterHarvest: afterHarvest}
  }
  const queue: LstProvider['queue'] = async (at) => {
    const {nextWithdrawNonce, nextUnlockNonce, lockedMetisWei, poolMetisWei, delaySeconds} =
      await readArtemisQueue(client, contracts, at)
    return {
      requests: nextWithdrawNonce - nextUnlockNonce,
      owedMetisWei: lockedMetisWei,
      liquidityMetisWei: poolMetisWei,
      minimumWaitSeconds: delaySeconds,
    }
  }
  const requests: LstProvider['requests'] = (account, at) =>
    readRequests(client, contracts, account, at)
  const position = async (account: Address, at?: AtBlock): Promise<LstPosition> => {
    const [state, {heldWei}, open, liquidMetisWei] = await Promise.all([
      read(at),
      readArtemisPosition(client, contracts, account, at),
      requests(account, at),
      getBalance(client, {address: account, ...at}),
    ])
    const valueMetisWei = (heldWei * state.rateAfterHarvest) / 10n ** 18n
    const claimable = open.filter(({blockedBy}) => blockedBy.length === 0)
    return {
      ...{provider: artemis.id, account, heldWei, liquidMetisWei, valueMetisWei},
      holdings: [{token: artemis.token, state: 'held', wei: heldWei, valueMetisWei}],
      openRequests: BigInt(open.length),
      owedMetisWei: sumOf(open),
      claimableMetisWei: sumOf(claimable),
    }
  }
  const quote: LstProvider['quote'] = async (request) =>
    quoteOf(
      request,
      quoteArtemisDeposit(await readArtemis(client, contracts), request.amountMetisWei),
    )
  return {
    about: artemis,
    ...{capabilities, read, position, requests, queue, quote},
    describe: () => describe(client, contracts),
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
    async plan(from, request) {
      const held = await position(from)
      switch (request.kind) {
        case 'deposit': {
          const quoted = await quote(request)
          return depositPlan({
            ...{about: artemis, from, request, quote: quoted, position: held},
            calls: [depositCall(contracts, request.amountMetisWei, quoted.minOutWei)],
            refusalOfNothing,
            wayBack: 'withdrawal request, then the delay of the provider',
          })
        }
        case 'withdraw':
          return planArtemisWithdrawal(
            {client, contracts},
            {from, request, position: held, queue: await queue()},
          )
        case 'claim': {
          const claimed = chooseClaims(await requests(from), request.ids, from)
          const calls = claimed.map(({id, metisWei}) => claimCall(contracts, id, metisWei))
          return claimPlan({about: artemis, from, request, position: held, claimed, calls})
        }
        default:
          throw cannot(artemis, request)
      }
    },
    async verify(plan, {hash, blockNumber}) {
      await blockKnown(client, blockNumber)
      const [{logs}, after] = await Promise.all([
        getTransactionReceipt(client, {hash}),
        position(plan.from, {blockNumber}),
      ])
      const {receivedWei, unit} = receivedIn(contracts, plan.request, plan.from, logs)
      // Every call of a claim pays one request; the last receipt is only one of them.
      if (plan.request.kind === 'claim') {
        return {receivedWei: plan.quote?.expectedWei ?? 0n, position: after}
      }
      assertReceived(plan, {receivedWei, unit}, blockNumber)
      return {receivedWei, position: after}
    },
  }
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
