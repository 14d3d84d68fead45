import {readFileSync, statSync, writeFileSync} from 'node:fs'

import {privateKeyToAccount} from 'viem/accounts'
import {expect, test} from 'vitest'

import {MetisSeqError} from '../../src/lib/errors.ts'
import {openFileStore} from '../../src/store/keys/file-store.ts'
import {KEY_SERVICE} from '../../src/store/keys/key-store.ts'
import {
  decryptKeystore,
  encryptKeystore,
  LOCAL_SCRYPT_N,
  readKeystore,
  STRONG_SCRYPT_N,
} from '../../src/store/keys/keystore-v3.ts'
import {makeTempHome, type TempHome} from '../helpers/temp-home.ts'

const secret = '7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d'
const address = '008aeeda4d805471df9b2a5b0f38a0c3bcba786b'
const cheap = 2 ** 10

/** Undefined where the text is refused. */
function parseKeystore(text: string) {
  const read = readKeystore(text)
  return read.kind === 'keystore' ? read.keystore : undefined
}

/** The scrypt vector of the Web3 Secret Storage definition. */
const published = {
  address,
  crypto: {
    cipher: 'aes-128-ctr',
    ciphertext: 'd172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c',
    cipherparams: {iv: '83dbcc02d8ccb40e466191a123791e0e'},
    kdf: 'scrypt',
    kdfparams: {
      dklen: 32,
      n: 262_144,
      p: 8,
      r: 1,
      salt: 'ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19',
    },
    mac: '2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097',
  },
  id: '3198bc9c-6672-5ab3-d995-4942343ae5b6',
  version: 3,
}

/** The pbkdf2 vector of the same definition; the same key under the same password. */
const publishedPbkdf2 = {
  address,
  crypto: {
    cipher: 'aes-128-ctr',
    ciphertext: '5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46',
    cipherparams: {iv: '6087dab2f9fdbbfaddc31a909735c1e6'},
    kdf: 'pbkdf2',
    kdfparams: {
      c: 262_144,
      dklen: 32,
      prf: 'hmac-sha256',
      salt: 'ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd',
    },
    mac: '517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2',
  },
  id: '3198bc9c-6672-5ab3-d995-4942343ae5b6',
  version: 3,
}

test.each([
  ['scrypt, with r 1, which OpenSSL refuses', published],
  ['pbkdf2', publishedPbkdf2],
])('the published vector opens: %s', async (_what, vector) => {
  const keystore = parseKeystore(JSON.stringify(vector))

  expect((await decryptKeystore(keystore!, 'testpassword'))?.toString('hex')).toBe(secret)
  expect(await decryptKeystore(keystore!, 'testpasswords')).toBeUndefined()
})

test('a key comes back with its password, and with no other', async () => {
  const keystore = await encryptKeystore(Buffer.from(secret, 'hex'), address, 'päss wörd', cheap)

  expect((await decryptKeystore(keystore, 'päss wörd'))?.toString('hex')).toBe(secret)
  expect(await decryptKeystore(keystore, 'päss wörd ')).toBeUndefined()
  expect(await decryptKeystore(keystore, '')).toBeUndefined()
  expect(JSON.stringify(keystore)).not.toContain(secret)
})

test('the same key and password give another file each time', async () => {
  const [one, two] = await Promise.all(
    [0, 1].map(() => encryptKeystore(Buffer.from(secret, 'hex'), address, 'x', cheap)),
  )

  expect(one?.crypto.kdfparams.salt).not.toBe(two?.crypto.kdfparams.salt)
  expect(one?.crypto.cipherparams.iv).not.toBe(two?.crypto.cipherparams.iv)
  expect(one?.id).not.toBe(two?.id)
})

test('the cost that geth and we use by default (n 262144, r 8, p 1) opens', async () => {
  const keystore = await encryptKeystore(Buffer.from(secret, 'hex'), address, 'testpassword')

  expect(keystore.crypto.kdfparams).toMatchObject({n: STRONG_SCRYPT_N, r: 8, p: 1, dklen: 32})
  const reread = parseKeystore(JSON.stringify(keystore))
  expect((await decryptKeystore(reread!, 'testpassword'))?.toString('hex')).toBe(secret)
})

test('the cost that geth writes is accepted', () => {
  const keystore = parseKeystore(JSON.stringify({...published, crypto: costs({})}))

  expect(keystore?.crypto.kdfparams).toMatchObject({n: 262_144, r: 8, p: 1})
})

test('a changed ciphertext is a wrong password, never a wrong key', async () => {
  const keystore = await encryptKeystore(Buffer.from(secret, 'hex'), address, 'x', cheap)
  const flipped = keystore.crypto.ciphertext.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))
  const crypto = {...keystore.crypto, ciphertext: flipped}

  expect(await decryptKeystore({...keystore, crypto}, 'x')).toBeUndefined()
})

const {crypto} = published
const costs = (cost: object) => ({
  ...crypto,
  kdfparams: {...crypto.kdfparams, r: 8, p: 1, ...cost},
})
const rounds = (cost: object) => ({
  ...publishedPbkdf2.crypto,
  kdfparams: {...publishedPbkdf2.crypto.kdfparams, ...cost},
})
const foreign: [string, unknown][] = [
  ['text that is not JSON', 'hello'],
  ['a list', []],
  ['version 1', {...published, version: 1}],
  ['no crypto', {version: 3}],
  ['pbkdf2 with the parameters of scrypt', {...published, crypto: {...crypto, kdf: 'pbkdf2'}}],
  ['scrypt with those of pbkdf2', {...published, crypto: {...rounds({}), kdf: 'scrypt'}}],
  ['another derivation', {...published, crypto: {...crypto, kdf: 'argon2id'}}],
  ['pbkdf2 with another hash', {...published, crypto: rounds({prf: 'hmac-sha1'})}],
  ['pbkdf2 of no round', {...published, crypto: rounds({c: 0})}],
  ['pbkdf2 of a billion rounds', {...published, crypto: rounds({c: 10 ** 9})}],
  ['aes-256', {...published, crypto: {...crypto, cipher: 'aes-256-ctr'}}],
  ['a short key', {...published, crypto: costs({dklen: 16})}],
  ['a cost of 1 TiB', {...published, crypto: costs({n: 2 ** 30, r: 8})}],
  ['a cost beyond a double', {...published, crypto: costs({n: 2 ** 200})}],
  ['a huge r', {...published, crypto: costs({n: 2, r: 2 ** 40})}],
  ['a fractional r', {...published, crypto: costs({n: 1024, r: 1.5})}],
  ['a fractional p', {...published, crypto: costs({n: 1024, r: 8, p: 1.5})}],
  ['a huge p', {...published, crypto: costs({p: 2 ** 20})}],
  ['an n that is no power of two', {...published, crypto: costs({n: 1000})}],
  ['a negative n', {...published, crypto: costs({n: -1024})}],
  ['a cost in words', {...published, crypto: costs({n: '262144'})}],
  ['a salt that is not hex', {...published, crypto: costs({salt: 'zz'})}],
  ['an iv of the wrong length', {...published, crypto: {...costs({}), cipherparams: {iv: 'ab'}}}],
]

test.each(foreign)('%s is refused before any work is done', (_what, value) => {
  const text = typeof value === 'string' ? value : JSON.stringify(value)

  expect(parseKeystore(text)).toBeUndefined()
})

function openStore(temp: TempHome, password: string) {
  return openFileStore({
    directory: temp.path('keys'),
    password: () => Promise.resolve(password),
    labelOf: (key) => ({
      address: privateKeyToAccount(`0x${key}`).address.slice(2).toLowerCase(),
    }),
    scryptN: cheap,
  })
}

async function failureOf(act: Promise<unknown>): Promise<MetisSeqError> {
  const error: unknown = await act.then(
    () => new Error('It did not fail.'),
    (thrown: unknown) => thrown,
  )
  if (error instanceof MetisSeqError) return error
  throw error
}

test('file store: set, get, find and delete, in files only the owner can read', async () => {
  using temp = makeTempHome()
  const store = openStore(temp, 'x')
  expect(await store.getPassword(KEY_SERVICE, 'hot')).toBeNull()
  expect(await store.findPassword(KEY_SERVICE)).toBeNull()
  expect(await store.findCredentials(KEY_SERVICE)).toEqual([])

  await store.setPassword(KEY_SERVICE, 'hot', secret)

  const path = temp.path('keys', 'hot.json')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(statSync(temp.path('keys')).mode & 0o777).toBe(0o700)
  expect(parseKeystore(readFileSync(path, 'utf8'))?.address).toBe(address)
  expect(await openStore(temp, 'x').getPassword(KEY_SERVICE, 'hot')).toBe(secret)
  expect(await store.findPassword(KEY_SERVICE)).toBe(secret)
  expect(await store.findCredentials(KEY_SERVICE)).toEqual([{account: 'hot', password: secret}])
  expect(await store.deletePassword(KEY_SERVICE, 'hot')).toBe(true)
  expect(await store.deletePassword(KEY_SERVICE, 'hot')).toBe(false)
  expect(await store.getPassword(KEY_SERVICE, 'hot')).toBeNull()
})

test('file store: a wrong password and a foreign file are two different errors', async () => {
  using temp = makeTempHome()
  await openStore(temp, 'right').setPassword(KEY_SERVICE, 'hot', secret)
  writeFileSync(temp.path('keys', 'other.json'), '{"version": 3}')

  const wrong = await failureOf(openStore(temp, 'wrong').getPassword(KEY_SERVICE, 'hot'))
  const invalid = await failureOf(openStore(temp, 'right').getPassword(KEY_SERVICE, 'other'))

  expect(wrong).toMatchObject({code: 'WRONG_PASSWORD', exit: 'signer', facts: {key: 'hot'}})
  expect(invalid).toMatchObject({code: 'KEYSTORE_INVALID', exit: 'signer'})
  expect(wrong.message).not.toContain('wrong')
})

test('the key of a local network costs little to open', () => {
  expect(LOCAL_SCRYPT_N).toBeLessThan(STRONG_SCRYPT_N)
})
