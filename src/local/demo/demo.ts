import {randomBytes} from 'node:crypto'
import {rmSync} from 'node:fs'
import {join} from 'node:path'

import {writeFileAtomic} from '../../lib/files.ts'
import {portIsFree} from '../../process/ports.ts'
import type {SelfCommand} from '../../services/node/runtime-port.ts'
import {openHome, type Home} from '../../store/home.ts'
import {applyReset, planReset} from '../reset.ts'
import {localParts} from '../../protocol/local-parts.ts'
import {defaultSettings, localPorts, sequencersOf, type LocalSettings} from '../settings.ts'
import {createStage, type During} from './stage.ts'
import {tellStory} from './story.ts'

export const DEMO_PROFILE = 'dora'

/** The demo's clock runs faster than a real network, so that the story takes about two minutes. */
const PACE = ['--slot-ms', '1000', '--epoch-length', '10', '--respan-delay', '6']

/** One operator, and the liquid-staking providers with a sequencer each. */
const NETWORK: Pick<LocalSettings, 'nodes' | 'with'> = {nodes: 1, with: localParts}
const SEQUENCERS = sequencersOf({...defaultSettings, ...NETWORK}).length

/** Above it the operating system assigns ports on its own, also to our engines. */
const LAST_BASE_PORT = 32_000

/** A separate directory: a demo never touches the operator's profiles, keys or local network. */
export function demoHome(home: Home): Home {
  return openHome(join(home.root, 'demo'))
}

/**
 * Tells the whole story on a fresh network. The network still runs when it returns.
 *
 * @throws {MetisSeqError} DEMO_FAILED with the expected and the actual result
 */
export async function runDemo(options: {
  home: Home
  self: SelfCommand
  print(line: string): void
  /** Shows what it is waiting for. */
  during: During
  signal: AbortSignal
  /** First port; undefined: the first thousand that is free. */
  basePort?: number | undefined
}): Promise<{elapsedMs: number}> {
  const {home, self, print, during, signal} = options
  const started = performance.now()
  await startAfresh(home)
  const basePort = options.basePort ?? (await freeBasePort())
  const passwordFile = join(home.root, `${DEMO_PROFILE}-password`)
  writeFileAtomic(passwordFile, `${randomBytes(24).toString('hex')}\n`)
  const ports = localPorts({...defaultSettings, basePort})
  await tellStory(createStage({home, self, print, during, signal}), {
    upFlags: [
      ...PACE,
      ...['--nodes', String(NETWORK.nodes), '--with', NETWORK.with.join(',')],
      ...(basePort === defaultSettings.basePort ? [] : ['--base-port', String(basePort)]),
    ],
    sequencers: SEQUENCERS,
    nodePort: ports.nodeRpc(SEQUENCERS + 1),
    passwordFile,
  })
  return {elapsedMs: Math.round(performance.now() - started)}
}

/** The demo's directory contains only the demo, so all of it is deleted. */
async function startAfresh(home: Home): Promise<void> {
  await applyReset(home, planReset(home), () => {})
  rmSync(home.root, {recursive: true, force: true})
}

/**
 * The first base port whose whole range is free: another local network may run alongside the demo.
 */
async function freeBasePort(): Promise<number> {
  for (let basePort = defaultSettings.basePort; basePort < LAST_BASE_PORT; basePort += 1000) {
    const ports = localPorts({...defaultSettings, basePort})
    const needed = [
      ports.l1,
      ports.pos,
      ...Array.from({length: SEQUENCERS + 1}, (_, index) => index + 1).flatMap((number) => [
        ports.nodeRpc(number),
        ports.nodePeer(number),
      ]),
    ]
    const free = await Promise.all(needed.map((port) => portIsFree(port)))
    if (free.every(Boolean)) return basePort
  }
  return defaultSettings.basePort
}
