/** Whether a node may sign, and whether it is in sync. */
import {counted, formatDuration, shortHex} from '../../lib/units.ts'
import {stepOf, type NodeNeed, type NodeStatus} from '../../protocol/node-status.ts'
import {commandFor} from '../rule.ts'
import {ENGINE_BUSY_MS} from '../thresholds.ts'
import {respanDueSeconds, stallLimitSeconds} from '../stall.ts'
import {NODE, type NodeRule} from './node-rule.ts'

/** A duplicate signer that must stop is the other operator's issue; its signatures are ours. */
const duplicateSigner: NodeRule = ({twin: seen, phase}, {setting}) => {
  if (!seen) return []
  return [
    {
      id: 'node-second-signer',
      severity: 'critical',
      blocks: phase === 'halted',
      text: 'another node signs with your key',
      cost: seen.yields
        ? `It was started first, so this node signs nothing. It is peer ${seen.peerId}.`
        : `It was started later and must stop; until then, two blocks of one height can appear. It is peer ${seen.peerId}.`,
      remedy: commandFor(setting, seen.yields ? 'node stop --now' : 'node status'),
      sources: NODE,
      sinceMs: seen.sinceMs,
    },
  ]
}

const phase: NodeRule = (status, {isOurTurn, setting}) => {
  const {phase: now, halted, twin: seen, phaseSinceMs} = status
  const common = {sources: NODE, sinceMs: phaseSinceMs}
  switch (now) {
    case 'halted':
      // A duplicate signer is a separate finding, and the reason.
      if (seen?.yields) return []
      return [
        {
          ...common,
          id: 'node-halted',
          severity: 'critical',
          blocks: true,
          text: 'your node is halted',
          cost: `It signs nothing until it is started by hand. ${halted?.message ?? ''}`.trim(),
          remedy: commandFor(setting, 'node logs'),
          sinceMs: halted?.sinceMs ?? phaseSinceMs,
        },
      ]
    case 'stopped':
      return [
        {
          ...common,
          id: 'node-halted',
          severity: 'critical',
          blocks: true,
          text: 'your node is stopping',
          cost: 'It no longer builds blocks.',
          remedy: commandFor(setting, 'node status'),
        },
      ]
    case 'catching-up':
      return [
        {
          ...common,
          id: 'node-catching-up',
          severity: isOurTurn ? 'critical' : 'warn',
          blocks: true,
          ...catchingUp(status, isOurTurn),
          remedy: commandFor(setting, 'node status'),
        },
      ]
    case 'following':
    case 'building':
      return []
  }
}

/** Without a peer that has reported its head, nobody knows whether there is anything to catch up with. */
function catchingUp(status: NodeStatus, isOurTurn: boolean): {text: string; cost: string} {
  const turn = isOurTurn ? 'your turn, and ' : ''
  if (stepOf(status) === 'unknown') {
    return {
      text: `${turn}your node does not know whether it has every block`,
      cost: 'It builds nothing for now: no peer has reported its head.',
    }
  }
  return {
    text: isOurTurn ? `${turn}your node is still catching up` : 'your node is catching up',
    cost: `It builds nothing until it has caught up.${etaOf(status.sync)}`,
  }
}

function etaOf(sync: NodeStatus['sync']): string {
  if (!sync) return ''
  const eta = sync.etaSeconds === null ? '' : `, about ${formatDuration(sync.etaSeconds)} left`
  return ` ${counted(sync.remaining, 'block')} to go${eta}.`
}

const needs: Record<NodeNeed, string> = {
  'l1-batches': 'L1 has not been read since the start',
  'l1-blocks': 'L1 has blocks that it does not have',
  peers: 'no peer has reported its head',
  'later-turn': 'its key may already have signed in this epoch',
}

const waiting: NodeRule = ({waitingFor, phase: now}, {isOurTurn, setting}) => {
  if (!waitingFor || now === 'halted' || now === 'stopped') return []
  return [
    {
      id: 'node-waiting',
      severity: isOurTurn ? 'critical' : 'warn',
      blocks: isOurTurn,
      text: isOurTurn ? 'your turn, and your node may not sign yet' : 'your node may not sign yet',
      cost: `It waits: ${waitingFor.needs.map((need) => needs[need]).join('; ')}.`,
      remedy: commandFor(setting, 'node status'),
      sources: NODE,
      sinceMs: waitingFor.sinceMs,
    },
  ]
}

const diverged: NodeRule = ({diverged: found}, {setting}) => {
  if (!found) return []
  const {block, producer, peersBeyond, peersWithUs, state} = found
  return [
    {
      id: 'node-diverged',
      severity: 'critical',
      blocks: true,
      text: `your node computes another block ${block} than its producer`,
      cost: `Producer ${shortHex(producer)}; peers on the side of this node: ${peersWithUs.length}, that have gone on: ${peersBeyond.length}. It serves reads up to block ${block - 1} and ${state === 'doubted' ? 'rebuilds its engine to check itself' : 'builds nothing; it checks again within ten minutes, or immediately after a restart'}.`,
      remedy: commandFor(setting, 'node logs'),
      sources: NODE,
      sinceMs: found.sinceMs,
    },
  ]
}

const l1Diverged: NodeRule = ({l1Divergence: found}, {setting}) => {
  if (!found) return []
  return [
    {
      id: 'node-l1-divergence',
      severity: 'critical',
      blocks: true,
      text: `L1 has another block ${found.block} than your node`,
      cost: `Transaction batch ${found.batchIndex} on L1 decides: this node builds and sends nothing until it has switched to that branch.`,
      remedy: commandFor(setting, 'node logs'),
      sources: NODE,
      sinceMs: found.sinceMs,
    },
  ]
}

/** By the node's own clock, so that no endpoint is needed to detect it. */
const silent: NodeRule = ({headAgeMs, phase: now, turn, engine}, {isOurTurn, setting}) => {
  const seconds = Math.floor(headAgeMs / 1000)
  if ((now !== 'following' && now !== 'building') || seconds <= stallLimitSeconds(setting))
    return []
  const isOverdue = seconds > respanDueSeconds(setting) || turn === 'unknown'
  return [
    {
      id: 'node-silent',
      severity: isOurTurn || isOverdue ? 'critical' : 'warn',
      blocks: isOurTurn || isOverdue,
      text: isOurTurn
        ? `your turn, and your node has made no block for ${seconds} s`
        : `your node has seen no block for ${seconds} s`,
      cost:
        turn === 'unknown'
          ? unknownTurn(engine)
          : `No transaction is confirmed; after ${setting.respanDelaySeconds} s the epoch goes to another sequencer.`,
      remedy: commandFor(setting, 'node logs'),
      sources: NODE,
    },
  ]
}

/** Epochs are read from the engine: while that does not respond, none is known, which proves nothing. */
function unknownTurn({busyMs, restartingSinceMs}: NodeStatus['engine']): string {
  const isSilent = restartingSinceMs !== null || (busyMs ?? 0) >= ENGINE_BUSY_MS
  return isSilent
    ? 'Its engine does not report whose epoch it is.'
    : 'No epoch covers the next block, so nobody may produce until the consensus layer commits one.'
}

/** One block behind is the normal lag of a follower. */
const behindPeers: NodeRule = ({bestPeerHead, phase: now, head, sync}, {setting}) => {
  if (now !== 'following' && now !== 'building') return []
  const lag = (bestPeerHead ?? head.number) - head.number
  if (lag <= 1) return []
  return [
    {
      id: 'node-behind',
      subject: 'peers',
      severity: 'warn',
      blocks: true,
      text: `your node is ${counted(lag, 'block')} behind its peers`,
      cost: `It builds nothing until it has caught up, and serves stale data.${etaOf(sync)}`,
      remedy: commandFor(setting, 'node status'),
      sources: NODE,
    },
  ]
}

const noPeers: NodeRule = ({peers}, {setting, isAlone}) => {
  if (peers.length > 0 || isAlone) return []
  return [
    {
      id: 'node-no-peers',
      severity: 'warn',
      blocks: false,
      text: 'your node has no peers',
      cost: 'It receives no blocks from others, and nobody receives its blocks.',
      remedy: commandFor(setting, 'node status'),
      sources: NODE,
    },
  ]
}

/** In display order. */
export const standingRules: readonly NodeRule[] = [
  duplicateSigner,
  phase,
  diverged,
  l1Diverged,
  waiting,
  silent,
  behindPeers,
  noPeers,
]
