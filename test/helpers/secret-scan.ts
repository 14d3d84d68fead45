import {createHash} from 'node:crypto'
import {readFileSync, readdirSync, statSync} from 'node:fs'
import {join} from 'node:path'

import type {RunningCli} from './run-cli.ts'

/** A text or a key in the ways in which it can leak. */
export type Traces = Record<string, Buffer>

/** 32 secret bytes: hex in either case, base64, decimal, a list of bytes, as they are, and as a wide string. */
export function tracesOfKey(key: string): Traces {
  const hex = key.replace(/^0x/, '').toLowerCase()
  const bytes = Buffer.from(hex, 'hex')
  // Whatever follows the 32 bytes changes the last digits of base64, and not these.
  const whole = (text: string) => Buffer.from(text.slice(0, 42))
  return {
    hex: Buffer.from(hex),
    'hex in capitals': Buffer.from(hex.toUpperCase()),
    bytes,
    base64: whole(bytes.toString('base64')),
    base64url: whole(bytes.toString('base64url')),
    decimal: Buffer.from(BigInt(`0x${hex}`).toString()),
    'list of bytes': Buffer.from([...bytes].join(',')),
    'wide hex': Buffer.from(hex, 'utf16le'),
  }
}

export function tracesOfText(text: string): Traces {
  return {
    text: Buffer.from(text),
    'wide text': Buffer.from(text, 'utf16le'),
    base64: Buffer.from(Buffer.from(text).toString('base64').replace(/.?=*$/, '')),
    hex: Buffer.from(Buffer.from(text).toString('hex')),
  }
}

export const holds = (content: Buffer, traces: Traces): boolean =>
  Object.values(traces).some((trace) => content.includes(trace))

/** Everything that was seen, once each, to be searched when all secrets are known. */
export interface Evidence {
  add(where: string, content: Buffer | string): void
  /** `secret as spelling in place`, for each that was found. */
  find(secrets: Record<string, Traces>): string[]
  /** Places, as they were named. */
  places(): string[]
}

export function collectEvidence(): Evidence {
  const seen = new Map<string, {where: string; content: Buffer}>()
  return {
    add(where, text) {
      const content = Buffer.from(text)
      const key = `${where} ${createHash('sha1').update(content).digest('hex')}`
      seen.set(key, {where, content})
    },
    find: (secrets) =>
      [...seen.values()].flatMap(({where, content}) =>
        Object.entries(secrets).flatMap(([secret, traces]) =>
          Object.entries(traces)
            .filter(([, trace]) => content.includes(trace))
            .map(([spelling]) => `${secret} as ${spelling} in ${where}`),
        ),
      ),
    places: () => [...new Set([...seen.values()].map(({where}) => where))],
  }
}

/**
 * Adds every file below a folder, whatever its name.
 *
 * @param seen what was added already, by its name: a file that is as it was then is not read again
 */
export function addFiles(
  evidence: Evidence,
  root: string,
  seen: Map<string, string> = new Map(),
): void {
  for (const entry of readdirSync(root, {recursive: true, withFileTypes: true})) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    try {
      const {ino, size, mtimeNs, ctimeNs} = statSync(file, {bigint: true})
      const state = [ino, size, mtimeNs, ctimeNs].join(' ')
      if (seen.get(file) === state) continue
      seen.set(file, state)
      evidence.add(`file ${file.slice(root.length + 1)}`, readFileSync(file))
    } catch {
      // Removed since it was listed, as the log of a database is when that is closed.
    }
  }
}

/** Adds arguments and environment of a process and of everything it started, and says how many there are. */
export function addProcesses(evidence: Evidence, root: number): number {
  const family = familyOf(root)
  for (const pid of family) {
    for (const name of ['cmdline', 'environ']) {
      try {
        evidence.add(name, readFileSync(`/proc/${pid}/${name}`))
      } catch {
        // It has ended.
      }
    }
  }
  return family.length
}

function familyOf(root: number): number[] {
  const family = [root]
  for (const member of family) family.push(...childrenOf(member))
  return family
}

/** Of each of its threads, as the system lists them. */
function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8')
        .split(' ')
        .filter(Boolean)
        .map(Number),
    )
  } catch {
    // It has ended.
    return []
  }
}

/** Looks at a command and its home again and again until it has ended, and adds what it said. */
export async function watch(evidence: Evidence, cli: RunningCli, home: string): Promise<number> {
  let running = true
  const seen = new Map<string, string>()
  const ended = cli.result.finally(() => (running = false))
  let looks = 0
  while (running && cli.child.pid !== undefined) {
    looks += addProcesses(evidence, cli.child.pid)
    addFiles(evidence, home, seen)
    await Promise.race([new Promise((resolve) => setTimeout(resolve, 5)), ended])
  }
  const {stdout, stderr} = await ended
  evidence.add('stdout', stdout)
  evidence.add('stderr', stderr)
  addFiles(evidence, home)
  return looks
}
