/** The consensus layer: without it no epoch is committed and no producer is replaced. */
import type {Answer, PosFacts} from '../snapshot.ts'
import {POS_BEHIND_EPOCHS} from '../thresholds.ts'
import {
  andReason,
  commandFor,
  isSilent,
  lookAfter,
  lookAfterPos,
  silentSince,
  type Rule,
} from '../rule.ts'
import {counted} from '../../lib/units.ts'

/** The responding service is not a working consensus layer. */
const wrongWords: Readonly<Record<string, string>> = {
  POS_ANSWER_WRONG: 'the consensus layer gives wrong answers',
  POS_ERROR: 'the consensus layer rejects requests',
}

const unreachable: Rule = (view) => {
  const {pos, l2} = view
  if (!isSilent(pos)) return []
  const text = wrongWords[pos.code] ?? 'the consensus layer does not respond'
  // Blocks continue to the end of the committed epochs; then L2 stops.
  const isLast = l2.known && l2.value.next?.state !== 'committed'
  const ends = l2.known && l2.value.epoch ? ` after block ${l2.value.epoch.endBlock}` : ''
  return [
    {
      id: 'pos-unreachable',
      severity: isLast || !l2.known ? 'critical' : 'warn',
      text,
      cost: andReason(
        isLast
          ? `No epoch is committed${ends}: if it is down, L2 stops there. Forecasts are unknown.`
          : 'If it is down, no further epoch is committed and no silent producer is replaced. Forecasts are unknown.',
        text,
        pos.reason,
      ),
      remedy: lookAfterPos(view, pos),
      sources: ['pos', 'l2'],
      ...silentSince(pos, view),
    },
  ]
}

/**
 * Number of committed epochs that the consensus layer does not know yet; 0 when it is up to date.
 * Only then is its forecast valid.
 */
export function epochsBehind(pos: Answer<PosFacts>, newestEpoch: bigint | undefined): bigint {
  if (!pos.known || newestEpoch === undefined) return 0n
  const behind = newestEpoch - pos.value.latestSpan
  return behind > 0n ? behind : 0n
}

const behind: Rule = ({pos, l2, setting}) => {
  const newest = l2.known ? l2.value.newest.at(-1)?.number : undefined
  const epochs = epochsBehind(pos, newest)
  if (epochs < POS_BEHIND_EPOCHS) return []
  return [
    {
      id: 'pos-behind',
      severity: 'critical',
      text: `the consensus layer is ${counted(epochs, 'epoch')} behind L2`,
      cost: 'It takes no part in selecting producers, signing or reward batches, and its forecasts are invalid.',
      remedy: commandFor(setting, 'pos status'),
      sources: ['pos', 'l2'],
    },
  ]
}

const syncing: Rule = ({pos, setting}) => {
  if (!pos.known || pos.value.syncing !== true) return []
  return [
    {
      id: 'pos-syncing',
      severity: 'warn',
      text: 'the consensus layer is still syncing',
      cost: 'Until then it proposes and signs nothing.',
      remedy: commandFor(setting, 'pos status'),
      sources: ['pos'],
    },
  ]
}

const reported: Rule = (view) => {
  const {pos, l1, setting} = view
  if (!pos.known) return []
  // It adds nothing about L1 that is not already known.
  const isOfL1 = isSilent(l1)
  return (pos.value.troubles ?? []).map(({part, message, sinceMs}) => ({
    id: 'pos-trouble' as const,
    subject: part,
    severity: 'warn' as const,
    text: `the consensus layer reports a problem (${part})`,
    cost: message,
    remedy: isOfL1 ? lookAfter(view, l1) : commandFor(setting, 'pos status'),
    sources: ['pos' as const],
    sinceMs,
  }))
}

export const consensusRules: readonly Rule[] = [unreachable, behind, syncing, reported]
