import {counted, isoTime, shortHex} from '../../lib/units.ts'
import type {ExternalMethod, UnknownReason} from '../../protocol/external-node.ts'
import {stepOf, type NodeStatus} from '../../protocol/node-status.ts'
import type {NodeReport, Verdict} from '../../services/node/node-report.ts'
import {issueLines} from './health.ts'
import {fields, table} from './table.ts'

export function nodeReportText(report: NodeReport): string {
  const {profile, daemon, status, issues} = report
  const wrong = issueLines({issues}, 'node status')
  if (report.runtime === 'external') return [externalText(report), ...wrong].join('\n')
  if (!status) return [silentText(profile, daemon), ...wrong].join('\n')
  const {pid, address, turn, epoch, head, safe, finalized, pool, peers} = status
  const rows = [
    ['process', daemon?.running ? `${daemon.pid}, since ${daemon.startedAt}` : `${pid}`],
    ['version', status.version ?? 'not reported'],
    ['address', address],
    ['turn', `${turn}${epochText(epoch)}`],
    ['head', `${head.number}, ${stepText(status)}`],
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

function externalText({profile, endpoint, external, silence}: NodeReport): string {
  if (!external) {
    const whose = `The node of ${profile} behind ${endpoint ?? ''} does not respond.`
    return silence ? `${whose} ${silence.reason}` : whose
  }
  const {head, rollup, syncing, pool, peerCount, peers, clientVersion, unknown} = external
  const told = (method: ExternalMethod, text: string | null) => {
    const reason = unknown.find((each) => each.method === method)?.reason
    return text ?? `unknown: ${method} ${unknownWords[reason ?? 'wrong-answer']}`
  }
  const fetching = syncing ? `block ${syncing.currentBlock} of ${syncing.highestBlock}` : 'no'
  const rows = [
    ['version', told('web3_clientVersion', clientVersion)],
    ['mode', told('rollup_getInfo', rollup && rollup.mode)],
    [
      'head',
      told('eth_getBlockByNumber', head && `${head.number}, ${isoTime(BigInt(head.timestamp))}`),
    ],
    [
      'syncing',
      told('eth_syncing', syncing === null ? null : rollup?.syncing && !syncing ? 'yes' : fetching),
    ],
    ['L1', told('rollup_getInfo', rollup && `block ${rollup.l1Block}`)],
    [
      'verified',
      told('rollup_getInfo', rollup && `transaction ${rollup.verifiedIndex} of ${rollup.index}`),
    ],
    ['pool', told('txpool_status', pool && `${pool.pending} pending, ${pool.queued} queued`)],
    ['peers', told('net_peerCount', peerCount === null ? null : `${peerCount}`)],
  ] as const
  const listed = peers?.map(({name, remoteAddress}) => `  ${remoteAddress} ${name}`.trimEnd()) ?? []
  return [`The node of ${profile} is external: ${endpoint ?? ''}.`, fields(rows), ...listed].join(
    '\n',
  )
}

const unknownWords: Record<UnknownReason, string> = {
  'not-offered': 'is not served',
  refused: 'is rejected',
  'wrong-answer': 'returned an invalid response',
}

function silentText(profile: string, daemon: NodeReport['daemon']): string {
  return daemon?.running
    ? `The node of ${profile} is running as process ${daemon.pid} and does not respond.`
    : `The node of ${profile} is not running.`
}

function epochText(epoch: NodeStatus['epoch']): string {
  return epoch ? `, epoch ${epoch.number} (${epoch.startBlock} to ${epoch.endBlock})` : ''
}

/** Whether it has the blocks of its peers, as far as that can be known. */
function stepText(status: Pick<NodeStatus, 'head' | 'bestPeerHead' | 'syncing'>): string {
  switch (stepOf(status)) {
    case 'unknown':
      return 'no peer to compare with'
    case 'behind':
      return 'syncing'
    case 'in-step':
      return status.syncing ? 'syncing' : 'in step with its peers'
  }
}

/** The outcome of `node start`, beyond the process being alive. */
export function startedText(
  {pid, profile}: {pid: number; profile: string},
  verdict: Verdict,
): string {
  const {phase, sync, waitingFor} = verdict
  const isCatchingUp = phase === 'catching-up'
  const state = sync
    ? `is catching up: ${counted(sync.remaining, 'block')} to go`
    : isCatchingUp && stepOf(verdict) === 'unknown'
      ? 'does not know yet whether it has every block: no peer has reported its head'
      : isCatchingUp
        ? 'is catching up, with an unknown number of blocks left'
        : `is ${phase}, ${stepText(verdict)}${waitingFor ? '; it may not sign yet' : ''}`
  return `The node of ${profile} is running as process ${pid} and ${state}. Next: \`metis-seq node status --profile ${profile}\`.`
}
