import {quoteBridgeFee, type BridgeFee} from '../../chain/actions/bridge/quote-bridge-fee.ts'
import {formatWeiShort} from '../../lib/units.ts'
import type {SequencerSnapshot} from '../../protocol/locking-pool.ts'
import type {Condition} from '../sending/check.ts'
import type {Context} from '../context.ts'
import {rotationNow, type EpochView, type RotationNow} from '../rotation/epochs.ts'
import type {Trap} from '../sending/plan.ts'
import {unlock, unlockClaim} from '../sending/planned-calls.ts'
import {bridgedEffects} from '../rewards/rewards.ts'
import {poolCallOn} from '../staking/stake.ts'
import {conditionsOf} from '../staking/conditions.ts'
import {openSnapshot} from '../staking/open-snapshot.ts'
import {toStakingPlan, type StakingPlan} from '../staking/staking-plan.ts'
import {bridgeFeeTrap, producingTrap, recipientTrap} from '../staking/traps.ts'

/** Committed epochs are at most two ahead of the head; a few past ones are checked too. */
const EPOCHS_LOOKED_AT = 6

/** State of an exit, from the chain alone. */
export type ExitPhase = 'not-started' | 'waiting' | 'claimable' | 'finished'

export interface ExitView {
  phase: ExitPhase
  snapshot: SequencerSnapshot
  /** Bridge fee for a reward sent with the next step; 0 without a reward. */
  fee: BridgeFee
  /** Time when the METIS can be claimed: from the chain after the start of the exit, otherwise as if it started now. */
  freeAtSeconds: bigint
  /** Of the next step. */
  conditions: Condition[]
  traps: Trap[]
  /** Epochs of the signer that have not ended, including a planned one; null when L2 does not respond. */
  epochs: EpochView[] | null
}

/**
 * State of the exit and preconditions of the next step. Sends nothing; works at every stage of an exit.
 *
 * @throws {MetisSeqError} SEQUENCER_UNKNOWN, NOT_REGISTERED, OWNER_UNKNOWN
 */
export async function viewExit(
  context: Context,
  sequencerId: bigint | undefined,
): Promise<ExitView> {
  const snapshot = await openSnapshot(context, sequencerId)
  const {sequencer, pool, timeSeconds} = snapshot
  const phase = phaseOf(snapshot)
  const begun = phase !== 'not-started'
  // Read once, so that the displayed epochs and the trap cannot contradict each other.
  const rotation = await readRotation(context)
  const [fee, traps] = await Promise.all([
    feeFor(context, snapshot),
    begun ? [] : exitTraps(context, snapshot, rotation),
  ])
  const epochs = rotation && epochsOf(rotation, snapshot)
  return {
    ...{phase, snapshot, fee, traps, epochs},
    freeAtSeconds: begun ? sequencer.unlockClaimTimeSeconds : timeSeconds + pool.exitDelaySeconds,
    conditions:
      phase === 'finished' ? [] : conditionsOf({kind: begun ? 'unlock-claim' : 'unlock'}, snapshot),
  }
}

function phaseOf({
  sequencer: {status, unlockClaimTimeSeconds},
  timeSeconds,
}: SequencerSnapshot): ExitPhase {
  if (status === 'unlocked') return 'finished'
  if (status !== 'inactive') return 'not-started'
  return timeSeconds >= unlockClaimTimeSeconds ? 'claimable' : 'waiting'
}

/**
 * Plans the start of an exit.
 *
 * @throws {MetisSeqError} BFT_RESTRICTION, REWARD_RECIPIENT_UNSET and those of the state
 */
export async function planExitStart(
  context: Context,
  sequencerId: bigint | undefined,
): Promise<StakingPlan> {
  const snapshot = await openSnapshot(context, sequencerId)
  const {sequencerId: id, rewardRecipient, rewardMetisWei} = snapshot.sequencer
  const [fee, traps] = await Promise.all([
    feeFor(context, snapshot),
    exitTraps(context, snapshot, await readRotation(context)),
  ])
  return toStakingPlan({
    action: 'exit start',
    irreversible: true,
    title: `Begin the exit of sequencer ${id}`,
    subject: 'An exit',
    role: 'owner',
    snapshot,
    call: {kind: 'unlock'},
    calls: [unlock({...poolCallOn(context, snapshot), ...fee})],
    effects: [
      ...bridgedEffects(rewardRecipient, rewardMetisWei, fee),
      {
        label: 'reward recipient',
        before: 'can be changed',
        after: `fixed: ${rewardRecipient} receives the remaining rewards`,
      },
      {label: 'turns', before: 'selected by stake', after: 'none; the exit cannot be undone'},
      {label: 'whitelist', before: 'needed', after: 'needed until the METIS are claimed'},
    ],
    traps: [...bridgeFeeTrap(fee.feeEthWei), ...traps],
  })
}

/**
 * Plans the end of an exit.
 *
 * @throws {MetisSeqError} EXIT_NOT_STARTED, EXIT_NOT_FINISHED and those of the state
 */
export async function planExitFinish(
  context: Context,
  sequencerId: bigint | undefined,
): Promise<StakingPlan> {
  const snapshot = await openSnapshot(context, sequencerId)
  const {sequencerId: id, rewardRecipient, rewardMetisWei, amountMetisWei} = snapshot.sequencer
  const [fee, traps] = await Promise.all([
    feeFor(context, snapshot),
    rewardMetisWei > 0n ? recipientTrap(context, rewardRecipient) : [],
  ])
  return toStakingPlan({
    action: 'exit finish',
    title: `Claim ${formatWeiShort(amountMetisWei)} METIS of sequencer ${id} and end its exit`,
    subject: 'The end of an exit',
    role: 'owner',
    snapshot,
    call: {kind: 'unlock-claim'},
    calls: [unlockClaim({...poolCallOn(context, snapshot), ...fee, amountWei: amountMetisWei})],
    effects: [
      ...bridgedEffects(rewardRecipient, rewardMetisWei, fee),
      {label: 'owner', before: `has sequencer ${id}`, after: 'free to register again'},
      {label: 'signer', before: 'in use', after: 'can never be used again'},
    ],
    traps: [...bridgeFeeTrap(fee.feeEthWei), ...traps],
  })
}

async function exitTraps(
  context: Context,
  {sequencer}: SequencerSnapshot,
  rotation: RotationNow | null,
): Promise<Trap[]> {
  const [producing, recipient] = await Promise.all([
    producingTrap(context, sequencer.signer, rotation),
    recipientTrap(context, sequencer.rewardRecipient),
  ])
  return [...producing, ...recipient]
}

/** The fee when a reward is sent with the call. Without a reward the contract would keep the fee. */
async function feeFor(context: Context, {sequencer}: SequencerSnapshot): Promise<BridgeFee> {
  if (sequencer.rewardMetisWei === 0n) return {feeEthWei: 0n, l2GasLimit: 0}
  const {addressManager} = context.network.l1.contracts
  return quoteBridgeFee(context.l1().client, {addressManager})
}

/** Null when L2 does not respond. */
function readRotation(context: Context): Promise<RotationNow | null> {
  return rotationNow(context, EPOCHS_LOOKED_AT).catch(() => null)
}

/** Epochs of the signer that have not ended, including the planned one. */
function epochsOf({newest, next}: RotationNow, {sequencer}: SequencerSnapshot): EpochView[] {
  const signer = sequencer.signer.toLowerCase()
  const planned = next?.state === 'planned' ? [next] : []
  return [...newest, ...planned].filter(
    (each) => each.state !== 'past' && each.signer.toLowerCase() === signer,
  )
}
