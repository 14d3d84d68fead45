/** The commands of the built program in front of endpoints that behave like real ones. */
import type {Address} from 'viem'

import {statusesIn} from '../helpers/journal.ts'
import {runCli} from '../helpers/run-cli.ts'
import {wordsOf, type SendingCommand} from '../helpers/sending-commands.ts'
import {startSendingScene, type SendingScene} from '../helpers/sending-scene.ts'
import {
  batchSpellings,
  bodies,
  knownAlready,
  knownSpellings,
  lagging,
  limitsBatches,
  logLimits,
  on,
  type Behaviour,
} from './behaviours.ts'
import {startChaosProxy} from './proxy.ts'
import {statuses} from './statuses.ts'

/** Behaviours have a state: each run makes its own. */
export type NamedBehaviour = readonly [name: string, make: () => Behaviour]

const batchLimits = Object.entries(batchSpellings).map(([name, spelling], at): NamedBehaviour => {
  const most = [1, 3, 10][at % 3]!
  return [`a batch limit of ${most}: ${name}`, () => limitsBatches(most, spelling)]
})

/** For commands that read. */
export const readingBehaviours: readonly NamedBehaviour[] = [
  ...batchLimits,
  ...statuses.map(([name, behaviour]): NamedBehaviour => [`status ${name}`, () => behaviour]),
  ...Object.entries(bodies).map(
    ([name, behaviour]): NamedBehaviour => [`a body that is ${name}`, () => behaviour],
  ),
  ...logLimits.map(
    ([name, behaviour]): NamedBehaviour => [`a limit of logs: ${name}`, () => behaviour],
  ),
]

/** The transaction is taken, whatever is said of it, and reads do not show it for a while. */
export const knownBehaviours: readonly NamedBehaviour[] = knownSpellings.map(
  ([code, text, data]): NamedBehaviour => [
    `${code} "${text}" while reads lag`,
    () => lagging(3, knownAlready(code, text, data)),
  ],
)

/** For commands that send: the broadcast alone is met by them, or everything is. */
export const sendingBehaviours: readonly NamedBehaviour[] = [
  ...knownBehaviours,
  ...batchLimits,
  ...statuses.map(
    ([name, behaviour]): NamedBehaviour => [
      `status ${name} for the broadcast`,
      () => on('eth_sendRawTransaction', behaviour),
    ],
  ),
  ...Object.entries(bodies).map(
    ([name, behaviour]): NamedBehaviour => [
      `the answer to a broadcast is ${name}`,
      () =>
        on('eth_sendRawTransaction', async (asked) => {
          const answers = await asked.forward()
          return behaviour({...asked, forward: async () => answers})
        }),
    ],
  ),
]

export const readingCommands: readonly string[] = [
  'status',
  'dashboard --once',
  'epoch current',
  'epoch next',
  'epoch list',
  'sequencer list',
  'sequencer show 1',
  'sequencer eligible',
  'stake show 1',
  'reward show 1',
  'reward history 1',
  'reward forecast 1',
  'exit status 1',
  'exit plan 1',
  'governance show',
  'lst list',
  'lst rates',
  'lst position',
  'lst requests',
  'lst queue',
  'lst backing',
  'lst compare 20000',
  'lst history artemis --days 1 --points 2',
  'lst peg',
  'lst provider status enki',
  'pool show',
  'pool quote 1 METIS m.USDC',
  'lend show',
  'cdp show',
  'network check',
  'tx list',
]

/** Commands whose data are the same at every look at a chain that stands still. */
export const steadyCommands: readonly string[] = [
  'sequencer list',
  'sequencer show 1',
  'stake show 1',
  'reward show 1',
  'reward history 1',
  'exit status 1',
  'governance show',
  'epoch list',
]

export interface ChaosScene extends SendingScene {
  behave(make: () => Behaviour): void
}

export async function startChaosScene(): Promise<ChaosScene> {
  const scene = await startSendingScene()
  let l1Behaviour: Behaviour = () => false
  let l2Behaviour: Behaviour = () => false
  const l1 = await startChaosProxy(scene.chain.l1.url, (asked) => l1Behaviour(asked))
  const l2 = await startChaosProxy(scene.chain.l2.url, (asked) => l2Behaviour(asked))
  let count = 0
  const behave = (make: () => Behaviour) => {
    l1Behaviour = make()
    l2Behaviour = make()
    // A program that runs on remembers by the address what an endpoint takes: each behaviour is another endpoint.
    const path = `/${++count}`
    scene.reach(`${l1.url}${path}`, `${l2.url}${path}`)
  }
  behave(() => () => false)
  return {
    ...scene,
    behave,
    async reset() {
      behave(() => () => false)
      await scene.chain.l1.request('evm_setIntervalMining', [0])
      await scene.reset()
    },
    async [Symbol.asyncDispose]() {
      for (const proxy of [l1, l2]) await proxy[Symbol.asyncDispose]()
      await scene[Symbol.asyncDispose]()
    },
  }
}

export interface Outcome {
  /** `done`, or the code of the error. */
  told: string
  /** What must not be, one line each. */
  wrong: string[]
  elapsedMs: number
  /** The data of a command that ended well and warned of nothing; null otherwise. */
  data: unknown
}

/** A slow endpoint is given up after so many seconds. */
const TIMEOUT_SECONDS = '2'
/** A command asks for several things one after the other, and waits for a receipt. */
const MOST_MS = 60_000

/** A command that reads: right, or an error that says what the endpoint did; never a fault of ours. */
export async function read(
  scene: ChaosScene,
  line: string,
  make: () => Behaviour,
): Promise<Outcome> {
  scene.behave(make)
  const started = performance.now()
  const args = [...line.split(' '), '--json', '--timeout', TIMEOUT_SECONDS]
  const {json, exitCode, stderr} = await runCli(args, {home: scene.homes.own.root})
  const elapsedMs = performance.now() - started
  const wrong = faultsOf(json, exitCode, stderr, elapsedMs)
  const isWhole = json?.error === null && json.warnings.length === 0
  return {told: json?.error?.code ?? 'done', wrong, elapsedMs, data: isWhole ? json.data : null}
}

/** A command that sends: never "nothing was sent" of what is out, never "done" of what is not. */
export async function send(
  scene: ChaosScene,
  command: SendingCommand,
  make: () => Behaviour,
): Promise<Outcome> {
  const {line, from, home, chain, count, before} = command
  await scene.reset()
  await before?.(scene)
  const temp = scene.homes[home]
  const nonce = await nonceOf(scene, chain, from, 'latest')
  const isReplacement = line.startsWith('tx speed-up') || line.startsWith('tx cancel')
  scene.behave(isReplacement ? () => minesLater(scene, make()) : make)
  const started = performance.now()
  const args = [...wordsOf(scene, command), '--yes', '--json', '--timeout', TIMEOUT_SECONDS]
  const {json, exitCode, stderr} = await runCli(args, {home: temp.root})
  const elapsedMs = performance.now() - started
  const out = (await nonceOf(scene, chain, from, 'pending')) - nonce
  const wrong = faultsOf(json, exitCode, stderr, elapsedMs)
  const said = JSON.stringify([json?.error?.message, json?.error?.hints])
  const statusesNow = statusesIn(temp)
  if (out > 0 && !isReplacement && count === 1) {
    if (/nothing was sent/i.test(said)) wrong.push(`it is out, and told: ${said}`)
    if (statusesNow.includes('rejected')) wrong.push('it is out, and the journal says rejected')
  }
  if (exitCode === 0 && out !== count) wrong.push(`told as done, and ${out} of ${count} are out`)
  if (exitCode === 0 && !isReplacement && statusesNow.some((each) => each !== 'mined'))
    wrong.push(`told as done, and the journal says ${statusesNow.join(', ')}`)
  return {told: json?.error?.code ?? 'done', wrong, elapsedMs, data: null}
}

/** A miner comes when the replacement is there, so that it is the one that is mined. */
function minesLater({chain}: ChaosScene, then: Behaviour): Behaviour {
  return async (asked) => {
    const isDone = await then(asked)
    if (asked.calls.some(({method}) => method === 'eth_sendRawTransaction'))
      await chain.l1.request('evm_setIntervalMining', [1])
    return isDone
  }
}

async function nonceOf({chain}: ChaosScene, on: 'l1' | 'l2', from: Address, tag: string) {
  return Number(await chain[on].request('eth_getTransactionCount', [from, tag]))
}

function faultsOf(
  json: Awaited<ReturnType<typeof runCli>>['json'],
  exitCode: number | null,
  stderr: string,
  elapsedMs: number,
): string[] {
  return [
    ...(json ? [] : [`no document: ${stderr.slice(0, 300)}`]),
    ...(exitCode === null ? ['ended by a signal'] : []),
    ...(json?.error?.exit === 'usage' ? [`no such command line: ${json.error.message}`] : []),
    ...(json?.error?.exit === 'internal' ? [`a fault of ours: ${json.error.message}`] : []),
    ...(JSON.stringify(json ?? '').includes('SECRETKEY') ? ['a secret is shown'] : []),
    ...(elapsedMs > MOST_MS ? [`it took ${Math.round(elapsedMs / 1000)} s`] : []),
  ]
}
