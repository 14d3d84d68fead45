// The calls that `status` has made, made again by a script that does nothing else: what the network itself costs.
import {readFileSync} from 'node:fs'
import {request} from 'node:http'

/** In the order in which they were sent; `after` is the one whose answer was waited for. */
const calls = JSON.parse(readFileSync(process.argv[2], 'utf8'))

function send({origin, path, method, headers, body}) {
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(path, origin), {method, headers}, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk) => (text += chunk))
      answer.on('end', () => resolve(JSON.parse(text)))
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

async function sendAfter(index) {
  const next = calls.map((call, at) => ({...call, at})).filter(({after}) => after === index)
  await Promise.all(next.map((call) => send(call).then(() => sendAfter(call.at))))
}

await sendAfter(null)
