/** Signers that are no keys of this machine: a real chain node that signs, Web3Signer's REST over TLS, Safes. */
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {encodeFunctionResult, numberToHex, parseEther, type Address, type Hex} from 'viem'
import {afterAll, beforeAll, beforeEach, expect, test} from 'vitest'

import {proxyAnswer, startHttpStub, type Call} from '../helpers/http-stub.ts'
import {statusesIn} from '../helpers/journal.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {makeOperator} from '../helpers/operator.ts'
import {runBoth, runCli, type CliResult} from '../helpers/run-cli.ts'
import type {TempHome} from '../helpers/temp-home.ts'
import {governance, startTestChain, type TestChain} from '../helpers/test-chain.ts'
import {startWeb3SignerStub, tlsDir, type Web3SignerStub} from '../helpers/web3signer-stub.ts'

const owner = accountOf('vault')
const someone = accountOf('someone').address
const TOKEN = 'a-token-nobody-may-see'

let chain: TestChain
let vault: Web3SignerStub
let temp: TempHome
/** Flags with which the vault answers. */
let tls: string[]

beforeAll(async () => {
  chain = await startTestChain({withL2: false})
  await chain.fund(owner.address)
  await chain.lock(owner.address, accountOf('vault signs'))
  await chain.keep()
  vault = await startWeb3SignerStub(owner, TOKEN)
})
afterAll(async () => {
  await vault[Symbol.asyncDispose]()
  await chain[Symbol.asyncDispose]()
})
beforeEach(async () => {
  temp?.[Symbol.dispose]()
  await chain.reset()
  temp = await makeOperator(chain.network, {owner: 'hot', signer: 'signer'})
  writeFileSync(temp.path('token'), `${TOKEN}\n`, {mode: 0o600})
  const pem = (name: string) => join(tlsDir, name)
  tls = ['--token-file', temp.path('token'), '--ca-file', pem('ca.pem')]
  tls.push('--client-cert-file', pem('client.pem'), '--client-key-file', pem('client.key'))
})

const cli = (...args: string[]): Promise<CliResult> =>
  runCli([...args, '--json'], {home: temp.root})
const addVault = () =>
  cli('signer', 'add', 'vault', '--url', vault.url, '--api', 'web3signer', ...tls)
const actAs = (name: string) =>
  cli('init', '--profile', 'op', '--replace', '--network', 'test', '--owner', name)
const noncesOf = async (address: Address) =>
  Number(await chain.l1.request('eth_getTransactionCount', [address, 'latest']))

test('a signer behind TLS, a client certificate and a token signs what an owner sends', async () => {
  const added = await addVault()
  expect(added.json?.data).toMatchObject({
    kind: 'remote',
    address: owner.address,
    publicKey: `0x${owner.publicKey.slice(4)}`,
  })
  await actAs('vault')

  const sent = await cli(
    'sequencer',
    'set-recipient',
    '1',
    '--recipient',
    someone,
    '--override',
    'recipient-without-code',
    '--yes',
  )

  expect(sent.json?.error).toBeNull()
  expect(sent.json?.data).toMatchObject({sequencer: {rewardRecipient: someone}})
  expect(statusesIn(temp)).toEqual(['mined'])
  const publicKey = `0x${owner.publicKey.slice(4)}`
  expect(vault.asked.at(-1)).toBe(`POST /api/v1/eth1/sign/${publicKey}`)
})

test('signer test and list say who signs, and no file or output holds the token', async () => {
  await addVault()
  await actAs('vault')

  const tested = await cli('signer', 'test', 'vault')
  const {text, json} = await runBoth(['signer', 'list'], {home: temp.root})

  expect(tested.json?.data).toMatchObject({canSign: true, safe: null})
  expect(text.stdout).toContain('owner op')
  expect(json.data['signers']).toContainEqual(
    expect.objectContaining({name: 'vault', usedBy: [{profile: 'op', role: 'owner'}]}),
  )
  const settings = readFileSync(join(temp.home.configDir, 'config.json'), 'utf8')
  for (const shown of [settings, text.stdout, JSON.stringify(json), JSON.stringify(tested)])
    expect(shown).not.toContain(TOKEN)
})

test('a signer that answers with another key is refused, when it is added and when it signs', async () => {
  await addVault()
  await actAs('vault')
  vault.liesWith(accountOf('liar'))
  try {
    const sent = await cli(
      'sequencer',
      'set-recipient',
      '1',
      '--recipient',
      someone,
      '--override',
      'recipient-without-code',
      '--yes',
    )
    const second = await cli(
      'signer',
      'add',
      'second',
      '--url',
      vault.url,
      '--api',
      'web3signer',
      ...tls,
    )

    expect(sent.json?.error).toMatchObject({code: 'WRONG_KEY', exitCode: 13})
    expect(second.json?.error).toMatchObject({code: 'WRONG_KEY', exitCode: 13})
    expect(await noncesOf(owner.address)).toBe(await noncesAtStart())
    expect(statusesIn(temp)).toEqual([])
  } finally {
    vault.liesWith(undefined)
  }
})

/** Those of the set-up: an approval and a lock. */
const noncesAtStart = () => Promise.resolve(2)

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

test.each<[string, (signature: Hex) => Hex]>([
  [
    'the higher s, which no node takes',
    (signature) => {
      const s = ORDER - BigInt(`0x${signature.slice(66, 130)}`)
      const v = signature.endsWith('1b') ? '1c' : '1b'
      return `0x${signature.slice(2, 66)}${s.toString(16).padStart(64, '0')}${v}`
    },
  ],
  ['a v of another chain', (signature) => `0x${signature.slice(2, 130)}25`],
  ['half a signature', (signature) => `0x${signature.slice(2, 66)}`],
])('a signature with %s is refused, and nothing is noted', async (_name, change) => {
  vault.spoilsBy(change)
  try {
    const {json} = await addVault()

    expect(json?.error).toMatchObject({code: 'SIGNER_WRONG_ANSWER', exitCode: 13})
  } finally {
    vault.spoilsBy(undefined)
  }
})

test('without token, authority or certificate nothing is signed and nothing is noted', async () => {
  const base = ['signer', 'add', 'vault', '--url', vault.url, '--api', 'web3signer']
  const wrong = temp.path('wrong')
  writeFileSync(wrong, 'another-token')

  const noCa = await cli(...base)
  const noToken = await cli(...base, ...tls.slice(2))
  const wrongToken = await cli(...base, ...tls.slice(2), '--token-file', wrong)
  const noFile = await cli(...base, '--ca-file', '/nonexistent')
  const noPem = await cli(...base, '--ca-file', wrong)
  const list = await cli('signer', 'list')

  expect(noCa.json?.error).toMatchObject({code: 'SIGNER_UNREACHABLE', exitCode: 13})
  expect(noToken.json?.error).toMatchObject({code: 'SIGNER_REFUSED', exitCode: 13})
  expect(wrongToken.json?.error).toMatchObject({code: 'SIGNER_REFUSED', exitCode: 13})
  expect(wrongToken.json?.error?.hints.join()).toContain('token file')
  expect(noFile.json?.error).toMatchObject({code: 'SIGNER_FILE_UNREADABLE', exitCode: 13})
  expect(noPem.json?.error).toMatchObject({code: 'SIGNER_FILE_UNREADABLE', facts: {path: wrong}})
  expect(list.json?.data['signers']).toHaveLength(2)
})

test('an address with a secret in it, and a token in clear text, are not taken', async () => {
  const add = (...args: string[]) => cli('signer', 'add', 'vault', ...args)

  const query = await add('--url', 'https://signer.example/?key=s3cret')
  const user = await add('--url', 'https://me:s3cret@signer.example')
  const clear = await add('--url', 'http://signer.example', '--token-file', temp.path('token'))

  for (const {json} of [query, user, clear]) {
    expect(json?.error).toMatchObject({code: 'SIGNER_URL_UNSAFE', exitCode: 2})
    expect(JSON.stringify(json)).not.toContain('s3cret')
  }
})

test('a chain node that signs with eth_signTransaction: the owner of the network allows an account', async () => {
  const address = governance.address
  const several = await cli('signer', 'add', 'node', '--url', chain.l1.url)
  const added = await cli('signer', 'add', 'node', '--url', chain.l1.url, '--address', address)
  await actAs('node')

  const sent = await cli('sequencer', 'allow', someone, '--yes')

  expect(several.json?.error).toMatchObject({code: 'SIGNER_ADDRESS_NEEDED', exitCode: 13})
  expect(several.json?.error?.facts['accounts']).toContain(address)
  expect(added.json?.data).toMatchObject({api: 'eth_signTransaction', address})
  expect(sent.json?.error).toBeNull()
  expect(sent.json?.data).toMatchObject({account: someone, allowed: true})
})

test('a signer that changes what it signs, or is silent, costs nothing', async () => {
  await using liar = await startHttpStub(
    proxyAnswer(
      () => chain.l1.url,
      (calls: Call[]) => {
        for (const {method, params} of calls) {
          // Signed by the right key, and to another account.
          if (method === 'eth_signTransaction') (params[0] as {to: string}).to = someone
        }
        return false
      },
    ),
  )
  const honest = await cli(
    'signer',
    'add',
    'node',
    '--url',
    chain.l1.url,
    '--address',
    governance.address,
  )
  expect(honest.json?.error).toBeNull()
  const added = await cli(
    'signer',
    'add',
    'liar',
    '--url',
    liar.url,
    '--address',
    governance.address,
  )
  expect(added.json?.error).toMatchObject({code: 'SIGNER_WRONG_ANSWER', exitCode: 13})

  await using silent = await startHttpStub(() => {})
  const waiting = await cli(
    'signer',
    'add',
    'mute',
    '--url',
    silent.url,
    '--address',
    someone,
    '--timeout',
    '1',
  )
  expect(waiting.json?.error).toMatchObject({
    code: 'SIGNER_UNREACHABLE',
    facts: {reason: 'timeout'},
  })
})

test('names are one list: a signer takes no name of a key, a key none of a signer', async () => {
  const taken = await cli('signer', 'add', 'hot', '--watch', someone)
  const first = await cli('signer', 'add', 'cold', '--watch', someone)
  const key = await cli(
    'key',
    'create',
    'cold',
    '--backend',
    'file',
    '--password-file',
    temp.path('password'),
  )
  const removed = await cli('signer', 'remove', 'hot', '--yes')

  expect(taken.json?.error).toMatchObject({code: 'KEY_EXISTS', exitCode: 5})
  expect(first.json?.error).toBeNull()
  expect(key.json?.error).toMatchObject({code: 'SIGNER_EXISTS', exitCode: 5})
  expect(removed.json?.error).toMatchObject({code: 'SIGNER_IS_KEY', exitCode: 5})
})

test('a watched owner: commands look and write files, and say where the key is', async () => {
  await cli('signer', 'add', 'cold', '--watch', owner.address)
  await actAs('cold')
  const line = ['stake', 'increase', '1', '--amount', '1000']

  const test = await cli('signer', 'test', 'cold')
  const sent = await cli(...line, '--yes')
  const written = await cli(...line, '--unsigned', temp.path('increase.json'))
  const used = await cli('signer', 'remove', 'cold', '--yes')
  await cli('profile', 'remove', 'op')
  const removed = await cli('signer', 'remove', 'cold', '--yes')

  expect(test.exitCode).toBe(10)
  expect(test.json?.data).toMatchObject({canSign: false})
  expect(sent.json?.error).toMatchObject({code: 'KEY_NOT_HERE', exitCode: 13})
  expect(written.json?.error).toBeNull()
  expect(written.json?.data).toMatchObject({unsigned: {format: 'eip1559'}})
  expect(used.json?.error).toMatchObject({code: 'SIGNER_IN_USE', exitCode: 5})
  expect(removed.json?.error).toBeNull()
})

/** Answers the views of a Safe and nothing else: code that compares the selector and returns fixed bytes. */
async function placeSafe(address: Address): Promise<void> {
  const abi = (type: string) =>
    [
      {
        type: 'function',
        name: 'f',
        stateMutability: 'view',
        inputs: [],
        outputs: [{name: '', type}],
      },
    ] as const
  const answers = [
    [
      'a0e67e2b',
      encodeFunctionResult({abi: abi('address[]'), functionName: 'f', result: [someone]}),
    ],
    ['e75235b8', encodeFunctionResult({abi: abi('uint256'), functionName: 'f', result: 1n})],
    ['ffa1ad74', encodeFunctionResult({abi: abi('string'), functionName: 'f', result: '1.4.1'})],
  ] as const
  await chain.l1.request('anvil_setCode', [address, fixedAnswers(answers)])
  await chain.l1.request('anvil_setBalance', [address, numberToHex(0n)])
}

function fixedAnswers(answers: readonly (readonly [string, string])[]): string {
  const byte = (value: number) => value.toString(16).padStart(2, '0')
  const word = (value: number) => value.toString(16).padStart(4, '0')
  // PUSH0 CALLDATALOAD PUSH1 e0 SHR, then for each: DUP1 PUSH4 selector EQ PUSH2 target JUMPI; last PUSH0 PUSH0 REVERT.
  const head = 5 + answers.length * 11 + 3
  let offset = head
  let jumps = '5f3560e01c'
  let bodies = ''
  for (const [selector, result] of answers) {
    const words = result.slice(2).match(/.{64}/g) ?? []
    const stores = words.map((each, index) => `7f${each}61${word(index * 32)}52`).join('')
    const body = `5b${stores}61${word(words.length * 32)}5ff3`
    jumps += `8063${selector}1461${word(offset)}57`
    bodies += body
    offset += body.length / 2
  }
  return `0x${jumps}5f5f${byte(0xfd)}${bodies}`
}

test('a Safe as owner: a batch for its transaction builder, with a checksum, and no other format', async () => {
  await placeSafe(owner.address)
  await cli('signer', 'add', 'treasury', '--safe', owner.address)
  await actAs('treasury')
  const file = temp.path('batch.json')
  const line = ['stake', 'increase', '1', '--amount', '1000']

  const tested = await cli('signer', 'test', 'treasury')
  const sent = await cli(...line, '--yes')
  const plain = await cli(...line, '--unsigned', file, '--format', 'eip1559')
  const written = await cli(...line, '--unsigned', file)

  expect(tested.json?.data).toMatchObject({
    canSign: false,
    safe: {threshold: '1', owners: [someone], version: '1.4.1'},
  })
  expect(sent.json?.error).toMatchObject({code: 'KEY_NOT_HERE', exitCode: 13})
  expect(sent.json?.error?.hints.join()).toContain('transaction builder')
  expect(plain.json?.error).toMatchObject({code: 'FORMAT_UNFIT', exitCode: 2})
  expect(written.json?.data).toMatchObject({unsigned: {format: 'safe'}})
  const batch = JSON.parse(readFileSync(file, 'utf8')) as {meta: {createdFromSafeAddress: string}}
  expect(batch.meta.createdFromSafeAddress).toBe(owner.address)
})

test('an address that is no Safe is told apart', async () => {
  const added = await cli('signer', 'add', 'treasury', '--safe', someone)
  // Before there is a profile, no network is chosen that could be asked.
  await cli('profile', 'remove', 'op')
  await cli('signer', 'add', 'treasury', '--safe', someone)
  const tested = await cli('signer', 'test', 'treasury', '--network', 'test')

  expect(added.json?.error).toMatchObject({code: 'NOT_A_SAFE', exitCode: 5})
  expect(tested.json?.error).toMatchObject({code: 'NOT_A_SAFE', exitCode: 5})
})

test('tx sign on a machine without network uses a remote signer as it uses a key', async () => {
  await addVault()
  await cli('signer', 'add', 'cold', '--watch', owner.address)
  await actAs('cold')
  const [unsigned, signed] = [temp.path('unsigned'), temp.path('signed')]
  await chain.l1.request('anvil_setBalance', [owner.address, numberToHex(parseEther('1'))])
  await cli('stake', 'increase', '1', '--amount', '1000', '--unsigned', unsigned)

  const done = await cli('tx', 'sign', unsigned, '--output', signed, '--yes')

  expect(done.json?.error).toBeNull()
  expect(done.json?.data).toMatchObject({from: owner.address})
})
