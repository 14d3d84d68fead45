/** L2, its epochs and L1, as reported by their endpoints. */
import {formatDuration} from '../../lib/units.ts'
import {limitsOf} from '../thresholds.ts'
import {
  canDo,
  commandFor,
  headAgeSeconds,
  isSilent,
  lookAfter,
  lookAfterPos,
  silentSeconds,
  silentSince,
  type Finding,
  type Rule,
  type View,
} from '../rule.ts'
import type {SourceName} from '../issue.ts'
import {stallLimitSeconds, respanDueSeconds} from '../stall.ts'

const l2Unreachable: Rule = (view) => {
  if (!isSilent(view.l2)) return []
  const isOther = view.l2.code === 'WRONG_CHAIN'
  // The first L2 endpoint is the operator's own node: one cause, reported once.
  const isOwn = canDo(view.setting)?.ownStatus === false && isSilent(view.node)
  const away = isOwn ? 'your own node does not respond, so L2 is unknown' : silence('L2', view.l2)
  return [
    {
      id: 'l2-unreachable',
      severity: 'critical',
      text: isOther ? 'no L2 endpoint serves this network' : away,
      cost: `Head and epochs are unknown. ${view.l2.reason}`,
      remedy: isOther ? commandFor(view.setting, 'network check') : lookAfter(view, view.l2),
      sources: isOwn ? ['l2', 'node'] : ['l2'],
      ...silentSince(view.l2, view),
    },
  ]
}

function silence(chain: string, {code}: {code: string}): string {
  return code === 'ENDPOINT_STALE' ? `the ${chain} endpoint is behind` : `${chain} does not respond`
}

/** Status of the operator's own node. */
function nodeOf({node}: View) {
  return node.known ? node.value.status : null
}

const noEpoch: Rule = (view) => {
  const {l2, pos, setting} = view
  if (!l2.known || l2.value.epoch !== null) return []
  return [
    {
      id: 'l2-no-epoch',
      severity: 'critical',
      text: 'no epoch covers the next block',
      cost: 'Nobody may produce, so L2 is halted until the consensus layer commits an epoch.',
      // A node known to be silent reports nothing.
      remedy: isSilent(pos) ? lookAfterPos(view, pos) : commandFor(setting, 'pos status'),
      sources: nodeOf(view)?.turn === 'unknown' ? ['l2', 'node'] : ['l2'],
    },
  ]
}

const stalled: Rule = (view) => {
  const silent = silentSeconds(view)
  if (silent === null || !view.l2.known) return []
  const {epoch, headTimestampSeconds} = view.l2.value
  const limit = stallLimitSeconds(view.setting)
  if (silent <= limit) return []
  // Issues that the node also sees are reported with the node, too.
  const isSeenByNode = (nodeOf(view)?.headAgeMs ?? 0) > limit * 1000
  const sources: SourceName[] = isSeenByNode ? ['l2', 'node'] : ['l2']
  const sinceMs = Number(headTimestampSeconds) * 1000
  if (epoch?.mine) return [{...ownTurnSilent(view, silent), sources, sinceMs}]
  const overdue = silent > respanDueSeconds(view.setting)
  return [
    {
      id: 'l2-stalled',
      severity: overdue ? 'critical' : 'warn',
      text: `no block for ${silent} s`,
      cost: costOfStall(view, overdue),
      remedy: commandFor(view.setting, 'epoch watch'),
      sources,
      sinceMs,
    },
  ]
}

/** A respan needs an epoch to take away, and a consensus layer that does so. */
function costOfStall({l2, pos, setting}: View, overdue: boolean): string {
  const {respanDelaySeconds} = setting
  if (l2.known && l2.value.epoch === null)
    return 'No transaction is confirmed until an epoch is committed.'
  if (isSilent(pos))
    return 'No transaction is confirmed. Whether another sequencer takes over is unknown while the consensus layer does not respond.'
  return overdue
    ? `No transaction is confirmed, and the respan that was due after ${respanDelaySeconds} s has not happened.`
    : `No transaction is confirmed; after ${respanDelaySeconds} s another sequencer takes over.`
}

function ownTurnSilent({setting}: View, silent: number): Omit<Finding, 'sources' | 'sinceMs'> {
  const left = setting.respanDelaySeconds - silent
  const when = left > 0 ? `in ${left} s` : 'at any moment'
  return {
    id: 'own-turn-silent',
    severity: 'critical',
    text: `your turn, and no block for ${silent} s`,
    cost: `No transaction is confirmed and no reward is earned; ${when} your epoch goes to another sequencer.`,
    remedy: commandFor(setting, setting.nodeRuntime ? 'node status' : 'epoch current'),
  }
}

/**
 * A head from the future is not a fault of L2 as long as its nodes accept it: the local clock is
 * slow. If the head moves but has old timestamps, the local clock is fast.
 */
const clockSkew: Rule = (view) => {
  const {l2, now, setting} = view
  if (!l2.known) return []
  const ahead = Number(l2.value.headTimestampSeconds) - Math.floor(now.wallMs / 1000)
  const age = headAgeSeconds(view) ?? 0
  const limit = stallLimitSeconds(setting)
  const {warnAboveSeconds} = limitsOf(setting, 'clock-skew')
  const isLate = ahead > warnAboveSeconds
  // After a stall, blocks arrive late with the timestamps of their slots, until it has caught up.
  const steadyMs = l2.value.moved ? l2.atMs - l2.value.moved.steadySinceMs : 0
  const isEarly =
    age > limit + warnAboveSeconds &&
    (silentSeconds(view) ?? age) <= limit &&
    steadyMs > (age + limit) * 1000
  if (!isLate && !isEarly) return []
  return [
    {
      id: 'clock-skew',
      severity: 'warn',
      text: isLate
        ? `the newest L2 block is ${formatDuration(ahead)} ahead of this machine's clock`
        : `the clock of this machine is ${age} s ahead of L2`,
      cost: isLate
        ? 'Either this clock is slow, and the ages shown and the blocks built here are wrong; or the endpoint serves a block that no node accepts.'
        : 'The ages and times shown here are wrong, and a node on this machine builds its blocks too early.',
      remedy: commandFor(setting, 'network check'),
      sources: ['l2', 'machine'],
    },
  ]
}

const l1Unreachable: Rule = (view) => {
  if (!isSilent(view.l1)) return []
  const isOther = view.l1.code === 'WRONG_CHAIN'
  return [
    {
      id: 'l1-unreachable',
      severity: 'warn',
      text: isOther ? 'no L1 endpoint serves this network' : silence('L1', view.l1),
      cost: `Stake and rewards are unknown and nothing can be sent. ${view.l1.reason}`,
      remedy: isOther ? commandFor(view.setting, 'network check') : lookAfter(view, view.l1),
      sources: ['l1'],
      ...silentSince(view.l1, view),
    },
  ]
}

const l1Stale: Rule = ({l1, now, setting}) => {
  if (!l1.known || setting.l1StaleAfterSeconds === null) return []
  const age = Math.floor(now.wallMs / 1000) - Number(l1.value.timestampSeconds)
  if (age <= setting.l1StaleAfterSeconds) return []
  return [
    {
      id: 'l1-stale',
      severity: 'warn',
      text: `the newest L1 block is ${age} s old`,
      cost: 'Stake and rewards shown here may be out of date; do not send anything.',
      remedy: commandFor(setting, 'network check'),
      sources: ['l1'],
      sinceMs: Number(l1.value.timestampSeconds) * 1000,
    },
  ]
}

/** One endpoint of several; if none responds, that is the finding of the chain. */
const endpointStates: Rule = ({endpoints, setting}) => {
  if (!endpoints.known) return []
  const all = endpoints.value.endpoints
  return all.flatMap(({chain, endpoint, state}): Finding[] => {
    const common = {
      subject: endpoint,
      remedy: commandFor(setting, 'network check'),
      // While nothing of the chain responds, its endpoints cannot be compared.
      sources: ['endpoints', chain === 'L1' ? 'l1' : 'l2'] as SourceName[],
    }
    const others = all.filter((other) => other.chain === chain && other.state === 'fresh')
    switch (state) {
      case 'disagrees':
        return [
          {
            ...common,
            id: 'endpoints-disagree',
            severity: 'critical',
            text: `the ${chain} endpoints disagree`,
            cost: `${endpoint} reports other blocks than the others: one of them is on another chain or lies. Sending is blocked.`,
          },
        ]
      case 'wrong-chain':
        return [
          {
            ...common,
            id: 'endpoints-disagree',
            severity: 'critical',
            text: `an ${chain} endpoint serves another chain`,
            cost: `${endpoint} is ignored.`,
          },
        ]
      case 'stale':
        return [
          {
            ...common,
            id: 'endpoint-stale',
            severity: 'warn',
            text: `an ${chain} endpoint is behind the others`,
            cost: `${endpoint} is skipped until it has caught up.`,
          },
        ]
      case 'down':
      case 'rate-limited':
        if (others.length === 0) return []
        return [
          {
            ...common,
            id: 'endpoint-down',
            severity: 'warn',
            text: `an ${chain} endpoint ${state === 'down' ? 'does not respond' : 'is rate-limited'}`,
            cost: `${endpoint} is skipped; ${others.length} of ${others.length + 1} remain.`,
          },
        ]
      default:
        return []
    }
  })
}

export const chainRules: readonly Rule[] = [
  l2Unreachable,
  noEpoch,
  stalled,
  clockSkew,
  l1Unreachable,
  l1Stale,
  endpointStates,
]
