import {isRecord} from '../../lib/json.ts'
import {shortHex} from '../../lib/units.ts'
import type {NodeReport} from '../../services/node-control.ts'
import {fields, table} from './table.ts'

/** The node's own account of itself, read as untrusted data: it may be of another version. */
export function nodeReportText({profile, daemon, status}: NodeReport): string {
  if (!status) {
    return daemon?.running
      ? `The node of ${profile} runs as process ${daemon.pid} and does not answer yet.`
      : `The node of ${profile} does not run. Start it with \`metis-seq node start --profile ${profile}\`.`
  }
  const peers = Array.isArray(status['peers']) ? status['peers'].filter(isRecord) : []
  const rows = [
    ['process', daemon?.running ? `${daemon.pid}, since ${daemon.startedAt}` : text(status['pid'])],
    ['address', text(status['address'])],
    ['turn', `${text(status['turn'])}${epochText(status['epoch'])}`],
    ['head', `${numberOf(status['head'])}${status['syncing'] === true ? ', syncing' : ''}`],
    ['safe', numberOf(status['safe'])],
    ['finalized', numberOf(status['finalized'])],
    ['pool', poolText(status['pool'])],
    ['blocks sealed', text(status['blocksSealed'])],
  ] as const
  const peerTable =
    peers.length === 0
      ? 'No peers.'
      : table(
          ['peer', 'head', 'lag', 'age'],
          peers.map((peer) => [
            shortHex(text(peer['address'])),
            text(peer['head']),
            text(peer['lagBlocks']),
            `${Math.round(Number(peer['ageMs'] ?? 0) / 1000)} s`,
          ]),
        )
  return [`The node of ${profile} is ${text(status['phase'])}.`, fields(rows), peerTable].join('\n')
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : 'unknown'
}

function numberOf(value: unknown): string {
  return isRecord(value) ? text(value['number']) : text(value)
}

function epochText(epoch: unknown): string {
  if (!isRecord(epoch)) return ''
  return `, epoch ${text(epoch['number'])} (${text(epoch['startBlock'])} to ${text(epoch['endBlock'])})`
}

function poolText(pool: unknown): string {
  if (!isRecord(pool)) return 'unknown'
  return `${text(pool['pending'])} pending, ${text(pool['queued'])} queued`
}
