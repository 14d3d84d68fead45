import {expect} from 'vitest'

import {MetisSeqError} from '../../src/lib/errors.ts'
import {capabilitiesOf, type RuntimeCapabilities} from '../../src/protocol/node-runtime.ts'
import type {NodeRuntime, StartOptions} from '../../src/services/node/runtime-port.ts'
import type {Rule} from './contract.ts'

/** A node that runs nowhere yet where it is ours to start, and one that runs where it is not. */
export interface RuntimeScene {
  runtime: NodeRuntime
  options: StartOptions
  /** Ids of the processes of this node that live, however they were started. */
  alive(): number[]
}

/** Version that the started program reports. */
export const STUB_VERSION = '9.8.7'

/** Every action of the port, with the capability that it needs. */
const actions: readonly [
  string,
  keyof RuntimeCapabilities,
  (scene: RuntimeScene) => Promise<unknown>,
][] = [
  ['start', 'control', ({runtime, options}) => runtime.start(options)],
  ['restart', 'control', ({runtime, options}) => runtime.restart(options)],
  ['stop', 'control', ({runtime}) => runtime.stop()],
  ['logs', 'logs', async ({runtime}) => runtime.logs(5)],
  ['logFile', 'logs', async ({runtime}) => runtime.logFile()],
  [
    'upgrade',
    'upgrade',
    ({runtime, options}) => runtime.upgrade({...options, version: STUB_VERSION}),
  ],
]

const outcomeOf = (act: Promise<unknown>): Promise<unknown> =>
  act.then(
    () => 'nothing was thrown',
    (error: unknown) => error,
  )

/** It runs, by its own account. */
async function runs({runtime}: RuntimeScene): Promise<boolean> {
  const {status, external} = await runtime.status()
  return status !== null || external !== null
}

export const runtimeContract: readonly Rule<RuntimeScene>[] = [
  {
    rule: 'what it says that it can do is what its kind can do',
    async holds({runtime}) {
      expect(runtime.capabilities).toEqual(capabilitiesOf[runtime.kind])
      expect(runtime.endpoint === null).toBe(runtime.capabilities.ownData)
      expect(runtime.profile).not.toBe('')
    },
  },
  {
    rule: 'what it cannot do is refused with a reason and a way out, and nothing is touched',
    async holds(scene) {
      const {capabilities, profile} = scene.runtime
      const before = [await runs(scene), scene.alive()]
      for (const [name, needs, act] of actions.filter(([, needs]) => !capabilities[needs])) {
        const error = await outcomeOf(act(scene))
        expect(error, `${name} needs ${needs}`).toBeInstanceOf(MetisSeqError)
        const {exit, facts, hints, code} = error as MetisSeqError
        expect([exit, facts['profile']], `${name}: ${code}`).toEqual(['precondition', profile])
        expect(hints.length, `${name}: ${code}`).toBeGreaterThan(0)
      }
      expect([await runs(scene), scene.alive()]).toEqual(before)
    },
  },
  {
    rule: 'its account is of the kind that it says, and that it does not run is an answer',
    async holds(scene) {
      const {runtime} = scene
      const look = await runtime.status()
      if (runtime.capabilities.ownStatus) {
        expect(look).toEqual({external: null, process: null, status: null, halt: null})
        await runtime.start(scene.options)
        const {status, process, external} = await runtime.status()
        expect([status?.pid, external]).toEqual([process?.pid, null])
        expect(status?.pid).toBeGreaterThan(0)
      } else {
        expect(look).toMatchObject({process: null, status: null, halt: null})
        expect(look.external?.endpoint).toBe(runtime.endpoint)
      }
    },
  },
  {
    rule: 'a start ends with a node that answers, and a second one is refused',
    async holds(scene) {
      const {runtime, options} = scene
      if (!runtime.capabilities.control) return
      const {pid, profile} = await runtime.start(options)
      expect(profile).toBe(runtime.profile)
      expect([await runs(scene), scene.alive()]).toEqual([true, [pid]])
      expect(runtime.process()).toMatchObject({pid, running: true})
      expect(await outcomeOf(runtime.start(options))).toMatchObject({code: 'ALREADY_RUNNING'})
      expect(scene.alive()).toEqual([pid])
    },
  },
  {
    rule: 'a stop leaves nothing of it, and one that does not run is told apart',
    async holds(scene) {
      const {runtime, options} = scene
      if (!runtime.capabilities.control) return
      expect(await runtime.stop()).toBe('not-running')
      await runtime.start(options)
      expect(await runtime.stop()).toBe('stopped')
      expect([await runs(scene), scene.alive()]).toEqual([false, []])
      expect(runtime.process()?.running ?? false).toBe(false)
      expect(await runtime.stop()).toBe('not-running')
    },
  },
  {
    rule: 'a restart is another process in the place of the old one, and a start where there is none',
    async holds(scene) {
      const {runtime, options} = scene
      if (!runtime.capabilities.control) return
      const first = await runtime.restart(options)
      expect(scene.alive()).toEqual([first.pid])
      const second = await runtime.restart(options)
      expect(second.pid).not.toBe(first.pid)
      expect([await runs(scene), scene.alive()]).toEqual([true, [second.pid]])
    },
  },
  {
    rule: 'a restart that is interrupted says that the node is stopped',
    async holds(scene) {
      const {runtime, options} = scene
      if (!runtime.capabilities.control) return
      await runtime.start(options)
      const ended = await outcomeOf(runtime.restart({...options, signal: AbortSignal.abort()}))
      expect(ended).toMatchObject({
        code: 'INTERRUPTED',
        message: 'Interrupted: the node was stopped, and was not started again.',
        hints: [expect.stringContaining('metis-seq node start --profile ')],
      })
      expect(scene.alive()).toEqual([])
    },
  },
  {
    rule: 'an upgrade ends with the version that was asked for, or says which one answers',
    async holds(scene) {
      const {runtime, options} = scene
      if (!runtime.capabilities.upgrade) return
      const first = await runtime.start(options)
      const second = await runtime.upgrade({...options, version: STUB_VERSION})
      expect(scene.alive()).toEqual([second.pid])
      expect(second.pid).not.toBe(first.pid)
      const other = await outcomeOf(runtime.upgrade({...options, version: '1.0.0'}))
      expect(other).toMatchObject({
        code: 'NODE_UPGRADE_FAILED',
        facts: {from: STUB_VERSION, to: '1.0.0', running: 'yes'},
      })
      expect((await runtime.status()).status?.version).toBe(STUB_VERSION)
    },
  },
  {
    rule: 'logs are the last lines, oldest first, and no more than were asked for',
    async holds(scene) {
      const {runtime, options} = scene
      if (!runtime.capabilities.logs) return
      expect(runtime.logs(5)).toEqual([])
      const {pid} = await runtime.start(options)
      const lines = runtime.logs(3)
      expect(lines).toEqual([18, 19, 20].map((line) => `line ${line} of ${pid}`))
      await runtime.stop()
      expect(runtime.logs(3)).toEqual(lines)
      expect(runtime.logFile()).not.toBe('')
    },
  },
]
