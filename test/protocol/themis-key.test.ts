import {privateKeyToAccount} from 'viem/accounts'
import {expect, test} from 'vitest'

import {parsePublicKey, spellPublicKey} from '../../src/protocol/public-key.ts'
import {nodeIdentityOf} from '../../src/protocol/node-key.ts'
import {formatNodeKey, formatThemisKey, parseThemisFile} from '../../src/protocol/themis-key.ts'

const privateKey =
  `0x${'7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d'}` as const
const {address, publicKey} = privateKeyToAccount(privateKey)
const key = {address, publicKey: `0x${publicKey.slice(4)}` as const, privateKey}
const file = () => JSON.parse(formatThemisKey(key)) as Record<string, Record<string, string>>

test('the file has the names, the order, the lengths and the spelling of Themis', () => {
  const text = formatThemisKey(key)

  expect(Object.keys(file())).toEqual(['address', 'pub_key', 'priv_key'])
  expect(text).toContain('  "address": "008AEEDA4D805471DF9B2A5B0F38A0C3BCBA786B",\n')
  expect(text).toMatch(/\n}$/)
  const {pub_key, priv_key} = file()
  expect(pub_key?.['type']).toBe('tendermint/PubKeySecp256k1')
  expect(priv_key?.['type']).toBe('tendermint/PrivKeySecp256k1')
  const point = Buffer.from(pub_key?.['value'] ?? '', 'base64')
  expect([point.length, point[0]]).toEqual([65, 4])
  expect(`0x${point.toString('hex')}`).toBe(publicKey)
  expect(Buffer.from(priv_key?.['value'] ?? '', 'base64').toString('hex')).toBe(privateKey.slice(2))
})

test('what is written is read back', () => {
  expect(parseThemisFile(file())).toEqual({
    kind: 'validator-key',
    address: address.slice(2).toLowerCase(),
    publicKey: publicKey.slice(4),
    privateKey: privateKey.slice(2),
  })
})

const half = (value: string | undefined) => value?.slice(0, 20)
test.each<[string, (value: ReturnType<typeof file>) => unknown, string]>([
  [
    'a short secret',
    (v) => ({...v, priv_key: {...v['priv_key'], value: half(v['priv_key']?.['value'])}}),
    'priv_key',
  ],
  [
    'another kind of secret',
    (v) => ({...v, priv_key: {...v['priv_key'], type: 'tendermint/PrivKeyEd25519'}}),
    'priv_key',
  ],
  ['no base64', (v) => ({...v, priv_key: {...v['priv_key'], value: '!'.repeat(44)}}), 'priv_key'],
  [
    'a short public key',
    (v) => ({...v, pub_key: {...v['pub_key'], value: half(v['pub_key']?.['value'])}}),
    'pub_key',
  ],
  ['no public key', ({priv_key, address: a}) => ({priv_key, address: a}), 'pub_key'],
  ['no address', ({priv_key, pub_key}) => ({priv_key, pub_key}), 'address'],
])('%s is damage, and is named', (_what, change, named) => {
  expect(parseThemisFile(change(file()))).toEqual({
    kind: 'damaged',
    reason: expect.stringContaining(`its ${named}`),
  })
})

/** The first two test vectors of RFC 8032, and the first 20 bytes of the SHA-256 of their public keys. */
const ed25519 = [
  {
    seed: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    publicKey: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    nodeId: '21fe31dfa154a261626bf854046fd2271b7bed4b',
  },
  {
    seed: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    publicKey: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    nodeId: '39f713d0a644253f04529421b9f51b9b08979d08',
  },
] as const

test.each(ed25519)('a seed gives the identity $nodeId', ({seed, publicKey, nodeId}) => {
  expect(nodeIdentityOf(seed)).toEqual({nodeId, publicKey: `0x${publicKey}`})
})

test('node_key.json is one line with the seed and the public key, and is read back', () => {
  const [{seed, publicKey}] = ed25519
  const text = formatNodeKey({seed: `0x${seed}`, publicKey: `0x${publicKey}`})

  const value = Buffer.from(seed + publicKey, 'hex').toString('base64')
  expect(text).toBe(`{"priv_key":{"type":"tendermint/PrivKeyEd25519","value":"${value}"}}`)
  expect(parseThemisFile(JSON.parse(text))).toEqual({kind: 'node-key', seed, publicKey})
})

test.each([
  ['an unknown type', {type: 'tendermint/PrivKeySr25519', value: 'x'.repeat(88)}],
  ['a seed alone', {type: 'tendermint/PrivKeyEd25519', value: 'x'.repeat(43) + '='}],
  ['no base64', {type: 'tendermint/PrivKeyEd25519', value: '!'.repeat(88)}],
  ['no value', {type: 'tendermint/PrivKeyEd25519'}],
])('a node_key.json with %s is damaged', (_what, priv_key) => {
  expect(parseThemisFile({priv_key})).toEqual({
    kind: 'damaged',
    reason: expect.stringContaining('its priv_key is not'),
  })
})

test('other documents are known for nothing', () => {
  expect(parseThemisFile({version: 3, crypto: {}})).toBeUndefined()
  expect(parseThemisFile('text')).toBeUndefined()
})

test.each([1n, 2n, 3n, 4n, 5n, 6n])('key %s: three spellings of one point', (scalar) => {
  const account = privateKeyToAccount(`0x${scalar.toString(16).padStart(64, '0')}`)
  const {raw, uncompressed, compressed} = spellPublicKey(parsePublicKey(account.publicKey))

  expect(uncompressed).toBe(account.publicKey)
  expect(raw).toBe(`0x${account.publicKey.slice(4)}`)
  expect(compressed.slice(4)).toBe(raw.slice(2, 66))
  const y = BigInt(`0x${raw.slice(66)}`)
  expect(compressed.slice(0, 4)).toBe(y % 2n === 0n ? '0x02' : '0x03')
})
