/** What each kind of output sends, to the letter where its service demands it. */
import {chmodSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {Ajv2020} from 'ajv/dist/2020.js'
import {expect, test} from 'vitest'

import {systemClock} from '../../src/lib/clock.ts'
import {silentLogger} from '../../src/lib/log.ts'
import {runDeadMan} from '../../src/services/alerts/dead-man.ts'
import {alertsSchema, faultsOf} from '../../src/services/alerts/document.ts'
import {outputOf} from '../../src/services/alerts/new-output.ts'
import {DELIVERY_MS} from '../../src/services/alerts/output-port.ts'
import {openOutput} from '../../src/services/alerts/outputs/open-outputs.ts'
import {addOutput, alertsFile, readAlerts} from '../../src/services/alerts/outputs-file.ts'
import {
  discordPayload,
  slackPayload,
  telegramPayload,
} from '../../src/services/alerts/outputs/shapes.ts'
import {messageWith} from '../helpers/alert-messages.ts'
import {startHttpStub} from '../helpers/http-stub.ts'
import {startSmtpStub} from '../helpers/smtp-stub.ts'
import {makeTempHome} from '../helpers/temp-home.ts'

const never = new AbortController().signal
const caFile = join(import.meta.dirname, '../fixtures/tls/ca.pem')

const many = Array.from({length: 10}, (_, index) => ({
  alert: {
    subject: `${index}`.repeat(400),
    text: 'a'.repeat(2000),
    cost: 'b'.repeat(2000),
    remedy: 'c'.repeat(2000),
  },
}))

test('payloads stay within the limits of their services, at any length of text', () => {
  const message = messageWith(many, 5)
  const telegram = telegramPayload(message, '1') as {text: string}
  expect(telegram.text.length).toBeLessThanOrEqual(4096)
  const discord = discordPayload(message) as {
    content: string
    embeds: {title: string; description: string}[]
  }
  expect(discord.embeds).toHaveLength(10)
  const letters = discord.embeds.map(({title, description}) => title.length + description.length)
  expect(letters.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(6000)
  expect(discord.content.length).toBeLessThanOrEqual(2000)
})

test('texts from outside call nobody, and add no line', () => {
  const text = 'down <!channel> @everyone & **bold**\nSubject: other \u202Ereversed'
  const message = messageWith([{alert: {text}}])
  const slack = JSON.stringify(slackPayload(message))
  expect(slack).toContain('&lt;!channel&gt; @everyone &amp;')
  expect(slack).not.toContain('<!')
  expect(discordPayload(message)).toMatchObject({allowed_mentions: {parse: []}})
  expect(JSON.stringify(discordPayload(message))).toContain(String.raw`\\*\\*bold\\*\\*`)
  const linked = messageWith([{alert: {cost: '[restart](https://evil.example) <@1> # loud'}}])
  expect(JSON.stringify(discordPayload(linked))).not.toMatch(/[^\\][[\]]\(|[^\\]<@|[^\\]# /)
  expect(message.notices[0]!.text).not.toMatch(/[\n\u202E]/)
  expect(telegramPayload(message, '1')).not.toHaveProperty('parse_mode')
  expect(JSON.stringify(telegramPayload(message, '1'))).not.toMatch(/@everyone/)
})

test('URLs of endpoints lose everything behind their host', () => {
  const url = 'https://rpc.example/v3/API-KEY?token=other'
  const [notice] = messageWith([
    {alert: {subject: url, text: `${url} fails`, cost: `see ${url}.`, remedy: `curl ${url}`}},
  ]).notices
  expect(JSON.stringify(notice)).not.toMatch(/API-KEY|token/)
  expect(notice).toMatchObject({subject: 'https://rpc.example', text: 'https://rpc.example fails'})
})

test('a refusal for good and a time to wait are told from a failure that passes', async () => {
  for (const [status, isRefused] of [
    [400, true],
    [404, true],
    [408, false],
    [429, false],
    [500, false],
    [302, false],
  ] as const) {
    await using stub = await startHttpStub((_body, _request, response) => {
      response.writeHead(status, status === 500 ? {'retry-after': '7'} : {})
      response.end(status === 429 ? '{"ok":false,"parameters":{"retry_after":3}}' : 'no')
    })
    const output = openOutput('ops', {kind: 'webhook', url: stub.url})
    const retryAfterMs = {429: 3000, 500: 7000}[status as number] ?? null
    await expect(output.deliver(messageWith(), never)).rejects.toMatchObject({
      ...{isRefused, retryAfterMs, message: `it answers with HTTP status ${status}`},
    })
  }
})

test('a secret is sent in the clear to this machine only, unless the operator says so', async () => {
  const deliver = (insecure: boolean) =>
    openOutput('ops', {kind: 'webhook', url: 'http://hooks.invalid/SECRET', insecure}).deliver(
      messageWith(),
      never,
    )
  await expect(deliver(false)).rejects.toThrow('its URL is plain HTTP to another machine')
  await expect(deliver(true)).rejects.toThrow(/it cannot be reached \((?:ENOTFOUND|EAI_AGAIN)\)/)
})

test('mail goes over TLS, with the password after it, or not at all', async () => {
  await using secure = await startSmtpStub()
  const mail = (port: number, more: object = {}) =>
    openOutput('mail', {
      ...{kind: 'email', host: 'localhost', port, caFile, user: 'me', password: 'PASSWORD'},
      ...{from: 'seq@example.org', to: ['me@example.org', 'you@example.org']},
      ...more,
    })
  await mail(secure.port).deliver(messageWith(), never)
  expect(secure.mails).toMatchObject([{isSecure: true}])
  expect(secure.clear.map((line) => line.split(' ')[0])).toEqual(['EHLO', 'STARTTLS'])
  const [{text = ''} = {}] = secure.mails
  expect(text).toContain('Subject: [metis-seq] seq-1 on andromeda: CRIT: your node is not')
  expect(text).toContain('Message-ID: <id-0@metis-seq.invalid>')
  expect(text).toContain('To: me@example.org, you@example.org')

  // A server, or somebody in between, that offers no encryption gets neither mail nor password.
  await using plain = await startSmtpStub({starttls: false})
  await expect(mail(plain.port).deliver(messageWith(), never)).rejects.toThrow('the mail server')
  expect(plain.mails).toEqual([])
  expect(plain.clear.join(' ')).not.toContain('AUTH')
  // An authority that nobody trusts.
  await using other = await startSmtpStub()
  const {caFile: _caFile, ...untrusted} = {caFile}
  const without = openOutput('mail', {
    ...{kind: 'email', host: 'localhost', port: other.port, ...untrusted},
    ...{from: 'seq@example.org', to: ['me@example.org']},
  })
  await expect(without.deliver(messageWith(), never)).rejects.toThrow('the mail server fails')
  expect(other.mails).toEqual([])
  // In the clear only when the operator says so.
  await mail(plain.port, {tls: 'none', user: undefined}).deliver(messageWith(), never)
  expect(plain.mails).toMatchObject([{isSecure: false}])
  // 5xx is for good.
  await using refusing = await startSmtpStub({onData: '550 not here'})
  await expect(mail(refusing.port).deliver(messageWith(), never)).rejects.toMatchObject({
    isRefused: true,
  })
})

test('a program that leaves another one in the background has delivered when it ends', async () => {
  const temp = makeTempHome()
  const pidFile = join(temp.home.root, 'pid')
  const script = 'cat >/dev/null; sleep 60 & echo $! >"$0"'
  const output = openOutput('page', {
    kind: 'command',
    command: ['/bin/sh', '-c', script, pidFile],
  })
  const startedMs = performance.now()
  try {
    await output.deliver(messageWith(), never)
    expect(performance.now() - startedMs).toBeLessThan(DELIVERY_MS)
  } finally {
    process.kill(Number(readFileSync(pidFile, 'utf8')))
    temp[Symbol.dispose]()
  }
}, 15_000)

test('alerts.json is written for its owner only, and refused when others can read it', () => {
  using temp = makeTempHome()
  const {home} = temp
  expect(readAlerts(home)).toEqual({outputs: {}})
  addOutput(home, 'ops', {kind: 'webhook', url: 'https://hooks.example/SECRET'})
  const path = alertsFile(home)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  chmodSync(path, 0o644)
  expect(() => readAlerts(home)).toThrow(/other users can read it \(mode 644\)/)
  chmodSync(path, 0o600)
  writeFileSync(path, '{"outputs": {"ops": {"kind": "webhook", "url": "SECRET-not-a-url"}}}')
  expect(() => readAlerts(home)).toThrow(expect.objectContaining({code: 'ALERTS_INVALID'}))
  expect(() => readAlerts(home)).toThrow(/^(?!.*SECRET)/)
  writeFileSync(path, '{"outputs": SECRET')
  expect(() => readAlerts(home)).toThrow(/it is not JSON\.$/)
})

const documents: [string, unknown, boolean][] = [
  ['nothing', {outputs: {}}, true],
  [
    'every kind',
    {
      $schema: 'alerts.schema.json',
      outputs: {
        a: {kind: 'webhook', url: {file: '/run/url'}, minSeverity: 'critical'},
        b: {kind: 'slack', url: 'https://hooks.example/x'},
        c: {kind: 'discord', url: 'http://hooks.example/x', insecure: true},
        d: {kind: 'telegram', token: 't', chatId: '@channel_name'},
        e: {kind: 'email', host: 'h', port: 587, from: 'a@b', to: ['c@d'], tls: 'implicit'},
        f: {kind: 'command', command: ['/bin/true', '--x']},
      },
      deadMan: {url: 'https://ping.example/x', everySeconds: 10},
    },
    true,
  ],
  [
    'a misspelled setting',
    {outputs: {a: {kind: 'slack', url: 'https://a.b', minseverity: 'warn'}}},
    false,
  ],
  ['an unknown kind', {outputs: {a: {kind: 'pager', url: 'https://a.b'}}}, false],
  [
    'a setting of another kind',
    {outputs: {a: {kind: 'command', command: ['/x'], url: 'https://a.b'}}},
    false,
  ],
  ['no outputs', {deadMan: {url: 'https://a.b'}}, false],
  ['a name with a dot', {outputs: {'a.b': {kind: 'slack', url: 'https://a.b'}}}, false],
  [
    'a secret with more than a file',
    {outputs: {a: {kind: 'slack', url: {file: '/x', mode: 1}}}},
    false,
  ],
  [
    'a recipient with a line break',
    {outputs: {a: {kind: 'email', host: 'h', port: 25, from: 'a@b', to: ['c@d\nBcc: e@f']}}},
    false,
  ],
]

test.each(documents)('the schema and the program agree on %s', (_name, document, isValid) => {
  const validate = new Ajv2020({strict: false, formats: {uri: true}}).compile(alertsSchema)
  expect(validate(document)).toBe(isValid)
  expect(faultsOf(document).length === 0).toBe(isValid)
})

test('an output that lacks something is not added, and the reason quotes no value', () => {
  const add = (request: Omit<Parameters<typeof outputOf>[0], 'name'>) => () =>
    outputOf({name: 'ops', ...request})
  expect(add({kind: 'slack'})).toThrow('outputs.ops.url must be the secret itself')
  expect(add({kind: 'telegram', secret: 'TOKEN'})).toThrow('outputs.ops.chatId must match')
  expect(add({kind: 'webhook', secret: 'SECRET'})).toThrow(/^(?!.*SECRET)/)
  expect(add({kind: 'command', command: ['page']})).toThrow('absolute path')
  const mail = {kind: 'email', host: 'h', from: 'a@b', to: ['c@d']} as const
  expect(outputOf({name: 'm', ...mail})).toMatchObject({port: 587})
  expect(outputOf({name: 'm', ...mail, tls: 'implicit'})).toMatchObject({port: 465})
})

test('a dead-man ping that is not sent is neither accepted nor refused', async () => {
  await using hook = await startHttpStub((_body, _request, response) => void response.end('ok'))
  const stop = new AbortController()
  const at = {isWorking: true, isThere: true}
  const told: (boolean | null)[] = []
  const done = runDeadMan({
    ...{clock: {...systemClock, sleep: (_ms, signal) => systemClock.sleep(1, signal)}},
    ...{logger: silentLogger, signal: stop.signal, onPing: (isReached) => told.push(isReached)},
    settings: () => (at.isThere ? {url: hook.url} : undefined),
    isWorking: () => at.isWorking,
  })
  const last = () => expect.poll(() => told.at(-1), {interval: 5})
  await last().toBe(true)
  at.isWorking = false
  await last().toBe(null)
  at.isWorking = true
  await last().toBe(true)
  at.isThere = false
  await last().toBe(null)
  stop.abort()
  await done
})
