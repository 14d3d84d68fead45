/** A profile that is changed keeps what nobody named. */
import {join} from 'node:path'

import {expect, test} from 'vitest'

import {startDaemon, stopDaemon} from '../../src/process/daemon.ts'
import {runHere} from '../helpers/run-here.ts'
import {runCli} from '../helpers/run-cli.ts'
import {makeTempHome} from '../helpers/temp-home.ts'

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
