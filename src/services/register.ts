import {zeroAddress, type Address, type Hex} from 'viem'

import {readAllowance} from '../chain/actions/erc20/read-token.ts'
import {MetisSeqError} from '../lib/errors.ts'
import {formatWeiShort} from '../lib/units.ts'
import {addressOfPublicKey} from '../protocol/public-key.ts'
import type {Sequencer} from '../protocol/sequencer.ts'
import type {Context} from './context.ts'
import {checkEligibility, type Check} from './eligibility.ts'
import type {Plan} from './plan.ts'
import {approveLockingInfo, lockWithRewardRecipient} from './planned-calls.ts'
import {findSequencer} from './sequencers.ts'

export interface RegistrationRequest {
  owner: Address
  /** 64 bytes of the signer key. */
  publicKey: Hex
  rewardRecipient: Address
  amountMetisWei: bigint | undefined
}

/** Error code of each condition, in the contract's order of checks. */
const codeOfCheck: Record<string, string> = {
  'not-paused': 'POOL_PAUSED',
  whitelisted: 'NOT_WHITELISTED',
  'owner-free': 'OWNER_HAS_SEQUENCER',
  'signer-new': 'SIGNER_USED',
  'amount-in-range': 'AMOUNT_OUT_OF_RANGE',
  'metis-balance': 'METIS_BALANCE_LOW',
  'eth-balance': 'BALANCE_LOW',
}

/**
 * Decides what a registration would do: approve LockingInfo where needed, then lock.
 *
 * @throws {MetisSeqError} the first condition that does not hold, with its remedy
 */
export async function planRegistration(
  context: Context,
  request: RegistrationRequest,
): Promise<Plan> {
  const {owner, publicKey, rewardRecipient} = request
  const signer = addressOfPublicKey(publicKey)
  const eligibility = await checkEligibility(context, {
    owner,
    signer,
    amountMetisWei: request.amountMetisWei,
  })
  const failed = eligibility.checks.find(({ok}) => !ok)
  if (failed) throw notEligible(failed, owner)
  const {amountMetisWei, pool} = eligibility
  const {metis, lockingInfo, lockingPool} = context.network.l1.contracts
  const allowance = await readAllowance(context.l1().client, {
    token: metis,
    owner,
    spender: lockingInfo,
  })
  const total = pool.totalLockedMetisWei + amountMetisWei
  return {
    action: 'sequencer register',
    title: `Register a sequencer with ${formatWeiShort(amountMetisWei)} METIS`,
    chain: 'L1',
    from: owner,
    role: 'owner',
    calls: [
      ...(allowance < amountMetisWei
        ? [approveLockingInfo({metis, lockingInfo, amountWei: amountMetisWei})]
        : []),
      lockWithRewardRecipient({
        lockingPool,
        signer,
        rewardRecipient,
        amountWei: amountMetisWei,
        publicKey,
      }),
    ],
    effects: [
      {label: 'locked', before: '0 METIS', after: `${formatWeiShort(amountMetisWei)} METIS`},
      {
        label: 'share of all locked METIS',
        before: '0 %',
        after: `${(Number((amountMetisWei * 10_000n) / total) / 100).toFixed(2)} %`,
      },
      {label: 'rewards go to (L2)', before: 'nobody', after: rewardRecipient},
      {
        label: 'earliest way out',
        before: 'none needed',
        after: `exit, then ${pool.exitDelaySeconds / 86_400n} days`,
      },
    ],
    traps: rewardRecipient === zeroAddress ? [noRecipient] : [],
  }
}

const noRecipient = {
  id: 'no-reward-recipient',
  message: 'Without a reward recipient neither rewards nor the lock itself can be taken out.',
}

/**
 * The record after registration.
 *
 * @throws {MetisSeqError} POST_STATE when the chain does not show what the plan promised
 */
export async function verifyRegistration(context: Context, plan: Plan): Promise<Sequencer> {
  const sequencer = await findSequencer(context, undefined)
  if (sequencer.status === 'active' && sequencer.owner === plan.from) return sequencer
  throw new MetisSeqError({
    code: 'POST_STATE',
    message: 'The transaction was mined, but the sequencer is not active.',
    exit: 'precondition',
    facts: {sequencerId: `${sequencer.sequencerId}`, status: sequencer.status},
    hints: ['Run `metis-seq sequencer show`.'],
  })
}

function notEligible({id, label, seen, remedy}: Check, owner: Address): MetisSeqError {
  return new MetisSeqError({
    code: codeOfCheck[id] ?? 'NOT_ELIGIBLE',
    message: `Registration needs that ${label}; seen: ${seen}.`,
    exit: 'precondition',
    facts: {condition: id, seen, owner},
    hints: [remedy, 'Run `metis-seq sequencer eligible` to see every condition.'],
  })
}
