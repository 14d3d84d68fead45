import {formatDuration, formatWei, formatWeiShort, isoTime} from '../../lib/units.ts'
import type {ExitView} from '../../services/exit/exit.ts'
import {checksText, sequencerJson} from './sequencer.ts'
import {fields} from './table.ts'

export function exitJson(view: ExitView) {
  const {phase, snapshot, fee, freeAtSeconds, conditions, traps, epochs} = view
  return {
    phase,
    sequencer: sequencerJson(snapshot.sequencer),
    freeAtSeconds,
    freeAt: isoTime(freeAtSeconds),
    chainTimeSeconds: snapshot.timeSeconds,
    exitDelaySeconds: snapshot.pool.exitDelaySeconds,
    bridgeFeeEthWei: fee.feeEthWei,
    conditions,
    traps,
    epochs,
  }
}

/** The state of the exit and the next command. */
export function exitStatusText(view: ExitView): string {
  return [exitHeadline(view), ...openPoints(view), nextStep(view)].join('\n')
}

/** The page to read before the first step. */
export function exitPlanText(view: ExitView): string {
  const {snapshot, fee, freeAtSeconds, phase} = view
  if (phase !== 'not-started') return exitStatusText(view)
  const {sequencer, pool} = snapshot
  const id = sequencer.sequencerId
  const reward = sequencer.rewardMetisWei
  return [
    `Exit of sequencer ${id}: ${metis(sequencer.amountMetisWei)} locked, ${metis(reward)} credited.`,
    '',
    'Steps',
    fields(
      [
        ['1. today', `\`metis-seq exit start ${id}\`   (owner, L1 gas${feeNote(fee.feeEthWei)})`],
        [
          '2. wait',
          `${formatDuration(Number(pool.exitDelaySeconds))}, until about ${isoTime(freeAtSeconds)}`,
        ],
        [
          '3. then',
          `\`metis-seq exit finish ${id}\`  (owner, L1 gas; ${metis(sequencer.amountMetisWei)} come to ${sequencer.owner})`,
        ],
        ['4. last', 'stop the node; keep the signer key until every block it sealed is paid'],
      ],
      2,
    ),
    '',
    'From step 1 on',
    '  The exit is irreversible, and the sequencer stops earning.',
    '  The reward recipient cannot be changed; rewards credited later go there in step 3.',
    '  METIS can be neither added nor withdrawn, and the signer cannot be replaced.',
    '  The owner must stay whitelisted until step 3; otherwise the METIS stay locked.',
    '  The signer address can never be used again.',
    '',
    ...(reward > 0n
      ? [`Step 1 also sends ${metis(reward)} to ${sequencer.rewardRecipient} on L2.`]
      : []),
    turnsText(view),
    '',
    'Preconditions of step 1',
    checksText(view.conditions),
    ...openPoints(view),
    nextStep(view),
  ].join('\n')
}

function exitHeadline({phase, snapshot, freeAtSeconds}: ExitView): string {
  const {sequencerId: id, amountMetisWei} = snapshot.sequencer
  switch (phase) {
    case 'not-started':
      return `Sequencer ${id} has not started to exit.`
    case 'waiting': {
      const left = formatDuration(Number(freeAtSeconds - snapshot.timeSeconds))
      return `Sequencer ${id} is exiting: ${metis(amountMetisWei)} can be claimed in ${left}, on ${isoTime(freeAtSeconds)}.`
    }
    case 'claimable':
      return `Sequencer ${id} is exiting: ${metis(amountMetisWei)} can be claimed now.`
    case 'finished':
      return `The exit of sequencer ${id} is finished.`
  }
}

function turnsText({epochs}: ExitView): string {
  if (!epochs) return 'Epochs of its signer are unknown: L2 does not respond.'
  if (epochs.length === 0) return 'Its signer has no committed or planned epoch.'
  return epochs
    .map(
      ({number, state, startBlock, endBlock}) =>
        `Epoch ${number} (${state}, blocks ${startBlock} to ${endBlock}) belongs to its signer.`,
    )
    .join('\n')
}

/** Everything that blocks the next step. */
function openPoints({phase, conditions, traps}: ExitView): string[] {
  const failed = phase === 'not-started' ? [] : conditions.filter(({ok}) => !ok)
  return [
    ...(phase === 'waiting' ? failed.filter(({id}) => id !== 'exit-delay') : failed).map(
      ({label, seen, remedy}) => `Not met: ${label}; actual: ${seen}. ${remedy}`.trim(),
    ),
    ...traps.map(({id, message}) => `Trap ${id}: ${message}`),
  ]
}

function nextStep({phase, snapshot, conditions, traps}: ExitView): string {
  const id = snapshot.sequencer.sequencerId
  switch (phase) {
    case 'not-started': {
      if (conditions.some(({ok}) => !ok))
        return 'Next: meet the preconditions above, then check again.'
      if (traps.length > 0) return 'Next: wait until the trap is gone, then check again.'
      return `Next: \`metis-seq exit start ${id} --dry-run\`, then without \`--dry-run\`.`
    }
    case 'waiting':
      return `Next: wait. \`metis-seq exit calendar ${id}\` writes a reminder.`
    case 'claimable':
      return `Next: \`metis-seq exit finish ${id}\`.`
    case 'finished':
      return 'Nothing is left to do.'
  }
}

function feeNote(feeEthWei: bigint): string {
  return feeEthWei > 0n ? ` and ${formatWei(feeEthWei)} ETH bridge fee` : ''
}

function metis(wei: bigint): string {
  return `${formatWeiShort(wei)} METIS`
}
