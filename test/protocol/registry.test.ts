import {format} from 'prettier'
import {expect, test} from 'vitest'

import {addressOfPublicKey} from '../../src/protocol/public-key.ts'
import {readImage} from '../../src/protocol/registry-image.ts'
import {appendEntry, formatJson} from '../../src/protocol/registry-text.ts'
import {
  checkEntry,
  checkLogo,
  checkUnique,
  logoNameOf,
  logoPathOf,
  type Logo,
  type RegistryEntry,
  type RuleCheck,
} from '../../src/protocol/registry.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {makePng} from '../helpers/picture.ts'

const signer = accountOf('signer')
const good: RegistryEntry = {
  name: 'Alice & Co',
  avatar: '{BASEDIR}/assets/Alice-Co.png',
  desc: 'A sequencer of two people.',
  address: accountOf('owner').address,
  seq_addr: signer.address,
  pubkey: `0x${signer.publicKey.slice(4)}`,
  url: 'https://alice.example',
}
const logo: Logo = {sizeBytes: 2000, image: readImage(makePng(256))}

const brokenOf = (checks: readonly RuleCheck[]) =>
  checks.filter(({ok}) => !ok).map(({id, enforcedBy}) => `${id} ${enforcedBy}`)

test('a good entry, with and without a staking provider, breaks no rule', () => {
  expect(brokenOf(checkEntry(good))).toEqual([])
  expect(brokenOf(checkEntry({...good, lst_name: 'xMETIS', lst_url: 'https://x.example'}))).toEqual(
    [],
  )
  expect(brokenOf(checkLogo(good.avatar, logo))).toEqual([])
  expect(checkEntry(good).every(({remedy}) => remedy === '')).toBe(true)
})

const otherKey = `0x${accountOf('other').publicKey.slice(4)}`

/** A change of the good entry, and every rule it breaks. */
const breaks: [Record<string, unknown>, string[]][] = [
  [{name: ''}, ['name-set ci', 'avatar-path readme', 'name-length readme']],
  [{name: 7}, ['name-set ci', 'avatar-path readme', 'name-length readme']],
  [{name: 'Alice & Co'.padEnd(25, '!')}, ['name-length readme']],
  [{desc: ' '}, ['desc-set ci']],
  [{desc: 'd'.repeat(200)}, []],
  [{desc: 'd'.repeat(201)}, ['desc-length readme']],
  [{address: '0x12'}, ['address-valid ci']],
  [{address: good.address.toLowerCase()}, []],
  [{address: `0x${good.address.slice(2).toUpperCase()}`}, ['address-valid ci']],
  [{seq_addr: null}, ['seq-addr-valid ci', 'seq-addr-matches ci']],
  [{seq_addr: good.address}, ['seq-addr-matches ci']],
  [{pubkey: otherKey}, ['seq-addr-matches ci']],
  [{pubkey: signer.publicKey}, ['pubkey-shape ci', 'seq-addr-matches ci']],
  [{pubkey: good.pubkey.toUpperCase()}, ['pubkey-shape ci', 'seq-addr-matches ci']],
  [{url: 'http://alice.example'}, ['url-https ci']],
  [{url: 'alice.example'}, ['url-https ci']],
  [{avatar: undefined}, ['avatar-set ci', 'avatar-path readme']],
  [{avatar: '{BASEDIR}/assets/Bob.png'}, ['avatar-path readme']],
  [{avatar: '{BASEDIR}/assets/alice co.SVG'}, []],
  [{avatar: '{BASEDIR}/assets/Alice-Co.gif'}, ['avatar-path readme']],
  [{avatar: '{BASEDIR}/Alice-Co.png'}, ['avatar-path readme']],
  [{avatar: '{BASEDIR}/assets/../../Alice-Co.png'}, ['avatar-path readme']],
  [{lst_name: 'l'.repeat(25)}, ['lst-name-length readme']],
  [{lst_url: 'ftp://x.example'}, ['lst-url-https readme']],
]

test.each(breaks)('%j breaks its rules and no others', (change, rules) => {
  const checks = checkEntry({...good, ...change})
  expect(brokenOf(checks)).toEqual(rules)
  for (const {ok, remedy, seen} of checks) {
    expect(remedy !== '').toBe(!ok)
    expect(seen).not.toBe('')
  }
})

test.each([[null], ['text'], [[]]])('%j is no entry', (value) => {
  expect(brokenOf(checkEntry(value))).toEqual(['entry-object ci'])
})

const svg = (attributes: string) =>
  readImage(
    new TextEncoder().encode(`<?xml version="1.0"?><!-- a --><svg ${attributes}><g/></svg>`),
  )

const logos: [string, Logo | undefined, string[]][] = [
  ['none', undefined, ['logo-exists ci']],
  ['not square', {...logo, image: readImage(makePng(256, 255))}, ['logo-square readme']],
  ['127 pixels', {...logo, image: readImage(makePng(127))}, ['logo-pixels readme']],
  ['128 pixels', {...logo, image: readImage(makePng(128))}, []],
  ['257 pixels', {...logo, image: readImage(makePng(257))}, ['logo-pixels readme']],
  ['24 KB', {...logo, sizeBytes: 24_576}, []],
  ['a byte more', {...logo, sizeBytes: 24_577}, ['logo-bytes readme']],
  ['an SVG called PNG', {...logo, image: svg('width="256" height="256"')}, ['logo-kind readme']],
  [
    'no picture',
    {...logo, image: readImage(new TextEncoder().encode('GIF89a'))},
    ['logo-kind readme', 'logo-square readme', 'logo-pixels readme'],
  ],
]

test.each(logos)('a logo: %s', (_name, found, rules) => {
  expect(brokenOf(checkLogo(good.avatar, found))).toEqual(rules)
})

test('the size of a picture is read from its first bytes', () => {
  expect(readImage(makePng(200, 100))).toEqual({
    ...{kind: 'png', width: 200, height: 100, scales: false},
  })
  expect(svg('width="200px" height=\'100\' viewBox="0 0 1 1"')).toMatchObject({
    ...{kind: 'svg', width: 200, height: 100, scales: false},
  })
  expect(svg('width="100%" height="100%" viewBox="0 0 32,16"')).toMatchObject({
    ...{width: 32, height: 16, scales: true},
  })
  expect(svg('stroke-width="5" height="7" data-viewBox="0 0 9 9"')).toMatchObject({width: 0})
  expect(readImage(makePng(200).subarray(0, 20))).toBeNull()
  expect(readImage(new TextEncoder().encode('<html><svg width="1" height="1"/></html>'))).toBeNull()
  // A logo with nothing but proportions is judged by them alone.
  const scaled = {sizeBytes: 100, image: svg('viewBox="0 0 32 32"')}
  expect(brokenOf(checkLogo('{BASEDIR}/assets/a.svg', scaled))).toEqual([])
})

test('names and addresses are those of one entry only, in any letters', () => {
  const other = {...good, name: 'Bob', address: good.address.toLowerCase(), seq_addr: '0x1'}
  expect(brokenOf(checkUnique([good, other], 0))).toEqual(['address-unique ci'])
  expect(brokenOf(checkUnique([good, other, good], 2))).toEqual([
    ...['name-unique ci', 'address-unique ci', 'seq-addr-unique ci'],
  ])
  expect(checkUnique([good, other], 1)[1]?.seen).toBe('entry 1 (Alice & Co)')
  // What is missing is not twice the same.
  expect(brokenOf(checkUnique([{name: ''}, {name: ''}], 0))).toEqual([])
})

test('a logo is called after its entry, and never leads out of the folder', () => {
  expect(logoNameOf('Alice & Co', 'png')).toBe('Alice-Co.png')
  expect(logoNameOf('../../etc', 'svg')).toBe('....etc.svg')
  expect(logoPathOf('{BASEDIR}/assets/a.png')).toBe('assets/a.png')
  for (const avatar of ['assets/a.png', '{BASEDIR}/../a.png', '{BASEDIR}/a//b', '{BASEDIR}/a\\b']) {
    expect(logoPathOf(avatar)).toBeUndefined()
  }
})

test('text is formatted as prettier does it, letter by letter', async () => {
  const texts = [
    '[]',
    '{}',
    JSON.stringify([good, {...good, lst_name: 'a "quoted" {name}, [x]: \\'}]),
    '[\n{"a":"\\u00e9\\/",\n"b":[1,-2.5e3,true,null],"c":{}}]',
  ]
  for (const text of texts) {
    // Opened up first: prettier leaves an object on one line that is on one line.
    const opened = text.replaceAll(/\{(?="\w+":)/g, '{\n')
    const expected = await format(opened, {parser: 'json', printWidth: 8})
    expect(formatJson(text)).toBe(expected)
  }
})

test('an entry goes to the end, and not a byte before the last bracket changes', async () => {
  const before = '[\n  {\n    "name": "Caf\\u00e9"\n  }\n]\n'
  const after = appendEntry(before, good)

  expect(after.startsWith(before.slice(0, before.lastIndexOf('\n]')))).toBe(true)
  expect(JSON.parse(after)).toEqual([{name: 'Café'}, good])
  expect(after).toBe(await format(after, {parser: 'json'}))
  expect(appendEntry('[]', good)).toBe(formatJson(JSON.stringify([good])))
})

test('the address of the good key is that of the contract', () => {
  expect(addressOfPublicKey(good.pubkey)).toBe(signer.address)
})
