/** A profile that is changed keeps what nobody named. */
import {expect, test} from 'vitest'

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
