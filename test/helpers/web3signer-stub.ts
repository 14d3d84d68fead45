/** The REST of Web3Signer's `eth1` mode over TLS, for one key; it signs what it is given, or lies as it is told. */
import {once} from 'node:events'
import {readFileSync} from 'node:fs'
import {createServer} from 'node:https'
import type {AddressInfo} from 'node:net'
import {join} from 'node:path'

import {keccak256, serializeSignature, type Hex} from 'viem'
import {sign} from 'viem/accounts'

import type {accountOf} from './l2-chain.ts'

export const tlsDir = join(import.meta.dirname, '../fixtures/tls')
const pem = (name: string) => readFileSync(join(tlsDir, name), 'utf8')

export interface Web3SignerStub extends AsyncDisposable {
  url: string
  /** Requests that were let in. */
  asked: string[]
  /** Signs with another key than the one it lists. */
  liesWith(account: Account | undefined): void
  /** Changes the signature before it goes out; undefined: as it is. */
  spoilsBy(change: ((signature: Hex) => Hex) | undefined): void
}

type Account = ReturnType<typeof accountOf>

/**
 * @param token the bearer token it wants; a client certificate of our authority is wanted as well
 * @param port 0: a free one
 */
export async function startWeb3SignerStub(
  account: Account,
  token: string,
  port = 0,
): Promise<Web3SignerStub> {
  let signsWith = account
  let spoil: (signature: Hex) => Hex = (signature) => signature
  const asked: string[] = []
  const server = createServer(
    {
      ...{key: pem('server.key'), cert: pem('server.pem'), ca: pem('ca.pem')},
      ...{requestCert: true, rejectUnauthorized: true},
    },
    async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      if (request.headers.authorization !== `Bearer ${token}`) {
        response.statusCode = 401
        return void response.end('unauthorized')
      }
      asked.push(`${request.method} ${request.url}`)
      const publicKey = `0x${account.publicKey.slice(4)}`
      if (request.url === '/api/v1/eth1/publicKeys')
        return void response.end(JSON.stringify([publicKey]))
      if (request.url !== `/api/v1/eth1/sign/${publicKey}`) {
        response.statusCode = 404
        return void response.end('no such key')
      }
      const {data} = JSON.parse(Buffer.concat(chunks).toString()) as {data: Hex}
      const hash = keccak256(data)
      const signature = await sign({hash, privateKey: signsWith.privateKey})
      response.end(spoil(serializeSignature(signature)))
    },
  )
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    liesWith: (other) => (signsWith = other ?? account),
    spoilsBy: (change) => (spoil = change ?? ((signature) => signature)),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
