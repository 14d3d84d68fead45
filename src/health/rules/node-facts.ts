/**
 * What a node's own account says of it. The node asks the same rules for its readiness and its metrics, so that
 * a probe and a person never hear different things.
 */
import {formatDuration, formatWeiShort, shortHex} from '../../lib/units.ts'
import type {NodeNeed, NodeStatus} from '../../protocol/node-status.ts'
import {commandFor, type Finding} from '../rule.ts'
import type {Setting} from '../snapshot.ts'
import {
  BATCH_CRITICAL_MS,
  BATCH_LATE_MS,
  CLOCK_SKEW_SECONDS,
  DISK_CRITICAL_BYTES,
  DISK_LOW_BYTES,
  POOL_NEARLY_FULL,
} from '../thresholds.ts'

export interface NodeFinding extends Finding {
  /** True: nobody should be sent to this node while it lasts. */
  blocks: boolean
}

export interface NodeView {
  isOurTurn: boolean
  /** No other sequencer is known. */
  isAlone: boolean
  setting: Pick<Setting, 'profile' | 'network'>
}

type NodeRule = (status: NodeStatus, view: NodeView) => NodeFinding[]

const NODE = ['node' as const]

/** A twin that has to stop is the other one's trouble; its signatures are ours. */
const twin: NodeRule = ({twin: seen, phase}, {setting}) => {
  if (!seen) return []
  return [
    {
      id: 'node-second-signer',
      severity: 'critical',
      blocks: phase === 'halted',
      text: 'another node signs with your key',
      cost: seen.yields
        ? `It runs longer than this one, so this one signs nothing. It is peer ${seen.peerId}.`
        : `It started later and has to stop; until it does, two blocks of one height can appear. It is peer ${seen.peerId}.`,
      remedy: commandFor(setting, seen.yields ? 'node stop' : 'node status'),
      sources: NODE,
      sinceMs: seen.sinceMs,
    },
  ]
}

const phase: NodeRule = (status, {isOurTurn, setting}) => {
  const {phase: now, halted, twin: seen, phaseSinceMs, sync} = status
  const common = {sources: NODE, sinceMs: phaseSinceMs}
  switch (now) {
    case 'halted':
      // Another node with our key is a finding of its own, and the reason.
      if (seen?.yields) return []
      return [
        {
          ...common,
          id: 'node-halted',
          severity: 'critical',
          blocks: true,
          text: 'your node is halted',
          cost: `It signs nothing until a person starts it again. ${halted?.message ?? ''}`.trim(),
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
          cost: 'It builds nothing any more.',
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
          text: isOurTurn
            ? 'your turn, and your node is still catching up'
            : 'your node is catching up',
          cost: `It builds nothing until it has caught up.${etaOf(sync)}`,
          remedy: commandFor(setting, 'node status'),
        },
      ]
    case 'following':
    case 'building':
      return []
  }
}

function etaOf(sync: NodeStatus['sync']): string {
  if (!sync) return ''
  const eta = sync.etaSeconds === null ? '' : `, about ${formatDuration(sync.etaSeconds)} left`
  return ` ${sync.remaining} blocks remain${eta}.`
}

const needs: Record<NodeNeed, string> = {
  'l1-batches': 'L1 has not been read since the start',
  'l1-blocks': 'L1 holds blocks that it does not have',
  peers: 'no peer has said what it knows',
  'later-turn': 'its key may have signed in this turn before',
}

const waiting: NodeRule = ({waitingFor, phase: now}, {isOurTurn, setting}) => {
  if (!waitingFor || now === 'halted' || now === 'stopped') return []
  return [
    {
      id: 'node-waiting',
      severity: isOurTurn ? 'critical' : 'warn',
      blocks: false,
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
      cost: `Producer ${shortHex(producer)}; ${peersWithUs.length} peers stand with this node, ${peersBeyond.length} have gone on. It serves reads up to block ${block - 1} and ${state === 'doubted' ? 'rebuilds its engine to be sure' : 'builds nothing'}.`,
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
      text: `L1 holds another block ${found.block} than your node`,
      cost: `What L1 has confirmed in batch ${found.batchIndex} counts: this node builds and sends nothing until it has switched to that branch.`,
      remedy: commandFor(setting, 'node logs'),
      sources: NODE,
      sinceMs: found.sinceMs,
    },
  ]
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
      text: `your node is ${lag} blocks behind its peers`,
      cost: `It builds nothing until it has caught up, and what it serves is old.${etaOf(sync)}`,
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
      cost: 'It hears of no block but its own, and nobody hears of its blocks.',
      remedy: commandFor(setting, 'node status'),
      sources: NODE,
    },
  ]
}

const pool: NodeRule = ({pool: {pending, queued, limit, full, late}}, {setting}) => {
  const held = pending + queued
  const isNearlyFull = full || (limit > 0 && held >= limit * POOL_NEARLY_FULL)
  const common = {blocks: false, remedy: commandFor(setting, 'node status'), sources: NODE}
  return [
    ...(isNearlyFull
      ? [
          {
            ...common,
            id: 'pool-full' as const,
            severity: 'warn' as const,
            text: full ? 'the pool is full' : 'the pool is nearly full',
            cost: `It holds ${held} of ${limit} transactions; what comes now is refused${full ? '' : ' soon'}.`,
          },
        ]
      : []),
    ...(late > 0
      ? [
          {
            ...common,
            id: 'pool-late' as const,
            severity: 'warn' as const,
            text: `${late} accepted transactions missed their block`,
            cost: 'They are confirmed later than the node had promised at the door.',
          },
        ]
      : []),
  ]
}

const engine: NodeRule = ({engine: {restartingSinceMs, version}}, {isOurTurn, setting}) => {
  if (restartingSinceMs === null) return []
  return [
    {
      id: 'engine-restarting',
      severity: isOurTurn ? 'critical' : 'warn',
      blocks: true,
      text: 'the engine of your node is being restarted',
      cost: `Until ${version || 'it'} has its state back, the node neither builds nor follows.`,
      remedy: commandFor(setting, 'node logs'),
      sources: NODE,
      sinceMs: restartingSinceMs,
    },
  ]
}

/** Refused on networks with money; on a rehearsal network it is said for as long as it lasts. */
const exposed: NodeRule = ({engine: {isolation}}, {setting}) => {
  if (isolation !== 'open-port') return []
  return [
    {
      id: 'engine-exposed',
      severity: 'warn',
      blocks: false,
      text: 'everybody on this machine reaches your engine',
      cost: 'Any user, and any web page that finds its port, can mint and stop blocks: this system allows no network namespace.',
      remedy: commandFor(setting, 'node status'),
      sources: NODE,
    },
  ]
}

const ownL1: NodeRule = ({l1}, {setting}) => {
  if (l1?.reachable !== false) return []
  return [
    {
      id: 'node-l1-unreachable',
      severity: 'warn',
      blocks: false,
      text: 'your node does not reach L1',
      cost: `No batch lands, and neither safe nor finalized head moves. ${l1.trouble?.message ?? ''}`.trim(),
      remedy: commandFor(setting, 'network check'),
      sources: NODE,
      ...(l1.trouble ? {sinceMs: l1.trouble.sinceMs} : {}),
    },
  ]
}

const batches: NodeRule = ({batches: {landedBlock, oldestAgeMs, stuck}}, {setting}) => {
  const isLate = oldestAgeMs !== null && oldestAgeMs > BATCH_LATE_MS
  if (!isLate && !stuck) return []
  const isCritical = oldestAgeMs !== null && oldestAgeMs > BATCH_CRITICAL_MS
  const landed = landedBlock === null ? 'none' : `block ${landedBlock}`
  return [
    {
      id: 'batches-not-landing',
      severity: isCritical ? 'critical' : 'warn',
      blocks: false,
      text:
        oldestAgeMs === null
          ? 'no batch is sent to L1'
          : `blocks of ${formatDuration(oldestAgeMs / 1000)} are not on L1`,
      cost: `The newest batch on L1 ends with ${landed}; what is above is lost if the nodes lose it. ${stuck?.message ?? ''}`.trim(),
      remedy: commandFor(setting, 'node logs'),
      sources: NODE,
      ...(stuck ? {sinceMs: stuck.sinceMs} : {}),
    },
  ]
}

const skew: NodeRule = ({clockSkewMs}, {setting}) => {
  if (clockSkewMs === null || Math.abs(clockSkewMs) <= CLOCK_SKEW_SECONDS * 1000) return []
  const seconds = Math.round(Math.abs(clockSkewMs) / 1000)
  return [
    {
      id: 'clock-skew',
      subject: 'producers',
      severity: 'warn',
      blocks: false,
      text: `the clock of your node is ${seconds} s ${clockSkewMs > 0 ? 'ahead of' : 'behind'} other producers`,
      cost: 'Peers refuse blocks from the future, and blocks that come late cost transactions their slot.',
      remedy: commandFor(setting, 'node status'),
      sources: NODE,
    },
  ]
}

const wallets: NodeRule = ({wallets: all}, {setting}) =>
  all.flatMap(({alias, chain, address, balanceWei, lowWei}): NodeFinding[] => {
    const [balance, low] = [BigInt(balanceWei), BigInt(lowWei)]
    if (balance >= low) return []
    const unit = chain === 'l1' ? 'ETH' : 'METIS'
    return [
      {
        id: 'wallet-low',
        subject: alias,
        // A fifth of what is low lasts hours, not days.
        severity: balance * 5n < low ? 'critical' : 'warn',
        blocks: false,
        text: `the ${alias} account has ${formatWeiShort(balance)} ${unit} left`,
        cost: `${costOfEmpty[alias] ?? 'What it pays for stops.'} Fill up ${address} on ${chain.toUpperCase()}: it is low below ${formatWeiShort(low)} ${unit}.`,
        remedy: commandFor(setting, 'node status'),
        sources: NODE,
      },
    ]
  })

const costOfEmpty: Record<string, string> = {
  mpc: 'Without it no epoch is committed, and L2 stops.',
  batcher: 'Without it no batch reaches L1.',
  relayer: 'Without it no deposit arrives on L2.',
}

const disk: NodeRule = ({disk: seen}, {setting}) => {
  if (!seen || seen.freeBytes > DISK_LOW_BYTES) return []
  return [
    {
      id: 'disk-low',
      subject: 'node',
      severity: seen.freeBytes <= DISK_CRITICAL_BYTES ? 'critical' : 'warn',
      blocks: false,
      text: `the disk of your node has ${(seen.freeBytes / 1024 ** 3).toFixed(1)} GiB left`,
      cost: 'A node whose disk is full seals no block.',
      remedy: commandFor(setting, 'node snapshot list'),
      sources: NODE,
    },
  ]
}

/** Stages that failed and have not worked since; a halt has a finding of its own. */
const failing: NodeRule = ({lastError, phase: now}, {setting}) => {
  if (now === 'halted') return []
  return Object.entries(lastError).map(([stage, reason]) => ({
    id: 'node-stage-failing' as const,
    subject: stage,
    severity: 'warn' as const,
    blocks: false,
    text: `your node fails at the stage ${stage}`,
    cost: reason,
    remedy: commandFor(setting, 'node logs'),
    sources: NODE,
  }))
}

const nodeRules: readonly NodeRule[] = [
  twin,
  phase,
  diverged,
  l1Diverged,
  waiting,
  engine,
  exposed,
  behindPeers,
  noPeers,
  pool,
  ownL1,
  batches,
  wallets,
  skew,
  disk,
  failing,
]

/** Pure. Everything that a node's own account shows to be wrong with it. */
export function nodeFacts(status: NodeStatus, view: NodeView): NodeFinding[] {
  return nodeRules.flatMap((rule) => rule(status, view))
}
