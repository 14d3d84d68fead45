import {readPool} from '../../chain/actions/locking-pool/read-pool.ts'
import {failureOf} from '../../lib/failure.ts'
import type {LstId} from '../../protocol/lst/providers.ts'
import type {Yield} from '../../protocol/lst/yield.ts'
import type {Context} from '../context.ts'
import type {ReadWarning} from '../network/l1-logs.ts'
import {ofEach, type Answers} from './each.ts'
import type {LstDescription, LstState} from './provider.ts'
import {readYield} from './samples.ts'

/** Challenge period of the bridge from L2 to L1. */
export const BRIDGE_SECONDS = 7n * 86_400n

/** From a withdrawal request to its METIS. */
export interface Unbonding {
  /** The delay that the contract enforces. */
  fromSeconds: bigint
  /**
   * At worst: the METIS is exited from a lock on L1, and what goes to L1 first waits for the bridge. Null
   * while L1 does not say how long an exit takes.
   */
  toSeconds: bigint | null
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
  const exit = readExitDelay(context).catch(exitUnknown)
  // Asked of L1 at the same time; where the providers cannot be read, nobody waits for it.
  exit.catch(() => {})
  const answers = await ofEach(context, id, async (provider) => {
    const [{exitDelaySeconds}, description, state, queue, grown] = await Promise.all([
      exit,
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
        toSeconds:
          exitDelaySeconds === null
            ? null
            : queue.minimumWaitSeconds + exitDelaySeconds + BRIDGE_SECONDS,
        isShort: queue.owedMetisWei > queue.liquidityMetisWei,
      },
    }
  })
  return {...answers, warnings: [...answers.warnings, ...(await exit).warnings]}
}

interface ExitDelay {
  /** Null: unknown, and the warning says why. */
  exitDelaySeconds: bigint | null
  warnings: ReadWarning[]
}

async function readExitDelay(context: Context): Promise<ExitDelay> {
  const {lockingPool, lockingInfo} = context.network.l1.contracts
  const {exitDelaySeconds} = await readPool(context.l1().client, {lockingPool, lockingInfo})
  return {exitDelaySeconds, warnings: []}
}

/** Of all figures only the longest wait needs L1: the others are shown without it. */
function exitUnknown(error: unknown): ExitDelay {
  const {code, reason} = failureOf(error)
  if (code === 'INTERRUPTED') throw error
  const message = `The longest wait of a withdrawal is unknown, since it depends on L1. ${reason}`
  return {exitDelaySeconds: null, warnings: [{code, message}]}
}
