import {formatWei} from '../../lib/units.ts'
import {fields, table} from './table.ts'

export interface ProcessRow {
  name: string
  pid: number | null
  running: boolean
  url: string
  log: string
  orphanedEngine: number | null
  suspended: number[]
}

export function processesText(processes: ProcessRow[]): string {
  const rows = table(
    ['process', 'state', 'pid', 'address'],
    processes.map(({name, running, suspended, pid, url}) => [
      name,
      stateOf(running, suspended),
      running ? String(pid) : '-',
      url,
    ]),
  )
  return [rows, ...processes.flatMap(orphanText), ...processes.flatMap(suspendedText)].join('\n')
}

function stateOf(running: boolean, suspended: number[]): string {
  if (!running) return 'stopped'
  return suspended.length > 0 ? 'suspended' : 'running'
}

function suspendedText({name, suspended}: ProcessRow): string[] {
  return suspended.map(
    (pid) =>
      `Process ${pid} of ${name} is paused by a signal and does nothing: \`kill -CONT ${pid}\` resumes it.`,
  )
}

function orphanText({name, orphanedEngine}: ProcessRow): string[] {
  if (orphanedEngine === null) return []
  return [
    `Process ${orphanedEngine} is the engine of ${name} and keeps running without it.`,
    'Run `metis-seq local down` to end it, or `metis-seq local up` to start the network again.',
  ]
}

export function upText(
  {fresh, started}: {fresh: boolean; started: string[]},
  processes: ProcessRow[],
): string {
  return [
    fresh
      ? 'The local network was created and is running.'
      : `The local network continues; started ${started.join(', ')}.`,
    processesText(processes),
    'Next: `metis-seq status --profile seq-1`, `metis-seq dashboard --profile seq-1`.',
  ].join('\n')
}

export function fundText(results: FundView[]): string {
  return results
    .map(({address, ethWei, metisL1Wei, metisL2Wei, whitelist, hashes}) =>
      [
        `Funded ${address}.`,
        fields([
          ['ETH on L1', formatWei(ethWei)],
          ['METIS on L1', formatWei(metisL1Wei)],
          ['METIS on L2', formatWei(metisL2Wei)],
          ['whitelisted', whitelist ? 'yes' : 'unchanged'],
          ...hashes.map(({what, chain, hash}): [string, string] => [`${what} (${chain})`, hash]),
        ]),
      ].join('\n'),
    )
    .join('\n')
}

export interface FundView {
  address: string
  ethWei: bigint
  metisL1Wei: bigint
  metisL2Wei: bigint
  whitelist: boolean
  hashes: {what: string; chain: 'L1' | 'L2'; hash: string}[]
}

/** A call from L1 to L2. */
export interface MessageRow {
  nonce: bigint
  target: string
  state: (typeof messageStates)[number]
  hash: string | null
}

export const messageStates = ['relayed', 'relayed-earlier', 'under-way'] as const

export function relayText(messages: MessageRow[]): string {
  if (messages.length === 0) return 'No contract has sent a call to L2.'
  return table(
    ['message', 'target', 'state', 'transaction'],
    messages.map(({nonce, target, state, hash}) => [
      ...[`${nonce}`, target],
      ...[state.replace('-', ' '), hash ?? ''],
    ]),
  )
}
