/** The cost of a node that produces no blocks, for any kind of node. */
import {commandFor, type Finding, type View} from '../rule.ts'
import {limitsOf} from '../thresholds.ts'
import {counted} from '../../lib/units.ts'

/** The current cost of a node that produces no blocks. */
export function costOf({l2, money}: View): string {
  if (l2.known && l2.value.epoch?.mine) {
    return 'It is your turn: L2 is halted until another sequencer takes over.'
  }
  if (l2.known && l2.value.next?.mine)
    return `Your turn begins after block ${l2.value.epoch?.endBlock ?? l2.value.headBlock}.`
  if (money.known && money.value.sequencer === null) return 'It does not follow the chain.'
  return 'It does not follow the chain and would miss its next epoch.'
}

/** A node without a sequencer misses nothing yet. */
export function severityOf({money}: View): 'warn' | 'critical' {
  if (!money.known) return 'critical'
  const status = money.value.sequencer?.status
  return status === undefined || status === 'unlocked' ? 'warn' : 'critical'
}

/** The same text for a bundled node and an external one. */
export function behindBy(lag: number, setting: View['setting']): Finding[] {
  if (lag <= limitsOf(setting, 'node-behind').warnAboveBlocks) return []
  return [
    {
      id: 'node-behind',
      severity: 'warn',
      text: `your node is ${counted(lag, 'block')} behind L2`,
      cost: 'It builds nothing until it has caught up, and serves stale data.',
      remedy: commandFor(setting, 'node status'),
      sources: ['node', 'l2'],
    },
  ]
}
