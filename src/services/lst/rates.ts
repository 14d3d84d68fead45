import {readPool} from '../../chain/actions/locking-pool/read-pool.ts'
import type {LstId} from '../../protocol/lst/providers.ts'
import type {Yield} from '../../protocol/lst/yield.ts'
import type {Context} from '../context.ts'
import {ofEach, type Answers} from './each.ts'
import type {LstDescription, LstState} from './provider.ts'
import {readYield} from './samples.ts'

/** Challenge period of the bridge from L2 to L1. */
export const BRIDGE_SECONDS = 7n * 86_400n

/** From a withdrawal request to its METIS. */
export interface Unbonding {
  /** The delay that the contract enforces. */
  fromSeconds: bigint
  /** At worst: the METIS is exited from a lock on L1, and what goes to L1 first waits for the bridge. */
  toSeconds: bigint
  /** METIS is missing on L2: a request made now waits for more than time. */
  isShort: boolean
}

export interface LstRates extends LstState {
  provider: LstDescription
  /** Null: the endpoint has no earlier state. */
  yield: Yield | null
  unbonding: Unbonding
}

/** Rates, yield, fees and the time of a withdrawal, by provider. @throws {MetisSeqError} those of {@link ofEach} */
export async function readRates(context: Context, id?: LstId): Promise<Answers<LstRates>> {
  const exitDelaySeconds = await readExitDelay(context)
  return ofEach(context, id, async (provider) => {
    const [description, state, queue, grown] = await Promise.all([
      provider.describe(),
      provider.read(),
      provider.queue(),
      readYield(context, provider),
    ])
    return {
      provider: description,
      ...state,
      yield: grown,
      unbonding: {
        fromSeconds: queue.minimumWaitSeconds,
        toSeconds: queue.minimumWaitSeconds + exitDelaySeconds + BRIDGE_SECONDS,
        isShort: queue.owedMetisWei > queue.liquidityMetisWei,
      },
    }
  })
}

async function readExitDelay(context: Context): Promise<bigint> {
  const {lockingPool, lockingInfo} = context.network.l1.contracts
  const pool = await readPool(context.l1().client, {lockingPool, lockingInfo})
  return pool.exitDelaySeconds
}
