import {writeFileSync} from 'node:fs'

import {afterAll, beforeAll, expect, test} from 'vitest'

import {builtInNetworks} from '../../src/protocol/built-in-networks.ts'
import type {Network} from '../../src/protocol/network.ts'
import {deadUrl, htmlAnswer, rpcAnswer, startHttpStub, type HttpStub} from '../helpers/http-stub.ts'
import {makeOperator} from '../helpers/operator.ts'
import {pairwise, runCli} from '../helpers/run-cli.ts'
import type {TempHome} from '../helpers/temp-home.ts'

/** In user info, path and query, the places where providers put their keys. */
const SECRET = 'hunter2SECRET'
const withSecrets = (url: string) =>
  `${url.replace('http://', `http://user:${SECRET}@`)}/v3/${SECRET}?apikey=${SECRET}`

const stubs: HttpStub[] = []
let temp: TempHome

async function stub(...answer: Parameters<typeof startHttpStub>): Promise<string> {
  const server = await startHttpStub(...answer)
  stubs.push(server)
  return withSecrets(server.url)
}

beforeAll(async () => {
  const refuses = await stub((body, _request, response) => {
    const {id, method} = JSON.parse(body) as {id: number; method: string}
    const text = `quota of http://user:${SECRET}@rpc.example/${SECRET} is used up`
    const answer =
      method === 'eth_chainId' ? {result: '0x1'} : {error: {code: -32_005, message: text}}
    response.end(JSON.stringify({jsonrpc: '2.0', id, ...answer}))
  })
  const l1: Record<string, string> = {
    dead: withSecrets(await deadUrl()),
    html: await stub(htmlAnswer),
    wrong: await stub(rpcAnswer({eth_chainId: () => '0x5'})),
    refuses,
  }
  const base = builtInNetworks[0]!
  const networkOf = (name: string, url: string): Network => ({
    ...base,
    name,
    posRestUrl: l1['dead']!,
    l1: {...base.l1, rpcUrls: [url]},
    l2: {...base.l2, rpcUrls: [url]},
  })
  temp = await makeOperator(networkOf('dead', l1['dead']!), {owner: 'owner', signer: 'signer'})
  for (const [name, url] of Object.entries(l1)) {
    writeFileSync(temp.path('networks', `${name}.json`), JSON.stringify(networkOf(name, url)))
  }
  const broken = {...networkOf('broken', l1['dead']!), version: 2}
  writeFileSync(temp.path('broken.json'), JSON.stringify(broken))
  writeFileSync(temp.path('no-json.json'), `{"l1": ${SECRET}}`)
})
afterAll(async () => {
  temp[Symbol.dispose]()
  await Promise.all(stubs.map((server) => server[Symbol.asyncDispose]()))
})

test('no failing command shows user info, path or query of an endpoint, in text and in JSON', async () => {
  const endpoint = withSecrets('http://127.0.0.1:1')
  const lines = [
    'status --network dead',
    'sequencer list --network dead',
    'sequencer list --network html',
    'sequencer list --network wrong',
    'sequencer list --network refuses',
    'epoch current --network html',
    'pos status --network dead',
    'network check --network dead',
    'dashboard --once --network wrong',
    'reward claim --yes',
    `network add ${temp.path('broken.json')}`,
    `network add ${temp.path('no-json.json')}`,
    `profile add x --network nope --l1-rpc-url ${endpoint}`,
    `profile add x --network andromeda --l1-rpc-url ${endpoint.replace('http', 'ftp')}`,
  ].flatMap((line) => [line, `${line} --json`])

  const results = await pairwise(lines, async (line) => ({
    line,
    result: await runCli([...line.split(' '), '--timeout', '2'], {home: temp.root}),
  }))

  for (const {line, result} of results) {
    expect(result.exitCode, line).not.toBe(0)
    expect(result.exitCode, `${line}\n${result.stderr}`).not.toBe(1)
    const said = result.stdout + result.stderr
    expect(said, line).not.toBe('')
    expect(said.includes(SECRET), `${line}\n${said}`).toBe(false)
    expect(said.includes('user:'), `${line}\n${said}`).toBe(false)
  }
})
