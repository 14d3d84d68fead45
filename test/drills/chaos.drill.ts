/**
 * Every command of the built program in front of every behaviour of real endpoints: the right result or the right error,
 * never "nothing was sent" of a transaction that is out. The suite has a choice of it (`test/chaos/commands.test.ts`).
 */
import {isDeepStrictEqual} from 'node:util'

import {
  read,
  readingBehaviours,
  readingCommands,
  send,
  sendingBehaviours,
  startChaosScene,
  steadyCommands,
  type ChaosScene,
  type Outcome,
} from '../chaos/commands.ts'
import {replacingCommands, sendingCommands} from '../helpers/sending-commands.ts'
import type {Drill} from './drill.ts'

interface Job {
  name: string
  kind: 'read' | 'send'
  run(scene: ChaosScene): Promise<Outcome>
}

export const drill: Drill = {
  // `every`: only each so many-th pair, beginning with `from`.
  options: {scenes: 3, every: 1, from: 0},
  async run({scenes = 3, every = 1, from = 0}, say) {
    const jobs = [...readJobs(), ...sendJobs()].filter((_job, at) => at % every === from % every)
    say(`${jobs.length} pairs of a command and a behaviour`)
    const tally = new Map<string, number>()
    const broken: string[] = []
    const started = performance.now()
    let next = 0
    let done = 0
    const work = async () => {
      await using scene = await startChaosScene()
      for (let job = jobs[next++]; job; job = jobs[next++]) {
        const {told, wrong} = await job.run(scene)
        tally.set(`${job.kind} ${told}`, (tally.get(`${job.kind} ${told}`) ?? 0) + 1)
        for (const each of wrong) {
          broken.push(`${job.name}: ${each}`)
          say(`not right: ${job.name}: ${each}`)
        }
        if (++done % 50 === 0)
          say(`${done} of ${jobs.length}, ${Math.round((performance.now() - started) / 1000)} s`)
      }
    }
    await Promise.all(Array.from({length: scenes}, work))
    for (const [told, count] of [...tally].toSorted((a, b) => b[1] - a[1]))
      say(`${String(count).padStart(5)}  ${told}`)
    return broken
  },
}

function readJobs(): Job[] {
  const baselines = new WeakMap<ChaosScene, Map<string, unknown>>()
  const baselineOf = async (scene: ChaosScene, line: string): Promise<unknown> => {
    const known = baselines.get(scene) ?? new Map<string, unknown>()
    baselines.set(scene, known)
    if (!known.has(line)) known.set(line, (await read(scene, line, () => () => false)).data)
    return known.get(line)
  }
  return readingCommands.flatMap((line) =>
    readingBehaviours.map(
      ([name, make]): Job => ({
        name: `${line}, ${name}`,
        kind: 'read',
        async run(scene) {
          const wanted = steadyCommands.includes(line) ? await baselineOf(scene, line) : null
          const outcome = await read(scene, line, make)
          const {data, wrong} = outcome
          if (wanted && data && !isDeepStrictEqual(data, wanted))
            wrong.push(`other data than without it: ${JSON.stringify(data).slice(0, 300)}`)
          return outcome
        },
      }),
    ),
  )
}

function sendJobs(): Job[] {
  return [...sendingCommands, ...replacingCommands].flatMap((command) =>
    sendingBehaviours.map(
      ([name, make]): Job => ({
        name: `${command.line}, ${name}`,
        kind: 'send',
        run: (scene) => send(scene, command, make),
      }),
    ),
  )
}
