import {zeroAddress} from 'viem'

import {borrowerOperationsAbi} from '../../../../chain/abis/borrower-operations.ts'
import {
  readChest,
  readChestSettings,
  readHints,
  type ChestSettings,
} from '../../../../chain/defi/cdp/stablis/read.ts'
import {stablisWords} from '../../../../chain/defi/cdp/stablis/refusals.ts'
import {stablis, type StablisContracts} from '../../../../protocol/defi/cdp/stablis/about.ts'
import {
  afterChest,
  chestHealth,
  netDebt,
  nominalRatio,
} from '../../../../protocol/defi/cdp/stablis/chest.ts'
import type {CdpChange, CdpPosition} from '../../../../protocol/defi/cdp/position.ts'
import type {Context} from '../../../context.ts'
import type {PlannedCall} from '../../../sending/plan.ts'
import {planCallOf} from '../../../sending/planned-call.ts'
import {amountText, readToken} from '../../tokens.ts'
import type {CdpProvider, CdpState} from '../provider.ts'
import {chestConditions, isOpenChest, notTheLast} from './conditions.ts'

/** Upper bound of a call that follows an approval. Measured: at most 560,000. */
const CALL_GAS = 900_000n

/** The fee may rise by this much until the call is mined: half a percent, scaled by 1e18. */
const FEE_MARGIN = 5n * 10n ** 15n
const WAD = 10n ** 18n
const BASIS_POINT = 10n ** 14n

interface ChestState extends CdpState {
  settings: ChestSettings
}

/** Stablis on L2: one chest of each account, under the id 0. */
export function openStablis(context: Context, contracts: StablisContracts): CdpProvider {
  const {client} = context.l2()
  const {operations} = contracts
  return {
    id: stablis.id,
    name: stablis.name,
    spender: {address: operations, name: 'Stablis'},
    burnsDebt: true,
    cannotPay: stablisWords.cannotPay,
    async read(account, at): Promise<ChestState> {
      const settings = await readChestSettings(client, contracts, at)
      const [collateral, debt, position] = await Promise.all([
        readToken(context, settings.asset),
        readToken(context, contracts.usds),
        account === null ? null : readChest(client, contracts, settings.asset, account, at),
      ])
      return {
        ...{settings, collateral, debt},
        positions: position ? [position] : [],
        terms: {
          price: settings.price,
          minRatio: settings.minRatio,
          minDebt: settings.minNetDebt + settings.gasReserve,
          maxDebt: null,
          available: null,
          interest: settings.interest * BASIS_POINT,
          openingFee: settings.borrowingRate,
          closingFee: 0n,
          isRedeemable: true,
        },
      }
    },
    health: (state, position) => chestHealth(position, settingsOf(state)),
    after: (state, position, change) => afterChest(position, change, settingsOf(state)),
    conditions: (state, position, change) =>
      chestConditions(state, settingsOf(state), position, change),
    closing(state, position) {
      const settings = settingsOf(state)
      return {
        repay: netDebt(position.debt, settings),
        back: position.collateral,
        conditions: [isOpenChest(position), notTheLast(settings)],
      }
    },
    createCall: () => null,
    created: () => undefined,
    async changeCalls(state, position, change) {
      const settings = settingsOf(state)
      const nominal = nominalRatio(afterChest(position, change, settings))
      const hints = await readHints(client, contracts, settings, nominal)
      return [callOf(contracts, state, position, change, hints)]
    },
    closeCalls: (state, position) => [
      planCallOf(borrowerOperationsAbi, {
        contract: 'BorrowerOperations',
        to: operations,
        functionName: 'closeChest',
        args: [settingsOf(state).asset],
        label: () =>
          `Close the chest: repay ${amountText(netDebt(position.debt, settingsOf(state)), state.debt)}`,
        gasAtMost: CALL_GAS,
      }),
    ],
  }
}

/** Every state of this provider comes from its own `read`. */
function settingsOf(state: CdpState): ChestSettings {
  return (state as ChestState).settings
}

/**
 * Opens or adjusts the chest.
 *
 * - Signed by: owner. Chain: L2. Value: none.
 * - Source: Stablis `BorrowerOperations.openChest` and `adjustChest`.
 */
function callOf(
  {operations}: StablisContracts,
  state: CdpState,
  position: CdpPosition,
  {deposit, withdraw, borrow, repay}: CdpChange,
  hints: readonly [`0x${string}`, `0x${string}`],
): PlannedCall {
  const {asset, borrowingRate} = settingsOf(state)
  const {collateral, debt} = state
  const dearest = borrowingRate + FEE_MARGIN
  const maxFee = dearest < WAD ? dearest : WAD
  const how = {contract: 'BorrowerOperations', to: operations, gasAtMost: CALL_GAS}
  if (position.debt === 0n) {
    return planCallOf(borrowerOperationsAbi, {
      ...how,
      functionName: 'openChest',
      args: [asset, deposit, maxFee, borrow, ...hints],
      label: () =>
        `Open a chest with ${amountText(deposit, collateral)} and borrow ${amountText(borrow, debt)}`,
    })
  }
  const parts = [
    deposit > 0n && `deposit ${amountText(deposit, collateral)}`,
    repay > 0n && `repay ${amountText(repay, debt)}`,
    borrow > 0n && `borrow ${amountText(borrow, debt)}`,
    withdraw > 0n && `withdraw ${amountText(withdraw, collateral)}`,
  ].filter((part) => part !== false)
  return planCallOf(borrowerOperationsAbi, {
    ...how,
    functionName: 'adjustChest',
    args: [
      asset,
      deposit,
      borrow > 0n ? maxFee : 0n,
      withdraw,
      borrow > 0n ? borrow : repay,
      borrow > 0n,
      ...(hints.length === 2 ? hints : ([zeroAddress, zeroAddress] as const)),
    ],
    label: () => `Adjust the chest: ${parts.join(', ')}`,
  })
}
