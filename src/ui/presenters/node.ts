import {shortHex} from '../../lib/units.ts'
import type {NodeStatus} from '../../protocol/node-status.ts'
import type {NodeReport, Verdict} from '../../services/node-report.ts'
import {issueLines} from './health.ts'
import {fields, table} from './table.ts'

export function nodeReportText({profile, daemon, status, issues}: NodeReport): string {
  const wrong = issueLines({issues}, 'node status')
  if (!status) return [silentText(profile, daemon), ...wrong].join('\n')
  const {pid, address, turn, epoch, head, syncing, safe, finalized, pool, peers} = status
  const rows = [
    ['process', daemon?.running ? `${daemon.pid}, since ${daemon.startedAt}` : `${pid}`],
    ['address', address],
    ['turn', `${turn}${epochText(epoch)}`],
    ['head', `${head.number}${syncing ? ', syncing' : ''}`],
    ['safe', `${safe ?? 'none yet'}`],
    ['finalized', `${finalized ?? 'none yet'}`],
    ['pool', `${pool.pending} pending, ${pool.queued} queued`],
    ['blocks sealed', `${status.blocksSealed}`],
  ] as const
  const peerTable =
    peers.length === 0
      ? 'No peers.'
      : table(
          ['peer', 'head', 'lag', 'age'],
          peers.map((peer) => [
            shortHex(peer.address),
            `${peer.head}`,
            `${peer.lagBlocks}`,
            `${Math.round(peer.ageMs / 1000)} s`,
          ]),
        )
  return [`The node of ${profile} is ${status.phase}.`, fields(rows), peerTable, ...wrong].join(
    '\n',
  )
}

function silentText(profile: string, daemon: NodeReport['daemon']): string {
  return daemon?.running
    ? `The node of ${profile} runs as process ${daemon.pid} and does not answer.`
    : `The node of ${profile} does not run.`
}

function epochText(epoch: NodeStatus['epoch']): string {
  return epoch ? `, epoch ${epoch.number} (${epoch.startBlock} to ${epoch.endBlock})` : ''
}

/** What `node start` found out, beyond that the process lives. */
export function startedText(
  {pid, profile}: {pid: number; profile: string},
  {phase, sync}: Verdict,
): string {
  const state =
    phase !== 'catching-up'
      ? `is ${phase}`
      : sync
        ? `is catching up: ${sync.remaining} blocks remain`
        : 'is catching up and does not know how far it has to go'
  return `The node of ${profile} runs as process ${pid} and ${state}. Next: \`metis-seq node status --profile ${profile}\`.`
}
