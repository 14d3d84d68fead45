import {isAddressEqual, maxUint256, parseEventLogs, type Log} from 'viem'

import {cErc20Abi} from '../../../../chain/abis/c-erc20.ts'
import {cEtherAbi} from '../../../../chain/abis/c-ether.ts'
import {comptrollerAbi} from '../../../../chain/abis/comptroller.ts'
import {readMarketLine, readMarkets} from '../../../../chain/defi/lending/shoebill/read.ts'
import {shoebill, type ShoebillContracts} from '../../../../protocol/defi/lending/shoebill/about.ts'
import {
  afterShoebill,
  shoebillCovers,
  shoebillHealth,
} from '../../../../protocol/defi/lending/shoebill/health.ts'
import type {LendLine} from '../../../../protocol/defi/lending/line.ts'
import type {Context} from '../../../context.ts'
import type {PlannedCall} from '../../../sending/plan.ts'
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
      callOf(action, line),
    ],
    moved: movedIn,
  }
}

/**
 * The call of an action. A refusal of most of them is a number in a transaction that succeeds.
 *
 * - Signed by: owner. Chain: L2. Value: the METIS that is supplied or repaid.
 * - Source: Compound v2 `CErc20` and `CEther`.
 */
function callOf({kind, amount, isAll}: LendCall, line: LendLine): PlannedCall {
  const {token, market} = line
  const isNative = token.isMetis
  const what = amountText(amount, token)
  const {address: to, shares} = market!
  const how = {contract: isNative ? 'CEther' : 'CErc20', to, gasAtMost: CALL_GAS}
  const code = {answersWithCode: true} as const
  const label = {
    supply: () => `Supply ${what} to Shoebill`,
    withdraw: () => `Withdraw ${isAll ? `all ${token.symbol}` : what} from Shoebill`,
    borrow: () => `Borrow ${what} from Shoebill`,
    repay: () => `Repay ${what} to Shoebill`,
  }[kind]
  switch (kind) {
    case 'supply':
      return isNative
        ? planCallOf(cEtherAbi, {...how, functionName: 'mint', args: [], label, valueWei: amount})
        : {...planCallOf(cErc20Abi, {...how, functionName: 'mint', args: [amount], label}), ...code}
    case 'withdraw':
      return isAll
        ? {
            ...planCallOf(cErc20Abi, {...how, functionName: 'redeem', args: [shares], label}),
            ...code,
          }
        : {
            ...planCallOf(cErc20Abi, {
              ...how,
              functionName: 'redeemUnderlying',
              args: [amount],
              label,
            }),
            ...code,
          }
    case 'borrow':
      return {
        ...planCallOf(cErc20Abi, {...how, functionName: 'borrow', args: [amount], label}),
        ...code,
      }
    case 'repay':
      return isNative
        ? planCallOf(cEtherAbi, {
            ...how,
            functionName: 'repayBorrow',
            args: [],
            label,
            valueWei: amount,
          })
        : {
            ...planCallOf(cErc20Abi, {
              ...how,
              functionName: 'repayBorrow',
              args: [isAll ? maxUint256 : amount],
              label,
            }),
            ...code,
          }
  }
}

/** - Source: Compound v2 `Comptroller.enterMarkets`: from then on the supply is collateral. */
function enterCall({comptroller}: ShoebillContracts, {token, market}: LendLine): PlannedCall {
  return planCallOf(comptrollerAbi, {
    contract: 'Comptroller',
    to: comptroller,
    functionName: 'enterMarkets',
    args: [[market!.address]],
    label: () => `Use ${token.symbol} as collateral on Shoebill`,
    gasAtMost: CALL_GAS,
  })
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
