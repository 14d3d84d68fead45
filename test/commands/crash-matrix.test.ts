/** Every command that sends, killed at every stage of its way: run again, it ends in exactly one plan. */
import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

import {afterAll, beforeAll, beforeEach, expect, test} from 'vitest'

import {startChaosEndpoint, type ChaosEndpoint, type Fate} from '../helpers/chaos-endpoint.ts'
import {expectChanged, readFigures} from '../helpers/figures.ts'
import {statusesIn} from '../helpers/journal.ts'
import {runCli, startCli, type CliResult, type RunningCli} from '../helpers/run-cli.ts'
import {
  replacingCommands,
  sendingCommands,
  wordsOf,
  type SendingCommand,
} from '../helpers/sending-commands.ts'
import {owner, startSendingScene, type SendingScene} from '../helpers/sending-scene.ts'

let scene: SendingScene
let ends: {l1: ChaosEndpoint; l2: ChaosEndpoint}

beforeAll(async () => {
  scene = await startSendingScene()
  ends = {
    l1: await startChaosEndpoint(() => scene.chain.l1.url),
    l2: await startChaosEndpoint(() => scene.chain.l2.url),
  }
  scene.reach(ends.l1.url, ends.l2.url)
})
afterAll(async () => {
  for (const end of Object.values(ends)) await end[Symbol.asyncDispose]()
  await scene[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await scene.reset()
  for (const end of Object.values(ends)) end.reset()
})

interface Stage {
  stage: string
  /** The call that begins it, for which the process is killed. */
  at: string
  fate: Fate
  sentBefore: boolean
}

/** What one stage of the way asks of the chain first; the process is killed when it asks. */
const stages: Stage[] = [
  {stage: 'while it looks', at: 'eth_call', fate: 'silence', sentBefore: false},
  {stage: 'while it simulates', at: 'eth_estimateGas', fate: 'silence', sentBefore: false},
  {stage: 'before it signs', at: 'pending nonce', fate: 'silence', sentBefore: false},
  {stage: 'before it is out', at: 'eth_sendRawTransaction', fate: 'silence', sentBefore: true},
  {stage: 'after it is out', at: 'eth_sendRawTransaction', fate: 'deaf', sentBefore: true},
  {stage: 'while it waits', at: 'eth_getTransactionReceipt', fate: 'silence', sentBefore: true},
  {stage: 'before it compares', at: 'read after receipt', fate: 'silence', sentBefore: true},
]

/**
 * Some commands are killed at every stage, the others at every third one of those after the journal is written, in
 * turn, so that each stage has a third of them. `CRASH_MATRIX=whole` kills every command at every stage.
 */
const isWhole = process.env['CRASH_MATRIX'] === 'whole'
const samples = ['sequencer register', 'reward claim', 'lst deposit', 'governance set-limits']
const isSample = (line: string) => samples.some((sample) => line.startsWith(sample))

const matrix = sendingCommands.flatMap((command, index) =>
  stages
    .filter(
      ({sentBefore, fate}, at) =>
        isWhole ||
        isSample(command.line) ||
        (sentBefore && (index + at) % 3 === 0) ||
        // Value that moves before the last call of a plan.
        (command.moves === 1 && fate === 'deaf'),
    )
    .map((stage) => ({...command, ...stage})),
)

/**
 * Recognizes the call at which a stage begins; a stage after the receipt begins only when one was seen.
 *
 * @param of number of the transaction whose stage it is, from one
 */
function beginsStage(at: string, of = 1): (call: {method: string; params: unknown[]}) => boolean {
  let receiptAsked = false
  let sent = 0
  return ({method, params}) => {
    if (method === 'eth_sendRawTransaction') sent++
    if (method === 'eth_getTransactionReceipt') receiptAsked = true
    if (at === 'pending nonce')
      return method === 'eth_getTransactionCount' && params[1] === 'pending'
    if (at === 'read after receipt') return receiptAsked && method === 'eth_getBlockByNumber'
    return method === at && (of === 1 || sent === of)
  }
}

const nonceOf = async ({from, chain}: Pick<SendingCommand, 'from' | 'chain'>) =>
  Number(await scene.chain[chain].request('eth_getTransactionCount', [from, 'latest']))

/** Runs a command, kills it at a stage, and runs it again where nothing is in its way. */
async function killed(
  command: SendingCommand,
  {at, fate}: Pick<Stage, 'at' | 'fate'>,
  of = 1,
): Promise<{first: CliResult; wasKilled: boolean; cli: RunningCli; again: CliResult}> {
  const {home, chain: on} = command
  const args = [...wordsOf(scene, command), '--yes', '--json']
  const options = {home: scene.homes[home].root}
  const begins = beginsStage(at, of)
  let cli: RunningCli | undefined
  let wasKilled = false
  ends[on].decide((call) => {
    if (wasKilled || !begins(call)) return wasKilled ? 'silence' : 'pass'
    wasKilled = true
    cli?.child.kill('SIGKILL')
    return fate
  })
  cli = startCli(args, options)
  const first = await cli.result
  ends[on].reset()
  return {first, wasKilled, cli, again: await runCli(args, options)}
}

test.each(matrix)('$line, killed $stage', async (each) => {
  const {before, home, sentBefore, count, signedBefore = false} = each
  await before?.(scene)
  const nonce = await nonceOf(each)
  const {figures = []} = each
  const values = await readFigures(scene, figures)

  const {first, wasKilled, cli, again} = await killed(each, each)

  // What comes from elsewhere is neither planned nor simulated: there is no such stage.
  if (!wasKilled) expect(signedBefore).toBe(true)
  else expect(cli.child.signalCode, first.stderr).toBe('SIGKILL')
  const told = again.json?.error?.code ?? 'done'
  // The first transaction of such a plan is made once; what follows is another command.
  const isHalf = each.moves === 1 && sentBefore && each.at !== 'read after receipt'
  const rest = isHalf ? await finish(each, again, nonce + 1) : undefined
  expect(await nonceOf(each)).toBe(nonce + count)
  expect(new Set(statusesIn(scene.homes[home]))).toEqual(new Set(['mined']))
  await expectChanged(scene, figures, values)
  await each.after?.(scene)
  // A plan of several goes on where it was, and bytes from elsewhere are sent as they are.
  const mayGoOn = count > 1 || signedBefore || each.after !== undefined
  if (rest !== undefined) expect(told).toBe('DONE_EARLIER')
  else if (mayGoOn) expect(['done', 'DONE_EARLIER']).toContain(told)
  else expect(told).toBe(sentBefore ? 'DONE_EARLIER' : 'done')
  // Who writes files for a key elsewhere can go on: what was told once is told.
  if (signedBefore)
    await scene.run('own', `sequencer set-recipient 1 --recipient ${owner} --unsigned -`)
})

/**
 * The answer to the second run names what is mined and the command for the rest, which is carried out.
 *
 * @param nonce of the account once exactly the transactions of the first run are mined
 */
async function finish(command: SendingCommand, {json}: CliResult, nonce: number): Promise<string> {
  expect(json?.error).toMatchObject({code: 'DONE_EARLIER', exitCode: 5})
  expect(await nonceOf(command)).toBe(nonce)
  const {message, facts, hints} = json!.error!
  const rest = facts['rest']!
  expect(message).toContain('The run ended before the rest of its plan.')
  expect(hints[0]).toBe(`Run \`${rest}\` for the rest.`)
  await scene.run(command.home, `${rest.replace('metis-seq ', '')} --yes`)
  return message
}

/** Killed when a call that moves value is on its way, with others still to come. */
const halfDone = sendingCommands
  .filter(({moves = 0}) => moves > 1)
  .flatMap((command) =>
    stages
      .filter(({at}) => at === 'eth_sendRawTransaction' || at === 'eth_getTransactionReceipt')
      .map((stage) => ({...command, ...stage})),
  )

test.each(halfDone)('$line, killed $stage with what it deposits', async (each) => {
  const nonce = await nonceOf(each)
  const {figures = []} = each
  const values = await readFigures(scene, figures)

  const {wasKilled, again} = await killed(each, each, each.moves)

  expect(wasKilled).toBe(true)
  const message = await finish(each, again, nonce + each.moves!)
  expect(message).toMatch(/^Deposit [\d,.]+ METIS in vault \d+: an earlier run already sent this/)
  expect(await nonceOf(each)).toBe(nonce + each.count)
  expect(new Set(statusesIn(scene.homes[each.home]))).toEqual(new Set(['mined']))
  await expectChanged(scene, figures, values)
  await each.after?.(scene)
})

test('a change of a vault in four calls names all that were made, and the rest exactly', async () => {
  const line = 'cdp adjust 1 --deposit 2.5 --repay 12.25 --withdraw 1'
  const each = {line, from: owner, home: 'own', chain: 'l2', count: 5} as const
  const nonce = await nonceOf(each)

  const {again} = await killed(each, {at: 'eth_sendRawTransaction', fate: 'deaf'}, 4)

  const error = again.json?.error
  expect(error?.message).toMatch(
    /^Deposit 2\.5 METIS in vault 1; Repay 12\.25 MAI of vault 1: an earlier run/,
  )
  expect(error?.facts['rest']).toBe('metis-seq cdp adjust 1 --withdraw 1 --market qidao')
  expect(await nonceOf(each)).toBe(nonce + 4)
  // Told once: the same line is meant anew.
  const [args, options] = [`${line} --yes --json`.split(' '), {home: scene.homes.own.root}]
  expect((await runCli(args, options)).json?.error).toBeNull()
})

/** A replacement has the nonce of what it replaces, so whatever happens one of them is mined. */
const replacements = replacingCommands.flatMap((command) =>
  stages
    .filter(({at}) => at === 'eth_sendRawTransaction' || at === 'eth_getTransactionReceipt')
    .map((stage) => ({...command, ...stage})),
)

test.each(replacements)('$line, killed $stage', async ({at, fate, ...command}) => {
  const nonce = await nonceOf(command)
  await command.before?.(scene)
  const args = [...wordsOf(scene, command), '--yes', '--json']
  let cli: RunningCli | undefined
  let wasKilled = false
  ends.l1.decide(({method}) => {
    if (wasKilled || method !== at) return wasKilled ? 'silence' : 'pass'
    wasKilled = true
    cli?.child.kill('SIGKILL')
    return fate
  })
  cli = startCli(args, {home: scene.homes.own.root})
  await cli.result
  ends.l1.reset()
  expect(cli.child.signalCode).toBe('SIGKILL')
  await scene.chain.l1.request('evm_mine')

  const again = await runCli(args, {home: scene.homes.own.root})

  // The block has taken one of both, or all are told to be over.
  expect(['TX_NOT_OPEN', 'NOTHING_OPEN']).toContain(again.json?.error?.code)
  expect(await nonceOf(command)).toBe(nonce + 1)
})

test('no command that sends is missing', () => {
  const root = join(import.meta.dirname, '../..')
  const {commands} = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')) as {
    commands: Record<string, {flags: Record<string, unknown>}>
  }
  const folder = join(root, 'src/commands')
  /** Only what reaches a signer or a broadcast takes the host of `sendHost`; a file is signed, and sent by another. */
  const sending = readdirSync(folder, {recursive: true, encoding: 'utf8'})
    .filter((name) => name.endsWith('.ts'))
    .filter((name) => readFileSync(join(folder, name), 'utf8').includes('this.sendHost('))
    .map((name) => name.replace(/\.ts$/, '').replaceAll('/', ' '))
    .filter((command) => command !== 'tx sign')
  const priced = Object.entries(commands)
    .filter(([, {flags}]) => 'max-fee' in flags)
    .map(([id]) => id.replaceAll(':', ' '))
  expect(sending.length).toBeGreaterThan(30)
  expect([...priced, 'tx send'].toSorted(), 'two ways to find them').toEqual(sending.toSorted())
  const lines = [...sendingCommands, ...replacingCommands].map(({line}) => line)
  const missing = sending.filter(
    (command) => !lines.some((line) => `${line} `.startsWith(`${command} `)),
  )
  expect(missing).toEqual([])
})
