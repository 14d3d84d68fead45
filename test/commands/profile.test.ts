/** A profile that is changed keeps what nobody named. */
import {join} from 'node:path'
import process from 'node:process'

import {Config} from '@oclif/core'
import {expect, test} from 'vitest'

import Init from '../../src/commands/init.ts'
import {startDaemon, stopDaemon} from '../../src/process/daemon.ts'
import {runHere} from '../helpers/run-here.ts'
import {cleanEnv, runCli, runScript} from '../helpers/run-cli.ts'
import {makeTempHome} from '../helpers/temp-home.ts'
import {startTerminal} from '../helpers/terminal.ts'

const [owner, signer, next] = (['11', '22', '33'] as const).map((pair) => `0x${pair.repeat(20)}`)

test('init --replace changes what is named, and keeps owner, recipient, endpoints and node', async () => {
  using temp = makeTempHome()
  const run = (line: string) => runCli([...line.split(' '), '--json'], {home: temp.root})
  const made = await run(
    `init --profile me --network andromeda --owner ${owner} --signer ${signer} --recipient ${next} --node-port 18595 --l1-rpc-url https://one.example --l1-rpc-url https://two.example`,
  )

  const changed = await run(`init --replace --signer ${next}`)
  const moved = await run('init --profile me --replace --node-port 19000')

  expect(made.json?.error).toBeNull()
  expect(changed.json?.data).toEqual({...made.json?.data, signer: next})
  expect(moved.json?.data).toEqual({
    ...changed.json?.data,
    node: {...(made.json?.data['node'] as object), rpcPort: 19_000, peerPort: 19_001},
  })
})

test('an address that announces heads is kept, shown without its key, and removed by name', async () => {
  using temp = makeTempHome()
  const run = (line: string) => runCli([...line.split(' '), '--json'], {home: temp.root})
  const endpoints = ({json}: Awaited<ReturnType<typeof run>>) => json?.data['endpoints']
  const both =
    '--l1-ws-url wss://l1.example/SECRET --l2-ws-url ws://me:SECRET@l2.example?key=SECRET'
  const made = await run(`init --profile me --network andromeda ${both}`)
  expect(endpoints(made)).toMatchObject({l1Ws: 'wss://l1.example', l2Ws: 'ws://l2.example'})
  const kept = await run(`init --replace --owner ${owner}`)
  expect(endpoints(kept)).toEqual(endpoints(made))
  const shown = await runCli(['profile', 'show'], {home: temp.root})
  expect(shown.stdout).toMatch(/L1 heads +wss:\/\/l1\.example\nL2 heads +ws:\/\/l2\.example\n/)
  const removed = await run('init --replace --l1-ws-url none')
  expect(endpoints(removed)).toMatchObject({l1Ws: null, l2Ws: 'ws://l2.example'})
  const wrong = await run('init --replace --l2-ws-url https://me:SECRET@l2.example')
  expect(wrong.json?.error).toMatchObject({
    exitCode: 2,
    message: expect.stringContaining('It must be a ws:// or wss:// URL, or `none`.'),
  })
  const told = [made, kept, shown, removed, wrong].flatMap((each) => [each.stdout, each.stderr])
  expect(told.join()).not.toContain('SECRET')
})

test('without --replace a name that is taken is refused, and a new profile needs a network', async () => {
  using temp = makeTempHome()
  const run = (line: string) => runCli([...line.split(' '), '--json'], {home: temp.root})
  await run('init --profile me --network andromeda')

  const taken = await run('init --profile me --network sepolia')
  const nowhere = await run('init --profile other --replace')

  expect(taken.json?.error).toMatchObject({code: 'PROFILE_EXISTS', exitCode: 5})
  expect(nowhere.json?.error).toMatchObject({code: 'NETWORK_MISSING', exitCode: 3})
})

test('what a profile without owner and node is told to type gives it both', async () => {
  using temp = makeTempHome()
  const ask = (line: string) => runHere(line.split(' '), temp.root)
  await ask('init --profile me --network andromeda')
  const told = async (line: string, placeholder: string, value: string) => {
    const {error} = await ask(line)
    const hint = error!.hints.find((text) => text.includes(placeholder))!
    return /`metis-seq (.*?)`/.exec(hint)![1]!.replace(placeholder, value)
  }

  const ended = [
    await ask(await told('node start', 'PORT', '18595')),
    await ask(await told('sequencer show', 'KEY_OR_ADDRESS', owner!)),
  ]

  expect(ended.map(({exit}) => exit)).toEqual([0, 0])
  expect(ended[1]!.data).toMatchObject({owner, node: {rpcPort: 18_595}})
})

test('a profile whose node runs is not forgotten: nothing could stop that node any more', async () => {
  using temp = makeTempHome()
  await runHere('init --profile me --network andromeda --node-port 18595'.split(' '), temp.root)
  const dir = join(temp.root, 'nodes', 'me')
  // Any process that lives will do.
  await startDaemon({
    ...{name: 'node', dir, file: 'sleep', args: ['60'], readyTimeoutMs: 1000},
    probe: () => Promise.resolve(true),
  })

  const refused = await runHere(['profile', 'remove', 'me'], temp.root)
  await stopDaemon(dir, 'node', {timeoutMs: 1000})
  const removed = await runHere(['profile', 'remove', 'me'], temp.root)

  expect(refused.error).toMatchObject({
    code: 'PROFILE_RUNNING',
    exitCode: 15,
    hints: ['Run `metis-seq node stop --profile me` first.'],
  })
  expect(removed.error).toBeNull()
})

test('questions break between words, and an answer that is wrong ends them', async () => {
  using temp = makeTempHome()
  const env = cleanEnv({home: temp.root})
  using terminal = startTerminal(process.execPath, [runScript, 'init', '--network', 'sepolia'], {
    ...{columns: 30, rows: 24, env},
  })
  const sees = (text: string) =>
    expect.poll(() => terminal.screen(), {timeout: 60_000}).toContain(text)

  await sees('Name of the profile\n[sepolia]:')
  terminal.type('me\r')
  await sees('Owner: a key name or\nan address:')
  terminal.type('nobody\r')

  expect(await terminal.exit).toBe(13)
  await sees('KEY_UNKNOWN')
  expect(terminal.screen()).not.toContain('Signer:')
})

test.each([
  ['--ca-file /no/such.pem', 'CA_FILE_INVALID'],
  ['--profile A/B', 'PROFILE_NAME_INVALID'],
  ['--network nowhere', 'NETWORK_UNKNOWN'],
  ['--owner nobody', 'KEY_UNKNOWN'],
  ['--signer 0x11', 'ADDRESS_INVALID'],
  ['--node-port 1 --batch-key nobody', 'KEY_UNKNOWN'],
])('init %s is refused before the first question', async (line, code) => {
  using temp = makeTempHome()
  const questions: string[] = []
  class Asking extends Init {
    protected override get mayAsk(): boolean {
      questions.push('asked')
      return false
    }
    async refusal(): Promise<unknown> {
      return this.perform().catch((error: unknown) => error)
    }
  }
  const {METIS_SEQ_HOME} = process.env
  process.env['METIS_SEQ_HOME'] = temp.root
  try {
    const init = new Asking(line.split(' '), await Config.load(join(import.meta.dirname, '../..')))
    expect(await init.refusal()).toMatchObject({code})
  } finally {
    if (METIS_SEQ_HOME === undefined) delete process.env['METIS_SEQ_HOME']
    else process.env['METIS_SEQ_HOME'] = METIS_SEQ_HOME
  }
  expect(questions).toEqual([])
})
