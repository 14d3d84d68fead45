import {readFileSync} from 'node:fs'
import {join} from 'node:path'

import {afterAll, beforeAll, expect, test} from 'vitest'

import {
  createRemoteBlockSigner,
  createRemoteSigner,
  type RemoteSignerOptions,
} from '../../src/chain/remote-signer.ts'
import type {TransactionSigner} from '../../src/chain/signer.ts'
import {signBlock} from '../../src/protocol/block.ts'
import type {BlockSigner} from '../../src/protocol/block-signer.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {senderOf, signerOf} from '../helpers/sign-block.ts'
import {startWeb3SignerStub, tlsDir, type Web3SignerStub} from '../helpers/web3signer-stub.ts'
import {describeSeam, type OpenScene} from './contract.ts'
import {blockSignerContract, transactionSignerContract} from './signer-contract.ts'

const account = accountOf('sealer')
const TOKEN = 'a token of the vault'.replaceAll(' ', '-')
const pem = (name: string) => readFileSync(join(tlsDir, name), 'utf8')
let vault: Web3SignerStub

beforeAll(async () => void (vault = await startWeb3SignerStub(account, TOKEN)))
afterAll(() => vault[Symbol.asyncDispose]())

const remote = (): RemoteSignerOptions => ({
  ...{name: 'vault', url: vault.url, address: account.address},
  api: 'web3signer',
  publicKey: `0x${account.publicKey.slice(4)}`,
  http: {
    headers: {authorization: `Bearer ${TOKEN}`},
    tls: {ca: pem('ca.pem'), cert: pem('client.pem'), key: pem('client.key')},
  },
})

const opening =
  <T>(make: () => T): OpenScene<{signer: T}> =>
  () =>
    Promise.resolve({signer: make(), [Symbol.asyncDispose]: () => Promise.resolve()})

const good = signerOf(account)
const sender = senderOf(account)

describeSeam<{signer: BlockSigner}>({
  name: 'BlockSigner',
  rules: blockSignerContract,
  implementations: {
    'a key at hand': opening(() => signerOf(account)),
    'a signer elsewhere': opening(() => createRemoteBlockSigner(remote())),
  },
  broken: [
    {
      fault: 'signs with another key',
      caughtBy: 'a block that it signs is one of its own',
      open: opening(() => ({...signerOf(accountOf('other')), address: account.address})),
    },
    {
      fault: 'signs the message and not its hash',
      caughtBy: 'it signs keccak256 of the message, and nobody else could have',
      open: opening(() => ({...good, sign: () => good.sign('0x1234')})),
    },
    {
      fault: 'signs otherwise each time',
      caughtBy:
        'the same message has one signature, however often and in whatever order it is asked for',
      open: opening(() => {
        let count = 0
        return {...good, sign: () => good.sign(`0x0${count++ % 10}`)}
      }),
    },
  ],
})

describeSeam<{signer: TransactionSigner}>({
  name: 'TransactionSigner',
  rules: transactionSignerContract,
  implementations: {
    'a key at hand': opening(() => senderOf(account)),
    'a signer elsewhere': opening(() => createRemoteSigner(remote())),
  },
  broken: [
    {
      fault: 'changes the transaction',
      caughtBy: 'it signs what it is given, and nothing else',
      open: opening(() => ({
        ...sender,
        sign: (transaction) => sender.sign({...transaction, valueWei: transaction.valueWei + 1n}),
      })),
    },
    {
      fault: 'signs with another key',
      caughtBy: 'the sender of what it signs is its address, and the hash is that of the bytes',
      open: opening(() => ({...senderOf(accountOf('other')), address: account.address})),
    },
  ],
})

test('a block is not sealed with a signature of somebody else, and a signer of transactions signs none', async () => {
  const hash = `0x${'11'.repeat(32)}` as const
  const block = {
    ...{number: 1, hash, parentHash: hash, stateRoot: hash, timestamp: 1, transactions: []},
  }
  const wrong = {...signerOf(accountOf('other')), address: account.address}
  await expect(signBlock(block, 1, wrong)).rejects.toMatchObject({code: 'SIGNER_MISMATCH'})
  const transactionsOnly = {...remote(), api: 'eth_signTransaction'} as const
  expect(() => createRemoteBlockSigner(transactionsOnly)).toThrow('signs transactions only')
})
