/** A web page that makes its own name point to this machine (DNS rebinding), at every server of ours. */
import {request} from 'node:http'

import {expect, test} from 'vitest'

import {createHostCheck} from '../../src/lib/host-names.ts'
import {silentLogger} from '../../src/lib/log.ts'
import {startAdminServer} from '../../src/node/admin/admin-server.ts'
import {builtInNetworks} from '../../src/protocol/built-in-networks.ts'
import type {RestSource} from '../../src/pos/rest-source.ts'
import {startRest} from '../../src/pos/rest.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {makeTempHome} from '../helpers/temp-home.ts'

function statusOf(url: string, host: string, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(`${url}${path}`, {headers: {host}, agent: false}, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    asked.on('error', reject)
    asked.end()
  })
}

const foreign = [
  'evil.example',
  'evil.example:1317',
  'localhost.evil.example',
  '127.0.0.1.evil.example',
]
const own = ['localhost', 'LOCALHOST:1', '127.0.0.1:9', '[::1]:9']

test('the consensus layer answers to its own names only, and to those it was given', async () => {
  // Nothing is asked of it by the paths of this test.
  const source = {
    ...{state: () => ({revision: 1}), onError: () => {}, epochLength: () => undefined},
    ...{network: builtInNetworks[0]!, account: accountOf('mpc')},
  } as unknown as RestSource
  const listen = {port: 0, token: 'x', hostNames: ['pos.example']}
  const rest = await startRest(source, listen)
  try {
    for (const host of foreign) expect(await statusOf(rest.url, host, '/nowhere'), host).toBe(403)
    for (const host of [...own, 'pos.example'])
      expect(await statusOf(rest.url, host, '/nowhere'), host).not.toBe(403)
  } finally {
    await rest.close()
  }
})

test('the administration of a node answers to its own names only', async () => {
  using home = makeTempHome()
  const admin = await startAdminServer({
    ...{dataDir: home.root, requestStop: () => {}, logger: silentLogger},
    status: () => {
      throw new Error('not asked for')
    },
  })
  try {
    for (const host of foreign) expect(await statusOf(admin.url, host, '/healthz'), host).toBe(403)
    for (const host of own) expect(await statusOf(admin.url, host, '/healthz'), host).toBe(200)
  } finally {
    await admin.close()
  }
})

test.each([
  ['127.0.0.1', '10.0.0.1', false],
  ['0.0.0.0', '10.0.0.1', true],
  ['0.0.0.0', '[2001:db8::1]', true],
  ['0.0.0.0', 'evil.example', false],
  ['0.0.0.0', '', false],
  ['node.example', 'node.example', true],
  ['::', '127.0.0.1.evil.example', false],
])('listening on %s, asked as %j: %s', (host, header, known) => {
  expect(createHostCheck({host})(header)).toBe(known)
})
