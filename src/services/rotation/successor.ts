import {getAddress, type Address} from 'viem'

import type {Setting} from '../../health/snapshot.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import {isSame, type RespanRecord} from '../../protocol/rotation/records.ts'
import {successionAt, type SuccessorAttempt} from '../../protocol/rotation/successor.ts'
import type {RespanState} from '../../protocol/themis.ts'
import type {Context} from '../context.ts'
import {settingOf} from '../health/setting.ts'
import {rotationOnL2, type RotationNow} from './epochs.ts'
import {outdated, type Drawing} from './forecast.ts'
import {readPlan} from './plan.ts'
import {readAllRespans} from './records.ts'

/** Attempts that are shown: the one that counts, and the next ones if it does not produce either. */
const SHOWN_ATTEMPTS = 3

export interface NamedAttempt extends SuccessorAttempt {
  /** True when it is the profile's signer. */
  mine: boolean
}

/** Who takes over if the producer stops now. */
export interface SuccessorView {
  headBlock: bigint
  headTimestampSeconds: bigint
  /** Producer of the next block; of the newest one while L2 is halted. */
  current: Address
  mine: boolean
  /** No epoch covers the next block: nobody may produce it before the respan. */
  isHalted: boolean
  /** First block of the successor if production has stopped at the head. */
  startBlock: bigint
  attempts: NamedAttempt[]
  /** Validators that can be drawn. */
  candidates: number
  /** The consensus layer has chosen the first attempt, and it is on its way to L2. */
  isUnderWay: boolean
  /** The stall clock: seconds since the newest block. */
  silentSeconds: number
  respanDelaySeconds: number
  /** Time at which the respan is due if no block arrives, milliseconds since 1970. */
  dueAtMs: number
}

/**
 * @throws {MetisSeqError} EPOCH_MISSING, ROTATION_UNKNOWN, POS_UNREACHABLE, POS_ERROR,
 *   POS_ANSWER_WRONG, those of the L2 endpoint
 */
export async function readSuccessor(context: Context, nowMs = Date.now()): Promise<SuccessorView> {
  const pos = context.pos()
  if (!pos) throw rotationUnknown(`no consensus layer is known on ${context.networkName}`)
  const [plan, respans, respanState, rotation] = await Promise.all([
    readPlan(pos, context.network.l2.chainId),
    readAllRespans(pos),
    pos.respanState().catch(() => null),
    rotationOnL2(context),
  ])
  const doubt = outdated(plan, rotation.newest.at(-1)?.number)
  if (doubt !== null) throw rotationUnknown(doubt)
  const drawing = {plan, missing: null, pending: null, active: null}
  const view = composeSuccessor(settingOf(context), {
    ...{rotation, drawing, respans, respanState, nowMs},
  })
  if (!view) throw epochMissing(rotation.headBlock)
  return view
}

interface SuccessorReadings {
  rotation: RotationNow
  drawing: Drawing
  /** Null when they cannot be read. */
  respans: readonly RespanRecord[] | null
  /** Null where the consensus layer reports none. */
  respanState: RespanState | null
  nowMs: number
}

/** The successor by these readings; null when it cannot be foretold. Pure. */
export function composeSuccessor(
  {signer: own, respanDelaySeconds}: Pick<Setting, 'signer' | 'respanDelaySeconds'>,
  {rotation, drawing, respans, respanState, nowMs}: SuccessorReadings,
): SuccessorView | null {
  const {headBlock, headTimestampSeconds, newest} = rotation
  const {plan} = drawing
  if (!plan || outdated(plan, newest.at(-1)?.number) !== null) return null
  const reported = respanState?.attempts ?? null
  // The number of the attempt is a part of the seed: without it, anybody may be next.
  if (reported === null && respans === null) return null
  const succession = successionAt({
    ...{head: headBlock, epochs: newest, plan, respans: respans ?? [], count: SHOWN_ATTEMPTS},
    ...{attempts: reported, excluded: respanState?.excluded ?? []},
  })
  if (!succession) return null
  const pending =
    respanState?.pending?.startBlock === succession.startBlock ? respanState.pending : null
  const chosen = pending ? [{attempt: pending.attempt, signer: pending.to}] : []
  const attempts = [...chosen, ...succession.attempts].slice(0, SHOWN_ATTEMPTS)
  const headMs = Number(headTimestampSeconds) * 1000
  return {
    ...{headBlock, headTimestampSeconds},
    current: succession.current,
    mine: isSame(succession.current, own),
    isHalted: succession.isHalted,
    startBlock: succession.startBlock,
    attempts: attempts.map(({attempt, signer}) => ({
      attempt,
      signer: signer && getAddress(signer),
      mine: isSame(signer, own),
    })),
    candidates: succession.candidates,
    isUnderWay: pending !== null,
    silentSeconds: Math.max(0, Math.floor((nowMs - headMs) / 1000)),
    respanDelaySeconds,
    dueAtMs: headMs + respanDelaySeconds * 1000,
  }
}

export function rotationUnknown(reason: string): MetisSeqError {
  return new MetisSeqError({
    code: 'ROTATION_UNKNOWN',
    message: `The rotation cannot be foretold: ${reason}.`,
    facts: {reason},
    hints: ['Run `metis-seq pos status`.', 'Run `metis-seq epoch current` for the epoch on L2.'],
  })
}

function epochMissing(head: bigint): MetisSeqError {
  return new MetisSeqError({
    code: 'EPOCH_MISSING',
    message: `No epoch covers block ${head + 1n} or the one before: nobody is to be replaced.`,
    facts: {block: `${head + 1n}`},
    hints: ['Run `metis-seq epoch list`.', 'Run `metis-seq pos status`.'],
  })
}
