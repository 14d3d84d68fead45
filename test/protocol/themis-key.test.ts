import {privateKeyToAccount} from 'viem/accounts'
import {expect, test} from 'vitest'

import {parsePublicKey, spellPublicKey} from '../../src/protocol/public-key.ts'
import {formatThemisKey, parseThemisFile} from '../../src/protocol/themis-key.ts'

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

test('node_key.json is known for what it is, and other documents for nothing', () => {
  const node = {priv_key: {type: 'tendermint/PrivKeyEd25519', value: 'x'.repeat(88)}}
  expect(parseThemisFile(node)).toEqual({kind: 'node-key'})
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
