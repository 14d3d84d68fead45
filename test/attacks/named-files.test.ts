import {execFileSync} from 'node:child_process'
import {chmodSync, chownSync, mkdirSync, symlinkSync, truncateSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import process from 'node:process'
import {PassThrough, Readable} from 'node:stream'

import {afterAll, beforeAll, expect, test} from 'vitest'

import {readStream} from '../../src/cli/read-descriptor.ts'
import {readSecret} from '../../src/cli/read-secret.ts'
import {DOCUMENT_FILE_BYTES, readBoundedFile, readSecretText} from '../../src/lib/read-file.ts'
import {readToken} from '../../src/lib/bearer-token.ts'
import {decodeInput} from '../../src/services/explain/decode-transaction.ts'
import {existingPassword} from '../../src/services/keys/key-password.ts'
import {validateRegistry} from '../../src/services/network/registry.ts'
import {remoteHttp} from '../../src/services/signers/remote-files.ts'
import {readPrices} from '../../src/services/rewards/reward-export.ts'
import {openConfig} from '../../src/store/config.ts'
import {readNetworkFile} from '../../src/store/networks.ts'
import {runCli} from '../helpers/run-cli.ts'
import {makeTempHome, type TempHome} from '../helpers/temp-home.ts'

let temp: TempHome
/** What is no file: nobody writes into the pipe, the device never ends, the file is a hole of 20 GB. */
let strange: string[]

beforeAll(() => {
  temp = makeTempHome()
  const [pipe, hole] = [temp.path('pipe'), temp.path('hole')]
  makePipe(pipe)
  writeFileSync(hole, '')
  truncateSync(hole, 20_000_000_000)
  strange = [pipe, '/dev/zero', hole, temp.root]
})
afterAll(() => temp[Symbol.dispose]())

function makePipe(path: string): void {
  execFileSync('sh', ['-c', 'mkfifo "$0"', path])
}

/** The code of what is thrown. A read that waits ends the test by its time. */
async function codeOf(act: () => unknown): Promise<unknown> {
  try {
    await act()
    return 'read'
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error
  }
}

const never = new AbortController().signal
const readers: [string, (path: string) => unknown, string | string[]][] = [
  ['key import --from-file', (path) => readSecret(path, false, never), 'SECRET_UNREADABLE'],
  [
    '--password-file',
    (file) => existingPassword({subject: 'x', flag: '--password-file', file}),
    'PASSWORD_FILE_UNUSABLE',
  ],
  ['signer --token-file', (tokenFile) => remoteHttp('x', {tokenFile}, 1), 'SIGNER_FILE_UNREADABLE'],
  ['tx decode', (path) => decodeInput(temp.home, path), ['TX_UNDECODABLE', 'FILE_TOO_LARGE']],
  ['network add', readNetworkFile, 'NETWORK_INVALID'],
  ['reward export --prices', readPrices, 'PRICE_FILE_UNREADABLE'],
  ['node run --rpc-token-file', (path) => readToken(path, 'RPC_TOKEN_INVALID'), 'FILE_UNREADABLE'],
]

test.each(readers)('%s reads a regular file of bounded size, and nothing else', async (...row) => {
  const [, read, codes] = row
  for (const path of strange) expect([codes].flat(), path).toContain(await codeOf(() => read(path)))
})

test('settings and a registry that are something else are refused too', async () => {
  using other = makeTempHome()
  makePipe(other.path('config.json'))
  expect(await codeOf(() => openConfig(other.home).read())).toBe('FILE_UNREADABLE')
  for (const path of strange.slice(0, 3))
    expect(await codeOf(() => validateRegistry(path))).toBe('REGISTRY_UNREADABLE')
})

test('a file that grows while it is read is read up to the bound', () => {
  // Those of /proc say that they are empty.
  expect(readBoundedFile('/proc/self/status', DOCUMENT_FILE_BYTES).toString()).toMatch(/^Name:/)
  expect(() => readBoundedFile('/proc/self/status', 10)).toThrow('more than 10 bytes')
})

test('key import of a pipe ends at once', async () => {
  const line = ['key', 'import', 'x', '--backend', 'file', '--from-file', strange[0]!]
  const {exitCode, stderr} = await runCli(line, {home: temp.root})
  expect({exitCode, stderr}).toMatchObject({exitCode: 2, stderr: expect.stringContaining('a pipe')})
})

test('standard input that never ends is left at a signal, and read up to a bound', async () => {
  const silent = new AbortController()
  const reading = readStream(new PassThrough(), silent.signal)
  silent.abort(new Error('SIGTERM'))
  await expect(reading).rejects.toThrow('SIGTERM')
  const endless = Readable.from(
    (function* () {
      for (;;) yield Buffer.alloc(4096)
    })(),
  )
  await expect(readStream(endless, never)).rejects.toThrow('more than 64 KiB')
})

test('keys and passwords that others can change are refused with words', () => {
  using place = makeTempHome()
  const file = place.path('secret')
  writeFileSync(file, 'words', {mode: 0o600})
  expect(readSecretText(file)).toBe('words')

  for (const mode of [0o666, 0o620]) {
    chmodSync(file, mode)
    expect(() => readSecretText(file)).toThrow(/can be written by others .*chmod 600/)
  }
  chmodSync(file, 0o600)

  chmodSync(place.root, 0o777)
  expect(() => readSecretText(file)).toThrow(/every user can replace files/)
  // A link from a good place leads there all the same.
  using good = makeTempHome()
  symlinkSync(file, good.path('link'))
  expect(() => readSecretText(good.path('link'))).toThrow(/every user can replace files/)
  chmodSync(place.root, 0o1777)
  expect(readSecretText(file)).toBe('words')
})

test.runIf(process.geteuid?.() === 0)('keys and passwords of another user are refused', () => {
  using place = makeTempHome()
  const [dir, file] = [place.path('dir'), place.path('dir', 'secret')]
  mkdirSync(dir, {mode: 0o700})
  writeFileSync(file, 'words', {mode: 0o600})
  chownSync(file, 12_345, 12_345)
  expect(() => readSecretText(file)).toThrow('it belongs to another user (12345)')
  chownSync(file, 0, 0)
  chownSync(dir, 12_345, 12_345)
  expect(() => readSecretText(join(dir, 'secret'))).toThrow(/lies below .*another user \(12345\)/)
})
