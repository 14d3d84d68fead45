import type {Failure} from '../../lib/failure.ts'
import {counted, formatWeiShort, shortHex} from '../../lib/units.ts'
import type {ExternalNode} from '../../protocol/external-node.ts'
import {capabilitiesOf} from '../../protocol/node-runtime.ts'
import {statusWord} from '../../protocol/sequencer.ts'
import type {StatusView} from '../../services/health/status.ts'
import {issueLines, stateWords} from './health.ts'
import {basisWords, unplannedText} from './rotation.ts'
import {fields} from './table.ts'

/** One page: identity and health, the chain, the node, the balances, the next action. */
export function statusText(view: StatusView): string {
  const {state, headline} = view.health
  return [
    `${view.network}, profile ${view.profile ?? '(none)'}, ${stateWords[state]}: ${headline}`,
    fields([...rotationRows(view), ...nodeRows(view), ...moneyRows(view)], 2),
    ...issueLines(view.health),
    view.nextAction,
  ].join('\n')
}

type Row = [string, string]

function rotationRows(view: StatusView): Row[] {
  const {rotation} = view
  if (!rotation.ok) return [['rotation', `unknown: ${rotation.reason}`]]
  const {headBlock, headTimestampSeconds, epoch, blocksLeft, next} = rotation.value
  const age = Math.max(0, Math.floor(Date.now() / 1000) - Number(headTimestampSeconds))
  const name = ({signer, mine}: {signer: string; mine: boolean}) =>
    mine ? `YOU (${shortHex(signer)})` : shortHex(signer)
  return [
    ['head', `block ${headBlock}, ${age} s ago`],
    [
      'producing',
      epoch
        ? `${name(epoch)}, epoch ${epoch.number}, ${counted(Number(blocksLeft), 'block')} left`
        : 'nobody: no epoch covers the next block',
    ],
    ...turnRows(view),
    [
      'next',
      next
        ? `${name(next)}, epoch ${next.number} (${next.state})`
        : view.planDoubt === null
          ? unplannedText(epoch)
          : `unknown: ${view.planDoubt}`,
    ],
  ]
}

function turnRows({nextTurn}: StatusView): Row[] {
  if (!nextTurn) return []
  const {number, basis, blocksAway} = nextTurn
  const away = blocksAway === 0n ? 'now' : `in ${counted(blocksAway, 'block')}`
  return [['my turn', `epoch ${number}, ${away} (${basisWords[basis]})`]]
}

function nodeRows(view: StatusView): Row[] {
  const {node, nodeProcess, nodeRuntime, externalNode, externalSilence} = view
  if (nodeRuntime === null) return []
  if (!capabilitiesOf[nodeRuntime].ownStatus) {
    return [['node', externalWords(externalNode, externalSilence)]]
  }
  if (!node) {
    return [['node', nodeProcess ? `process ${nodeProcess.pid} does not respond` : 'not running']]
  }
  return [
    ['node', `${node.phase}, head ${node.head.number}, ${counted(node.peers.length, 'peer')}`],
  ]
}

/** One line for an external node. */
function externalWords(node: ExternalNode | null, silence: Failure | null): string {
  if (!node) return `external, does not respond${silence ? `: ${silence.reason}` : ''}`
  const {rollup, head, syncing, peerCount} = node
  const isSyncing = rollup?.syncing === true || (syncing !== null && syncing !== false)
  return [
    `external, ${rollup?.mode ?? 'mode unknown'}${isSyncing ? ', syncing' : ''}`,
    `head ${head?.number ?? 'unknown'}`,
    peerCount === null ? 'peers unknown' : counted(peerCount, 'peer'),
  ].join(', ')
}

function moneyRows({money, l2MetisWei}: StatusView): Row[] {
  if (!money) return []
  if (!money.ok) return [['stake', `unknown: ${money.reason}`]]
  const {stake, ownerMetisWei, ownerEthWei, l1Block, l1TimeSeconds} = money.value
  const age = Math.max(0, Math.floor(Date.now() / 1000) - Number(l1TimeSeconds))
  const l2 = l2MetisWei?.ok ? `${formatWeiShort(l2MetisWei.value)} METIS on L2` : 'L2 unknown'
  return [
    [
      'stake',
      stake
        ? `sequencer ${stake.sequencer.sequencerId} ${statusWord(stake.sequencer.status)}, ${formatWeiShort(stake.sequencer.amountMetisWei)} METIS, ${(stake.shareBasisPoints / 100).toFixed(2)} %`
        : 'not registered',
    ],
    ...(stake
      ? [['rewards', `${formatWeiShort(stake.sequencer.rewardMetisWei)} METIS to claim`] as Row]
      : []),
    [
      'owner',
      `${formatWeiShort(ownerMetisWei)} METIS and ${formatWeiShort(ownerEthWei)} ETH on L1, ${l2}`,
    ],
    ['as of', `L1 block ${l1Block}, ${age} s ago`],
  ]
}
