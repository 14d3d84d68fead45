import type {Address} from 'viem'
import {getBalance} from 'viem/actions'

import {readPool} from '../../chain/actions/locking-pool/read-pool.ts'
import {
  readOwnedSequencerId,
  readSignerEntry,
} from '../../chain/actions/locking-pool/read-sequencer-ids.ts'
import {maxPricePerGas, readFees} from '../../chain/fees.ts'
import {formatWeiShort} from '../../lib/units.ts'
import type {PoolSettings, SequencerSnapshot, StakingCall} from '../../protocol/locking-pool.ts'
import type {Check} from '../sending/check.ts'
import type {Context} from '../context.ts'
import {LOCK_GAS} from '../sending/planned-calls.ts'
import {conditionsOf} from './conditions.ts'
import type {CallFacts} from './rule.ts'
import {readSnapshot} from './sequencer-snapshot.ts'

export interface Eligibility {
  eligible: boolean
  amountMetisWei: bigint
  owner: Address
  signer: Address
  checks: Check[]
  pool: PoolSettings
}

/** Measured with our token: 46,279. */
const APPROVE_GAS = 60_000n

/** The account that would register, and its amount. */
export interface Candidate {
  owner: Address
  signer: Address
  rewardRecipient: Address
  /** Undefined for the minimum. */
  amountMetisWei: bigint | undefined
}

/** The state on which a registration depends. */
export interface Candidacy {
  snapshot: SequencerSnapshot
  call: Extract<StakingCall, {kind: 'lock'}>
  facts: CallFacts
}

/** Reads the state on which a registration depends. Never needs a key. */
export async function readCandidacy(context: Context, wanted: Candidate): Promise<Candidacy> {
  const {client} = context.l1()
  const {lockingPool, lockingInfo} = context.network.l1.contracts
  const {owner, signer, rewardRecipient} = wanted
  const [{totalSequencers}, ownedSequencerId, signerEntry] = await Promise.all([
    readPool(client, {lockingPool, lockingInfo}),
    readOwnedSequencerId(client, {lockingPool, owner}),
    readSignerEntry(client, {lockingPool, signer}),
  ])
  const sequencerId = totalSequencers + 1n
  const snapshot = await readSnapshot(context, {sequencerId, caller: owner})
  const amountMetisWei = wanted.amountMetisWei ?? snapshot.pool.minLockMetisWei
  return {
    snapshot,
    call: {kind: 'lock', signer, rewardRecipient, amountMetisWei},
    facts: {ownedSequencerId, signerEntry},
  }
}

/** Reads every precondition of a registration, in the order of the contract's checks. Never needs a key. */
export async function checkEligibility(context: Context, wanted: Candidate): Promise<Eligibility> {
  const {client} = context.l1()
  const [{snapshot, call, facts}, ethWei, fees] = await Promise.all([
    readCandidacy(context, wanted),
    getBalance(client, {address: wanted.owner}),
    readFees(client),
  ])
  const neededWei = (LOCK_GAS + APPROVE_GAS) * maxPricePerGas(fees)
  const {owner, signer} = wanted
  const checks = [...conditionsOf(call, snapshot, facts), gasCheck(owner, ethWei, neededWei)]
  return {
    eligible: checks.every(({ok}) => ok),
    ...{owner, signer, checks},
    amountMetisWei: call.amountMetisWei,
    pool: snapshot.pool,
  }
}

function gasCheck(owner: Address, ethWei: bigint, neededWei: bigint): Check {
  const ok = ethWei >= neededWei
  return {
    id: 'eth-balance',
    label: 'the owner holds ETH for gas on L1',
    ok,
    seen: `${formatWeiShort(ethWei, 6)} of at most ${formatWeiShort(neededWei, 6)} ETH`,
    remedy: ok ? '' : `Send at least ${formatWeiShort(neededWei, 6)} ETH to ${owner} on L1.`,
  }
}
