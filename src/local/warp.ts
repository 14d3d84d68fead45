import {getBlock} from 'viem/actions'

import type {Context} from '../services/context.ts'
import {assertLocal} from './faucet.ts'
import {connectL1Admin} from './l1-host.ts'
import {localPaths} from './settings.ts'

export interface WarpResult {
  seconds: number
  beforeSeconds: bigint
  afterSeconds: bigint
  l1Block: bigint
}

/**
 * Moves the time of the local L1 forward, so that an exit delay passes in a moment.
 *
 * @throws {MetisSeqError} NOT_LOCAL
 */
export async function warpL1(context: Context, seconds: number): Promise<WarpResult> {
  assertLocal(context)
  const {client} = context.l1()
  const before = await getBlock(client)
  const admin = connectL1Admin(localPaths(context.home).l1Dir)
  try {
    await admin.request('evm_increaseTime', [seconds])
    await admin.request('evm_mine')
  } finally {
    admin.close()
  }
  const after = await getBlock(client)
  return {
    seconds,
    beforeSeconds: before.timestamp,
    afterSeconds: after.timestamp,
    l1Block: after.number,
  }
}
