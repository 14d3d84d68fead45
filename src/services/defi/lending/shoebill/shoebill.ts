import {isAddressEqual, maxUint256, parseEventLogs, type Log} from 'viem'

import {cErc20Abi} from '../../../../chain/abis/c-erc20.ts'
import {cEtherAbi} from '../../../../chain/abis/c-ether.ts'
import {comptrollerAbi} from '../../../../chain/abis/comptroller.ts'
import {maximillionAbi} from '../../../../chain/abis/maximillion.ts'
import {comptrollerCodes, marketCodes} from '../../../../chain/defi/lending/shoebill/codes.ts'
import {readMarketLine, readMarkets} from '../../../../chain/defi/lending/shoebill/read.ts'
import {shoebill, type ShoebillContracts} from '../../../../protocol/defi/lending/shoebill/about.ts'
import {
  afterShoebill,
  shoebillCovers,
  shoebillHealth,
} from '../../../../protocol/defi/lending/shoebill/health.ts'
import type {LendLine} from '../../../../protocol/defi/lending/line.ts'
import type {Context} from '../../../context.ts'
import {codeText, type PlannedCall} from '../../../sending/plan.ts'
import {planCallOf} from '../../../sending/planned-call.ts'
import {amountText, readToken} from '../../tokens.ts'
import type {LendCall, LendingProvider} from '../provider.ts'
import {shoebillConditions} from './conditions.ts'

/** Upper bound of a call that follows another one. Measured: at most 260,000. */
const CALL_GAS = 500_000n

/** Shoebill on L2. The market of METIS takes the native coin. */
export function openShoebill(context: Context, contracts: ShoebillContracts): LendingProvider {
  const {client} = context.l2()
  const {metis} = context.network.l2.contracts
  return {
    id: shoebill.id,
    name: shoebill.name,
    async lines(account, at) {
      const markets = await readMarkets(client, contracts, at)
      return Promise.all(
        markets.map(async ({market, underlying}) => {
          const token = await readToken(context, underlying ?? metis)
          return readMarketLine(client, contracts, {market, token}, account, at)
        }),
      )
    },
    health: shoebillHealth,
    after: afterShoebill,
    covers: shoebillCovers,
    conditions: shoebillConditions,
    spender: ({token, market}) =>
      token.isMetis || !market
        ? null
        : {address: market.address, name: `the Shoebill market of ${token.symbol}`},
    // The market is entered first: the receipt of the last call has the event that is verified.
    calls: (action, line) => [
      ...(action.kind === 'supply' && !line.counts ? [enterCall(contracts, line)] : []),
      callOf(contracts, action, line),
    ],
    repaysAll: ({token}) => !token.isMetis || contracts.repayer !== undefined,
    refusal: refusalIn,
    moved: movedIn,
  }
}

/** Refusals are numbers in transactions that succeed. */
const answersWithCode = {names: marketCodes}

/**
 * The call of an action.
 *
 * - Signed by: owner. Chain: L2. Value: the METIS that is supplied or repaid.
 * - Source: Compound v2 `CErc20` and `CEther`; the market of the coin reverts where it is paid.
 */
function callOf(contracts: ShoebillContracts, action: LendCall, line: LendLine): PlannedCall {
  const {kind, amount, isAll} = action
  const {token, market} = line
  const what = amountText(amount, token)
  const {address: to, shares} = market!
  const how = {contract: token.isMetis ? 'CEther' : 'CErc20', to, gasAtMost: CALL_GAS}
  switch (kind) {
    case 'supply': {
      const label = () => `Supply ${what} to Shoebill`
      if (token.isMetis) {
        const asValue = {functionName: 'mint', args: [], label, valueWei: amount} as const
        return planCallOf(cEtherAbi, {...how, ...asValue})
      }
      return coded(planCallOf(cErc20Abi, {...how, functionName: 'mint', args: [amount], label}))
    }
    case 'withdraw': {
      const label = () => `Withdraw ${isAll ? `all ${token.symbol}` : what} from Shoebill`
      return coded(
        isAll
          ? planCallOf(cErc20Abi, {...how, functionName: 'redeem', args: [shares], label})
          : planCallOf(cErc20Abi, {
              ...how,
              functionName: 'redeemUnderlying',
              args: [amount],
              label,
            }),
      )
    }
    case 'borrow': {
      const label = () => `Borrow ${what} from Shoebill`
      return coded(planCallOf(cErc20Abi, {...how, functionName: 'borrow', args: [amount], label}))
    }
    case 'repay': {
      if (token.isMetis) return repayMetisCall(contracts, action, line)
      const label = () => `Repay ${isAll ? `all ${token.symbol}` : what} to Shoebill`
      const args = [isAll ? maxUint256 : amount] as const
      return coded(planCallOf(cErc20Abi, {...how, functionName: 'repayBorrow', args, label}))
    }
  }
}

function coded(call: PlannedCall): PlannedCall {
  return {...call, answersWithCode}
}

/**
 * Repays METIS. The market refuses more than is owed, and interest accrues until the block, so that
 * everything goes through a contract that asks the market and returns the rest.
 *
 * - Source: Compound v2 `Maximillion.repayBehalfExplicit` and `CEther.repayBorrow`.
 */
function repayMetisCall(
  {repayer}: ShoebillContracts,
  {amount, from, isAll, atMost}: LendCall,
  {token, market}: LendLine,
): PlannedCall {
  const {address: to} = market!
  if (isAll && repayer !== undefined) {
    return planCallOf(maximillionAbi, {
      ...{contract: 'Maximillion', to: repayer, gasAtMost: CALL_GAS},
      functionName: 'repayBehalfExplicit',
      args: [from, to],
      label: () =>
        `Repay all METIS to Shoebill out of ${amountText(atMost, token)}; the rest comes back`,
      valueWei: atMost,
    })
  }
  return planCallOf(cEtherAbi, {
    ...{contract: 'CEther', to, gasAtMost: CALL_GAS},
    functionName: 'repayBorrow',
    args: [],
    label: () => `Repay ${amountText(amount, token)} to Shoebill`,
    valueWei: amount,
  })
}

/**
 * - Source: Compound v2 `Comptroller.enterMarkets`: from then on the supply is collateral. It answers
 *   with a code for each market.
 */
function enterCall({comptroller}: ShoebillContracts, {token, market}: LendLine): PlannedCall {
  const call = planCallOf(comptrollerAbi, {
    contract: 'Comptroller',
    to: comptroller,
    functionName: 'enterMarkets',
    args: [[market!.address]],
    label: () => `Use ${token.symbol} as collateral on Shoebill`,
    gasAtMost: CALL_GAS,
  })
  return {...call, answersWithCode: {names: comptrollerCodes, isList: true}}
}

/** A `Failure` of the market, or a market that was to be entered and was not. */
function refusalIn(
  logs: readonly Log[],
  {kind}: LendCall,
  {before, after}: {before: LendLine; after: LendLine},
): string | null {
  const mine = logs.filter(({address}) => isAddressEqual(address, before.market!.address))
  const [failure] = parseEventLogs({abi: cErc20Abi, eventName: 'Failure', logs: mine})
  if (failure) return codeText(failure.args.errorCode, marketCodes)
  const isLeftOut = kind === 'supply' && !before.counts && !after.counts
  return isLeftOut ? 'MARKET_NOT_ENTERED: the supply is no collateral' : null
}

function movedIn(logs: readonly Log[], {kind}: LendCall, {market}: LendLine): bigint {
  const mine = logs.filter(({address}) => isAddressEqual(address, market!.address))
  const events = parseEventLogs({abi: cErc20Abi, logs: mine})
  return events.reduce((sum, event) => {
    if (kind === 'supply' && event.eventName === 'Mint') return sum + event.args.mintAmount
    if (kind === 'withdraw' && event.eventName === 'Redeem') return sum + event.args.redeemAmount
    if (kind === 'borrow' && event.eventName === 'Borrow') return sum + event.args.borrowAmount
    if (kind === 'repay' && event.eventName === 'RepayBorrow') return sum + event.args.repayAmount
    return sum
  }, 0n)
}
