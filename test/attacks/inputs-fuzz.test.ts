/** Random inputs from a seed: each is taken right, or refused with a code of ours. Never a fault of ours, never endless. */
import {createCipheriv, pbkdf2Sync, scryptSync} from 'node:crypto'
import {writeFileSync} from 'node:fs'

import {getAddress, keccak256, type Hex} from 'viem'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {toErrorReport} from '../../src/cli/error-report.ts'
import {
  allowanceFlag,
  amountFlag,
  percentFlag,
  ratioFlag,
  sendFlags,
  urlFlag,
} from '../../src/cli/flags.ts'
import {readUnits} from '../../src/lib/units.ts'
import {readAddress} from '../../src/protocol/address-text.ts'
import {existingPassword} from '../../src/services/keys/key-password.ts'
import {openKeySource} from '../../src/services/keys/key-source.ts'
import {createProfile, findProfile} from '../../src/services/network/profiles.ts'
import {addWatchedSigner} from '../../src/services/signers/signers.ts'
import {openConfig} from '../../src/store/config.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {makeTempHome, type TempHome} from '../helpers/temp-home.ts'

let temp: TempHome
beforeAll(() => {
  temp = makeTempHome()
})
afterAll(() => temp[Symbol.dispose]())

const accounts = Array.from({length: 10}, (_none, index) => accountOf(`account ${index}`))

/** Numbers from a seed (mulberry32): a failure comes again. */
function dice(seed: number) {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (count: number) => Math.floor(next() * count)
  const pick = <T>(items: readonly T[]): T => items[below(items.length)]!
  const text = (pieces: readonly string[], most: number) =>
    Array.from({length: below(most + 1)}, () => pick(pieces)).join('')
  return {
    below,
    pick,
    text,
    bytes: (count: number) => Buffer.from(Array.from({length: count}, () => below(256))),
  }
}

/** The code of what is thrown, which is never a fault of ours; undefined where nothing is. */
async function refusalOf(act: () => unknown): Promise<string | undefined> {
  try {
    await act()
    return undefined
  } catch (error) {
    const {code, message} = toErrorReport(error, 'metis-seq')
    expect({code, message}).not.toMatchObject({code: 'BUG'})
    return code
  }
}

const pieces = [
  ...'0123456789',
  ...'0123456789',
  ',',
  '.',
  '_',
  ' ',
  '-',
  '+',
  'e',
  '%',
  '٣',
  '５',
  '\u00a0',
  '000',
  '\n',
  '\0',
  'max',
]

test('amounts: what is taken is what both halves of the world read', () => {
  const {text} = dice(1)
  let taken = 0
  for (let run = 0; run < 20_000; run++) {
    const given = text(pieces, 12)
    const read = readUnits(given)
    if (!('units' in read)) continue
    taken++
    const plain = given.trim()
    // With points and commas exchanged it must not be another number that is taken as well.
    const other = readUnits(plain.replaceAll(/[.,]/g, (mark) => (mark === '.' ? ',' : '.')))
    if (plain.includes(',')) expect('units' in other, given).toBe(false)
    const [whole, fraction = ''] = plain.replaceAll(/[,_]/g, '').split('.')
    expect(read.units, given).toBe(BigInt(whole + fraction.padEnd(18, '0')))
    if (/,/.test(plain)) expect(plain, given).toMatch(/^[1-9]\d{0,2}(,\d{3})+(\.\d+|,\d{3}|)$/)
    expect(/^\d+,\d+$/.test(plain), given).toBe(false)
  }
  expect(taken).toBeGreaterThan(1000)
})

const flags = {
  amount: amountFlag(),
  allowance: allowanceFlag(),
  percent: percentFlag(),
  ratio: ratioFlag(),
  gwei: sendFlags['max-fee'],
  address: sendFlags.from,
  url: urlFlag(),
}

test('flags: every text is a value or a usage error', async () => {
  const {text, pick} = dice(2)
  const alphabet = [
    ...pieces,
    'http://',
    'https://',
    'eth:',
    '0x',
    '0X',
    'ab',
    'AB',
    '@',
    '/',
    '[',
    ':',
    'constructor',
  ]
  for (let run = 0; run < 3000; run++) {
    const given = text(alphabet, 14)
    const flag = pick(Object.values(flags)) as {
      parse(text: string, context: object, flag: object): Promise<unknown>
    }
    const code = await refusalOf(() => flag.parse(given, {}, flag))
    expect([undefined, 'USAGE'], given).toContain(code)
  }
  // A megabyte of digits costs no more than reading it.
  const begin = performance.now()
  for (const piece of ['1', '1,', '0x', '1.', 'a:', '-'])
    for (const flag of Object.values(flags) as {
      parse(text: string, context: object, flag: object): Promise<unknown>
    }[])
      await refusalOf(() => flag.parse(piece.repeat(500_000), {}, flag))
  expect(performance.now() - begin).toBeLessThan(5000)
})

test('addresses: a random change is refused, unless no letter is left that could be wrong', () => {
  const {pick, below} = dice(3)
  for (let run = 0; run < 2000; run++) {
    const {address} = accounts[run % accounts.length]!
    const at = 2 + below(40)
    const digit = pick([...'0123456789abcdefABCDEF'])
    const changed = address.slice(0, at) + digit + address.slice(at + 1)
    const read = readAddress(`${pick(['', ' ', 'eth:', 'sep:'])}${changed}${pick(['', ' ', '\n'])}`)
    if (changed === address) expect(read).toMatchObject({address})
    else if ('address' in read) expect(read.address).toBe(getAddress(changed as Hex))
    // One digit in 40: a checksum of 15 bits and more lets hardly any pass.
    else expect(read.fault).toMatch(/invalid checksum/)
  }
})

test('password files: random bytes are one line of UTF-8, or refused by name', async () => {
  const {bytes, below, pick} = dice(4)
  const seen = new Map<string, string>()
  let taken = 0
  for (let run = 0; run < 400; run++) {
    const parts = Array.from({length: 1 + below(4)}, () =>
      pick([
        bytes(below(4)),
        Buffer.from('word'),
        Buffer.from('\n'),
        Buffer.from('\r\n'),
        Buffer.from('ä\u0308'),
        Buffer.from([0xef, 0xbb, 0xbf]),
        Buffer.from('ab', 'utf16le'),
      ]),
    )
    const content = Buffer.concat(parts)
    const file = temp.path('password')
    writeFileSync(file, content, {mode: 0o600})
    let password: string | undefined
    const code = await refusalOf(async () => {
      password = await existingPassword({subject: 'x', flag: '--password-file', file})
    })
    expect([undefined, 'PASSWORD_FILE_UNUSABLE']).toContain(code)
    if (password === undefined) continue
    taken++
    // Two files with one password differ in a mark before it and a line end behind it, and in nothing else.
    const core = content
      .toString('latin1')
      .replace(/^\xef\xbb\xbf/, '')
      .replace(/\r?\n$/, '')
    expect(seen.get(password) ?? core).toBe(core)
    seen.set(password, core)
  }
  expect(taken).toBeGreaterThan(50)
})

test('names: of letters, marks and properties of every object', async () => {
  const {text} = dice(5)
  const config = openConfig(temp.home)
  const inherited = Object.getOwnPropertyNames(Object.prototype)
  const letters = [...'abcXYZ019-_./~ ', 'ä', '\0', '\n', '../', '\u202e', ...inherited]
  const endpoints = {l1: [], l2: [], pos: null}
  const request = {
    network: 'sepolia',
    owner: undefined,
    signer: undefined,
    node: null,
    replace: false,
  }
  const made = new Set<string>()
  for (const name of [...inherited, ...Array.from({length: 150}, () => text(letters, 5))]) {
    const code = await refusalOf(() =>
      createProfile(temp.home, config, {...request, name, endpoints}),
    )
    expect([undefined, 'PROFILE_NAME_INVALID', 'PROFILE_EXISTS'], name).toContain(code)
    if (code === undefined) made.add(name)
    expect(await refusalOf(() => findProfile(config, name))).toBe(
      made.has(name) ? undefined : 'PROFILE_UNKNOWN',
    )
    const {address} = accountOf('owner')
    const added = await refusalOf(() => addWatchedSigner({name, kind: 'watch', address}, config))
    expect([undefined, 'KEY_NAME_INVALID', 'SIGNER_EXISTS'], name).toContain(added)
  }
  expect(made.size).toBeGreaterThanOrEqual(5)
})

/** A key file as another wallet may write it. */
function keyFile({below, pick, bytes}: ReturnType<typeof dice>, password: string) {
  const dklen = pick([32, 32, 48, 64, 128])
  const salt = bytes(1 + below(40))
  const kdf = pick(['scrypt', 'pbkdf2'])
  const cost = {n: 2 ** (1 + below(11)), r: 1 + below(8), p: 1 + below(3)}
  const c = 1 + below(2000)
  const derived =
    kdf === 'scrypt'
      ? scryptSync(password, salt, dklen, {N: cost.n, r: cost.r, p: cost.p})
      : pbkdf2Sync(password, salt, c, dklen, 'sha256')
  const {privateKey, address} = accounts[below(accounts.length)]!
  const iv = bytes(16)
  const cipher = createCipheriv('aes-128-ctr', derived.subarray(0, 16), iv)
  const ciphertext = Buffer.concat([
    cipher.update(Buffer.from(privateKey.slice(2), 'hex')),
    cipher.final(),
  ])
  const hex = (buffer: Buffer) =>
    below(2) ? buffer.toString('hex') : buffer.toString('hex').toUpperCase()
  const params = kdf === 'scrypt' ? cost : {c, prf: 'hmac-sha256'}
  const crypto = {
    ...{cipher: 'aes-128-ctr', cipherparams: {iv: hex(iv)}, ciphertext: hex(ciphertext), kdf},
    kdfparams: {dklen, salt: hex(salt), ...params},
    mac: keccak256(Buffer.concat([derived.subarray(16, 32), ciphertext])).slice(2),
  }
  const file = {
    ...{
      version: pick([3, '3']),
      id: 'x',
      address: pick([address, address.slice(2), address.toLowerCase()]),
    },
    [pick(['crypto', 'Crypto'])]: crypto,
  }
  return {
    file,
    crypto,
    secret: privateKey.slice(2),
  }
}

test('key files with sound parameters open, whoever wrote them', async () => {
  const random = dice(6)
  for (let run = 0; run < 60; run++) {
    const {file, secret} = keyFile(random, 'pässwort')
    const text = (random.below(2) ? '\uFEFF' : '') + JSON.stringify(file, null, random.below(3))
    const found = await openKeySource({
      from: 'x',
      text,
      password: () => Promise.resolve('pässwort'),
    })
    expect(found, text).toMatchObject({secret, kind: 'keystore'})
  }
})

test('key files that are not read name the parameter, and cost nothing', async () => {
  const random = dice(7)
  const {file, crypto} = keyFile(random, 'x')
  const scrypt = {dklen: 32, salt: 'ab', n: 2 ** 20, r: 8, p: 1}
  const open = (changed: object, top: object = {}) => ({
    ...file,
    Crypto: undefined,
    crypto: {...crypto, ...changed},
    ...top,
  })
  const named: [object, string][] = [
    [open({cipher: 'aes-128-cbc', ciphertext: 'ab'.repeat(48)}), 'cipher aes-128-cbc'],
    [open({kdf: 'argon2id', kdfparams: {}}), 'kdf argon2id'],
    [open({kdf: 'scrypt', kdfparams: {...scrypt, n: 2 ** 22}}), 'n 4194304'],
    [open({kdf: 'scrypt', kdfparams: {...scrypt, p: 1000}}), 'p 1000'],
    [open({kdf: 'scrypt', kdfparams: {...scrypt, dklen: 16}}), 'dklen 16'],
    [
      open({kdf: 'pbkdf2', kdfparams: {dklen: 32, salt: 'ab', c: 10 ** 9, prf: 'hmac-sha256'}}),
      'c 1000000000',
    ],
    [
      open({kdf: 'pbkdf2', kdfparams: {dklen: 32, salt: 'ab', c: 1, prf: 'hmac-sha512'}}),
      'prf hmac-sha512',
    ],
    [open({}, {version: 1}), 'version 1'],
  ]
  for (const [value, words] of named) {
    const reading = openKeySource({
      from: 'x',
      text: JSON.stringify(value),
      password: () => Promise.resolve('x'),
    })
    await expect(reading, words).rejects.toMatchObject({
      code: 'KEY_FILE_UNSUPPORTED',
      message: expect.stringContaining(words),
    })
  }
})

test('key files with anything in them are refused by name', async () => {
  const random = dice(8)
  const anything = [
    null,
    0,
    -1,
    1.5,
    2 ** 53,
    1e308,
    '',
    'x',
    '0x',
    [],
    {},
    true,
    'ab'.repeat(32),
    '3',
    'constructor',
    '__proto__',
  ]
  for (let run = 0; run < 300; run++) {
    const {file, crypto} = keyFile(
      {...random, pick: ((items: readonly unknown[]) => items[0]) as never},
      'x',
    )
    const whole = file as Record<string, unknown>
    const params = crypto.kdfparams as Record<string, unknown>
    const target = random.pick([
      whole,
      crypto as Record<string, unknown>,
      params,
      crypto.cipherparams as Record<string, unknown>,
    ])
    target[random.pick(Object.keys(target))] = random.pick(anything)
    const text = JSON.stringify(file).slice(0, random.below(5) ? undefined : random.below(400))
    const code = await refusalOf(() =>
      openKeySource({from: 'x', text, password: () => Promise.resolve('x')}),
    )
    expect(
      [undefined, 'KEY_FILE_DAMAGED', 'KEY_FILE_UNSUPPORTED', 'WRONG_PASSWORD', 'KEY_INVALID'],
      text,
    ).toContain(code)
  }
})
