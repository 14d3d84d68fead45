// Loaded before the command (`node --require`): keeps each request that it sends and which answer it waited for.
'use strict'
const http = require('node:http')
const {writeFileSync} = require('node:fs')

const calls = []
const {request} = http

http.request = function (url, options, ...rest) {
  const outgoing = request.call(this, url, options, ...rest)
  let body = ''
  const {end} = outgoing
  outgoing.end = function (chunk, ...more) {
    if (chunk !== undefined) body += chunk
    const origin = `http://${outgoing.getHeader('host')}`
    const earlier = calls.filter((call) => call.origin === origin && call.answered)
    const call = {
      origin,
      path: outgoing.path,
      method: outgoing.method,
      headers: outgoing.getHeaders(),
      body,
      after: earlier.length === 0 ? null : calls.indexOf(earlier.at(-1)),
      answered: false,
    }
    calls.push(call)
    outgoing.on('response', (answer) => answer.on('end', () => (call.answered = true)))
    return end.call(this, chunk, ...more)
  }
  return outgoing
}

process.on('exit', () => writeFileSync(process.env.RECORDED_CALLS, JSON.stringify(calls)))
