import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import type {OutputKind, OutputSettings} from '../../src/services/alerts/document.ts'
import {DeliveryError, type AlertOutput} from '../../src/services/alerts/output-port.ts'
import {openOutput} from '../../src/services/alerts/outputs/open-outputs.ts'
import {startHttpStub} from '../helpers/http-stub.ts'
import {startSmtpStub, type SmtpAnswers} from '../helpers/smtp-stub.ts'
import {makeTempHome} from '../helpers/temp-home.ts'
import {outputContract, type OutputScene} from './alert-output-contract.ts'
import {describeSeam, type OpenScene} from './contract.ts'

const SECRET = 'T0PSECRET-abc'
const CA_FILE = join(import.meta.dirname, '../fixtures/tls/ca.pem')

type Make = (url: string) => OutputSettings

/** The other side is a real HTTP server. */
function overHttp(
  make: Make,
  change: (output: AlertOutput, url: string) => AlertOutput = (o) => o,
) {
  return async () => {
    const other: OutputScene['other'] = {mode: 'accepts'}
    const bodies: string[] = []
    const stub = await startHttpStub((body, _request, response) => {
      if (other.mode === 'hangs') return
      if (other.mode === 'accepts') bodies.push(body)
      response.statusCode = other.mode === 'fails' ? 500 : 200
      response.end(`{"ok": ${other.mode === 'accepts'}, "url": "${stub.url}/${SECRET}"}`)
    })
    return {
      output: change(openOutput('ops', make(stub.url)), `${stub.url}/${SECRET}`),
      other,
      received: () => bodies,
      secrets: [SECRET],
      [Symbol.asyncDispose]: () => stub[Symbol.asyncDispose](),
    }
  }
}

/** The other side is a real SMTP server, with encryption. */
async function overSmtp() {
  const other: OutputScene['other'] = {mode: 'accepts'}
  const answers: SmtpAnswers = {
    get onData() {
      return other.mode === 'fails' ? `451 not now, ${SECRET}` : '250 kept'
    },
    get isSilent() {
      return other.mode === 'hangs'
    },
  }
  const stub = await startSmtpStub(answers)
  const settings: OutputSettings = {
    ...{kind: 'email', host: 'localhost', port: stub.port, caFile: CA_FILE},
    ...{user: 'me', password: SECRET, from: 'seq@example.org', to: ['me@example.org']},
  }
  const accepted = () => (other.mode === 'accepts' ? stub.mails : stub.mails.slice(0, 1))
  return {
    output: openOutput('mail', settings),
    other,
    // The library breaks long lines with an equals sign.
    received: () => accepted().map(({text}) => text.replaceAll('=\n', '').replaceAll('\n ', ' ')),
    secrets: [SECRET],
    [Symbol.asyncDispose]: () => stub[Symbol.asyncDispose](),
  }
}

/** The other side is a real program, which keeps what it reads. */
async function overCommand() {
  const temp = makeTempHome()
  const [mode, kept, script] = ['mode', 'kept', 'page.cjs'].map((name) => temp.path(name))
  writeFileSync(
    script!,
    `const {readFileSync: read, appendFileSync} = require('node:fs')
     const mode = read(${JSON.stringify(mode)}, 'utf8')
     if (mode === 'hangs') setInterval(() => {}, 1000)
     else if (mode === 'fails') process.exit(3)
     else appendFileSync(${JSON.stringify(kept)}, read(0, 'utf8'))`,
  )
  let now: OutputScene['other']['mode'] = 'accepts'
  const other: OutputScene['other'] = {
    get mode() {
      return now
    },
    set mode(next) {
      now = next
      writeFileSync(mode!, next)
    },
  }
  other.mode = 'accepts'
  return {
    output: openOutput('page', {kind: 'command', command: [process.execPath, script!, SECRET]}),
    other,
    received: () => (existsSync(kept!) ? readFileSync(kept!, 'utf8').trim().split('\n') : []),
    secrets: [SECRET],
    [Symbol.asyncDispose]: async () => temp[Symbol.dispose](),
  }
}

const hook = (kind: 'webhook' | 'slack' | 'discord'): Make => {
  return (url) => ({kind, url: `${url}/${SECRET}`})
}

const implementations = {
  webhook: overHttp(hook('webhook')),
  slack: overHttp(hook('slack')),
  discord: overHttp(hook('discord')),
  telegram: overHttp((apiUrl) => ({kind: 'telegram', token: SECRET, chatId: '-100', apiUrl})),
  email: overSmtp,
  command: overCommand,
} satisfies Record<OutputKind, OpenScene<OutputScene>>

const broken = (change: (output: AlertOutput, url: string) => AlertOutput) =>
  overHttp(hook('webhook'), change)

describeSeam<OutputScene>({
  name: 'alert output',
  rules: outputContract,
  implementations,
  broken: [
    {
      fault: 'says only the first notice',
      caughtBy: 'one delivery says every notice, whom it is about, and what was lost',
      open: broken((output) => ({
        ...output,
        deliver: (message, signal) =>
          output.deliver({...message, notices: message.notices.slice(0, 1)}, signal),
      })),
    },
    {
      fault: 'takes a failure for a delivery',
      caughtBy: 'a delivery that is not accepted rejects with a reason',
      open: broken((output) => ({
        ...output,
        deliver: (message, signal) => output.deliver(message, signal).catch(() => {}),
      })),
    },
    {
      fault: 'quotes its URL in a reason',
      caughtBy: 'no secret is in a payload or in a reason',
      open: broken((output, url) => ({
        ...output,
        deliver: (message, signal) =>
          output.deliver(message, signal).catch(() => {
            throw new DeliveryError(`it fails at ${url}`)
          }),
      })),
    },
    {
      fault: 'forgets its signal',
      caughtBy: 'it ends with its signal while the other side hangs',
      open: broken((output) => ({
        ...output,
        deliver: (message) => output.deliver(message, new AbortController().signal),
      })),
    },
  ],
})
