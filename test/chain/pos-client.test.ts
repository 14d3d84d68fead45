import {expect, test} from 'vitest'

import {connectRest} from '../../src/chain/pos-client.ts'
import {deadUrl, htmlAnswer, noAnswer, startHttpStub} from '../helpers/http-stub.ts'

function json(status: number, body: unknown) {
  return startHttpStub((_body, _request, response) => {
    response.statusCode = status
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
}

test('the result of the envelope comes back, and a slash at the end of the URL does no harm', async () => {
  await using server = await json(200, {height: '12', result: {span_id: 3}})
  const pos = connectRest(`${server.url}/`)

  expect(await pos.get('/metis/latest-span')).toEqual({span_id: 3})

  expect(server.paths).toEqual(['/metis/latest-span'])
  expect(pos.source).toMatchObject({name: 'pos', state: 'fresh', endpoint: server.url})
})

test.each([
  ['12', 12n],
  // Computed answers have none.
  ['0', null],
  ['-1', null],
  ['9'.repeat(40), null],
  [12, null],
  [undefined, null],
])('a height of %j in the envelope is %s', async (height, expected) => {
  await using server = await json(200, {height, result: {}})
  const pos = connectRest(server.url)
  expect(pos.newestHeight()).toBeNull()
  await pos.get('/x')
  expect(pos.newestHeight()).toBe(expected)
})

test('a result of null or false is a result', async () => {
  await using server = await json(200, {height: '0', result: null})

  expect(await connectRest(server.url).get('/x')).toBeNull()
})

test.each([
  ['404', 404, 'not-found'],
  ['500', 500, 'unreachable'],
] as const)('a refusal with status %s is told in its own words', async (_name, status, exit) => {
  await using server = await json(status, {error: 'no such span'})
  const pos = connectRest(server.url)

  await expect(pos.get('/metis/span/9')).rejects.toMatchObject({
    code: 'POS_ERROR',
    exit,
    message: expect.stringContaining('no such span'),
    facts: {path: '/metis/span/9', status: String(status)},
  })
  expect(pos.source.state).toBe('fresh')
})

test.each([
  ['no envelope', {span_id: 1}],
  ['a list', []],
  ['text', 'hello'],
  ['nothing', ''],
])('an answer with %s is no consensus layer', async (_name, body) => {
  await using server = await json(200, body)
  const pos = connectRest(server.url)

  await expect(pos.get('/x')).rejects.toMatchObject({code: 'POS_UNREACHABLE', exit: 'unreachable'})
  expect(pos.source.state).toBe('down')
})

test('HTML, a dead port and silence are all unreachable, with the host and no secret', async () => {
  await using portal = await startHttpStub(htmlAnswer)
  await using mute = await startHttpStub(noAnswer)
  const urls = [portal.url, await deadUrl(), mute.url]

  for (const url of urls) {
    const secret = `${url.replace('http://', 'http://user:SECRET@')}/base?key=SECRET`
    const error: unknown = await connectRest(secret, 200)
      .get('/x')
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      ...{code: 'POS_UNREACHABLE', facts: {endpoint: url}},
      retryable: url !== portal.url,
    })
  }
})

test('a refusal of Themis is read: its words, and that something is not there', async () => {
  await using themis = await startHttpStub((_body, request, response) => {
    const message = request.url === '/metis/span/999' ? 'could not get span' : 'unknown proposal'
    const codespace = request.url === '/metis/span/999' ? 'sdk' : 'gov'
    response.statusCode = 500
    response.end(JSON.stringify({error: JSON.stringify({codespace, code: 1, message})}))
  })
  const pos = connectRest(themis.url)
  await expect(pos.get('/metis/span/999')).rejects.toMatchObject({
    ...{code: 'POS_ERROR', exit: 'not-found', facts: {status: '500', sdkCode: '1'}},
    message: 'The consensus layer rejected /metis/span/999: could not get span.',
  })
  await expect(pos.get('/gov/proposals/1')).rejects.toMatchObject({exit: 'unreachable'})
})

test.each([
  [401, 'Invalid key', {}, false, 'Unauthorized). It says: Invalid key'],
  [403, '<html><title>Blocked</title>', {}, false, 'Forbidden). It says: Blocked'],
  [429, '{"message":"slow down"}', {}, true, 'is rate-limited'],
  [502, '<html><title>502 Bad Gateway</title>', {}, true, 'Bad Gateway'],
  [
    301,
    '',
    {location: 'https://user:SECRET@other.example/x'},
    false,
    'redirects to https://other.example',
  ],
] as const)(
  'status %s of what stands before it is named as what it is',
  async (status, text, headers, retryable, words) => {
    await using door = await startHttpStub((_body, _request, response) => {
      response.writeHead(status, headers)
      response.end(text)
    })
    const pos = connectRest(door.url)
    for (const read of [() => pos.get('/x'), () => pos.getBare('/y')]) {
      const error: unknown = await read().catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({
        ...{code: 'POS_UNREACHABLE', retryable, facts: {httpStatus: `${status}`}},
        message: expect.stringContaining(words),
      })
      expect(JSON.stringify(error)).not.toContain('SECRET')
    }
  },
)

test('an address with a query of its own, and a proxy that is not there', async () => {
  await using server = await json(200, {height: '1', result: 7})
  await connectRest(`${server.url}/base/?key=a`).get('/txs?page=2')
  expect(server.paths).toEqual(['/base/txs?key=a&page=2'])
  process.env['http_proxy'] = 'http://127.0.0.1:1'
  try {
    await expect(connectRest('http://pos.example').get('/x')).rejects.toMatchObject({
      code: 'PROXY_UNREACHABLE',
    })
  } finally {
    delete process.env['http_proxy']
  }
})

test('an answer without end is cut off', async () => {
  await using flood = await startHttpStub((_body, _request, response) => {
    const more = () => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
      if (!response.destroyed) response.once('drain', more)
    }
    more()
  })

  await expect(connectRest(flood.url, 5000).get('/x')).rejects.toMatchObject({
    code: 'POS_UNREACHABLE',
  })
})
