import {isAddressEqual, maxUint256, parseEventLogs, type Address, type Log} from 'viem'

import {aavePoolAbi} from '../../../../chain/abis/aave-pool.ts'
import {readAaveAssets, readAaveLine} from '../../../../chain/defi/lending/aave/read.ts'
import {aave, type AaveContracts} from '../../../../protocol/defi/lending/aave/about.ts'
import {aaveCovers, aaveHealth, afterAave} from '../../../../protocol/defi/lending/aave/health.ts'
import type {Context} from '../../../context.ts'
import {planCallOf} from '../../../sending/planned-call.ts'
import type {PlannedCall} from '../../../sending/plan.ts'
import {amountText, readToken, type Token} from '../../tokens.ts'
import type {LendCall, LendingProvider} from '../provider.ts'
import {aaveConditions} from './conditions.ts'

/** Upper bound of a call that follows an approval. Measured: at most 330,000. */
const CALL_GAS = 600_000n

/** Loans have a variable rate; the other mode is gone. */
const VARIABLE = 2n

/** Aave v3 on L2. METIS moves as the token. */
export function openAave(context: Context, contracts: AaveContracts): LendingProvider {
  const {client} = context.l2()
  const {pool} = contracts
  return {
    id: aave.id,
    name: aave.name,
    async lines(account, at) {
      const assets = await readAaveAssets(client, contracts, at)
      return Promise.all(
        assets.map(async (asset) =>
          readAaveLine(client, contracts, await readToken(context, asset), account, at),
        ),
      )
    },
    health: aaveHealth,
    after: afterAave,
    covers: aaveCovers,
    conditions: aaveConditions,
    spender: () => ({address: pool, name: 'the Aave pool'}),
    calls: (action, {token}) => [callOf(pool, action, token)],
    repaysAll: () => true,
    // Every refusal reverts.
    refusal: () => null,
    moved: (logs, action) => movedIn(logs, pool, action),
  }
}

/**
 * The call of an action.
 *
 * - Signed by: owner. Chain: L2. Value: none.
 * - Source: Aave v3 `Pool.supply`, `withdraw`, `borrow` and `repay`.
 */
function callOf(pool: Address, action: LendCall, token: Token): PlannedCall {
  const {kind, amount, from, isAll, atMost} = action
  const all = isAll ? maxUint256 : amount
  const how = {contract: 'AavePool', to: pool, gasAtMost: CALL_GAS}
  const what = amountText(amount, token)
  const pulls = token.isMetis ? {pullsWei: atMost} : {}
  switch (kind) {
    case 'supply':
      return planCallOf(aavePoolAbi, {
        ...how,
        functionName: 'supply',
        args: [token.address, amount, from, 0],
        label: () => `Supply ${what} to Aave`,
        ...pulls,
      })
    case 'withdraw':
      return planCallOf(aavePoolAbi, {
        ...how,
        functionName: 'withdraw',
        args: [token.address, all, from],
        label: () => `Withdraw ${isAll ? `all ${token.symbol}` : what} from Aave`,
      })
    case 'borrow':
      return planCallOf(aavePoolAbi, {
        ...how,
        functionName: 'borrow',
        args: [token.address, amount, VARIABLE, 0, from],
        label: () => `Borrow ${what} from Aave`,
      })
    case 'repay':
      return planCallOf(aavePoolAbi, {
        ...how,
        functionName: 'repay',
        args: [token.address, all, VARIABLE, from],
        label: () => `Repay ${isAll ? `all ${token.symbol}` : what} to Aave`,
        ...pulls,
      })
  }
}

const EVENTS = {
  supply: 'Supply',
  withdraw: 'Withdraw',
  borrow: 'Borrow',
  repay: 'Repay',
} as const

function movedIn(logs: readonly Log[], pool: Address, {kind, token}: LendCall): bigint {
  const events = parseEventLogs({
    abi: aavePoolAbi,
    eventName: EVENTS[kind],
    logs: logs.filter(({address}) => isAddressEqual(address, pool)),
  })
  return events
    .filter(({args}) => isAddressEqual(args.reserve, token))
    .reduce((sum, {args}) => sum + args.amount, 0n)
}
