/** A headless Chromium of this machine, driven through its DevTools protocol. */
import {spawn, type ChildProcess} from 'node:child_process'
import {accessSync, constants, mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {delimiter, join} from 'node:path'

import {WebSocket} from 'ws'

import {isRecord} from '../../src/lib/json.ts'
import {until} from '../e2e/local.ts'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** The first browser on PATH; undefined where there is none. */
export function findChromium(): string | undefined {
  const places = (process.env['PATH'] ?? '').split(delimiter)
  return NAMES.flatMap((name) => places.map((place) => join(place, name))).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** A page that a test looks at, in a browser or in a library. */
export interface Page {
  open(url: string): Promise<void>
  /** Text of an element; empty where it is hidden or absent. */
  text(selector: string): Promise<string>
  close(): Promise<void>
}

type Message = Record<string, unknown>

export class Chromium implements Page {
  readonly #child: ChildProcess
  readonly #profile: string
  readonly #socket: WebSocket
  readonly #waiting = new Map<number, (message: Message) => void>()
  #sent = 0
  /** Every address that was asked for. */
  readonly requested: string[] = []
  /** Errors of scripts, and requests and markup that the policy refused. */
  readonly complaints: string[] = []

  private constructor(child: ChildProcess, profile: string, socket: WebSocket) {
    this.#child = child
    this.#profile = profile
    this.#socket = socket
    socket.on('message', (data) => this.#take(JSON.parse(String(data)) as Message))
  }

  static async start(path: string, flags: readonly string[] = []): Promise<Chromium> {
    const profile = mkdtempSync(join(tmpdir(), 'metis-seq-browser-'))
    const child = spawn(
      path,
      [
        ...['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
        ...['--no-first-run', '--disable-background-networking', '--disable-component-update'],
        ...['--remote-debugging-port=0', `--user-data-dir=${profile}`, ...flags, 'about:blank'],
      ],
      {stdio: 'ignore'},
    )
    const port = await until('the start of the browser', 120_000, () => portIn(profile))
    const targets = await until('a page in the browser', 120_000, async () => {
      const response = await fetch(`http://127.0.0.1:${port}/json/list`).catch(() => undefined)
      const list = response && ((await response.json()) as Message[])
      const page = list?.find(({type}) => type === 'page')
      return page && String(page['webSocketDebuggerUrl'])
    })
    const socket = new WebSocket(targets)
    await new Promise((resolve, reject) => {
      socket.once('open', resolve)
      socket.once('error', reject)
    })
    const browser = new Chromium(child, profile, socket)
    for (const domain of ['Page', 'Runtime', 'Network', 'Log'])
      await browser.send(`${domain}.enable`)
    return browser
  }

  /** @throws Error with the browser's reason */
  async send(method: string, params: Message = {}): Promise<Message> {
    const id = ++this.#sent
    const answer = new Promise<Message>((resolve) => this.#waiting.set(id, resolve))
    this.#socket.send(JSON.stringify({id, method, params}))
    const message = await answer
    if (isRecord(message['error']))
      throw new Error(`${method}: ${String(message['error']['message'])}`)
    return isRecord(message['result']) ? message['result'] : {}
  }

  /** @returns the value of an expression in the page */
  async evaluate(expression: string): Promise<unknown> {
    const {result, exceptionDetails} = await this.send('Runtime.evaluate', {
      ...{expression, returnByValue: true, awaitPromise: true},
    })
    if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails))
    return isRecord(result) ? result['value'] : undefined
  }

  async open(url: string): Promise<void> {
    await this.send('Page.navigate', {url})
  }

  async text(selector: string): Promise<string> {
    const expression = `document.querySelector(${JSON.stringify(selector)})?.innerText ?? ''`
    try {
      return String(await this.evaluate(expression))
    } catch (error) {
      // A page that is being left has no text.
      if (error instanceof Error && /navigated/.test(error.message)) return ''
      throw error
    }
  }

  async size(width: number, height: number, scheme: 'light' | 'dark'): Promise<void> {
    await this.send('Emulation.setDeviceMetricsOverride', {
      ...{width, height, deviceScaleFactor: 1, mobile: width < 600},
    })
    await this.send('Emulation.setEmulatedMedia', {
      features: [{name: 'prefers-color-scheme', value: scheme}],
    })
  }

  #take(message: Message): void {
    const {id, method, params} = message
    if (typeof id === 'number') {
      this.#waiting.get(id)?.(message)
      this.#waiting.delete(id)
      return
    }
    if (!isRecord(params)) return
    if (method === 'Network.requestWillBeSent' && isRecord(params['request'])) {
      this.requested.push(String(params['request']['url']))
    }
    if (method === 'Runtime.exceptionThrown') this.complaints.push(JSON.stringify(params))
    if (method === 'Log.entryAdded' && isRecord(params['entry'])) {
      this.complaints.push(String(params['entry']['text']))
    }
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve))
    await this.send('Browser.close').catch(() => {})
    await ended
    this.#socket.terminate()
    rmSync(this.#profile, {recursive: true, force: true, maxRetries: 5})
  }
}

function portIn(profile: string): number | undefined {
  try {
    return Number(readFileSync(join(profile, 'DevToolsActivePort'), 'utf8').split('\n')[0])
  } catch {
    return undefined
  }
}
