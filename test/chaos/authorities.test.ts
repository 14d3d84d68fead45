/** Endpoints with the certificate of an authority of one's own, on a real HTTPS server. */
import {once} from 'node:events'
import {readFileSync, truncateSync, writeFileSync} from 'node:fs'
import {createServer} from 'node:https'
import type {AddressInfo} from 'node:net'
import {join} from 'node:path'

import {afterAll, beforeAll, expect, test} from 'vitest'

import {createEndpoints} from '../../src/pos/endpoints.ts'
import {systemErrorCode} from '../../src/lib/errors.ts'
import {builtInNetworks} from '../../src/protocol/built-in-networks.ts'
import {openContext} from '../../src/services/context.ts'
import {openConfig} from '../../src/store/config.ts'
import {rpcAnswer} from '../helpers/http-stub.ts'
import {runHere} from '../helpers/run-here.ts'
import {makeTempHome} from '../helpers/temp-home.ts'
import {tlsDir} from '../helpers/web3signer-stub.ts'

const pem = (name: string) => readFileSync(join(tlsDir, name), 'utf8')
const ca = join(tlsDir, 'ca.pem')
const paths: string[] = []
const l2Answers = rpcAnswer({
  eth_chainId: () => '0x440',
  eth_blockNumber: () => '0x5',
  eth_getBalance: () => '0x0',
  rollup_getInfo: () => null,
})
const server = createServer(
  {cert: pem('server.pem'), key: pem('server.key')},
  (request, response) => {
    const chunks: Buffer[] = []
    paths.push(request.url ?? '')
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      if (request.method === 'GET')
        return void response.end('{"height":"1","result":{"span_id":3}}')
      l2Answers(Buffer.concat(chunks).toString(), request, response)
    })
  },
)
let url = ''

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const init = (home: string, ...more: string[]) =>
  runHere(
    [
      'init',
      '--profile',
      'me',
      '--network',
      'andromeda',
      '--l2-rpc-url',
      url,
      '--pos-url',
      url,
      ...more,
    ],
    home,
  )

test('with the authority in the profile every request is believed, and without it refused with its name', async () => {
  using temp = makeTempHome()
  const plain = await init(temp.root)
  const asked = {profile: 'me', home: temp.home, timeoutSeconds: 5}
  const read = async () => {
    const context = openContext(asked)
    try {
      return await Promise.allSettled([
        context.l2().client.request({method: 'eth_blockNumber'} as never),
        context.pos()!.latestSpan(),
      ])
    } finally {
      context.close()
    }
  }

  const before = await read()
  const changed = await init(temp.root, '--replace', '--ca-file', ca)
  const after = await read()
  const kept = await runHere(
    ['init', '--replace', '--l1-rpc-url', 'https://one.example'],
    temp.root,
  )
  const dropped = await runHere(['init', '--replace', '--ca-file', 'none'], temp.root)

  expect(plain.data).toMatchObject({endpoints: {caFile: null}})
  expect(changed.data).toMatchObject({endpoints: {caFile: ca}})
  expect(kept.data).toMatchObject({endpoints: {caFile: ca}})
  expect(dropped.data).toMatchObject({endpoints: {caFile: null}})
  expect(before.map(({status}) => status)).toEqual(['rejected', 'rejected'])
  const told = before.map((each) => JSON.stringify(causes((each as PromiseRejectedResult).reason)))
  for (const each of told) {
    expect(each).toContain('Nobody known vouches for its certificate')
    expect(each).toContain('--ca-file')
  }
  expect(told[0]).toContain('ENDPOINT_UNTRUSTED')
  expect(after).toMatchObject([{value: '0x5'}, {value: {id: 3}}])
})

test('network check, node status and the consensus layer believe it too', async () => {
  using temp = makeTempHome()
  await init(temp.root, '--ca-file', ca, '--l1-rpc-url', url)

  const checked = await runHere(['network', 'check', '--timeout', '5'], temp.root)
  const status = await runHere(['node', 'status', '--timeout', '5'], temp.root)

  const lines = checked.data['checks'] as {id: string; ok: boolean; seen: string}[]
  expect(lines.find(({id}) => id === 'endpoint-l2')).toMatchObject({ok: true})
  expect(lines.find(({id}) => id === 'pos')).toMatchObject({ok: true})
  expect(status.data['external']).toMatchObject({endpoint: url, peerCount: null})
  const l2 = createEndpoints({
    ...{chainName: 'L2', chainId: 1088, urls: [url], timeoutMs: 5000},
    tls: openContext({profile: 'me', home: temp.home}).tls(),
  })
  await l2.prove()
  l2.close()
})

test('a network document may name it, and `network add` puts it there', async () => {
  using temp = makeTempHome()
  const {l2, ...rest} = builtInNetworks[0]!
  const document = {...rest, name: 'mine', l2: {...l2, rpcUrls: [url]}}
  writeFileSync(temp.path('mine.json'), JSON.stringify(document))

  const added = await runHere(
    ['network', 'add', temp.path('mine.json'), '--ca-file', ca],
    temp.root,
  )
  const shown = await runHere(['network', 'show', 'mine'], temp.root)
  const relative = await runHere(
    ['network', 'add', save(temp.path('r.json'), {...document, caFile: 'ca.pem'}), '--replace'],
    temp.root,
  )

  expect(added.error).toBeNull()
  expect(shown.data).toMatchObject({caFile: ca})
  expect(relative.error).toMatchObject({code: 'NETWORK_INVALID'})
  const context = openContext({network: 'mine', home: temp.home, timeoutSeconds: 5})
  expect(await context.l2().client.request({method: 'eth_blockNumber'} as never)).toBe('0x5')
  context.close()
})

test.each<[string, (path: string) => void, RegExp]>([
  ['missing', () => {}, /ENOENT/],
  ['no PEM', (path) => writeFileSync(path, 'hello'), /no PEM certificate/],
  ['a key', (path) => writeFileSync(path, pem('server.key')), /no PEM certificate/],
  [
    'a damaged second certificate',
    (path) =>
      writeFileSync(
        path,
        `${pem('ca.pem')}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`,
      ),
    /certificate 2 is damaged/,
  ],
  [
    'too big',
    (path) => {
      writeFileSync(path, pem('ca.pem'))
      truncateSync(path, 2_000_000)
    },
    /more than 1 MB/,
  ],
])('an authority file that is %s is refused by name', async (_name, make, why) => {
  using temp = makeTempHome()
  const path = temp.path('authority.pem')
  make(path)

  const {error, exit} = await init(temp.root, '--ca-file', path)

  expect({code: error?.code, exit}).toEqual({code: 'CA_FILE_INVALID', exit: 3})
  expect(error?.message).toMatch(why)
  expect(error?.message).toContain(path)
  expect(openConfig(temp.home).read().profiles['me']).toBeUndefined()
})

test('one that went bad later is named when it is needed, and by nothing that needs no endpoint', async () => {
  using temp = makeTempHome()
  const path = save(temp.path('authority.pem'), pem('ca.pem'))
  await init(temp.root, '--ca-file', path)
  writeFileSync(path, 'gone')

  const needed = await runHere(['epoch', 'current', '--timeout', '5'], temp.root)
  const other = await runHere(['profile', 'show'], temp.root)

  expect(needed.error).toMatchObject({code: 'CA_FILE_INVALID'})
  expect(other.error).toBeNull()
})

function save(path: string, content: unknown): string {
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

function causes(error: unknown): unknown[] {
  if (!(error instanceof Error)) return []
  const {message, cause} = error
  const code = systemErrorCode(error) ?? (error as {code?: string}).code
  return [{message, code, hints: (error as {hints?: string[]}).hints}, ...causes(cause)]
}
