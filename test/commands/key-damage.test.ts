import {execFileSync} from 'node:child_process'
import {chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import process from 'node:process'

import {afterEach, beforeEach, expect, test} from 'vitest'

import {MetisSeqError} from '../../src/lib/errors.ts'
import {backupKey} from '../../src/services/keys/key-backup.ts'
import {importKey, readPrivateKey, type KeyAccess} from '../../src/services/keys/keys.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {keyAccessOf} from '../helpers/operator.ts'
import {cleanEnv, runBoth, runCli, runScript, type Document} from '../helpers/run-cli.ts'
import {canMount, onSmallDisk} from '../helpers/small-disk.ts'
import {makeTempHome, type TempHome} from '../helpers/temp-home.ts'

const {privateKey} = accountOf('owner')
const options = {name: 'hot', backend: 'file' as const, rememberPasswordFile: true}

let temp: TempHome
let access: KeyAccess
let path: string
let whole: string
beforeEach(async () => {
  temp = makeTempHome()
  access = {...keyAccessOf(temp), scryptN: 2 ** 10}
  await importKey(privateKey, options, access)
  path = temp.path('keys', 'hot.json')
  whole = readFileSync(path, 'utf8')
})
afterEach(() => temp[Symbol.dispose]())

/** What opening the key comes to: the key, or the code of an operator's error. Anything else is a bug. */
async function open(): Promise<string> {
  try {
    return await readPrivateKey('hot', access)
  } catch (error) {
    if (error instanceof MetisSeqError && error.exit === 'signer') return error.code
    throw error
  }
}

test('a file that was cut at any length is an error, and whole again it opens', async () => {
  const lengths = [...whole.slice(0, -2)].map((_character, length) => length)
  const found = new Map<string, number>()

  for (const length of lengths) {
    writeFileSync(path, whole.slice(0, length))
    const outcome = await open()
    found.set(outcome, (found.get(outcome) ?? 0) + 1)
    expect(readFileSync(path, 'utf8'), 'it is left as it is').toBe(whole.slice(0, length))
  }

  expect(lengths.length).toBeGreaterThan(400)
  expect([...found]).toEqual([['KEYSTORE_INVALID', lengths.length]])
  writeFileSync(path, whole)
  expect(await open()).toBe(privateKey)
})

test('a bit that flipped anywhere is an error or changes nothing, and never gives another key', async () => {
  const bytes = Buffer.from(whole)
  const outcomes = new Set<string>()

  for (const [index, byte] of bytes.entries()) {
    const damaged = Buffer.from(bytes)
    damaged[index] = byte ^ (1 << index % 7)
    writeFileSync(path, damaged)
    outcomes.add(await open())
  }

  // Names, spaces and ids are not what opens a file. Another start of the cipher gives another key, and the
  // checksum does not cover it.
  expect(outcomes).toEqual(
    new Set(['KEYSTORE_INVALID', 'KEY_MISMATCH', 'WRONG_PASSWORD', privateKey]),
  )
})

test('what is damaged can be told from what is wrongly opened, and what is public stays readable', async () => {
  const damages: [string, () => void, string][] = [
    ['empty', () => writeFileSync(path, ''), 'KEYSTORE_INVALID'],
    ['a directory', () => replaceByDirectory(), 'KEYSTORE_UNREADABLE'],
    ['a link to nothing', () => replaceByLink(temp.path('nowhere')), 'KEY_MISSING'],
    ['a link in a circle', () => replaceByLink(path), 'KEYSTORE_UNREADABLE'],
    ['gone', () => rmSync(path), 'KEY_MISSING'],
    ['of another password', () => writeFileSync(temp.path('password'), 'no\n'), 'WRONG_PASSWORD'],
  ]
  for (const [what, damage, code] of damages) {
    damage()
    const {json} = await runBoth(['key', 'show', 'hot', '--reveal', '--yes'], {home: temp.root})
    const shown = await runCli(['key', 'show', 'hot', '--json'], {home: temp.root})

    expect(json.error, what).toMatchObject({code, exitCode: 13})
    expect(shown.json?.data, what).toMatchObject({name: 'hot', address: accountOf('owner').address})
    rmSync(path, {recursive: true, force: true})
    writeFileSync(path, whole)
  }
  writeFileSync(temp.path('password'), 'correct horse\n')
  expect(await open()).toBe(privateKey)
})

function replaceByDirectory(): void {
  rmSync(path)
  mkdirSync(path)
}

function replaceByLink(target: string): void {
  rmSync(path)
  symlinkSync(target, path)
}

test('a deletion stops where something else than the file lies', async () => {
  replaceByDirectory()
  const args = ['key', 'delete', 'hot', '--confirm', 'hot', '--override', 'no-backup', '--json']

  const {json} = await runCli(args, {home: temp.root})

  expect(json?.error).toMatchObject({code: 'FILE_NOT_WRITABLE', exit: 'config'})
  expect(access.config.read().keys).toHaveProperty('hot')
})

test('a file that may not be read is not taken for one that is gone', async () => {
  // Root reads everything, so for the time of the reading it is somebody else.
  const nobody = 65_534
  const isRoot = process.geteuid?.() === 0
  if (isRoot) execFileSync('chown', ['-R', `${nobody}:${nobody}`, temp.root])
  chmodSync(path, 0o000)
  if (isRoot) process.seteuid?.(nobody)
  try {
    expect(await open()).toBe('KEYSTORE_UNREADABLE')
    if (isRoot) expect(process.geteuid?.()).toBe(nobody)
  } finally {
    if (isRoot) process.seteuid?.(0)
    if (isRoot) execFileSync('chown', ['-R', '0:0', temp.root])
  }
  chmodSync(path, 0o600)
  expect(await open()).toBe(privateKey)
})

test.each(canMount() ? [16] : [])(
  'no space of %i KiB for a new key: nothing is noted, nothing half-written lies there',
  async (sizeKib) => {
    const fill = 'mkdir "$DISK/keys"; head -c 100000 /dev/zero > "$DISK/fill" 2>/dev/null'
    const args = `key create new --backend file --password-file "${temp.path('password')}" --allow-weak-password --json`
    const run = `METIS_SEQ_HOME=$DISK "${process.execPath}" "${runScript}" ${args}`

    const {stdout, stderr} = await onSmallDisk(
      sizeKib,
      `{ ${fill}; ${run}; ls "$DISK" "$DISK/keys" | sort | tr '\\n' ' ' >&2; }`,
      cleanEnv({home: temp.root}),
    )

    expect((JSON.parse(stdout) as Document).error).toMatchObject({code: 'DISK_FULL', exitCode: 5})
    expect(stderr).not.toMatch(/new|config/)
  },
)

test('a backup that cannot be written leaves the key as it was', async () => {
  const password = {file: temp.path('password')}
  const outputs: [string, string][] = [
    ['/dev/full', 'FILE_EXISTS'],
    [temp.path('config.json', 'x.json'), 'FILE_NOT_WRITABLE'],
    ['/proc/x.json', 'FILE_NOT_WRITABLE'],
    [temp.path('x'.repeat(300)), 'FILE_NOT_WRITABLE'],
  ]

  for (const [output, code] of outputs) {
    await expect(backupKey({name: 'hot', output}, access, password), output).rejects.toMatchObject({
      code,
    })
  }
  expect(await open()).toBe(privateKey)
})

test.each(canMount() ? [16] : [])(
  'a stick of %i KiB that is full takes no backup, and keeps no part of one',
  async (sizeKib) => {
    const fill = 'head -c 100000 /dev/zero > "$DISK/fill" 2>/dev/null'
    const args = `key backup hot --output "$DISK/hot.json" --backup-password-file "${temp.path('password')}" --allow-weak-password --json`
    const script = `{ ${fill}; "${process.execPath}" "${runScript}" ${args}; ls "$DISK" >&2; }`

    const {stdout, stderr} = await onSmallDisk(sizeKib, script, cleanEnv({home: temp.root}))

    expect((JSON.parse(stdout) as Document).error).toMatchObject({
      code: 'DISK_FULL',
      exitCode: 5,
      retryable: true,
    })
    expect(stderr.trim()).toBe('fill')
    expect(await open()).toBe(privateKey)
  },
)
