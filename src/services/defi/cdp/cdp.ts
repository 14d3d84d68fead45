import type {Address} from 'viem'

import {MetisSeqError} from '../../../lib/errors.ts'
import {formatWeiShort} from '../../../lib/units.ts'
import type {CdpHealth, CdpPosition} from '../../../protocol/defi/cdp/position.ts'
import type {CdpId} from '../../../protocol/defi/markets.ts'
import type {Context} from '../../context.ts'
import type {Trap} from '../../sending/plan.ts'
import {requireOwner} from '../../staking/sequencers.ts'
import {requireMarket} from '../require-market.ts'
import {openCdps} from './providers.ts'
import type {CdpProvider, CdpState} from './provider.ts'

/** @throws {MetisSeqError} MARKET_UNKNOWN */
export function findCdp(context: Context, id: CdpId | undefined): CdpProvider {
  const {defi} = context.network
  return requireMarket(context, 'cdp', defi ? openCdps(context, defi.cdp) : [], id)
}

/** A position with its figures. */
export interface CdpPositionView extends CdpPosition, CdpHealth {}

export interface CdpView {
  market: CdpId
  name: string
  account: Address | null
  terms: CdpState['terms']
  collateral: CdpState['collateral']
  debt: CdpState['debt']
  positions: CdpPositionView[]
}

/** @throws {MetisSeqError} MARKET_UNKNOWN */
export async function showCdp(
  context: Context,
  request: {market: CdpId | undefined; account: Address | null},
): Promise<CdpView> {
  const market = findCdp(context, request.market)
  return viewOf(market, request.account, await market.read(request.account))
}

export function viewOf(market: CdpProvider, account: Address | null, state: CdpState): CdpView {
  const {terms, collateral, debt, positions} = state
  return {
    ...{market: market.id, name: market.name, account, terms, collateral, debt},
    positions: positions.map((position) => ({...position, ...market.health(state, position)})),
  }
}

/**
 * A position of an account.
 *
 * @throws {MetisSeqError} VAULT_UNKNOWN
 */
export function requirePosition(
  {networkName}: Context,
  {positions}: CdpState,
  id: bigint,
): CdpPosition {
  const found = positions.find((position) => position.id === id)
  if (found) return found
  const own = positions.map((position) => `${position.id}`).join(', ')
  throw new MetisSeqError({
    code: 'VAULT_UNKNOWN',
    message: `The account has no vault ${id} on ${networkName}.`,
    exit: 'not-found',
    facts: {vault: `${id}`, network: networkName},
    hints: [
      own === ''
        ? 'Open one with `metis-seq cdp open COLLATERAL DEBT`.'
        : `Run \`metis-seq cdp show\` to see its vaults: ${own}.`,
    ],
  })
}

/** The floor of the operator, or a fifth above the minimum of the vault; scaled by 1e18. */
export function floorOf({terms}: CdpState, minRatio: bigint | undefined): bigint {
  return minRatio ?? (terms.minRatio * 6n) / 5n
}

/** Only what makes the position worse can cross the floor. */
export function ratioTraps(before: CdpHealth, after: CdpHealth, floor: bigint): Trap[] {
  if (after.ratio === null || after.ratio >= floor) return []
  if (before.ratio !== null && after.ratio >= before.ratio) return []
  return [
    {
      id: 'ratio-floor',
      message: `The collateral ratio would be ${ratioText(after)}, below the floor of ${formatWeiShort(floor * 100n, 2)} %; the vault can be liquidated below its minimum.`,
    },
  ]
}

/** `155.25 %`, or that there is no debt. */
export function ratioText({ratio}: CdpHealth): string {
  return ratio === null ? 'no debt' : `${formatWeiShort(ratio * 100n, 2)} %`
}

/** The first position of the owner that holds nothing, if there is one. */
export async function emptyPosition(
  context: Context,
  market: CdpId | undefined,
): Promise<bigint | undefined> {
  const state = await findCdp(context, market).read(requireOwner(context))
  return state.positions.find(({collateral, debt}) => collateral === 0n && debt === 0n)?.id
}
