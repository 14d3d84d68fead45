import type {Address} from 'viem'
import {getBalance} from 'viem/actions'

import {readTokenBalance} from '../chain/actions/erc20/read-token.ts'
import {
  readPool,
  readWhitelisted,
  type PoolSettings,
} from '../chain/actions/locking-pool/read-pool.ts'
import {
  readOwnedSequencerId,
  readSignerEntry,
  type SignerEntry,
} from '../chain/actions/locking-pool/read-sequencer-ids.ts'
import {formatWeiShort} from '../lib/units.ts'
import type {Context} from './context.ts'

export interface Check {
  id: string
  /** What must hold, as a label. */
  label: string
  ok: boolean
  /** What was seen. */
  seen: string
  /** Command or step that mends it; empty when it holds. */
  remedy: string
}

export interface Eligibility {
  eligible: boolean
  amountMetisWei: bigint
  owner: Address
  signer: Address
  checks: Check[]
  pool: PoolSettings
}

/** ETH that register and its approval can cost with room to spare. */
const GAS_RESERVE_WEI = 10n ** 16n

/** Reads every condition of registration, in the order the contract checks them. Never needs a key. */
export async function checkEligibility(
  context: Context,
  wanted: {owner: Address; signer: Address; amountMetisWei: bigint | undefined},
): Promise<Eligibility> {
  const {client} = context.l1()
  const {lockingPool, lockingInfo, metis} = context.network.l1.contracts
  const {owner, signer} = wanted
  const [pool, whitelisted, owned, signerEntry, metisWei, ethWei] = await Promise.all([
    readPool(client, {lockingPool, lockingInfo}),
    readWhitelisted(client, {lockingPool, owner}),
    readOwnedSequencerId(client, {lockingPool, owner}),
    readSignerEntry(client, {lockingPool, signer}),
    readTokenBalance(client, {token: metis, account: owner}),
    getBalance(client, {address: owner}),
  ])
  const amountMetisWei = wanted.amountMetisWei ?? pool.minLockMetisWei
  const inRange = amountMetisWei >= pool.minLockMetisWei && amountMetisWei <= pool.maxLockMetisWei
  const checks: Check[] = [
    check(
      'not-paused',
      'LockingPool is not paused',
      !pool.paused,
      pool.paused ? 'paused' : 'running',
      'Wait until the pool runs again.',
    ),
    check(
      'whitelisted',
      'owner is whitelisted',
      whitelisted,
      whitelisted ? 'yes' : 'no',
      'Apply through governance; on the local network run `metis-seq local fund`.',
    ),
    check(
      'owner-free',
      'owner has no live sequencer',
      owned === 0n,
      owned === 0n ? 'none' : `sequencer ${owned}`,
      'Run `metis-seq sequencer show`.',
    ),
    check(
      'signer-new',
      'signer was never used',
      signerEntry.state === 'unused',
      describeSigner(signerEntry),
      'Create another signer with `metis-seq key create`.',
    ),
    check(
      'amount-in-range',
      'amount is between the limits',
      inRange,
      `${formatWeiShort(amountMetisWei)} of ${formatWeiShort(pool.minLockMetisWei)} to ${formatWeiShort(pool.maxLockMetisWei)} METIS`,
      'Choose another `--amount`.',
    ),
    check(
      'metis-balance',
      'owner holds the METIS on L1',
      metisWei >= amountMetisWei,
      `${formatWeiShort(metisWei)} METIS`,
      `Send METIS to ${owner} on L1.`,
    ),
    check(
      'eth-balance',
      'owner holds ETH for gas on L1',
      ethWei >= GAS_RESERVE_WEI,
      `${formatWeiShort(ethWei)} ETH`,
      `Send at least ${formatWeiShort(GAS_RESERVE_WEI)} ETH to ${owner} on L1.`,
    ),
  ]
  return {eligible: checks.every(({ok}) => ok), amountMetisWei, owner, signer, checks, pool}
}

function check(id: string, label: string, ok: boolean, seen: string, remedy: string): Check {
  return {id, label, ok, seen, remedy: ok ? '' : remedy}
}

function describeSigner(entry: SignerEntry): string {
  if (entry.state === 'used') return `used by sequencer ${entry.sequencerId}`
  return entry.state === 'burned' ? 'used and burned' : 'new'
}
