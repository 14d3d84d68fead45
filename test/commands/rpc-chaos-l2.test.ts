/** Plans of several calls on L2, and those of a provider on L1, in front of an endpoint that fails half-way. */
import {afterAll, beforeAll, beforeEach, expect, test} from 'vitest'

import {startChaosEndpoint, type ChaosEndpoint} from '../helpers/chaos-endpoint.ts'
import {expectChanged, readFigures} from '../helpers/figures.ts'
import {statusesIn} from '../helpers/journal.ts'
import {runCli} from '../helpers/run-cli.ts'
import {sendingCommands, wordsOf, type SendingCommand} from '../helpers/sending-commands.ts'
import {startSendingScene, type SendingScene} from '../helpers/sending-scene.ts'

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

const named = (line: string): SendingCommand => sendingCommands.find((each) => each.line === line)!
const commands = [
  named('lst withdraw enki 1 --token eMETIS'),
  named('cdp close 3'),
  named('lst provider relock enki'),
]

const nonceOf = async ({from, chain}: SendingCommand) =>
  Number(await scene.chain[chain].request('eth_getTransactionCount', [from, 'latest']))
const run = (command: SendingCommand, ...more: string[]) =>
  runCli([...wordsOf(scene, command), '--yes', '--json', ...more], {
    home: scene.homes[command.home].root,
  })

test.each(commands)('$line: silent while it simulates, and nothing is sent', async (command) => {
  const nonce = await nonceOf(command)
  ends[command.chain].decide(({method}) => (method === 'eth_estimateGas' ? 'silence' : 'pass'))

  const {json} = await run(command, '--timeout', '1')

  expect(json?.error).toMatchObject({code: 'ENDPOINT_UNREACHABLE', exitCode: 8})
  expect(await nonceOf(command)).toBe(nonce)
  expect(statusesIn(scene.homes[command.home])).toEqual([])
})

test.each(commands)(
  '$line: the chain has it and nobody heard so, and the same command ends in one plan',
  async (command) => {
    const {figures = [], count} = command
    const nonce = await nonceOf(command)
    const values = await readFigures(scene, figures)
    ends[command.chain].decide(({method}) =>
      method === 'eth_sendRawTransaction' ? 'deaf' : 'pass',
    )

    const first = await run(command, '--timeout', '1')
    ends[command.chain].reset()
    expect(first.json?.error).toMatchObject({code: 'TX_UNKNOWN', exitCode: 7})
    expect(first.json?.error?.facts['hash']).toMatch(/^0x[0-9a-f]{64}$/)
    expect(await nonceOf(command)).toBe(nonce + 1)

    const {json} = await run(command)
    expect(json?.error?.code ?? 'done').toBe(count === 1 ? 'DONE_EARLIER' : 'done')
    expect(await nonceOf(command)).toBe(nonce + count)
    await expectChanged(scene, figures, values)
  },
)
