import {readPool} from '../../chain/actions/locking-pool/read-pool.ts'
import {formatWeiShort} from '../../lib/units.ts'
import {afterDays, heldThroughProvider, rateOfLock} from '../../protocol/lst/compare.ts'
import type {LstId} from '../../protocol/lst/providers.ts'
import {measureBlockInterval} from '../network/block-interval.ts'
import type {Context} from '../context.ts'
import type {ReadWarning} from '../network/l1-logs.ts'
import {idOf, ofAvailable} from './each.ts'
import type {LstProvider} from './provider.ts'
import {BRIDGE_SECONDS} from './rates.ts'
import {readYield} from './samples.ts'

export interface CompareRequest {
  amountMetisWei: bigint
  days: number
}

/** One way to stake the same amount for the same time. */
export interface Comparison {
  /** A provider, or `lock` for a sequencer of one's own. */
  option: LstId | 'lock'
  /** False: `notes` says why. */
  possible: boolean
  /** Per year, net of the provider's fee; null when it cannot be measured. */
  aprPercent: number | null
  /** METIS at the end, net of fees; null when the rate is unknown. */
  endMetisWei: bigint | null
  /** Seconds from the end of the horizon until the METIS are free, at least. */
  exitFromSeconds: bigint
  /** The same at worst: once a lock on L1 has to be exited for it. */
  exitToSeconds: bigint
  notes: string[]
}

export interface Compared {
  /** Best end first. */
  ways: Comparison[]
  /** One for each provider that was left out, with the reason. */
  warnings: ReadWarning[]
}

/** The same amount and time through every provider, beside a lock of one's own. */
export async function compareWays(context: Context, request: CompareRequest): Promise<Compared> {
  const {client} = context.l1()
  const {lockingPool, lockingInfo} = context.network.l1.contracts
  const [pool, {blockIntervalSeconds}] = await Promise.all([
    readPool(client, {lockingPool, lockingInfo}),
    measureBlockInterval(context),
  ])
  const {exitDelaySeconds} = pool
  const [through, lock] = await Promise.all([
    ofAvailable(context, (provider) =>
      throughProvider(context, provider, request, exitDelaySeconds),
    ),
    lockOf(request, {...pool, blockIntervalSeconds}),
  ])
  const end = ({endMetisWei}: Comparison) => endMetisWei ?? -1n
  const ways = [...through.each, lock].toSorted((a, b) =>
    end(a) < end(b) ? 1 : end(a) > end(b) ? -1 : 0,
  )
  return {ways, warnings: through.warnings}
}

async function throughProvider(
  context: Context,
  provider: LstProvider,
  {amountMetisWei, days}: CompareRequest,
  exitDelaySeconds: bigint,
): Promise<Comparison> {
  const [description, state, quote, queue, grown] = await Promise.all([
    provider.describe(),
    provider.read(),
    provider.quote({amountMetisWei, slippageBasisPoints: 0}),
    provider.queue(),
    readYield(context, provider),
  ])
  const possible = description.state === 'live'
  const notes = [...description.warnings]
  if (grown === null) notes.push('The endpoint has no earlier state, so the rate is unknown.')
  if (grown?.isShort) notes.push('Measured over less than a week: the rate is noise.')
  if (queue.owedMetisWei > queue.liquidityMetisWei) {
    notes.push('Its queue owes more METIS than it holds on L2.')
  }
  const aprPercent = grown?.aprPercent ?? null
  return {
    option: idOf(provider),
    ...{possible, aprPercent, notes},
    endMetisWei:
      !possible || aprPercent === null
        ? null
        : heldThroughProvider({
            ...{amountWei: amountMetisWei, days, tokensWei: quote.expectedWei, aprPercent},
            ...{rate: state.rateAfterHarvest, exitFeeRate: queue.exitFeeRate},
          }),
    exitFromSeconds: queue.minimumWaitSeconds,
    exitToSeconds: queue.minimumWaitSeconds + exitDelaySeconds + BRIDGE_SECONDS,
  }
}

interface PoolFacts {
  minLockMetisWei: bigint
  maxLockMetisWei: bigint
  totalLockedMetisWei: bigint
  rewardPerBlockMetisWei: bigint
  exitDelaySeconds: bigint
  blockIntervalSeconds: number
}

function lockOf({amountMetisWei, days}: CompareRequest, pool: PoolFacts): Comparison {
  const {minLockMetisWei, maxLockMetisWei, exitDelaySeconds} = pool
  const notes = ['Needs a whitelisted owner, a node that runs, and ETH for gas on L1.']
  if (amountMetisWei < minLockMetisWei) {
    notes.push(`The minimum lock is ${formatWeiShort(minLockMetisWei)} METIS.`)
  }
  if (amountMetisWei > maxLockMetisWei) {
    notes.push(`The maximum lock is ${formatWeiShort(maxLockMetisWei)} METIS.`)
  }
  const possible = amountMetisWei >= minLockMetisWei && amountMetisWei <= maxLockMetisWei
  const aprPercent = rateOfLock({
    amountWei: amountMetisWei,
    totalLockedWei: pool.totalLockedMetisWei,
    rewardPerBlockWei: pool.rewardPerBlockMetisWei,
    blockIntervalSeconds: pool.blockIntervalSeconds,
  })
  return {
    option: 'lock',
    ...{possible, aprPercent, notes},
    endMetisWei: possible ? afterDays(amountMetisWei, aprPercent, days) : null,
    exitFromSeconds: exitDelaySeconds,
    exitToSeconds: exitDelaySeconds,
  }
}
