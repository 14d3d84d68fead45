import type {Address} from 'viem'
import {getBalance, getBlock, getGasPrice} from 'viem/actions'

import {quoteBridgeFee} from '../../chain/actions/bridge/quote-bridge-fee.ts'
import {readTokenBalance} from '../../chain/actions/erc20/read-token.ts'
import {readPool, readWhitelisted} from '../../chain/actions/locking-pool/read-pool.ts'
import {readOwnedSequencerId} from '../../chain/actions/locking-pool/read-sequencer-ids.ts'
import {readSequencer} from '../../chain/actions/locking-pool/read-sequencer.ts'
import {atMost, MOST_METIS_WEI} from '../../chain/plausible.ts'
import type {MoneyFacts} from '../../health/snapshot.ts'
import type {PoolSettings} from '../../protocol/locking-pool.ts'
import type {Sequencer} from '../../protocol/sequencer.ts'
import type {Context} from '../context.ts'
import {conditionsOf} from '../staking/conditions.ts'
import {toStakeView, type StakeView} from '../staking/stake.ts'

/** A claim with its bridge leg; measured on our contracts: 201,000. */
const CLAIM_GAS = 260_000n

/** Stake and balances of an owner at one L1 block. */
export interface L1Money {
  /** Null when the owner has no sequencer. */
  stake: StakeView | null
  ownerMetisWei: bigint
  ownerEthWei: bigint
  ownerIsWhitelisted: boolean
  /** The contract pauses every operation. */
  paused: boolean
  /** The least that may be locked. */
  minLockMetisWei: bigint
  /** Id of the current reward batch, and the last epoch that was paid. */
  rewardBatchId: bigint
  rewardedUntilEpoch: bigint
  /** Bridge fee and gas of a claim now; null when a claim would revert or its cost cannot be read. */
  claimCostEthWei: bigint | null
  /** The block it was read at. */
  l1Block: bigint
  l1TimeSeconds: bigint
}

/** @throws {MetisSeqError} those of the connection */
export async function readMoney(context: Context, owner: Address): Promise<L1Money> {
  const {client} = context.l1()
  const {lockingPool, lockingInfo, metis} = context.network.l1.contracts
  // Queried together with the rest, though only some owners may claim: a later query would need two more round trips.
  const costEthWei = askedCost(context)
  const [block, pool, id, ownerIsWhitelisted, ownerMetisWei, ownerEthWei] = await Promise.all([
    getBlock(client),
    readPool(client, {lockingPool, lockingInfo}),
    readOwnedSequencerId(client, {lockingPool, owner}),
    readWhitelisted(client, {lockingPool, owner}),
    readTokenBalance(client, {token: metis, account: owner}),
    getBalance(client, {address: owner}),
  ])
  const sequencer = id === 0n ? null : await readSequencer(client, {lockingPool, sequencerId: id})
  const facts = {pool, owner, ownerIsWhitelisted, ownerMetisWei, timeSeconds: block.timestamp}
  return {
    stake: sequencer ? toStakeView(sequencer, pool) : null,
    ...{ownerMetisWei: atMost(MOST_METIS_WEI, 'balanceOf', ownerMetisWei)},
    ...{ownerEthWei, ownerIsWhitelisted},
    paused: pool.paused,
    minLockMetisWei: pool.minLockMetisWei,
    rewardBatchId: pool.rewardBatchId,
    rewardedUntilEpoch: pool.rewardedUntilEpoch,
    claimCostEthWei: sequencer && mayClaim(sequencer, facts) ? await costEthWei : null,
    l1Block: block.number,
    l1TimeSeconds: block.timestamp,
  }
}

interface ClaimFacts {
  pool: PoolSettings
  owner: Address
  ownerIsWhitelisted: boolean
  ownerMetisWei: bigint
  timeSeconds: bigint
}

function mayClaim(
  sequencer: Sequencer,
  {owner, ownerIsWhitelisted, ownerMetisWei, ...rest}: ClaimFacts,
): boolean {
  const snapshot = {
    ...rest,
    sequencer,
    // No precondition of a claim depends on the implementation.
    rules: 'unknown' as const,
    caller: owner,
    callerIsWhitelisted: ownerIsWhitelisted,
    callerMetisWei: ownerMetisWei,
  }
  return conditionsOf({kind: 'withdraw-rewards'}, snapshot).every(({ok}) => ok)
}

/** Bridge fee and gas of a claim now; null when they cannot be read; the stake is still known. */
async function askedCost(context: Context): Promise<bigint | null> {
  const {client} = context.l1()
  const {addressManager} = context.network.l1.contracts
  try {
    const [{feeEthWei}, gasPrice] = await Promise.all([
      quoteBridgeFee(client, {addressManager}),
      getGasPrice(client),
    ])
    return feeEthWei + gasPrice * CLAIM_GAS
  } catch {
    return null
  }
}

export function moneyFacts(money: L1Money): MoneyFacts {
  const {stake, paused, ownerIsWhitelisted, rewardBatchId, rewardedUntilEpoch} = money
  const {claimCostEthWei, l1TimeSeconds} = money
  return {
    sequencer: stake && {
      id: stake.sequencer.sequencerId,
      status: stake.sequencer.status,
      rewardMetisWei: stake.sequencer.rewardMetisWei,
      freeAtSeconds: stake.sequencer.unlockClaimTimeSeconds,
    },
    ...{ownerIsWhitelisted, paused, rewardBatchId, rewardedUntilEpoch},
    chainTimeSeconds: l1TimeSeconds,
    claim: claimCostEthWei === null ? null : {costEthWei: claimCostEthWei},
  }
}
