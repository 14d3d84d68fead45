/** The resources of a node: its engine, pool, access to L1, balances, clock and disk. */
import {counted, formatDuration, formatWeiShort} from '../../lib/units.ts'
import type {RefusedKind} from '../../protocol/node-status.ts'
import {commandFor} from '../rule.ts'
import {ENGINE_BUSY_MS, limitsOf} from '../thresholds.ts'
import {NODE, type NodeFinding, type NodeRule} from './node-rule.ts'

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

/** It cannot be interrupted: a slow call or transaction delays blocks, and a hung one blocks them for good. */
const busy: NodeRule = ({engine: {busyMs, restartingSinceMs, version}}, {isOurTurn, setting}) => {
  if (busyMs === null || busyMs < ENGINE_BUSY_MS || restartingSinceMs !== null) return []
  return [
    {
      id: 'engine-busy',
      severity: isOurTurn ? 'critical' : 'warn',
      blocks: true,
      text: `the engine of your node has not answered for ${Math.floor(busyMs / 1000)} s`,
      cost: `Until ${version || 'it'} is done or restarted, the node neither builds nor follows.`,
      remedy: commandFor(setting, 'node logs'),
      sources: NODE,
    },
  ]
}

/** Rejected on networks with value; on a rehearsal network it is reported for as long as it lasts. */
const exposed: NodeRule = ({engine: {isolation}}, {setting}) => {
  if (isolation !== 'open-port') return []
  return [
    {
      id: 'engine-exposed',
      severity: 'warn',
      blocks: false,
      text: 'your engine is open to every user of this machine',
      cost: 'Any user, and any web page that finds its port, can mint and block: this system does not allow network namespaces.',
      remedy: commandFor(setting, 'node status'),
      sources: NODE,
    },
  ]
}

const state: NodeRule = ({engine: {version, outsideChanges, state: size}}, {setting}) => {
  const {leaves, limit} = size
  const common = {blocks: false, remedy: commandFor(setting, 'node status'), sources: NODE}
  const isFull = limit > 0 && leaves >= limit
  const largest = limitsOf(setting, 'engine-state-large').warnAbovePercent
  return [
    ...(limit > 0 && leaves >= (limit * largest) / 100
      ? [
          {
            ...common,
            id: 'engine-state-large' as const,
            severity: isFull ? ('critical' as const) : ('warn' as const),
            text: `the engine holds ${Math.floor((leaves / limit) * 100)} % of the state it can hold`,
            cost: `${isFull ? 'It takes no transaction that could add any' : 'At its limit it takes no transaction that could add any'}: ${version} rebuilds all of it for each block. geth has no such limit.`,
          },
        ]
      : []),
    ...(outsideChanges > 0
      ? [
          {
            ...common,
            id: 'engine-changed-outside' as const,
            severity: 'warn' as const,
            text: `somebody changed the state of your engine (${outsideChanges} times)`,
            cost: 'Nothing was signed on it, and the engine was rebuilt from the chain log. Find out who has access to it.',
          },
        ]
      : []),
  ]
}

const pool: NodeRule = ({pool: {pending, queued, limit, full, late}}, {setting}) => {
  const held = pending + queued
  const {warnAbovePercent} = limitsOf(setting, 'pool-full')
  const isNearlyFull = full || (limit > 0 && held >= (limit * warnAbovePercent) / 100)
  const common = {blocks: false, remedy: commandFor(setting, 'node status'), sources: NODE}
  return [
    ...(isNearlyFull
      ? [
          {
            ...common,
            id: 'pool-full' as const,
            severity: 'warn' as const,
            text: full ? 'the pool is full' : 'the pool is nearly full',
            cost: `It holds ${held} of ${limit} transactions; new ones are rejected${full ? '' : ' soon'}.`,
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
            cost: 'They are confirmed later than the node promised at ingress.',
          },
        ]
      : []),
  ]
}

const descriptors: NodeRule = ({descriptors: {limit, wanted, isTight, connections}}, {setting}) => {
  if (!isTight || limit === null) return []
  return [
    {
      id: 'descriptors-tight',
      severity: 'warn',
      blocks: false,
      text: `your node may open ${counted(limit, 'file')}, and ${wanted} are wanted`,
      cost: `Its RPC lets ${connections} connections in, and fewer peers. Raise the limit with \`ulimit -n ${wanted}\` (LimitNOFILE of a service) and start the node again.`,
      remedy: commandFor(setting, 'node status'),
      sources: NODE,
    },
  ]
}

const refused: NodeRule = ({refused: kinds}, {setting}) =>
  kinds
    .filter(({count}) => count >= limitsOf(setting, 'clients-refused').warnAbovePerMinute)
    .map(({kind, count, sinceMs}) => ({
      id: 'clients-refused' as const,
      subject: kind,
      severity: 'warn' as const,
      blocks: false,
      text: `your node turns ${refusedWords[kind].who} away`,
      cost: `${count} in the last minute. ${refusedWords[kind].cost}`,
      remedy: commandFor(setting, 'node status'),
      sources: NODE,
      sinceMs,
    }))

const refusedWords: Record<RefusedKind, {who: string; cost: string}> = {
  connections: {
    who: 'connections',
    cost: 'The limit is reached, or their client holds its whole share; wallets and tools see dropped connections. Blocks are not affected.',
  },
  requests: {
    who: 'requests',
    cost: 'They arrive too fast or too many at once; their senders must retry. Blocks are not affected.',
  },
  calls: {
    who: 'calls',
    cost: 'Their callers used up their share of the engine, which is reserved for blocks; they are told when to retry.',
  },
}

const ownL1: NodeRule = ({l1}, {setting}) => {
  if (l1?.reachable !== false) return []
  return [
    {
      id: 'node-l1-unreachable',
      severity: 'warn',
      blocks: false,
      text: 'your node does not reach L1',
      cost: `No transaction batch lands, and the safe and finalized heads stand still. ${l1.trouble?.message ?? ''}`.trim(),
      remedy: commandFor(setting, 'network check'),
      sources: NODE,
      ...(l1.trouble ? {sinceMs: l1.trouble.sinceMs} : {}),
    },
  ]
}

const batches: NodeRule = ({batches: {landedBlock, oldestAgeMs, stuck}}, {setting}) => {
  const {warnAfterMinutes, criticalAfterMinutes} = limitsOf(setting, 'batches-not-landing')
  const isLate = oldestAgeMs !== null && oldestAgeMs > warnAfterMinutes * 60_000
  if (!isLate && !stuck) return []
  const isCritical = oldestAgeMs !== null && oldestAgeMs > criticalAfterMinutes * 60_000
  const landed = landedBlock === null ? 'none' : `block ${landedBlock}`
  return [
    {
      id: 'batches-not-landing',
      severity: isCritical ? 'critical' : 'warn',
      blocks: false,
      text:
        oldestAgeMs === null
          ? 'no transaction batch reaches L1'
          : `blocks of ${formatDuration(oldestAgeMs / 1000)} are not on L1`,
      cost: `The newest batch on L1 ends with ${landed}; newer blocks exist only on the nodes. ${stuck?.message ?? ''}`.trim(),
      remedy: commandFor(setting, 'node logs'),
      sources: NODE,
      ...(stuck ? {sinceMs: stuck.sinceMs} : {}),
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
        cost: `${costOfEmpty[alias] ?? 'Whatever it pays for stops.'} Fill up ${address} on ${chain.toUpperCase()}: it is low below ${formatWeiShort(low)} ${unit}.`,
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

const skew: NodeRule = ({clockSkewMs}, {setting}) => {
  const {warnAboveSeconds} = limitsOf(setting, 'clock-skew')
  if (clockSkewMs === null || Math.abs(clockSkewMs) <= warnAboveSeconds * 1000) return []
  const seconds = Math.round(Math.abs(clockSkewMs) / 1000)
  return [
    {
      id: 'clock-skew',
      subject: 'producers',
      severity: 'warn',
      blocks: false,
      text: `the clock of your node is ${seconds} s ${clockSkewMs > 0 ? 'ahead of' : 'behind'} other producers`,
      cost: 'Peers reject blocks from the future, and late blocks delay transactions.',
      remedy: commandFor(setting, 'node status'),
      sources: NODE,
    },
  ]
}

const disk: NodeRule = ({disk: seen}, {setting}) => {
  const {warnBelowGib, criticalBelowGib} = limitsOf(setting, 'disk-low')
  if (!seen || seen.freeBytes > warnBelowGib * 1024 ** 3) return []
  return [
    {
      id: 'disk-low',
      subject: 'node',
      severity: seen.freeBytes <= criticalBelowGib * 1024 ** 3 ? 'critical' : 'warn',
      blocks: false,
      text: `the disk of your node has ${(seen.freeBytes / 1024 ** 3).toFixed(1)} GiB left`,
      cost: 'With a full disk the node seals no blocks.',
      remedy: commandFor(setting, 'node snapshot list'),
      sources: NODE,
    },
  ]
}

/** Stages that failed and have not recovered since; a halt is a separate finding. */
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

/** In display order. */
export const supplyRules: readonly NodeRule[] = [
  engine,
  busy,
  exposed,
  state,
  pool,
  descriptors,
  refused,
  ownL1,
  batches,
  wallets,
  skew,
  disk,
  failing,
]
