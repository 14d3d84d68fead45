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
  const isDown = processes.some(({running}) => !running)
  return [
    rows,
    ...processes.flatMap(orphanText),
    ...processes.flatMap(suspendedText),
    ...(isDown
      ? ['Next: `metis-seq local up --detach` starts the processes that have stopped.']
      : []),
  ].join('\n')
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

/** A call from one chain to the other. */
export interface MessageRow {
  to: (typeof messageChains)[number]
  nonce: bigint
  target: string
  state: (typeof messageStates)[number]
  paidMetisWei: bigint
  hash: string | null
}

export const messageChains = ['L1', 'L2'] as const
export const messageStates = ['relayed', 'relayed-earlier', 'under-way'] as const

export function relayText(messages: MessageRow[]): string {
  if (messages.length === 0) return 'No contract has sent a call to the other chain.'
  const rows = table(
    ['to', 'message', 'target', 'state', 'METIS paid', 'transaction'],
    messages.map(({to, nonce, target, state, paidMetisWei, hash}) => [
      ...[to, `${nonce}`, target, state.replace('-', ' ')],
      ...[paidMetisWei === 0n ? '' : formatWei(paidMetisWei), hash ?? ''],
    ]),
  )
  // It can be carried out once the deposit that it rides on has arrived, some blocks later.
  const waits = messages.some(({state}) => state === 'under-way')
  return waits
    ? `${rows}\nNext: run \`metis-seq local relay\` again in some seconds: a message under way waits for its deposit.`
    : rows
}
