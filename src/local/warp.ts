import {getBlock} from 'viem/actions'

import type {Context} from '../services/context.ts'
import {assertLocal} from './faucet.ts'

export interface WarpResult {
  seconds: number
  beforeSeconds: bigint
  afterSeconds: bigint
  l1Block: bigint
}

/**
 * Moves the time of the local L1 forward, so that an exit delay can be lived through in a moment.
 *
 * @throws {MetisSeqError} NOT_LOCAL
 */
export async function warpL1(context: Context, seconds: number): Promise<WarpResult> {
  assertLocal(context)
  const {client} = context.l1()
  const before = await getBlock(client)
  // The client's type knows only standard methods; the engine answers these two as well.
  const request = client.request as (call: {method: string; params: unknown[]}) => Promise<unknown>
  await request({method: 'evm_increaseTime', params: [seconds]})
  await request({method: 'evm_mine', params: []})
  const after = await getBlock(client)
  return {
    seconds,
    beforeSeconds: before.timestamp,
    afterSeconds: after.timestamp,
    l1Block: after.number,
  }
}
