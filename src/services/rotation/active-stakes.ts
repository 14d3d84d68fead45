import {readBlockMark, type BlockMark} from '../../chain/actions/block/read-block-mark.ts'
import {isQuietBetween} from '../../chain/actions/locking-info/is-quiet-between.ts'
import type {Context} from '../context.ts'
import {listSequencers} from '../staking/sequencers.ts'

/** Whole METIS of every active sequencer by signer in lower case; null while L1 cannot be read. */
export type ActiveStakes = ReadonlyMap<string, number> | null

/** Everything is read again after this time, whatever the logs say. */
const REREAD_MS = 5 * 60_000

/** Never throws: without L1 they are unknown. */
export async function readActiveStakes(context: Context, block?: bigint): Promise<ActiveStakes> {
  const list = await listSequencers(context, block).catch(() => null)
  if (!list) return null
  const active = list.sequencers.filter(({status}) => status === 'active')
  return new Map(
    active.map(({signer, amountMetisWei}) => [
      signer.toLowerCase(),
      Number(amountMetisWei / 10n ** 18n),
    ]),
  )
}

/**
 * A reader for repeated looks. The sequencers are dozens of calls, so they are read again only when
 * LockingInfo has emitted something since, or when it is not certain that it has not.
 */
export function activeStakesReader(
  context: Context,
  nowMs: () => number = () => performance.now(),
): () => Promise<ActiveStakes> {
  let kept: {stakes: ActiveStakes; mark: BlockMark; readMs: number} | undefined
  return async () => {
    const {client} = context.l1()
    const head = await readBlockMark(client, 'latest').catch(() => undefined)
    if (!head) return null
    if (kept && nowMs() - kept.readMs < REREAD_MS && (await isStill(context, kept.mark, head))) {
      kept = {...kept, mark: head}
      return kept.stakes
    }
    const stakes = await readActiveStakes(context, head.number)
    kept = stakes ? {stakes, mark: head, readMs: nowMs()} : undefined
    return stakes
  }
}

async function isStill(context: Context, mark: BlockMark, head: BlockMark): Promise<boolean> {
  if (head.hash === mark.hash) return true
  if (head.number <= mark.number) return false
  const {lockingInfo} = context.network.l1.contracts
  const range = {lockingInfo, after: mark, until: head}
  return isQuietBetween(context.l1().client, range).catch(() => false)
}
