/** How endpoints of real chains behave, each in its own spelling. */
import {gzipSync} from 'node:zlib'

import type {IncomingHttpHeaders, ServerResponse} from 'node:http'

export interface Call {
  id: number
  method: string
  params: unknown[]
}
export type Answer = Record<string, unknown>

/** One request to the endpoint, and ways to answer it. */
export interface Asked {
  calls: Call[]
  isBatch: boolean
  response: ServerResponse
  headers: IncomingHttpHeaders
  /** How many requests were made before this one. */
  before: number
  /** What the chain answers, in order. */
  forward(calls?: Call[]): Promise<Answer[]>
  reply(body: unknown, status?: number, headers?: Record<string, string>): void
}

/** True: it has answered, or never will. False: the request passes to the chain. */
export type Behaviour = (asked: Asked) => Promise<boolean> | boolean

const error = (id: unknown, code: number, message: string, data?: unknown) => ({
  jsonrpc: '2.0',
  id,
  error: {code, message, ...(data === undefined ? {} : {data})},
})
const isTooLong = ({calls}: Asked, most: number) => calls.length > most

/** One of the spellings in which a batch is refused. */
export type BatchSpelling = (asked: Asked, most: number) => Promise<void> | void

export const batchSpellings: Readonly<Record<string, BatchSpelling>> = {
  'one error, id null, -32600': ({reply}) => reply(error(null, -32_600, 'batch too large')),
  'one error in a list, id of the first': ({reply, calls}) =>
    reply([error(calls[0]?.id, -32_600, 'batch too large')]),
  'one error in a list, id null': ({reply}) => reply([error(null, -32_600, 'Invalid Request')]),
  'code 31 for each call': ({reply, calls}, most) =>
    reply(
      calls.map(({id}) => error(id, 31, `Batch of more than ${most} requests are not allowed`)),
    ),
  'one error, code 31, status 500': ({reply}, most) =>
    reply({message: `Batch of more than ${most} requests are not allowed`, code: 31}, 500),
  'one error, -32005': ({reply}) => reply(error(null, -32_005, 'batch limit exceeded')),
  'one error, -32000, status 400': ({reply}) => reply(error(null, -32_000, 'too many calls'), 400),
  'status 413 with a page': ({reply}) => reply('<html><title>413 Request Too Large</title>', 413),
  'status 413 without a word': ({reply}) => reply('', 413),
  'status 400 with a sentence': ({reply}) => reply('batch requests are not supported', 400),
  'the first ones answered, the rest left out': async ({reply, forward, calls}, most) =>
    reply(await forward(calls.slice(0, most))),
  'the first ones answered, the rest refused': async ({reply, forward, calls}, most) =>
    reply([
      ...(await forward(calls.slice(0, most))),
      ...calls.slice(most).map(({id}) => error(id, -32_005, 'batch item limit exceeded')),
    ]),
  'only the first answered, without a list': async ({reply, forward, calls}) =>
    reply((await forward(calls.slice(0, 1)))[0]),
  'an error that is a text': ({reply}) => reply({error: 'batch calls are not allowed'}),
}

export function limitsBatches(most: number, spelling: BatchSpelling): Behaviour {
  return async (asked) => {
    if (!isTooLong(asked, most)) return false
    await spelling(asked, most)
    return true
  }
}

/** The right answer, later. */
export function late(ms: number): Behaviour {
  return () => new Promise((resolve) => setTimeout(resolve, ms, false))
}

/** A status with a body, for every request. */
export function status(
  code: number,
  body: unknown = '',
  headers: Record<string, string> = {},
): Behaviour {
  return ({reply}) => {
    reply(body, code, headers)
    return true
  }
}

/** As `then` for the calls of one method, and the others pass. */
export function on(method: string, then: Behaviour): Behaviour {
  return (asked) => (asked.calls.some((call) => call.method === method) ? then(asked) : false)
}

/** The first requests of all. */
export function atFirst(times: number, then: Behaviour): Behaviour {
  let left = times
  return async (asked) => (left > 0 && (await then(asked)) ? left-- > 0 : false)
}

/** The answers of the chain, changed. */
export function changed(change: (answers: Answer[]) => unknown): Behaviour {
  return async ({forward, reply, isBatch}) => {
    const answers = await forward()
    const told = change(answers)
    reply(isBatch || !Array.isArray(told) ? told : told[0])
    return true
  }
}

export const bodies: Readonly<Record<string, Behaviour>> = {
  'out of order': changed((answers) => answers.toReversed()),
  'ids as texts': changed((answers) => answers.map((each) => ({...each, id: String(each['id'])}))),
  'cut in the middle': async ({forward, response}) => {
    const text = JSON.stringify(await forward())
    response.setHeader('content-length', text.length)
    response.write(text.slice(0, text.length / 2))
    setImmediate(() => response.destroy())
    return true
  },
  'shorter than valid': async ({forward, response, isBatch}) => {
    const answers = await forward()
    response.end(JSON.stringify(isBatch ? answers : answers[0]).slice(0, -3))
    return true
  },
  'packed although nobody asked': async ({forward, response, isBatch}) => {
    const answers = await forward()
    response.setHeader('content-encoding', 'gzip')
    response.end(gzipSync(JSON.stringify(isBatch ? answers : answers[0])))
    return true
  },
  endless: ({response}) => {
    const piece = Buffer.alloc(1_000_000, 0x20)
    const more = () => {
      while (!response.destroyed && response.write(piece));
    }
    response.on('drain', more)
    more()
    return true
  },
  'a byte a time': ({response}) => {
    const timer = setInterval(() => response.write(' '), 50)
    response.on('close', () => clearInterval(timer))
    return true
  },
  'ids of other requests': changed((answers) =>
    answers.map((each) => ({...each, id: Number(each['id']) + 7000})),
  ),
  empty: ({reply}) => {
    reply('')
    return true
  },
  'null for everything': ({reply}) => {
    reply('null')
    return true
  },
  'a page': ({reply}) => {
    reply('<!doctype html><title>Welcome</title>')
    return true
  },
  'closes without a word': ({response}) => {
    response.destroy()
    return true
  },
}

/** Takes the transaction, and says that it has it already; the hash stands for HASH. */
export function knownAlready(code: number, message: string, data?: unknown, http = 200): Behaviour {
  return on('eth_sendRawTransaction', async ({forward, calls, reply}) => {
    const [answer] = await forward()
    const text = message.replaceAll('HASH', String(answer?.['result']))
    reply(error(calls[0]?.id, code, text, data), http)
    return true
  })
}

export const knownSpellings: readonly (readonly [code: number, message: string, data?: unknown])[] =
  [
    [-32_000, 'already known'],
    [-32_000, 'known transaction: HASH'],
    [-32_000, 'ALREADY_EXISTS: already known'],
    [-32_000, 'AlreadyKnown'],
    [-32_010, 'AlreadyKnown'],
    [-32_010, 'Transaction with the same hash was already imported.'],
    [-32_003, 'transaction already imported'],
    [-32_003, 'already known'],
    [-32_603, 'already known'],
    [-32_603, 'Internal error', {message: 'tx already in mempool'}],
    [-32_603, 'tx already exists in cache'],
    [-32_000, 'Known transaction'],
    [-32_000, 'TRANSACTION_ALREADY_KNOWN'],
    [-32_000, 'transaction already in mempool'],
    [-32_602, 'Transaction is already in the pool'],
    [-32_000, 'existing tx with same hash'],
    [-32_000, 'DUPLICATE_TRANSACTION'],
    [-32_000, 'nonce too low'],
    [-32_000, 'nonce too low: next nonce 1, tx nonce 0'],
    [-32_000, 'invalid transaction: nonce too low'],
    [-32_000, 'OldNonce, Current nonce: 1, nonce of rejected tx: 0'],
    [-32_003, 'NONCE_TOO_LOW'],
    [-32_010, 'Transaction nonce is too low. Try incrementing the nonce.'],
    [-32_000, 'upstream timed out'],
    [-32_000, 'Internal server error'],
    [-32_603, 'Internal error'],
  ]

/** Reads of one account's future are behind for some requests after a transaction was sent. */
export function lagging(requests: number, then: Behaviour): Behaviour {
  let left: number | undefined
  /** The nonce that each account had before. */
  const counts = new Map<unknown, unknown>()
  return async (asked) => {
    const isSending = asked.calls.some(({method}) => method === 'eth_sendRawTransaction')
    if (isSending) left ??= requests
    if (isSending) return then(asked)
    const answers = await asked.forward()
    if (left === undefined) {
      asked.calls.forEach(({method, params}, at) => {
        if (method === 'eth_getTransactionCount') counts.set(params[0], answers[at]?.['result'])
      })
      return then(asked)
    }
    if (left-- <= 0) return then(asked)
    const behind = answers.map((answer, at) => {
      const method = asked.calls[at]?.method ?? ''
      if (method.startsWith('eth_getTransactionBy') || method === 'eth_getTransactionReceipt')
        return {...answer, result: null}
      if (method !== 'eth_getTransactionCount') return answer
      return {...answer, result: counts.get(asked.calls[at]?.params[0]) ?? '0x0'}
    })
    asked.reply(asked.isBatch ? behind : behind[0])
    return true
  }
}

/** An endpoint that gives the logs of few blocks at a time. */
function limitsLogs(most: number, refuse: () => object, http = 200): Behaviour {
  return async ({calls, reply, forward, isBatch}) => {
    const isWide = ({method, params}: {method: string; params: unknown[]}) => {
      if (method !== 'eth_getLogs') return false
      const {fromBlock, toBlock} = params[0] as Record<string, string>
      return Number(toBlock) - Number(fromBlock) + 1 > most
    }
    if (!calls.some(isWide)) return false
    const answers = await forward()
    const told = calls.map((call, at) => (isWide(call) ? {id: call.id, ...refuse()} : answers[at]))
    reply(isBatch ? told : told[0], http)
    return true
  }
}

export const logLimits: readonly [name: string, behaviour: Behaviour][] = [
  [
    '-32602, range',
    limitsLogs(10, () => ({error: {code: -32_602, message: 'block range too large'}})),
  ],
  [
    '-32005, results',
    limitsLogs(10, () => ({
      error: {code: -32_005, message: 'query returned more than 10000 results'},
    })),
  ],
  [
    '-32000, one block',
    limitsLogs(1, () => ({error: {code: -32_000, message: 'exceed maximum block range: 1'}})),
  ],
  [
    '35, plan',
    limitsLogs(10, () => ({
      error: {code: 35, message: 'ranges over 10 blocks are not supported on freetier'},
    })),
  ],
  [
    '-32600 with status 400',
    limitsLogs(10, () => ({error: {code: -32_600, message: 'up to a 10 block range'}}), 400),
  ],
  [
    '-32614',
    limitsLogs(10, () => ({
      error: {code: -32_614, message: 'eth_getLogs is limited to a 10 range'},
    })),
  ],
]
