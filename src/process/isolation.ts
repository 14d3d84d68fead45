/**
 * Isolates an engine so that only the process that started it can reach it. The engine always opens
 * a TCP port; in its own network namespace nobody can reach it, which leaves only a socket in a
 * private directory.
 */
import {readFileSync} from 'node:fs'

import {MetisSeqError} from '../lib/errors.ts'

/** `open-port`: every user and every web page on this machine can control the engine. */
export type IsolationKind = 'namespace' | 'open-port'

export interface Isolation {
  kind: IsolationKind
  /** Program and arguments before the engine's own; the process id remains the engine's. */
  launcher: readonly string[]
  /** The system kills the engine as soon as its parent is gone, for any reason. */
  diesWithParent: readonly string[]
}

/** A user namespace allows creating a network namespace; root may do so without one. */
const namespaces = [
  ['unshare', '--user', '--map-current-user', '--net', '--'],
  ['unshare', '--net', '--'],
]
/** Inside the namespace: entering one clears the flag. */
const deathSignal = ['setpriv', '--pdeathsig', 'KILL', '--']

const found = new Map<string, Promise<Isolation>>()

/**
 * The best isolation that this system allows, found by trial.
 *
 * @param searchPath value of PATH
 */
export function findIsolation(searchPath = process.env['PATH'] ?? ''): Promise<Isolation> {
  let finding = found.get(searchPath)
  if (!finding) found.set(searchPath, (finding = tryAll(searchPath)))
  return finding
}

async function tryAll(searchPath: string): Promise<Isolation> {
  const runs = (command: readonly string[]) => succeeds([...command, 'true'], searchPath)
  const diesWithParent = (await runs(deathSignal)) ? deathSignal : []
  for (const launcher of process.platform === 'linux' ? namespaces : []) {
    if (await runs([...launcher, ...diesWithParent])) {
      return {kind: 'namespace', launcher, diesWithParent}
    }
  }
  return {kind: 'open-port', launcher: [], diesWithParent}
}

async function succeeds([file, ...args]: readonly string[], searchPath: string): Promise<boolean> {
  const env = {PATH: searchPath}
  const {execa} = await import('execa')
  const {failed} = await execa(file!, args, {reject: false, timeout: 5000, stdio: 'ignore', env})
  return !failed
}

/** For a network on which a forged block would cost money. */
export function notIsolated(): MetisSeqError {
  return new MetisSeqError({
    code: 'ENGINE_NOT_ISOLATED',
    message:
      'The embedded engine would listen on a port that every user of this machine can reach, and this is not a local network.',
    facts: {platform: process.platform},
    hints: waysToIsolateHere(),
  })
}

const settings = [
  {name: 'kernel.apparmor_restrict_unprivileged_userns', bad: '1', good: '0'},
  {name: 'kernel.unprivileged_userns_clone', bad: '0', good: '1'},
  {name: 'user.max_user_namespaces', bad: '0', good: '10000'},
  {name: 'user.max_net_namespaces', bad: '0', good: '10000'},
]

/**
 * Ways to let this system isolate an engine, most likely first.
 *
 * @param setting value of a kernel setting; undefined if the kernel does not have it
 */
export function waysToIsolate(system: {
  platform: string
  setting(name: string): string | undefined
}): string[] {
  if (system.platform !== 'linux') {
    return ['Run the node on Linux: this system has no network namespaces.']
  }
  const forbidding = settings.filter(({name, bad}) => system.setting(name) === bad)
  if (forbidding.length > 0) {
    return forbidding.map(({name, good}) => `Run \`sudo sysctl -w ${name}=${good}\`.`)
  }
  return [
    'Run `sudo apt-get install util-linux`, or install the package that provides `unshare` on this system.',
    'In a container, start it with `--cap-add SYS_ADMIN`: otherwise it cannot create namespaces.',
  ]
}

export function waysToIsolateHere(): string[] {
  return waysToIsolate({platform: process.platform, setting: readSetting})
}

function readSetting(name: string): string | undefined {
  try {
    return readFileSync(`/proc/sys/${name.replaceAll('.', '/')}`, 'utf8').trim()
  } catch {
    return undefined
  }
}
