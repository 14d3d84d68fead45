/** The operator's own node, from its process and its own account. */
import {
  canDo,
  commandFor,
  isSilent,
  keyRemedy,
  lookAfter,
  type Finding,
  type Rule,
  type View,
} from '../rule.ts'
import {externalNodeRules} from './external-node.ts'
import {behindBy, costOf, severityOf} from './node-cost.ts'
import {nodeFacts} from './node-facts.ts'

const processRule: Rule = (view) => {
  const {node, setting} = view
  if (!canDo(setting)?.control || !node.known) return []
  const {process: running, status, halt} = node.value
  if (status) return []
  const common = {sources: ['node' as const], cost: costOf(view)}
  // Written when it decided to end; its process closes its stores a moment longer.
  if (halt) {
    return [
      {
        ...common,
        id: 'node-ended-halted',
        severity: 'critical',
        text: haltText(halt.code, 'your node has halted'),
        cost: `${halt.message} ${costOf(view)}`,
        remedy: commandFor(setting, commandAfterHalt(halt.code)),
        sinceMs: halt.atMs,
      },
    ]
  }
  if (running) {
    return [
      {
        ...common,
        id: 'node-hung',
        severity: severityOf(view),
        text: running.isStopped
          ? 'your node is suspended by a signal'
          : 'your node is running but does not respond',
        // Its end costs nothing that it has not lost already, and it comes back with its sign guard.
        remedy: commandFor(setting, 'node stop'),
      },
    ]
  }
  return [
    {
      ...common,
      id: 'node-down',
      severity: severityOf(view),
      text: 'your node is not running',
      remedy: startRemedy(view),
    },
  ]
}

/** A start without its key fails, so the key comes first. */
function startRemedy(view: View): string {
  const {setting, l1} = view
  // With the L1 of the local network gone as well, all of it is started again.
  const all = setting.kind === 'local' && isSilent(l1) ? lookAfter(view, l1) : undefined
  return keyRemedy(view) ?? all ?? commandFor(setting, 'node start')
}

/** The command that comes after a node has ended itself; the sign guard has one of its own. */
export function commandAfterHalt(code: string): string {
  return isOfGuard(code) ? 'node guard rebuild' : 'node logs'
}

/** True for the code of a guard that cannot be used as it is. */
export function isOfGuard(code: string): boolean {
  return GUARD.has(code)
}

const GUARD: ReadonlySet<string> = new Set([
  'SIGN_GUARD_DAMAGED',
  'SIGN_GUARD_MISSING',
  'SIGN_GUARD_BEHIND',
])

function haltText(code: string, otherwise: string): string {
  return code === 'SIGNER_IN_USE' ? 'another node signs with your key' : otherwise
}

/** Nodes of ours run the network, the sequencer is active, and its profile names none, here or elsewhere. */
const missing: Rule = ({money, setting}) => {
  if (setting.nodeRuntime || !setting.nodesAreBundled || setting.profile === null) return []
  if (!money.known || money.value.sequencer?.status !== 'active') return []
  return [
    {
      id: 'node-missing',
      severity: 'warn',
      text: `sequencer ${money.value.sequencer.id} has no node here`,
      cost: 'It misses its epochs unless its node runs on another machine.',
      remedy: `metis-seq init --profile ${setting.profile} --replace --node-port 19545`,
      sources: ['money', 'settings'],
    },
  ]
}

/** The node's head beside that of L2's endpoint. Its own peers are in the node's facts. */
const behindL2: Rule = ({node, l2, setting}) => {
  if (!node.known || !node.value.status || !l2.known) return []
  const lag = Number(l2.value.headBlock) - node.value.status.head.number
  return behindBy(lag, setting)
}

/** What the node itself knows; the node's readiness and metrics read the same rules. */
const account: Rule = (view) => {
  const {node, l1, l2, pos, setting} = view
  if (!node.known || !node.value.status) return []
  const isOurTurn = l2.known ? l2.value.epoch?.mine === true : node.value.status.turn === 'mine'
  const isAlone = pos.known && pos.value.validators <= 1
  // The same silence, seen from two sides, is told once.
  const chainTells = l2.known && Number(l2.value.headBlock) <= node.value.status.head.number
  return nodeFacts(node.value.status, {isOurTurn, isAlone, setting})
    .filter(({id}) => id !== 'node-silent' || !chainTells)
    .map(({blocks: _blocks, ...finding}): Finding => {
      // That nobody here reaches L1 is one trouble, with one way out.
      const isOfL1 = finding.id === 'node-l1-unreachable' && isSilent(l1)
      return isOfL1 ? {...finding, remedy: lookAfter(view, l1)} : finding
    })
}

export const nodeRules: readonly Rule[] = [
  processRule,
  account,
  behindL2,
  missing,
  ...externalNodeRules,
]
