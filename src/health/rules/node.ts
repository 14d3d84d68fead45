/** The operator's own node, from its process and its own status. */
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
  // Written when it decided to exit; its process still needs a moment to close its stores.
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
        // Stopping it costs nothing more, and it restarts with its sign guard.
        remedy: commandFor(setting, 'node stop --now'),
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

/** A start without its key would fail, so the key comes first. */
function startRemedy(view: View): string {
  const {setting, l1} = view
  // If the L1 of the local network is gone too, all of it is restarted.
  const all = setting.kind === 'local' && isSilent(l1) ? lookAfter(view, l1) : undefined
  return keyRemedy(view) ?? all ?? commandFor(setting, 'node start')
}

/** The next command after a node exited on its own; the sign guard has its own. */
export function commandAfterHalt(code: string): string {
  return isOfGuard(code) ? 'node guard rebuild' : 'node logs'
}

/** True for the code of an unusable guard. */
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

/** The network runs on bundled nodes, the sequencer is active, and its profile has no node, local or external. */
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

/** The node's head compared with that of L2's endpoint. Its own peers are in the node's facts. */
const behindL2: Rule = ({node, l2, setting}) => {
  if (!node.known || !node.value.status || !l2.known) return []
  const lag = Number(l2.value.headBlock) - node.value.status.head.number
  return behindBy(lag, setting)
}

/** Findings from the node itself; the node's readiness and metrics use the same rules. */
const account: Rule = (view) => {
  const {node, l1, l2, pos, setting} = view
  if (!node.known || !node.value.status) return []
  const isOurTurn = l2.known ? l2.value.epoch?.mine === true : node.value.status.turn === 'mine'
  const isAlone = pos.known && pos.value.validators <= 1
  // The same silence, seen from two sides, is reported once.
  const chainTells = l2.known && Number(l2.value.headBlock) <= node.value.status.head.number
  return nodeFacts(node.value.status, {isOurTurn, isAlone, setting})
    .filter(({id}) => id !== 'node-silent' || !chainTells)
    .map(({blocks: _blocks, ...finding}): Finding => {
      // L1 being unreachable from here is one issue, with one remedy.
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
