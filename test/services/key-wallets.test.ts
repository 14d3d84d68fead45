import {readFileSync, writeFileSync} from 'node:fs'

import {Wallet} from '@ethereumjs/wallet'
import {decryptKeystoreJson, encryptKeystoreJson} from 'ethers'
import {hexToBytes} from 'viem'
import {expect, test} from 'vitest'

import {backupKey, verifyBackup} from '../../src/services/keys/key-backup.ts'
import {importKey, importKeyFrom, readPrivateKey} from '../../src/services/keys/keys.ts'
import {LOCAL_SCRYPT_N, STRONG_SCRYPT_N} from '../../src/store/keys/keystore-v3.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {keyAccessOf, PASSWORD} from '../helpers/operator.ts'
import {makeTempHome} from '../helpers/temp-home.ts'

const {privateKey, address} = accountOf('owner')
const inFile = (name: string) => ({name, backend: 'file' as const, rememberPasswordFile: true})
const BACKUP_PASSWORD = 'pässwörd of a back-up'

/** Two readers of key files that share no code with ours. Each gives the private key, or throws. */
const readers: Record<string, (text: string, password: string) => Promise<string>> = {
  ethers: async (text, password) => (await decryptKeystoreJson(text, password)).privateKey,
  ethereumjs: async (text, password) => (await Wallet.fromV3(text, password)).getPrivateKeyString(),
}

test.each(Object.entries(readers))(
  '%s opens a stored key and its backup, each with its own password alone',
  async (_name, open) => {
    using temp = makeTempHome()
    const access = keyAccessOf(temp)
    await importKey(privateKey, inFile('cold'), access)
    const output = temp.path('backup.json')
    const ask = () => Promise.resolve(BACKUP_PASSWORD)
    await backupKey({name: 'cold', output}, access, {ask})

    const stored = readFileSync(temp.path('keys', 'cold.json'), 'utf8')
    const backup = readFileSync(output, 'utf8')

    expect(await open(stored, PASSWORD)).toBe(privateKey)
    expect(await open(backup, BACKUP_PASSWORD)).toBe(privateKey)
    await expect(open(stored, BACKUP_PASSWORD)).rejects.toThrow()
    await expect(open(backup, PASSWORD)).rejects.toThrow()
  },
)

test('both open a file with the cost that real keys get', async () => {
  using temp = makeTempHome()
  const access = {...keyAccessOf(temp), scryptN: STRONG_SCRYPT_N}
  await importKey(privateKey, inFile('cold'), access)
  const stored = readFileSync(temp.path('keys', 'cold.json'), 'utf8')

  for (const [name, open] of Object.entries(readers)) {
    expect(await open(stored, PASSWORD), name).toBe(privateKey)
  }
})

const wallet = () => Wallet.fromPrivateKey(hexToBytes(privateKey))
const scrypt = {N: LOCAL_SCRYPT_N, r: 8, p: 1}
const writers: [string, () => Promise<string>][] = [
  ['ethers', () => encryptKeystoreJson({address, privateKey}, BACKUP_PASSWORD, {scrypt})],
  [
    'ethers with r 1 and p 8',
    () =>
      encryptKeystoreJson({address, privateKey}, BACKUP_PASSWORD, {
        scrypt: {N: 2 ** 14, r: 1, p: 8},
      }),
  ],
  [
    'ethereumjs with scrypt',
    () => wallet().toV3String(BACKUP_PASSWORD, {kdf: 'scrypt', n: LOCAL_SCRYPT_N}),
  ],
  [
    'ethereumjs with r 1, beyond what OpenSSL does',
    () => wallet().toV3String(BACKUP_PASSWORD, {kdf: 'scrypt', n: 2 ** 16, r: 1, p: 8}),
  ],
  ['ethereumjs with pbkdf2', () => wallet().toV3String(BACKUP_PASSWORD, {kdf: 'pbkdf2', c: 4096})],
  [
    'ethereumjs in capitals',
    async () =>
      (await wallet().toV3String(BACKUP_PASSWORD, {kdf: 'pbkdf2', c: 4096})).replaceAll(
        /"[0-9a-f]{32,}"/g,
        (hex) => hex.toUpperCase(),
      ),
  ],
]

test.each(writers)('a file of %s is a backup that opens, and is imported', async (_name, write) => {
  using temp = makeTempHome()
  const access = keyAccessOf(temp)
  const file = temp.path('foreign.json')
  const text = await write()
  writeFileSync(file, text)
  const ask = () => Promise.resolve(BACKUP_PASSWORD)

  expect(await verifyBackup({file}, access, {ask})).toMatchObject({
    found: {kind: 'account', address},
  })
  const {kind} = await importKeyFrom({from: file, text}, {ask}, inFile('cold'), access)

  expect(kind).toBe('keystore')
  expect(await readPrivateKey('cold', access)).toBe(privateKey)
  const wrong = importKeyFrom(
    {from: file, text},
    {ask: () => Promise.resolve('no')},
    inFile('other'),
    access,
  )
  await expect(wrong).rejects.toMatchObject({code: 'WRONG_PASSWORD', exit: 'signer'})
})
