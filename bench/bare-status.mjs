// The calls of `status`, made by a script that does nothing else: what the network itself costs.
import {request} from 'node:http'

const [l1, l2, pos] = process.argv.slice(2)
const owner = `0x${'11'.repeat(20)}`
const call = (data) => ({method: 'eth_call', params: [{to: owner, data}, 'latest']})
const head = {method: 'eth_getBlockByNumber', params: ['latest', false]}

function post(url, calls) {
  const body = JSON.stringify(calls.map((item, id) => ({jsonrpc: '2.0', id, params: [], ...item})))
  return send(url, 'POST', body)
}

function send(url, method, body = '') {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      {method, headers: {'content-type': 'application/json'}},
      (answer) => {
        let text = ''
        answer.setEncoding('utf8')
        answer.on('data', (chunk) => (text += chunk))
        answer.on('end', () => resolve(JSON.parse(text)))
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** So many reads, all in one request. */
const calls = (count) => Array.from({length: count}, () => call('0x'))

await Promise.all([
  (async () => {
    await post(l1, [{method: 'eth_chainId'}, head, head, ...calls(15)])
    await post(l1, calls(1))
    await post(l1, calls(2))
    await post(l1, calls(2))
  })(),
  (async () => {
    await post(l2, [{method: 'eth_chainId'}, head, ...calls(2)])
    await post(l2, calls(6))
  })(),
  // The status of the node is behind a token; its health is as long.
  send(`${l2}/health`, 'GET'),
  ...Array.from({length: 5}, () => send(`${pos}/metis/latest-span`, 'GET')),
])
