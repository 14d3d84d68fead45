/** Inputs of an operator and of the machine: taken right, or refused by name. */
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'

import {maxUint256} from 'viem'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {MOST_LEVELS, parseJson} from '../../src/lib/parse-json.ts'
import {createKey, findKey, importKeyFrom, type KeyAccess} from '../../src/services/keys/keys.ts'
import {existingPassword} from '../../src/services/keys/key-password.ts'
import {openContext} from '../../src/services/context.ts'
import {metisText} from '../../src/services/sending/planned-calls.ts'
import {createProfile, findProfile} from '../../src/services/network/profiles.ts'
import {validateRegistry} from '../../src/services/network/registry.ts'
import {readPrices} from '../../src/services/rewards/reward-export.ts'
import {addWatchedSigner, findSigner} from '../../src/services/signers/signers.ts'
import {openConfig} from '../../src/store/config.ts'
import {openHome} from '../../src/store/home.ts'
import {decryptKeystore, encryptKeystore} from '../../src/store/keys/keystore-v3.ts'
import {readNetwork, readNetworkFile} from '../../src/store/networks.ts'
import {builtInNetworks} from '../../src/protocol/built-in-networks.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {keyAccessOf, PASSWORD} from '../helpers/operator.ts'
import {runHere} from '../helpers/run-here.ts'
import {makeTempHome, type TempHome} from '../helpers/temp-home.ts'

let temp: TempHome
let access: KeyAccess
beforeAll(() => {
  temp = makeTempHome()
  access = keyAccessOf(temp)
})
afterAll(() => temp[Symbol.dispose]())

const BOM = '\uFEFF'
const {address, privateKey} = accountOf('owner')
const secret = Buffer.from(privateKey.slice(2), 'hex')
const cheap = 2 ** 10

async function failureOf(act: () => unknown): Promise<{code: string; message: string}> {
  try {
    await act()
  } catch (error) {
    return error as {code: string; message: string}
  }
  return {code: 'taken', message: ''}
}

function passwordIn(bytes: string | Buffer): Promise<string> {
  const file = temp.path('given')
  writeFileSync(file, bytes, {mode: 0o600})
  return existingPassword({subject: 'key hot', flag: '--password-file', file})
}

test.each([
  ['with a line end', 'päss wörd\n', 'päss wörd'],
  ['with the line end of Windows', 'päss wörd\r\n', 'päss wörd'],
  ['with a mark before it', `${BOM}päss wörd\n`, 'päss wörd'],
  ['with blanks, which are part of it', ' a b \t\n', ' a b \t'],
])('a password file %s is one line', async (_what, content, password) =>
  expect(await passwordIn(content)).toBe(password),
)

test.each([
  ['Latin-1', Buffer.from('p\xe4ss', 'latin1'), 'not UTF-8'],
  ['UTF-16 with a mark', Buffer.from(`${BOM}secret`, 'utf16le'), 'UTF-16'],
  ['UTF-16 without one', Buffer.from('secret', 'utf16le'), 'UTF-16'],
  ['UTF-16, the other way round', Buffer.from(`${BOM}secret`, 'utf16le').swap16(), 'UTF-16'],
  ['a cut character', Buffer.from([0x61, 0xc3]), 'not UTF-8'],
  ['two lines', 'one\ntwo\n', '2 lines'],
  ['an empty second line', 'one\n\n', '2 lines'],
  ['two lines of an old Mac', 'one\rtwo', '2 lines'],
  ['a zero character', 'one\0two', 'NUL character'],
  ['nothing but a mark', BOM, 'empty'],
])('a password file of %s is refused by name', async (_what, content, words) =>
  expect(await failureOf(() => passwordIn(content))).toMatchObject({
    code: 'PASSWORD_FILE_UNUSABLE',
    message: expect.stringContaining(words),
  }),
)

test('a descriptor gives one line too, and a terminal of another encoding is told', async () => {
  const source = {subject: 'key hot', flag: '--password-file' as const}
  const read = (text: string) => () => Promise.resolve(text)
  expect(await existingPassword({...source, read: read('one\n')})).toBe('one')
  for (const given of [{read: read('one\ntwo')}, {ask: read('p\uFFFDss')}])
    expect(await failureOf(() => existingPassword({...source, ...given}))).toMatchObject({
      code: 'PASSWORD_UNREADABLE',
    })
})

test('a password opens in every spelling of its accents, and a new key has the composed one', async () => {
  const [nfc, nfd] = ['p\u00e4ss', 'pa\u0308ss']
  for (const [made, typed] of [
    [nfc, nfd],
    [nfd, nfc],
    [nfd, nfd],
  ] as const) {
    const keystore = await encryptKeystore(secret, address.slice(2), made, cheap)
    expect(await decryptKeystore(keystore, typed)).toEqual(secret)
  }
  const keystore = await encryptKeystore(secret, address.slice(2), nfd, cheap)
  const composed = await encryptKeystore(secret, address.slice(2), nfc, cheap)
  // The same password under the same salt is the same checksum.
  expect(await decryptKeystore({...keystore, crypto: composed.crypto}, nfc)).toEqual(secret)
  expect(await decryptKeystore(keystore, 'pass')).toBeUndefined()
})

const inherited = Object.getOwnPropertyNames(Object.prototype)

test.each(inherited)(
  '%s is a name like any other, for profiles, keys, signers and networks',
  async (name) => {
    const {config, home} = access
    expect((await failureOf(() => findProfile(config, name))).code).toBe('PROFILE_UNKNOWN')
    expect((await failureOf(() => findKey(config, name))).code).toBe('KEY_UNKNOWN')
    expect((await failureOf(() => findSigner(config, name))).code).toBe('SIGNER_NOT_FOUND')
    expect((await failureOf(() => readNetwork(home, name))).code).toBe('NETWORK_UNKNOWN')
    const request = {
      name,
      network: 'sepolia',
      owner: name,
      signer: undefined,
      node: null,
      replace: false,
    }
    const endpoints = {l1: [], l2: [], pos: null}
    expect(
      (await failureOf(() => createProfile(home, config, {...request, endpoints}))).code,
    ).toMatch(/^(?:KEY_UNKNOWN|PROFILE_NAME_INVALID)$/)
    const watch = await failureOf(() => addWatchedSigner({name, kind: 'watch', address}, config))
    expect(watch.code).toBe(name.startsWith('_') ? 'KEY_NAME_INVALID' : 'taken')
    const made = await failureOf(() =>
      createProfile(home, config, {...request, owner: address, endpoints}),
    )
    expect(made.code).toBe(/^[a-z]+$/.test(name) ? 'taken' : 'PROFILE_NAME_INVALID')
  },
)

test('a key may be called constructor, and a flag that every object has is none', async () => {
  const options = {name: 'constructor', backend: 'file' as const, rememberPasswordFile: false}
  using other = makeTempHome()
  const own = keyAccessOf(other)
  const key = await createKey(options, own)
  expect(findKey(own.config, 'constructor').name).toBe(key.name)
  expect(openConfig(other.home).read().keys['toString']).toBeUndefined()
  for (const name of inherited)
    expect((await runHere(['profile', 'list', `--${name}`], other.root)).error).toMatchObject({
      code: 'USAGE',
      message: `Nonexistent flag: --${name}`,
    })
})

test('a mark before a document is no part of it', async () => {
  using other = makeTempHome()
  writeFileSync(other.path('net.json'), BOM + JSON.stringify({...builtInNetworks[1], name: 'mine'}))
  expect(readNetworkFile(other.path('net.json')).name).toBe('mine')
  const config = {currentProfile: null, profiles: {}, keys: {}, signers: {}}
  writeFileSync(other.path('config.json'), BOM + JSON.stringify(config))
  expect(openConfig(other.home).read().currentProfile).toBeNull()
  writeFileSync(other.path('prices.csv'), `${BOM}2026-01-31,28.50,USD\n`)
  expect(readPrices(other.path('prices.csv'))).toHaveLength(1)
  const own = keyAccessOf(other)
  const {crypto, ...rest} = await encryptKeystore(secret, address.slice(2), PASSWORD, cheap)
  for (const [name, text] of [
    ['bare', BOM + privateKey],
    ['file', BOM + JSON.stringify({...rest, crypto})],
    ['spelled', JSON.stringify({...rest, Crypto: crypto, version: '3'})],
  ] as const) {
    const {key} = await importKeyFrom(
      {from: 'x', text: text.replace(BOM, '')},
      {read: () => Promise.resolve(PASSWORD)},
      {name, backend: 'file', rememberPasswordFile: false},
      own,
    )
    expect(key).toMatchObject({address})
    // As it lies there, somebody opened and saved it with an editor.
    const path = other.path('keys', `${name}.json`)
    writeFileSync(path, BOM + readFileSync(path, 'utf8'))
    expect(await runHere(['key', 'show', name], other.root)).toMatchObject({error: null})
  }
})

test('documents in UTF-16 and others that are no text are refused by name', async () => {
  using other = makeTempHome()
  const file = other.path('x.json')
  writeFileSync(file, Buffer.from(`${BOM}{}`, 'utf16le'))
  for (const read of [
    () => readNetworkFile(file),
    () => validateRegistry(file),
    () => readPrices(file),
  ])
    expect((await failureOf(read)).message).toContain('UTF-16')
})

test('a document nested without end is refused where it is read', async () => {
  using other = makeTempHome()
  const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
  expect(parseJson(deep(MOST_LEVELS))).toBeInstanceOf(Array)
  expect(() => parseJson(deep(MOST_LEVELS + 1))).toThrow('nested deeper')
  expect(parseJson(JSON.stringify({text: `\\"${'['.repeat(200)}`}))).toHaveProperty('text')
  const file = other.path('deep.json')
  for (const text of [deep(20_000), '{"a":'.repeat(20_000) + '1' + '}'.repeat(20_000)]) {
    writeFileSync(file, text)
    writeFileSync(other.path('config.json'), text)
    const codes = [
      (await runHere(['registry', 'validate', file], other.root)).error,
      (await runHere(['network', 'add', file], other.root)).error,
      (await runHere(['tx', 'decode', file], other.root)).error,
      (await runHere(['profile', 'list'], other.root)).error,
    ]
    expect(codes.map((error) => error?.code)).toEqual([
      ...['REGISTRY_INVALID', 'NETWORK_INVALID', 'TX_UNDECODABLE', 'CONFIG_INVALID'],
    ])
    expect(codes[0]?.exitCode).toBe(2)
  }
})

test('secrets of other wallets are named, never shown, and the ways that work are told', async () => {
  const words = 'legal winner thank year wave sausage worth useful legal winner thank yellow'
  for (const [text, what] of [
    [words, 'a mnemonic of 12 words'],
    [words.replaceAll(' ', '\n'), 'a mnemonic of 12 words'],
    [`${words} ${words}`, 'a mnemonic of 24 words'],
    [`xprv9s21ZrQH143K${'a'.repeat(95)}`, 'an extended key'],
    ['-----BEGIN EC PRIVATE KEY-----\nabc\n-----END EC PRIVATE KEY-----', 'PEM'],
  ] as const) {
    const options = {name: 'm', backend: 'file' as const, rememberPasswordFile: false}
    const error = await failureOf(() => importKeyFrom({from: 'x', text}, {}, options, access))
    expect(error).toMatchObject({code: 'KEY_INVALID', message: expect.stringContaining(what)})
    expect(JSON.stringify(error)).not.toContain(text.slice(0, 12))
    expect(JSON.stringify(error)).toContain('--unsigned FILE')
  }
  const error = await failureOf(() => findKey(access.config, 'ledger'))
  expect(JSON.stringify(error)).toContain('--unsigned FILE')
})

test('the owner of a profile: a chain before its address is compared, a typing error has its own words', async () => {
  using other = makeTempHome()
  const init = (owner: string, network = 'sepolia') =>
    runHere(
      ['init', '--profile', 'p', '--replace', '--network', network, '--owner', owner],
      other.root,
    )
  for (const owner of [
    `sep:${address}`,
    `metis-sepolia:${address}`,
    `0X${address.slice(2).toUpperCase()}`,
    ` ${address} `,
  ])
    expect((await init(owner)).data, owner).toMatchObject({owner: address})
  expect((await init(`eth:${address}`, 'andromeda')).error).toBeNull()
  expect((await init(`eth:${address}`)).error).toMatchObject({
    code: 'ADDRESS_OF_OTHER_CHAIN',
    exitCode: 2,
  })
  const typo = address
    .replace(/[a-f]/, (letter) => letter.toUpperCase())
    .replace(/[A-F](?=[^A-F]*$)/, (letter) => letter.toLowerCase())
  expect((await init(typo)).error).toMatchObject({
    ...{code: 'ADDRESS_INVALID', hints: []},
    message: expect.stringContaining('invalid checksum'),
  })
  const line = ['init', '--profile', 'p', '--replace', '--recipient', `sep:${address}`]
  expect((await runHere(line, other.root)).error).toMatchObject({code: 'ADDRESS_OF_OTHER_CHAIN'})
  expect(
    (
      await runHere(
        ['lst', 'position', '--network', 'sepolia', '--account', `sep:${address}`],
        other.root,
      )
    ).error,
  ).toMatchObject({code: 'ADDRESS_OF_OTHER_CHAIN'})
})

test('the home: a tilde is expanded, a relative one refused, an impossible one ends with an error', async () => {
  const user = openHome('~').root
  expect(user).toMatch(/^\//)
  expect(openHome('~/metis').root).toBe(`${user}/metis`)
  for (const root of ['metis', './metis', '~other/metis', '..'])
    expect((await failureOf(() => openHome(root))).code).toBe('HOME_INVALID')
  mkdirSync(temp.path('plain'), {recursive: true})
  writeFileSync(temp.path('plain', 'file'), '')
  // /proc says "no such file" of whatever is to be made in it, for ever.
  for (const root of ['/proc/metis', temp.path('plain', 'file', 'home')]) {
    const {error} = await runHere(['init', '--profile', 'p', '--network', 'sepolia'], root)
    expect(error?.code, root).toMatch(/^FILE_(?:NOT_WRITABLE|UNREADABLE)$/)
    expect(error?.exitCode).toBe(3)
  }
})

test('an allowance that nobody can use up is said in words, also when a part of it is used', () => {
  for (const wei of [maxUint256, maxUint256 - 12_345n * 10n ** 18n, 10n ** 30n])
    expect(metisText(wei, 18)).toBe('METIS without limit')
  expect(metisText(10_000_000n * 10n ** 18n)).toBe('10,000,000 METIS')
})

test('what only the local network can do asks the local network, whatever the profile names', () => {
  using other = makeTempHome()
  const url = 'http://127.0.0.1:9/other'
  createProfile(other.home, openConfig(other.home), {
    ...{name: 'p', network: 'sepolia', owner: undefined, signer: undefined, node: null},
    ...{endpoints: {l1: [url], l2: [url], pos: null}, replace: false},
  })
  const asked = (networksOwn: boolean) => {
    const context = openContext({home: other.home, networksOwn})
    const {length} = context
      .l1()
      .sources()
      .filter(({endpoint}) => endpoint.includes('127.0.0.1:9'))
    context.close()
    return length
  }
  expect(asked(false)).toBe(1)
  expect(asked(true)).toBe(0)
})

test.each([
  ['a contract', ['--contract', 'nope'], 'No contract is called nope.'],
  ['a contract, almost', ['--contract', 'lockingpol'], 'Is LockingPool meant?'],
  ['a function', ['--contract', 'LockingPool', '--function', 'widthdraw'], 'Is withdraw meant?'],
  ['a function of no contract that has any', ['--contract', 'Velix', '--function', 'a'], 'Velix'],
  ['an inherited one', ['--contract', 'constructor'], 'No contract is called constructor.'],
])('explain refuses %s that nobody knows, with those that are', async (_what, flags, words) => {
  const {exit, error} = await runHere(['explain', 'invalid amount', ...flags], temp.root)
  expect({exit, code: error?.code}).toEqual({exit: 2, code: 'PLACE_UNKNOWN'})
  expect(JSON.stringify(error)).toContain(words)
})

test.each([
  [['--contract', 'lockingpool', '--function', 'withdraw(uint256,uint256)']],
  [['--contract', 'METIS']],
])('explain takes %j in any spelling', async (flags) => {
  const {exit} = await runHere(['explain', 'invalid amount', ...flags], temp.root)
  expect(exit).toBe(0)
})

test.each(['--relayer-key', '--batch-key'])(
  'a profile with an unknown %s is not made',
  async (flag) => {
    const words = ['init', '--no-input', '--profile', 'odd', '--network', 'sepolia']
    const {error} = await runHere([...words, '--node-port', '18595', flag, 'nope'], temp.root)
    expect(error?.code).toBe('KEY_UNKNOWN')
  },
)
