import {join} from 'node:path'

import {systemClock} from '../../lib/clock.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import {lockDirectory} from '../../store/dir-lock.ts'
import type {Context} from '../context.ts'
import type {Plan} from './plan.ts'
import type {OperationHost} from './host.ts'

/** Time that a command waits for another one of the same account. */
const LOCK_WAIT_MS = 20_000
const LOCK_POLL_MS = 100
const WAITING = 'Another command is sending for this account; waiting for it to finish.'

/** `replace`: of a transaction that another command may be waiting for. */
export type LockPurpose = 'send' | 'replace'

/**
 * Two commands sending for one account at once would use the same nonce or do something twice.
 *
 * @returns releases the account; further calls do nothing
 * @throws {MetisSeqError} ACCOUNT_BUSY
 */
export async function lockAccount(
  context: Context,
  wanted: Pick<Plan, 'chain' | 'from'>,
  {purpose, signal, host}: {purpose: LockPurpose; signal: AbortSignal; host: OperationHost},
): Promise<() => void> {
  const deadline = systemClock.monotonicMs() + LOCK_WAIT_MS
  let told = false
  for (;;) {
    try {
      return tryLock(context, wanted, purpose)
    } catch (error) {
      const busy = error instanceof MetisSeqError && error.code === 'ACCOUNT_BUSY'
      if (!busy || systemClock.monotonicMs() > deadline) throw error
    }
    if (!told) host.say({kind: 'step', text: WAITING})
    told = true
    await systemClock.sleep(LOCK_POLL_MS, signal)
  }
}

function tryLock(
  context: Context,
  {chain, from}: Pick<Plan, 'chain' | 'from'>,
  purpose: LockPurpose,
): () => void {
  const {chainId} = context.network[chain === 'L1' ? 'l1' : 'l2']
  const name = `${chainId}-${from.toLowerCase()}${purpose === 'replace' ? '-replace' : ''}`
  try {
    const lock = lockDirectory(join(context.home.root, 'locks'), name)
    return () => lock.release()
  } catch (error) {
    if (!(error instanceof MetisSeqError) || error.code !== 'DIRECTORY_LOCKED') throw error
    throw new MetisSeqError({
      code: 'ACCOUNT_BUSY',
      message: `Another command is sending for ${from} on ${chain} right now.`,
      facts: {account: from, pid: error.facts['pid'] ?? 'unknown'},
      hints: ['Wait for it to finish, then run the same command again.'],
      cause: error,
    })
  }
}
