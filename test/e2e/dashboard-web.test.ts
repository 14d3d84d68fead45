/**
 * The page of `dashboard --web` over a real network: in a browser where this machine has one, and in a document
 * without one everywhere.
 */
import {globSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {afterAll, beforeAll, describe, expect, test} from 'vitest'

import {isRecord} from '../../src/lib/json.ts'
import {stateWords} from '../../src/ui/presenters/health.ts'
import {WEB_PAGE_BYTES} from '../../src/ui/web/limits.ts'
import {Chromium, findChromium, type Page} from '../helpers/browser.ts'
import {DomPage} from '../helpers/dom-page.ts'
import {startCli, type RunningCli} from '../helpers/run-cli.ts'
import {openCli, until, type Cli} from './local.ts'

const BASE_PORT = 27_345
const SAID_WITHIN_MS = 5_000
const TOKEN = 'a-token-of-24-characters'

let cli: Cli
let serving: RunningCli
let url: string

beforeAll(async () => {
  cli = openCli()
  await cli.data(`local up --detach --base-port ${BASE_PORT} --slot-ms 500 --epoch-length 40`)
  serving = startCli(['dashboard', '--profile', 'seq-1', '--web', '127.0.0.1:0'], {home: cli.home})
  url = await until('the address of the page', 60_000, () => {
    return /http:\/\/[\d.:]+/.exec(serving.stdout())?.[0]
  })
})

afterAll(async () => {
  serving.child.kill('SIGINT')
  await serving.result
  await cli.remove()
})

const chromium = findChromium()
if (chromium === undefined) {
  process.stderr.write(
    'No Chromium on PATH: the page is tested in a document without a browser, and its pictures, its policy and its requests are not.\n',
  )
}
const pages: [name: string, open: () => Promise<Page>][] = [
  ['a document', async () => new DomPage()],
  ...(chromium === undefined
    ? []
    : [['a browser', () => Chromium.start(chromium)] as [string, () => Promise<Page>]]),
]

/** Every daemon of this network. */
function signalAll(signal: NodeJS.Signals): void {
  const files = globSync('{local,nodes}/**/*.daemon.json', {cwd: cli.home})
  expect(files.length).toBeGreaterThan(4)
  for (const file of files) {
    const daemon: unknown = JSON.parse(readFileSync(join(cli.home, file), 'utf8'))
    if (isRecord(daemon)) process.kill(Number(daemon['pid']), signal)
  }
}

interface Shown {
  state: string
  text: string
  epoch: string
  turn: string
}

async function shownOn(page: Page): Promise<Shown> {
  const [state, text, epoch, turn] = await Promise.all(
    ['#state-word', '#state-text', '#epoch-number', '#turn-number'].map((each) => page.text(each)),
  )
  return {state: state!, text: text!, epoch: epoch!, turn: turn!}
}

async function shownByStatus(): Promise<Shown> {
  const {health, rotation, nextTurn} = await cli.data('status --profile seq-1')
  const {state, headline} = health as {state: keyof typeof stateWords; headline: string}
  const {value} = rotation as {value: {epoch: {number: string} | null}}
  return {
    state: stateWords[state],
    text: headline,
    epoch: value.epoch?.number ?? 'none',
    turn: isRecord(nextTurn) ? String(nextTurn['number']) : '',
  }
}

describe.each(pages)('in %s', (_name, open) => {
  let page: Page

  beforeAll(async () => {
    page = await open()
    await page.open(url)
    await until('a first frame', 60_000, async () =>
      /^\d+$/.test(await page.text('#epoch-number')) ? true : undefined,
    )
  })

  afterAll(async () => {
    await page.close()
  })

  test('the page says the same as `status` at the same time', async () => {
    const same = await until('a moment at which nothing changes', 120_000, async () => {
      const before = await shownOn(page)
      const said = await shownByStatus()
      const after = await shownOn(page)
      const isStill = JSON.stringify(before) === JSON.stringify(after)
      return isStill && before.state !== 'WAIT' && before.turn !== '' ? {said, after} : undefined
    })
    expect(same.after).toEqual(same.said)
  })

  test('the network falls silent: values of dead sources are marked within 5 s, and live when it is back', async () => {
    const note = () => page.text('#epoch-tile .fresh')
    expect(await note()).toBe('')
    signalAll('SIGSTOP')
    try {
      await until('a word about the silence', SAID_WITHIN_MS, async () =>
        /no answer|s old/.test(await note()) ? true : undefined,
      )
      await until('the state', 10_000, async () =>
        (await page.text('#state-word')) === 'CRIT' ? true : undefined,
      )
    } finally {
      signalAll('SIGCONT')
    }
    await until('live values', 60_000, async () => ((await note()) === '' ? true : undefined))
  })
})

test('an address for others without a token, a weak token, a busy port and no address are refused', async () => {
  const refusalOf = async (words: string) => {
    const {document, exitCode} = await cli.run(`dashboard --profile seq-1 ${words}`)
    const error = document?.['error']
    return [isRecord(error) ? error['code'] : undefined, exitCode !== 0]
  }
  const weak = join(cli.home, 'weak')
  writeFileSync(weak, 'short\n', {mode: 0o600})
  expect(await refusalOf('--web 0.0.0.0:0')).toEqual(['WEB_TOKEN_MISSING', true])
  expect(await refusalOf('--web node.example:0')).toEqual(['WEB_TOKEN_MISSING', true])
  expect(await refusalOf(`--web 127.0.0.1:0 --web-token-file ${weak}`)).toEqual([
    'WEB_TOKEN_INVALID',
    true,
  ])
  expect(await refusalOf(`--web ${new URL(url).host}`)).toEqual(['PORT_BUSY', true])
  expect(await refusalOf('--web 8090')).toEqual(['USAGE', true])
})

test('`duty history --plot` draws what it lists, beside the text and beside a CSV file', async () => {
  const [plot, csv] = [join(cli.home, 'duty.svg'), join(cli.home, 'duty.csv')]
  const {duties, plot: drawn} = await cli.data(`duty history --profile seq-1 --plot ${plot}`)
  expect(drawn).toBe(plot)
  const bars = readFileSync(plot, 'utf8').match(/<title>epoch \d+: /g) ?? []
  expect(bars.length).toBe((duties as unknown[]).length)
  const words = `duty history --profile seq-1 --plot ${plot} --output ${csv} --format csv`
  const {document} = await cli.run(words)
  expect(document?.['error']).toMatchObject({code: 'FILE_EXISTS'})
  expect(await cli.data(`${words} --force`)).toMatchObject({plot, output: csv})
})

test('with a token, for others too: refused without it, opened once with it, and then by the cookie', async () => {
  const file = join(cli.home, 'page.token')
  writeFileSync(file, `${TOKEN}\n`, {mode: 0o600})
  const words = ['--web', '0.0.0.0:0', '--web-token-file', file]
  const guarded = startCli(['dashboard', '--profile', 'seq-1', '--json', ...words], {
    home: cli.home,
  })
  try {
    const port = await until(
      'its port',
      60_000,
      () => /0\.0\.0\.0:(\d+)/.exec(guarded.stdout())?.[1],
    )
    const place = `http://127.0.0.1:${port}`
    expect((await fetch(`${place}/data.json`)).status).toBe(401)
    if (chromium !== undefined) {
      const browser = await Chromium.start(chromium)
      try {
        await browser.open(`${place}/?token=${TOKEN}`)
        await until('a frame', 60_000, async () =>
          /^\d+$/.test(await browser.text('#epoch-number')) ? true : undefined,
        )
        expect(await browser.evaluate('location.href + document.cookie')).toBe(`${place}/`)
      } finally {
        await browser.close()
      }
    }
  } finally {
    guarded.child.kill('SIGINT')
  }
  const {json, stdout} = await guarded.result
  expect(`${stdout}`).not.toContain(TOKEN)
  expect(json).toBeUndefined()
  expect(stdout.trim().split('\n').length).toBe(2)
})

// Where no browser can be had, the page's script alone is tested, above and below; stderr says so.
const inBrowser: typeof test | null = chromium === undefined ? null : test
inBrowser?.(
  'in a browser: small, of one origin, with pictures and without complaints',
  async () => {
    const browser = await Chromium.start(chromium!)
    try {
      await browser.size(360, 800, 'light')
      await browser.open(`${url}/`)
      await until('the charts', 60_000, async () =>
        Number(await browser.evaluate('document.querySelectorAll("#charts canvas").length')) >= 3
          ? true
          : undefined,
      )
      const isWide = 'document.documentElement.scrollWidth > document.documentElement.clientWidth'
      expect(await browser.evaluate(isWide)).toBe(false)
      expect(
        await browser.evaluate('document.querySelectorAll("#timeline .cell.current").length'),
      ).toBe(1)
      const origins = new Set(browser.requested.map((each) => new URL(each).origin))
      expect([...origins]).toEqual([new URL(url).origin])
      expect(browser.complaints).toEqual([])

      const paths = [...new Set(browser.requested.map((each) => new URL(each).pathname))]
      expect(paths).toEqual(expect.arrayContaining(['/', '/page.css', '/page.js', '/data.json']))
      const sizes = await Promise.all(
        paths.map(async (path) => (await (await fetch(`${url}${path}`)).arrayBuffer()).byteLength),
      )
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(WEB_PAGE_BYTES)
    } finally {
      await browser.close()
    }
  },
)

test('the network is killed: every open page says so within 5 s; then the program ends, and they say that', async () => {
  const open: Page[] = []
  for (const [, start] of pages) open.push(await start())
  try {
    for (const page of open) {
      await page.open(url)
      await until('a live state', 60_000, async () =>
        ['OK', 'WARN'].includes(await page.text('#state-word')) ? true : undefined,
      )
    }
    signalAll('SIGKILL')
    await until('a word about it on every page', SAID_WITHIN_MS, async () => {
      const states = await Promise.all(open.map((page) => page.text('#state-word')))
      const notes = await Promise.all(open.map((page) => page.text('#epoch-tile .fresh')))
      return states.every((state) => state === 'CRIT') && notes.every((note) => note !== '')
        ? true
        : undefined
    })

    serving.child.kill('SIGINT')
    const {exitCode} = await serving.result
    expect(exitCode).toBe(130)
    await until('a word about the program', SAID_WITHIN_MS, async () => {
      const said = await Promise.all(open.map((page) => page.text('#gone')))
      return said.every((each) => /No answer from metis-seq\s+for \d+ s/.test(each))
        ? true
        : undefined
    })
    for (const page of open) expect(await page.text('#state-word')).toBe('UNKNOWN')
  } finally {
    for (const page of open) await page.close()
  }
})
