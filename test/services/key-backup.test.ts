import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'

import {decryptKeystoreJson, encryptKeystoreJson} from 'ethers'
import {expect, test} from 'vitest'

import {backupKey, verifyBackup} from '../../src/services/keys/key-backup.ts'
import {planThemisExport, writeThemisFiles} from '../../src/services/keys/key-export.ts'
import {
  createKey,
  findKey,
  importKey,
  importKeyFrom,
  readPrivateKey,
  type KeyAccess,
} from '../../src/services/keys/keys.ts'
import {openConfig} from '../../src/store/config.ts'
import {LOCAL_SCRYPT_N} from '../../src/store/keys/keystore-v3.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {keyAccessOf} from '../helpers/operator.ts'
import {makeTempHome, type TempHome} from '../helpers/temp-home.ts'

const {privateKey, address} = accountOf('owner')
const inFile = (name: string) => ({name, backend: 'file' as const, rememberPasswordFile: true})
const BACKUP_PASSWORD = 'another staple phrase'

interface Stored {
  temp: TempHome
  access: KeyAccess
  backup: string
  password: {file: string}
}

/** A home with one key and the password file of its backup. */
async function storedKey(): Promise<Stored> {
  const temp = makeTempHome()
  const access = keyAccessOf(temp)
  await importKey(privateKey, inFile('cold'), access)
  const file = temp.path('backup-password')
  writeFileSync(file, `${BACKUP_PASSWORD}\n`)
  return {temp, access, backup: temp.path('usb', 'cold.json'), password: {file}}
}

test('a backup has its own password, is for its owner alone, and opens with ethers', async () => {
  const {temp, access, backup, password} = await storedKey()
  using _temp = temp

  const done = await backupKey({name: 'cold', output: backup}, access, password)

  expect(done).toMatchObject({file: backup, scrypt: {n: LOCAL_SCRYPT_N, r: 8, p: 1}})
  expect(statSync(backup).mode & 0o777).toBe(0o600)
  expect(readdirSync(temp.path('usb')), 'no temporary file stays').toEqual(['cold.json'])
  const text = readFileSync(backup, 'utf8')
  const opened = await decryptKeystoreJson(text, BACKUP_PASSWORD)
  expect(opened).toMatchObject({address, privateKey})
  await expect(decryptKeystoreJson(text, 'correct horse')).rejects.toThrow(/password/)
})

test('a backup is rehearsed: it names the key and leaves the time with it', async () => {
  const {temp, access, backup, password} = await storedKey()
  using _temp = temp
  await backupKey({name: 'cold', output: backup}, access, password)
  expect(findKey(access.config, 'cold').backupVerifiedAt, 'written is not verified').toBeNull()

  const verified = await verifyBackup({file: backup, name: 'cold'}, access, password)

  expect(verified).toMatchObject({found: {address}, keys: [{name: 'cold'}]})
  expect(findKey(openConfig(temp.home), 'cold').backupVerifiedAt).toMatch(/^\d{4}-/)
})

test('a backup is opened and restored on a machine that never had the key', async () => {
  const {temp, access, backup, password} = await storedKey()
  using _temp = temp
  await backupKey({name: 'cold', output: backup}, access, password)
  using fresh = makeTempHome()
  const there = keyAccessOf(fresh)

  expect(await verifyBackup({file: backup}, there, password)).toMatchObject({
    found: {address},
    keys: [],
  })
  const text = readFileSync(backup, 'utf8')
  const {key, kind} = await importKeyFrom({from: backup, text}, password, inFile('back'), there)

  expect({kind, key}).toMatchObject({kind: 'keystore', key: {kind: 'account', address}})
  expect(key.backupVerifiedAt, 'a restore is a rehearsal').not.toBeNull()
  expect(await readPrivateKey('back', there)).toBe(privateKey)
})

test('a file that ethers wrote is imported', async () => {
  using temp = makeTempHome()
  const access = keyAccessOf(temp)
  const scrypt = {N: LOCAL_SCRYPT_N, r: 8, p: 1}
  const text = await encryptKeystoreJson({address, privateKey}, BACKUP_PASSWORD, {scrypt})
  const ask = () => Promise.resolve(BACKUP_PASSWORD)

  await importKeyFrom({from: 'ethers.json', text}, {ask}, inFile('cold'), access)

  expect(await readPrivateKey('cold', access)).toBe(privateKey)
})

test('every way in which a backup can be no backup has its error, and notes nothing', async () => {
  const {temp, access, backup, password} = await storedKey()
  using _temp = temp
  await backupKey({name: 'cold', output: backup}, access, password)
  await createKey(inFile('other'), access)
  const whole = readFileSync(backup, 'utf8')
  const bad = temp.path('bad.json')
  const cases: [string, string, string][] = [
    ['cut in the middle', whole.slice(0, 300), 'KEY_FILE_DAMAGED'],
    ['empty', '', 'KEY_FILE_DAMAGED'],
    [
      'a ciphertext that lost digits',
      whole.replace(/("ciphertext": "..)../, '$1'),
      'KEY_FILE_DAMAGED',
    ],
    ['a checksum that lost digits', whole.replace(/("mac": "..)../, '$1'), 'KEY_FILE_DAMAGED'],
    ['another address', whole.replace(/("address": ")..../, '$1ffff'), 'KEY_FILE_DAMAGED'],
    ['a changed salt', whole.replace(/("salt": ")../, '$1zz'), 'KEY_FILE_DAMAGED'],
    [
      'a changed digit',
      whole.replace(
        /("ciphertext": ")(.)/,
        (_all, before, digit) => `${before}${digit === '0' ? '1' : '0'}`,
      ),
      'WRONG_PASSWORD',
    ],
    ['a key in clear text', privateKey, 'BACKUP_NOT_ENCRYPTED'],
  ]

  for (const [what, text, code] of cases) {
    writeFileSync(bad, text)
    await expect(verifyBackup({file: bad}, access, password), what).rejects.toMatchObject({code})
  }
  const wrong = verifyBackup({file: backup}, access, {file: access.passwordFile ?? null})
  await expect(wrong).rejects.toMatchObject({code: 'WRONG_PASSWORD', exit: 'signer'})
  const mixedUp = verifyBackup({file: backup, name: 'other'}, access, password)
  await expect(mixedUp).rejects.toMatchObject({code: 'BACKUP_OF_OTHER_KEY', exit: 'precondition'})
  expect(findKey(access.config, 'cold').backupVerifiedAt).toBeNull()
})

test('a file that is there is never overwritten, and no password is asked for', async () => {
  const {temp, access, backup} = await storedKey()
  using _temp = temp
  mkdirSync(temp.path('usb'))
  writeFileSync(backup, 'mine')
  const ask = () => Promise.reject(new Error('It asked.'))

  const again = backupKey({name: 'cold', output: backup}, access, {ask})

  await expect(again).rejects.toMatchObject({code: 'FILE_EXISTS', facts: {path: backup}})
  expect(readFileSync(backup, 'utf8')).toBe('mine')
})

test('an encrypted file the settings do not know is never overwritten by a new key', async () => {
  const {temp, access} = await storedKey()
  using _temp = temp
  const path = temp.path('keys', 'cold.json')
  const before = readFileSync(path, 'utf8')
  // As after a loss of the settings.
  access.config.update((config) => ({...config, keys: {}}))

  const made = createKey(inFile('cold'), access)

  await expect(made).rejects.toMatchObject({code: 'KEY_LEFTOVER', facts: {path}})
  expect(readFileSync(path, 'utf8')).toBe(before)
  truncateSync(path, 100)
  await expect(createKey(inFile('cold'), access)).rejects.toMatchObject({code: 'KEY_LEFTOVER'})
})

test('two commands that make one name at once: one key, and it opens', async () => {
  using temp = makeTempHome()
  const access = keyAccessOf(temp)

  const results = await Promise.allSettled([1, 2].map(() => createKey(inFile('hot'), access)))

  const failed = results.find((result) => result.status === 'rejected')
  expect(results.filter(({status}) => status === 'fulfilled')).toHaveLength(1)
  expect(failed?.reason).toMatchObject({code: 'KEY_EXISTS'})
  expect(await readPrivateKey('hot', access)).toMatch(/^0x[0-9a-f]{64}$/)
})

test('Themis and back: the file is what Themis reads, and imports to the same key', async () => {
  const {temp, access} = await storedKey()
  using _temp = temp
  const directory = temp.path('themis', 'config')

  const plan = planThemisExport({names: ['cold'], directory}, access)
  const file = plan[0]?.file ?? ''
  expect(existsSync(directory), 'a plan writes nothing').toBe(false)
  await writeThemisFiles(plan, access)

  expect(statSync(file).mode & 0o777).toBe(0o600)
  const text = readFileSync(file, 'utf8')
  const {key, kind} = await importKeyFrom({from: file, text}, {}, inFile('hot'), access)
  expect({kind, key}).toMatchObject({kind: 'themis', key: {kind: 'account', address}})
  expect(await readPrivateKey('hot', access)).toBe(privateKey)
  expect(() => planThemisExport({names: ['cold'], directory}, access)).toThrow(/already exists/)
  const mixed = text.replace(/("address": ")..../, '$1FFFF')
  await expect(
    importKeyFrom({from: 'mixed', text: mixed}, {}, inFile('mixed'), access),
  ).rejects.toMatchObject({code: 'KEY_FILE_DAMAGED'})
})

test('a path below a file is refused, and leaves the key as it was and nothing behind', async () => {
  const {temp, access, password} = await storedKey()
  using _temp = temp
  const output = temp.path('config.json', 'cold.json')

  const refused = backupKey({name: 'cold', output}, access, password)

  await expect(refused).rejects.toMatchObject({code: 'FILE_NOT_WRITABLE', exit: 'config'})
  expect(await readPrivateKey('cold', access)).toBe(privateKey)
})
