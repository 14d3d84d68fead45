import {request, type IncomingHttpHeaders} from 'node:http'
import {join} from 'node:path'

import {afterAll, beforeAll, describe, expect, test} from 'vitest'

import type {HttpServer} from '../../src/lib/http-server.ts'
import type {WebFrame} from '../../src/ui/web/frame.ts'
import {WEB_CONNECTIONS, WEB_PAGE_BYTES} from '../../src/ui/web/limits.ts'
import {readWebAssets, serveWeb, type WebOptions} from '../../src/ui/web/server.ts'
import {until} from '../e2e/local.ts'
import {DomPage} from '../helpers/dom-page.ts'
import {webFrame} from '../helpers/web-frame.ts'

const assets = readWebAssets(join(import.meta.dirname, '../../dist/page'))
const TOKEN = 'a-token-of-24-characters'

interface Got {
  status: number
  headers: IncomingHttpHeaders
  text: string
}

function get(url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Got> {
  return new Promise((resolve, reject) => {
    const asked = request(url, {method, headers, agent: false}, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.on('end', () =>
        resolve({status: response.statusCode ?? 0, headers: response.headers, text}),
      )
    })
    asked.on('error', reject)
    asked.end()
  })
}

function serve(overrides: Partial<WebOptions> = {}): Promise<HttpServer> {
  return serveWeb({
    ...{host: '127.0.0.1', port: 0, token: null, assets, frame: () => webFrame()},
    onError: (error) => {
      throw error
    },
    ...overrides,
  })
}

describe('the server of the page', () => {
  let server: HttpServer
  let asked = 0

  beforeAll(async () => {
    const frame = () => webFrame({headBlock: `${++asked}`})
    server = await serve({frame, hostNames: ['wall.example']})
  })

  afterAll(async () => {
    await server.close()
  })

  test('every answer forbids foreign and inline content, frames, referrers and caches', async () => {
    for (const path of ['/', '/page.css', '/page.js', '/icon.svg', '/data.json', '/nothing']) {
      const {headers} = await get(`${server.url}${path}`)
      const policy = String(headers['content-security-policy'])
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toMatch(/unsafe|https?:|\*|data:/)
      expect(headers).toMatchObject({
        ...{'cache-control': 'no-store', 'referrer-policy': 'no-referrer'},
        'x-content-type-options': 'nosniff',
      })
      expect(headers['content-type']).toMatch(/^(?:text\/|image\/svg|application\/json)/)
    }
  })

  test('the files are small, and name no other place and nothing inline', async () => {
    const texts = ['/', '/page.css', '/page.js', '/icon.svg'].map(
      (path) => assets.byPath.get(path)!.text,
    )
    const size = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
    expect(size + JSON.stringify(webFrame()).length).toBeLessThan(WEB_PAGE_BYTES)
    const page = assets.byPath.get('/')!.text
    const named = [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, place]) => place)
    expect(named.toSorted()).toEqual(['#charts', 'icon.svg', 'page.css', 'page.js'])
    expect(page).not.toMatch(/<script>|<style|style="|\son\w+="/)
    expect(assets.byPath.get('/page.css')!.text).not.toMatch(/@import|url\(/)
  })

  test.each(['127.0.0.1', 'localhost', '[::1]', 'wall.example', 'WALL.example:80'])(
    'the name %s is ours',
    async (host) => {
      expect((await get(`${server.url}/data.json`, {host})).status).toBe(200)
    },
  )

  test.each(['evil.example', '10.0.0.1', 'wall.example.evil'])(
    'the name "%s" is refused, for the page too',
    async (host) => {
      for (const path of ['/', '/data.json']) {
        const {status, text} = await get(`${server.url}${path}`, {host})
        expect(status).toBe(403)
        expect(text).toContain('--web-host')
      }
    },
  )

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s is refused', async (method) => {
    const {status, headers} = await get(`${server.url}/data.json`, {}, method)
    expect([status, headers['allow']]).toEqual([405, 'GET'])
  })

  test('paths that lead out of the page are not there', async () => {
    for (const path of [
      '/../package.json',
      '/%2e%2e/package.json',
      '/page.js/..%2fx',
      '//x',
      '/main.js',
    ]) {
      expect([400, 404]).toContain((await get(`${server.url}${path}`)).status)
    }
  })

  test('a picture of the frame has its own path, and needs the token like everything else', async () => {
    const picture = (path: string) => (path === '/rate-one.svg' ? '<svg/>' : undefined)
    for (const token of [null, TOKEN]) {
      const drawn = await serve({picture, token})
      try {
        const {status, headers, text} = await get(`${drawn.url}/rate-one.svg?17`)
        expect(status).toBe(token === null ? 200 : 401)
        if (token === null) {
          expect(text).toBe('<svg/>')
          expect(headers['content-type']).toContain('image/svg+xml')
        } else expect(text).not.toContain('<svg')
        expect((await get(`${drawn.url}/rate-two.svg`)).status).toBe(token === null ? 404 : 401)
      } finally {
        await drawn.close()
      }
    }
  })

  test('a frame is computed once for all who ask at the same time', async () => {
    const before = asked
    const got = await Promise.all(Array.from({length: 20}, () => get(`${server.url}/data.json`)))
    expect(got.every(({status}) => status === 200)).toBe(true)
    expect(asked - before).toBeLessThan(10)
  })

  test('more connections than the limit do not keep a reader out', async () => {
    const open = await Promise.all(
      Array.from({length: WEB_CONNECTIONS * 2}, () =>
        fetch(`${server.url}/data.json`).then(
          (response) => response.status,
          () => 0,
        ),
      ),
    )
    expect(open.filter((status) => status === 200).length).toBeGreaterThanOrEqual(
      WEB_CONNECTIONS / 2,
    )
    expect((await get(`${server.url}/data.json`)).status).toBe(200)
  })
})

describe('with a token', () => {
  let server: HttpServer

  beforeAll(async () => {
    server = await serve({token: TOKEN})
  })

  afterAll(async () => {
    await server.close()
  })

  test('nothing is served without it, and a wrong one opens nothing', async () => {
    for (const path of ['/', '/page.js', '/data.json', '/?token=wrong', '/data.json?token=wrong']) {
      expect((await get(`${server.url}${path}`)).status).toBe(401)
    }
    for (const headers of [
      {authorization: 'Bearer wrong'},
      {authorization: TOKEN},
      {cookie: `metis-seq-page=${TOKEN}`},
      {authorization: 'Bearer wrong', cookie: 'metis-seq-page='},
    ]) {
      expect((await get(`${server.url}/data.json`, headers as Record<string, string>)).status).toBe(
        401,
      )
    }
  })

  test('as a bearer token it opens everything', async () => {
    const headers = {authorization: `Bearer ${TOKEN}`}
    expect((await get(`${server.url}/data.json`, headers)).status).toBe(200)
  })

  test('in the address it is exchanged for a cookie that scripts cannot read, and that is not the token', async () => {
    const {status, headers, text} = await get(`${server.url}/?token=${TOKEN}`)
    const [cookie = ''] = headers['set-cookie'] ?? []
    expect(status).toBe(200)
    expect(headers['refresh']).toBe('0; url=/')
    expect(cookie).toMatch(/^metis-seq-page=[0-9a-f]{64}; HttpOnly; SameSite=Strict; Path=\/$/)
    expect(`${cookie}${text}`).not.toContain(TOKEN)
    const [pair = ''] = cookie.split(';')
    expect((await get(`${server.url}/data.json`, {cookie: `other=1; ${pair}`})).status).toBe(200)
    expect((await get(`${server.url}/data.json`, {cookie: `${pair}0`})).status).toBe(401)
  })
})

describe('the page', () => {
  let server: HttpServer
  let page: DomPage
  let frame: WebFrame
  let build = 'one'
  let opened = 0

  beforeAll(async () => {
    frame = webFrame()
    const byPath = {
      get(path: string) {
        if (path === '/') opened++
        return assets.byPath.get(path)
      },
    }
    server = await serve({frame: () => ({...frame, build}), assets: {build, byPath}})
    page = new DomPage()
    await page.open(server.url)
    await shows('#state-word', 'OK')
  })

  afterAll(async () => {
    await page.close()
    await server.close()
  })

  const shows = (selector: string, wanted: string) =>
    until(`${wanted} in ${selector}`, 20_000, async () =>
      (await page.text(selector)).includes(wanted) ? true : undefined,
    )

  test('foreign text stays text', async () => {
    const evil = '<img src=x onerror=alert(1)><script>alert(2)</script>'
    frame = webFrame({
      ...{network: evil, nextAction: evil, cost: evil, turnText: evil, headBlock: evil},
      state: {word: 'WARN', text: evil, tone: 'warn'},
      issues: [
        {id: 'a', word: 'WARN', tone: 'warn', text: evil, cost: evil, remedy: evil, sinceMs: 0},
        {id: 'b', word: 'CRIT', tone: 'critical', text: evil, cost: '', remedy: '', sinceMs: null},
      ],
      panels: [
        {name: 'events', title: evil, age: evil, rows: [{label: evil, value: evil, tone: 'plain'}]},
      ],
      timeline: {
        cells: [
          {
            ...{number: evil, when: 'current', glyph: evil, isMine: true, label: 'exact'},
            ...{isRespanned: true, isCut: false, text: evil},
          },
        ],
        legend: [{letter: evil, signer: evil}],
      },
      sources: [{label: evil, value: evil, tone: 'plain'}],
    })
    await shows('#state-word', 'WARN')
    await shows('#panel-events', evil)
    expect(await page.text('#issue-list')).toContain(evil)
    expect(await page.text('#timeline-legend')).toContain(evil)
    expect([page.count('img'), page.count('script')]).toEqual([0, 1])
    frame = webFrame()
    await shows('#state-word', 'OK')
    expect(page.count('#panel-events')).toBe(0)
  })

  test('pictures of the server stand on the page with their words, and go with their frame', async () => {
    const title = '<b>One</b>, 30 days'
    frame = webFrame({pictures: [{path: '/icon.svg?1', title, text: 'Rate of <b>One</b>'}]})
    await shows('#pictures', title)
    expect([page.count('#pictures img'), page.count('#pictures b')]).toEqual([1, 0])
    expect(page.count('#pictures img[src="/icon.svg?1"][alt="Rate of <b>One</b>"]')).toBe(1)
    frame = webFrame()
    await until('no picture', 20_000, () => (page.count('#pictures img') === 0 ? true : undefined))
  })

  test('a value of a source that fails is marked with the reason and its age', async () => {
    const down = {isLive: false, note: 'connection refused', ageMs: 7000, staleMs: 4000}
    frame = webFrame({fresh: {...webFrame().fresh, chain: down}})
    await shows('#epoch-tile .fresh', 'connection refused, 7 s old')
    expect(page.count('#epoch-tile.old')).toBe(1)
    expect([page.count('#window-tile.old'), page.count('#timeline.old')]).toEqual([1, 0])
    frame = webFrame()
    await until('a live tile', 20_000, () =>
      page.count('#epoch-tile.old') === 0 ? true : undefined,
    )
  })

  test('the own turn is marked, and counted down where its time is known', async () => {
    frame = webFrame({
      turn: {...webFrame().turn!, startsAtMs: webFrame().atMs + 125_000},
    })
    await shows('#turn-countdown', '2:0')
    frame = webFrame({
      epoch: {...webFrame().epoch!, producer: '◆ YOU', isMine: true},
      turn: {number: '42', blocksAway: '0', text: 'now, epoch 42', startsAtMs: 0},
    })
    await shows('#turn-countdown', '◆ NOW')
    expect(await page.text('#producer')).toBe('◆ YOU')
    expect(page.count('#producer-tile.mine')).toBe(1)
  })

  test('a page that is older than the program is loaded again', async () => {
    const loaded = opened
    build = 'another'
    await until('another load', 20_000, () => (opened > loaded ? true : undefined))
    await shows('#state-word', 'OK')
  })

  test('a frame that cannot be drawn makes nothing current, and the next one does', async () => {
    frame = webFrame({sources: null as never})
    await shows('#gone', 'the frame cannot be drawn')
    await shows('#state-word', 'UNKNOWN')
    frame = webFrame()
    await shows('#state-word', 'OK')
  })

  test('when the program is gone, nothing is shown as current', async () => {
    await server.close()
    await shows('#gone', 'No answer from metis-seq')
    await shows('#state-word', 'UNKNOWN')
    expect(await page.text('#state-text')).toBe('Last known: OK, in order')
    expect(await page.text('#turn-countdown')).toBe('unknown')
    expect(await page.text('#gone')).toContain('Everything below is from 12:00:0')
  })
})
