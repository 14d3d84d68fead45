/**
 * In: chain log and the remains of a sign guard. Out: a guard that covers at least all blocks of
 * the log.
 */
import {existsSync, renameSync} from 'node:fs'

import type {Address} from 'viem'

import {MetisSeqError} from '../../lib/errors.ts'
import type {ChainLog} from '../../store/chain-log.ts'
import {salvageFloor} from '../../store/sign-guard-file.ts'
import {SignGuard, type SignGuardOptions} from '../../store/sign-guard.ts'

export interface RebuiltGuard {
  /** This node never signs below it again. */
  floor: number
  /** Own blocks of the chain log that the guard did not know. */
  learned: number
  /** Where a damaged guard was moved to; null when there was none. */
  movedTo: string | null
}

/**
 * Never lowers anything: the floor is above everything in the old guard, whole or damaged, and
 * above the chain log. The new guard is untrusted: before it signs, the node checks L1 and its
 * peers and sits out the running epoch.
 *
 * @param options.floor a floor known from elsewhere, such as L1
 * @throws {MetisSeqError} SECOND_SIGNATURE the log and the guard have different own blocks;
 * DISK_FULL
 */
export function rebuildGuard(options: {
  path: string
  log: ChainLog
  signer: Address
  floor?: number
  nowMs: number
  guard?: SignGuardOptions
}): RebuiltGuard {
  const {path, log, signer, nowMs} = options
  let floor = Math.max(options.floor ?? 0, (log.head?.number ?? -1) + 1)
  const movedTo = isDamaged(path, options.guard) ? `${path}.damaged-${nowMs}` : null
  if (movedTo !== null) {
    floor = Math.max(floor, salvageFloor(path))
    renameSync(path, movedTo)
  }
  const guard = SignGuard.open(path, options.guard)
  try {
    // First, so that the records that follow need no line each.
    guard.distrust(floor)
    const learned = [...log.signedBy(signer)].filter(
      ({number, hash}) => guard.signedAt(number) !== hash && guard.learn(number, hash),
    ).length
    return {floor: guard.floor, learned, movedTo}
  } finally {
    guard.close()
  }
}

function isDamaged(path: string, options: SignGuardOptions | undefined): boolean {
  if (!existsSync(path)) return false
  try {
    SignGuard.open(path, options).close()
    return false
  } catch (error) {
    if (error instanceof MetisSeqError && error.code === 'SIGN_GUARD_DAMAGED') return true
    throw error
  }
}

/**
 * The chain log has own blocks that are missing from the guard: the guard was deleted, truncated or
 * replaced by an older one, and may lack more than those.
 *
 * @throws {MetisSeqError} SIGN_GUARD_MISSING, SIGN_GUARD_BEHIND
 */
export function assertGuardCovers(
  guard: Pick<SignGuard, 'covers' | 'floor' | 'top' | 'isNew'>,
  log: ChainLog,
  signer: Address,
): void {
  const above = Math.max(guard.floor, guard.top ?? 0) - 1
  const last = log.lastSignedBy(signer, above)
  if (!last || guard.covers(last.number, last.hash)) return
  const {number, hash} = last
  throw new MetisSeqError({
    code: guard.isNew ? 'SIGN_GUARD_MISSING' : 'SIGN_GUARD_BEHIND',
    message: guard.isNew
      ? `The chain log has block ${number} with this node's signature, but the sign guard is missing.`
      : `The chain log has block ${number} with this node's signature, but the sign guard has no record of it.`,
    facts: {block: `${number}`, hash, floor: `${guard.floor}`},
    hints: [
      'Restore the newest copy of `sign-guard.log` if you have one.',
      'Otherwise rebuild it: `metis-seq node guard rebuild`.',
    ],
  })
}
