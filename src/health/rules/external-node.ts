/**
 * An external node, based on its own status. It may have the signer key: no remedy here starts
 * another node.
 */
import {counted} from '../../lib/units.ts'
import type {ExternalNode} from '../../protocol/external-node.ts'
import {
  andReason,
  canDo,
  commandFor,
  isSilent,
  silentSince,
  type Finding,
  type Rule,
  type View,
} from '../rule.ts'
import {wallClockOf} from '../snapshot.ts'
import {respanDueSeconds, stallLimitSeconds} from '../stall.ts'
import {behindBy, costOf, severityOf} from './node-cost.ts'

/** One finding from its own status. */
type ExternalRule = (node: ExternalNode, view: View) => Finding[]

const isOurTurn = ({l2}: View) => l2.known && l2.value.epoch?.mine === true

/** If L2 does not respond at all, that is the cause to report. */
const unreachable: Rule = (view) => {
  const {node, l2, setting} = view
  if (canDo(setting)?.ownStatus !== false || !isSilent(node) || !l2.known) return []
  const text = node.isSilent
    ? 'your node is running but does not respond'
    : 'your node does not respond'
  return [
    {
      id: 'node-unreachable',
      severity: severityOf(view),
      text,
      cost: andReason(costOf(view), text, node.reason),
      remedy: commandFor(setting, 'network check'),
      sources: ['node'],
      ...silentSince(node, view),
    },
  ]
}

/** A node without a status is not necessarily healthy. */
const notTold: ExternalRule = ({unknown, rollup}, view) => {
  const {setting, money} = view
  // Peers are private to an operator, and most nodes do not list them.
  const missing = unknown.filter(
    ({method, reason}) =>
      reason === 'wrong-answer' || method === 'rollup_getInfo' || method === 'eth_syncing',
  )
  if (missing.length === 0) return []
  const isOperator = money.known && money.value.sequencer?.status === 'active'
  const names = missing.map(({method}) => method).join(', ')
  return [
    {
      id: 'node-not-told',
      severity:
        isOperator || missing.some(({reason}) => reason === 'wrong-answer') ? 'warn' : 'info',
      text: rollup
        ? 'your node reports only part of its state'
        : 'your L2 endpoint does not report the state of a node',
      cost: `The state is unknown, which is not OK: ${names} gave no usable answer. Set the address of the node itself as the first L2 endpoint.`,
      remedy: commandFor(setting, 'node status'),
      sources: ['node'],
    },
  ]
}

const verifier: ExternalRule = ({rollup}, view) => {
  if (rollup?.mode !== 'verifier') return []
  const {money, setting} = view
  const isActive = money.known && money.value.sequencer?.status === 'active'
  const isNow = isOurTurn(view)
  return [
    {
      id: 'node-is-verifier',
      severity: isNow ? 'critical' : isActive ? 'warn' : 'info',
      text: isNow ? 'your turn, and your node runs as a verifier' : 'your node runs as a verifier',
      cost: isActive
        ? 'It makes no blocks in your epochs, unless another node of yours does. The mode is set where the node is started.'
        : 'It follows the chain and makes no blocks.',
      remedy: commandFor(setting, 'node status'),
      sources: ['node'],
    },
  ]
}

const syncing: ExternalRule = ({rollup, syncing: fetching}, view) => {
  const isFetching = fetching !== null && fetching !== false
  if (!isFetching && rollup?.syncing !== true) return []
  const isNow = isOurTurn(view)
  const remaining = isFetching ? Math.max(0, fetching.highestBlock - fetching.currentBlock) : null
  return [
    {
      id: 'node-catching-up',
      severity: isNow ? 'critical' : 'warn',
      text: isNow ? 'your turn, and your node is still catching up' : 'your node is catching up',
      cost: `It builds nothing until it has caught up.${remaining === null ? '' : ` ${counted(remaining, 'block')} to go.`}`,
      remedy: commandFor(view.setting, 'node status'),
      sources: ['node'],
    },
  ]
}

/** A stall of L2 is reported for L2: this rule is about a node that others have left behind, or a single node. */
const silent: ExternalRule = ({head}, view) => {
  const {l2, node, now, setting} = view
  if (!head || !node.known) return []
  const readAtSeconds = Math.floor(wallClockOf(node.atMs, now) / 1000)
  const seconds = Math.max(0, readAtSeconds - head.timestamp)
  if (seconds <= stallLimitSeconds(setting)) return []
  if (l2.known && Number(l2.value.headBlock) <= head.number) return []
  const isNow = isOurTurn(view)
  return [
    {
      id: 'node-silent',
      severity: isNow || seconds > respanDueSeconds(setting) ? 'critical' : 'warn',
      text: `the newest block of your node is ${seconds} s old`,
      cost: isNow
        ? 'It is your turn, and no transaction is confirmed.'
        : 'It does not follow the chain and would miss its next epoch.',
      remedy: commandFor(setting, 'node status'),
      sources: ['node'],
      sinceMs: head.timestamp * 1000,
    },
  ]
}

const behind: ExternalRule = ({head, othersHead}, {l2, setting}) => {
  if (!head) return []
  const best = Math.max(othersHead ?? 0, l2.known ? Number(l2.value.headBlock) : 0)
  const lag = best - head.number
  return behindBy(lag, setting)
}

const noPeers: ExternalRule = ({peerCount, peers, rollup}, {pos, setting}) => {
  // For an endpoint other than l2geth the number has no meaning.
  if (rollup === null || (peerCount ?? peers?.length ?? null) !== 0) return []
  if (pos.known && pos.value.validators <= 1) return []
  return [
    {
      id: 'node-no-peers',
      severity: 'warn',
      text: 'your node has no peers',
      cost: 'It receives no blocks from others, and nobody receives its blocks.',
      remedy: commandFor(setting, 'node status'),
      sources: ['node'],
    },
  ]
}

/** A node that is catching up has an old head: one cause, one finding. */
const standing: ExternalRule = (node, view) => {
  const found = syncing(node, view)
  return found.length > 0 ? found : [...silent(node, view), ...behind(node, view)]
}

const accountRules: readonly ExternalRule[] = [verifier, standing, noPeers, notTold]

const account: Rule = (view) => {
  const external = view.node.known ? view.node.value.external : null
  return external ? accountRules.flatMap((rule) => rule(external, view)) : []
}

export const externalNodeRules: readonly Rule[] = [unreachable, account]
