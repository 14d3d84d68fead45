import {once} from 'node:events'
import {readFileSync} from 'node:fs'
import {createServer, type AddressInfo, type Socket} from 'node:net'
import {join} from 'node:path'
import {createSecureContext, TLSSocket} from 'node:tls'

const tls = (name: string) => readFileSync(join(import.meta.dirname, '../fixtures/tls', name))

export interface SmtpStub extends AsyncDisposable {
  port: number
  /** Whole messages, with whether each came over TLS. */
  mails: {text: string; isSecure: boolean}[]
  /** Everything that was said in the clear. */
  clear: string[]
}

/** Read at each step, so that they may change. */
export interface SmtpAnswers {
  /** Offers encryption. */
  starttls?: boolean
  /** Reply to the end of a message, such as `550 no`. */
  onData?: string
  /** Accepts connections and says nothing. */
  isSilent?: boolean
}

/** An SMTP server with STARTTLS and AUTH PLAIN, which keeps what it is sent. Source: RFC 5321, RFC 3207. */
export async function startSmtpStub(answers: SmtpAnswers = {}): Promise<SmtpStub> {
  const mails: SmtpStub['mails'] = []
  const clear: string[] = []
  const sockets = new Set<Socket>()
  const secureContext = createSecureContext({key: tls('server.key'), cert: tls('server.pem')})

  function talk(socket: Socket, isSecure: boolean): void {
    let rest = ''
    let body: string[] | undefined
    const say = (line: string) => socket.write(`${line}\r\n`)
    const onLine = (line: string) => {
      if (!isSecure) clear.push(line)
      if (body) {
        if (line !== '.') return void body.push(line)
        mails.push({text: body.join('\n'), isSecure})
        body = undefined
        return say(answers.onData ?? '250 kept')
      }
      const word = line.split(' ')[0]!.toUpperCase()
      if (word === 'EHLO') {
        say('250-stub')
        if (answers.starttls !== false && !isSecure) say('250-STARTTLS')
        return say('250 AUTH PLAIN')
      }
      if (word === 'STARTTLS') {
        if (answers.starttls === false) return say('502 not here')
        say('220 go on')
        socket.removeAllListeners('data')
        const secure = new TLSSocket(socket, {isServer: true, secureContext})
        secure.on('error', () => {})
        return talk(secure, true)
      }
      if (word === 'DATA') {
        body = []
        return say('354 go on')
      }
      if (word === 'QUIT') {
        say('221 bye')
        return void socket.end()
      }
      say(word === 'AUTH' ? '235 known' : '250 fine')
    }
    socket.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\r\n')
      rest = lines.pop()!
      lines.forEach(onLine)
    })
  }

  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    if (answers.isSilent) return
    socket.write('220 stub\r\n')
    talk(socket, false)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    ...{mails, clear, port: (server.address() as AddressInfo).port},
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
