import {join} from 'node:path'

import {engineIn, killOrphan} from '../process/anvil.ts'
import {isStopped} from '../lib/process-identity.ts'
import {readDaemon, stopDaemon} from '../process/daemon.ts'
import {stopNodeIn} from '../services/node/bundled-runtime.ts'
import {openConfig} from '../store/config.ts'
import type {Home} from '../store/home.ts'
import {LOCAL_NETWORK, localPaths, localPorts, readLocalState, type LocalState} from './settings.ts'

/** Names of the pid files of the parts that are not nodes. */
export const L1_DAEMON = 'l1'
export const POS_DAEMON = 'pos'
/** Name of the pid file of an execution engine, of a node and of L1 alike. */
const ENGINE = 'engine'

/** Stops every process of the local network, newest part first. Data stays. */
export async function bringDown(
  home: Home,
  onStep: (text: string) => void,
): Promise<{name: string; outcome: 'stopped' | 'killed' | 'not-running'}[]> {
  const state = readLocalState(home)
  if (!state) return []
  const outcomes = []
  const nodes = nodesOfNetwork(home)
  const stopNode = async (name: string) => {
    const outcome = await stopNodeIn(home.nodeDir(name))
    onStep(`node ${name}: ${outcome}`)
    return {name: `node ${name}`, outcome}
  }
  outcomes.push(...(await Promise.all(nodes.map(stopNode))))
  const {posDir, l1Dir} = localPaths(home)
  for (const [name, dir] of [
    [POS_DAEMON, posDir],
    [L1_DAEMON, l1Dir],
  ] as const) {
    const outcome = await stopDaemon(dir, name, {timeoutMs: 20_000})
    if (outcome !== 'stopped') await killOrphan(dir, ENGINE)
    onStep(`${name}: ${outcome}`)
    outcomes.push({name, outcome})
  }
  return outcomes
}

export interface LocalProcess {
  name: string
  pid: number | null
  running: boolean
  url: string
  log: string
  /** Pid of an engine that keeps running although this process is gone; null: none. */
  orphanedEngine: number | null
  /** Pids of this process and its engine that are stopped by a signal: alive but idle. */
  suspended: number[]
}

/** Every process that belongs to the local network, running or not. */
export function listDaemons(home: Home, state: LocalState): LocalProcess[] {
  const {l1Dir, posDir} = localPaths(home)
  const ports = localPorts(state.settings)
  const {profiles} = openConfig(home).read()
  const entry = (
    name: string,
    dir: string,
    daemon: string,
    port: number,
    engineDir: string,
  ): LocalProcess => {
    const found = readDaemon(dir, daemon)
    const running = found?.running ?? false
    const engine = engineIn(engineDir, ENGINE)
    const pids = [...(running && found ? [found.pid] : []), ...(engine ? [engine.pid] : [])]
    return {
      name,
      pid: found?.pid ?? null,
      running,
      url: `http://127.0.0.1:${port}`,
      log: `${dir}/${daemon}.log`,
      orphanedEngine: running ? null : (engine?.pid ?? null),
      suspended: pids.filter((pid) => isStopped(pid)),
    }
  }
  return [
    entry('l1', l1Dir, L1_DAEMON, ports.l1, l1Dir),
    entry('pos', posDir, POS_DAEMON, ports.pos, posDir),
    ...nodesOfNetwork(home).map((name) => {
      const dir = home.nodeDir(name)
      const port = profiles[name]?.node?.rpcPort ?? 0
      return entry(`node ${name}`, dir, 'node', port, join(dir, 'engine'))
    }),
  ]
}

/** Profiles with a node on the local network: created with it or joined later. */
export function nodesOfNetwork(home: Home): string[] {
  return Object.entries(openConfig(home).read().profiles)
    .filter(([, profile]) => profile.network === LOCAL_NETWORK && profile.node)
    .map(([name]) => name)
}
