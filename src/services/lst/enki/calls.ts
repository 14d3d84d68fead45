import {formatEther, zeroAddress, type Address} from 'viem'

import {eMetisAbi} from '../../../chain/abis/e-metis.ts'
import {eMetisMinterAbi} from '../../../chain/abis/e-metis-minter.ts'
import {enkiRedemptionQueueAbi} from '../../../chain/abis/enki-redemption-queue.ts'
import {enkiVestingAbi} from '../../../chain/abis/enki-vesting.ts'
import {erc20Abi} from '../../../chain/abis/erc20.ts'
import {seMetisAbi} from '../../../chain/abis/se-metis.ts'
import {formatWeiShort} from '../../../lib/units.ts'
import {enki, ENKI_RECEIPT, type EnkiContracts} from '../../../protocol/lst/enki/about.ts'
import type {PlannedCall} from '../../sending/plan.ts'
import {planCallOf} from '../../sending/planned-call.ts'

/** Measured with our contracts behind their proxies, with a margin of a half. */
const GAS = {approve: 80_000n, mint: 450_000n, redeem: 400_000n, enter: 400_000n, ticket: 250_000n}

interface Approval {
  token: Address
  /** Whose ABI and name it has in previews. */
  contract: 'METIS' | 'EMetis' | 'EnkiToken' | 'LpToken'
  symbol: string
  spender: Address
  spenderName: string
  amountWei: bigint
}

/**
 * Approves exactly what the next call pulls.
 *
 * - Signed by: owner. Chain: L2. Value: none.
 * - Source: ERC-20 `approve`.
 */
export function approveCall(approval: Approval): PlannedCall {
  const {token, contract, symbol, spender, spenderName, amountWei} = approval
  return planCallOf(contract === 'EMetis' ? eMetisAbi : erc20Abi, {
    ...{contract, to: token, functionName: 'approve', args: [spender, amountWei]},
    label: (_spender, wei) => `Approve ${formatWeiShort(wei)} ${symbol} for ${spenderName}`,
    gasAtMost: GAS.approve,
  })
}

/**
 * Pulls METIS and mints eMETIS, or shares of the vault for it. It takes no minimum. Without an
 * inviter, whom the contract would have to ask for an NFT.
 *
 * - Signed by: owner. Chain: L2. Value: none.
 * - Source: Enki `EMetisMinter.mint(address,uint256,bool,address)`.
 */
export function mintCall(
  {minter}: Pick<EnkiContracts, 'minter'>,
  {account, amountWei, stake}: {account: Address; amountWei: bigint; stake: boolean},
): PlannedCall {
  const what = stake ? 'seMETIS' : 'eMETIS'
  return planCallOf(eMetisMinterAbi, {
    contract: 'EMetisMinter',
    to: minter,
    functionName: 'mint',
    args: [account, amountWei, stake, zeroAddress],
    label: (_account, wei) => `Deposit ${formatWeiShort(wei)} METIS with Enki for ${what}`,
    pullsWei: amountWei,
    gasAtMost: GAS.mint,
  })
}

/**
 * Burns shares of the vault. A part of the eMETIS vests, the rest comes at once.
 *
 * - Signed by: owner. Chain: L2. Value: none.
 * - Source: Enki `SeMetis.redeem(uint256,address,address)`.
 */
export function redeemCall(
  {seMetis}: Pick<EnkiContracts, 'seMetis'>,
  account: Address,
  {sharesWei, liquidWei}: {sharesWei: bigint; liquidWei: bigint},
): PlannedCall {
  return planCallOf(seMetisAbi, {
    contract: 'SeMetis',
    to: seMetis,
    functionName: 'redeem',
    args: [sharesWei, account, account],
    label: (shares) => `Redeem ${formatWeiShort(shares)} seMETIS for eMETIS`,
    // Alone it leaves eMETIS, which is queued as it is.
    moves: {rest: `metis-seq lst withdraw enki ${formatEther(liquidWei)} --token ${ENKI_RECEIPT}`},
    gasAtMost: GAS.redeem,
  })
}

/**
 * Pulls eMETIS and mints a ticket.
 *
 * - Signed by: owner. Chain: L2. Value: none.
 * - Source: Enki `RedemptionQueue.enterRedemptionQueue(address,uint120)`.
 */
export function enterCall(
  {redemptionQueue}: Pick<EnkiContracts, 'redemptionQueue'>,
  account: Address,
  amountWei: bigint,
): PlannedCall {
  return planCallOf(enkiRedemptionQueueAbi, {
    contract: 'EnkiRedemptionQueue',
    to: redemptionQueue,
    functionName: 'enterRedemptionQueue',
    args: [account, amountWei],
    label: (_recipient, wei) => `Queue ${formatWeiShort(wei)} eMETIS for redemption`,
    gasAtMost: GAS.enter,
  })
}

/**
 * Pays a mature ticket.
 *
 * - Signed by: owner. Chain: L2. Value: none.
 * - Source: Enki `RedemptionQueue.redeemRedemptionTicketNft(uint256,address)`.
 */
export function claimCall(
  {redemptionQueue}: Pick<EnkiContracts, 'redemptionQueue'>,
  account: Address,
  {id, metisWei}: {id: string; metisWei: bigint},
): PlannedCall {
  return planCallOf(enkiRedemptionQueueAbi, {
    contract: 'EnkiRedemptionQueue',
    to: redemptionQueue,
    functionName: 'redeemRedemptionTicketNft',
    args: [BigInt(id), account],
    label: (ticket) => `Redeem ticket ${ticket}: ${formatWeiShort(metisWei)} METIS from Enki`,
    // Each pays by itself: a run that ended after one did a part of what was asked.
    moves: {rest: `metis-seq lst claim ${enki.id}`},
    gasAtMost: GAS.ticket,
  })
}

/**
 * Returns the LP tokens that shortened the wait of a ticket.
 *
 * - Signed by: owner. Chain: L2. Value: none.
 * - Source: Enki `RedemptionQueue.unlockLpToken(uint256)`.
 */
export function unlockLpCall(
  {redemptionQueue}: Pick<EnkiContracts, 'redemptionQueue'>,
  id: bigint,
): PlannedCall {
  return planCallOf(enkiRedemptionQueueAbi, {
    contract: 'EnkiRedemptionQueue',
    to: redemptionQueue,
    functionName: 'unlockLpToken',
    args: [id],
    label: (ticket) => `Unlock the liquidity tokens of ticket ${ticket}`,
    moves: {rest: `metis-seq lst claim ${enki.id}`},
    gasAtMost: GAS.ticket,
  })
}

/**
 * Burns a ticket for its eMETIS, less the fee. The recipient comes first here, and last in a claim.
 *
 * - Signed by: owner. Chain: L2. Value: none.
 * - Source: Enki `RedemptionQueue.cancelRedemptionTicketNft(address,uint256)`.
 */
export function cancelCall(
  {redemptionQueue}: Pick<EnkiContracts, 'redemptionQueue'>,
  account: Address,
  id: bigint,
): PlannedCall {
  return planCallOf(enkiRedemptionQueueAbi, {
    contract: 'EnkiRedemptionQueue',
    to: redemptionQueue,
    functionName: 'cancelRedemptionTicketNft',
    args: [account, id],
    label: (_recipient, ticket) => `Cancel ticket ${ticket}`,
  })
}

/**
 * Locks LP tokens and shortens the wait of a ticket, once.
 *
 * - Signed by: owner. Chain: L2. Value: none.
 * - Source: Enki `RedemptionQueue.reduceRedemptionMaturity(uint256,address,uint256)`.
 */
export function speedUpCall(
  {redemptionQueue}: Pick<EnkiContracts, 'redemptionQueue'>,
  {id, lpToken, lpWei}: {id: bigint; lpToken: Address; lpWei: bigint},
): PlannedCall {
  return planCallOf(enkiRedemptionQueueAbi, {
    contract: 'EnkiRedemptionQueue',
    to: redemptionQueue,
    functionName: 'reduceRedemptionMaturity',
    args: [id, lpToken, lpWei],
    label: (ticket, _token, wei) =>
      `Lock ${formatWeiShort(wei)} liquidity tokens to speed up ticket ${ticket}`,
    gasAtMost: GAS.ticket,
  })
}

/**
 * Adds ENKI, without which nothing vests.
 *
 * - Signed by: owner. Chain: L2. Value: none.
 * - Source: Enki `Vesting.stake(uint256)`.
 */
export function stakeCall(
  {vesting}: Pick<EnkiContracts, 'vesting'>,
  amountWei: bigint,
): PlannedCall {
  return planCallOf(enkiVestingAbi, {
    contract: 'EnkiVesting',
    to: vesting,
    functionName: 'stake',
    args: [amountWei],
    label: (wei) => `Stake ${formatWeiShort(wei)} ENKI`,
    gasAtMost: GAS.ticket,
  })
}

/**
 * Takes the eMETIS that has vested; `unstake` also returns all ENKI.
 *
 * - Signed by: owner. Chain: L2. Value: none.
 * - Source: Enki `Vesting.claim()` and `unstake()`.
 */
export function vestedCall(
  {vesting}: Pick<EnkiContracts, 'vesting'>,
  functionName: 'claim' | 'unstake',
): PlannedCall {
  return planCallOf(enkiVestingAbi, {
    contract: 'EnkiVesting',
    to: vesting,
    functionName,
    args: [],
    label: () =>
      functionName === 'claim'
        ? 'Claim the vested eMETIS'
        : 'Claim the vested eMETIS and take back all staked ENKI',
  })
}
