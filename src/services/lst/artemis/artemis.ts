import {isAddressEqual, parseEventLogs, zeroAddress, type Address} from 'viem'
import {getBalance, getCode, getTransactionReceipt} from 'viem/actions'

import {amtDepositPoolAbi} from '../../../chain/abis/amt-deposit-pool.ts'
import {artMetisAbi} from '../../../chain/abis/art-metis.ts'
import type {ChainClient} from '../../../chain/connect.ts'
import {readArtemis, readArtemisPosition} from '../../../chain/lst/artemis/read.ts'
import {refusalOfNothing} from '../../../chain/lst/artemis/refusals.ts'
import {formatWeiShort} from '../../../lib/units.ts'
import {artemis, type ArtemisContracts} from '../../../protocol/lst/artemis/about.ts'
import {artemisRate, quoteArtemisDeposit} from '../../../protocol/lst/artemis/rates.ts'
import type {PlannedCall} from '../../sending/plan.ts'
import {planCallOf} from '../../sending/planned-call.ts'
import {blockKnown} from '../../staking/verify.ts'
import {assertReceived, depositPlan, quoteOf} from '../deposit.ts'
import type {AtBlock, LstPosition, LstProvider, LstState} from '../provider.ts'

/** Artemis on L2: METIS becomes artMETIS of the same account. */
export function openArtemis(client: ChainClient, contracts: ArtemisContracts): LstProvider {
  const read = async (at?: AtBlock): Promise<LstState> => {
    const state = await readArtemis(client, contracts, at)
    const {rate, afterHarvest} = artemisRate(state)
    return {...state, rate, rateAfterHarvest: afterHarvest}
  }
  const position = async (account: Address, at?: AtBlock): Promise<LstPosition> => {
    const [state, {heldWei, openRequests}, liquidMetisWei] = await Promise.all([
      read(at),
      readArtemisPosition(client, contracts, account, at),
      getBalance(client, {address: account, ...at}),
    ])
    return {
      ...{provider: artemis.id, account, heldWei, openRequests, liquidMetisWei},
      valueMetisWei: (heldWei * state.rateAfterHarvest) / 10n ** 18n,
    }
  }
  const quote: LstProvider['quote'] = async (request) =>
    quoteOf(
      request,
      quoteArtemisDeposit(await readArtemis(client, contracts), request.amountMetisWei),
    )
  return {
    about: artemis,
    capabilities: {deposits: true, withdrawals: 'by-request'},
    async describe() {
      const {id, name, token, kind} = artemis
      const code = await getCode(client, {address: contracts.depositPool})
      return {id, name, token, kind, entry: contracts.depositPool, state: code ? 'live' : 'no-code'}
    },
    ...{read, position, quote},
    async plan(from, request) {
      const [quoted, held] = await Promise.all([quote(request), position(from)])
      return depositPlan({
        ...{about: artemis, from, request, quote: quoted, position: held},
        calls: [depositCall(contracts, request.amountMetisWei, quoted.minOutWei)],
        refusalOfNothing,
        wayBack: 'withdrawal request, then the delay of the provider',
      })
    },
    async verify(plan, {hash, blockNumber}) {
      await blockKnown(client, blockNumber)
      const [{logs}, after] = await Promise.all([
        getTransactionReceipt(client, {hash}),
        position(plan.from, {blockNumber}),
      ])
      const minted = parseEventLogs({
        abi: artMetisAbi,
        eventName: 'Transfer',
        logs: logs.filter(({address}) => isAddressEqual(address, contracts.artMetis)),
        args: {from: zeroAddress, to: plan.from},
      })
      const receivedWei = minted.reduce((sum, {args}) => sum + args.value, 0n)
      assertReceived(artemis, plan, receivedWei, blockNumber)
      return {receivedWei, position: after}
    },
  }
}

/**
 * Deposits METIS; artMETIS goes to the sender.
 *
 * - Signed by: owner. Chain: L2. Value: the METIS.
 * - Source: Artemis `AMTDepositPool.deposit(uint256,string)`.
 */
export function depositCall(
  {depositPool}: Pick<ArtemisContracts, 'depositPool'>,
  amountWei: bigint,
  minOutWei: bigint,
): PlannedCall {
  return planCallOf(amtDepositPoolAbi, {
    contract: 'AMTDepositPool',
    to: depositPool,
    functionName: 'deposit',
    args: [minOutWei, ''],
    label: () => `Deposit ${formatWeiShort(amountWei)} METIS with Artemis`,
    valueWei: amountWei,
  })
}
