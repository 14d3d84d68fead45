import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import {createRequire} from 'node:module'
import {join} from 'node:path'
import process from 'node:process'

import {expect, test} from 'vitest'

import {writeFileAtomic} from '../../src/lib/files.ts'
import {makeScratchDirectory} from '../../src/lib/trusted-path.ts'
import {runCli} from '../helpers/run-cli.ts'
import {makeTempHome} from '../helpers/temp-home.ts'

const {compileCacheDirectory} = createRequire(import.meta.url)('../../bin/compile-cache.cjs') as {
  compileCacheDirectory(env: Record<string, string>, uid: number): string | undefined
}
const uid = process.geteuid!()
const isRoot = uid === 0

test('a command keeps compiled code in its own directory of the cache, and none in the temporary directory', async () => {
  using home = makeTempHome()
  const [temporary, cache] = [home.path('tmp'), home.path('cache')]
  mkdirSync(temporary)
  const env = {TMPDIR: temporary, XDG_CACHE_HOME: cache}
  expect((await runCli(['profile', 'list'], {home: home.root, env})).exitCode).toBe(0)
  expect(readdirSync(temporary)).toEqual([])
  const own = join(cache, 'metis-seq')
  expect(readdirSync(join(own, 'compiled'))).toHaveLength(1)
  expect(statSync(own).mode & 0o777).toBe(0o700)
})

test('a cache that others can write, or made, is not used', () => {
  using home = makeTempHome()
  const place = (name: string) => {
    const dir = home.path(name)
    mkdirSync(dir, {mode: 0o700})
    return dir
  }
  const used = (base: string) => compileCacheDirectory({XDG_CACHE_HOME: base}, uid)

  const good = place('good')
  expect(used(good)).toBe(join(good, 'metis-seq', 'compiled'))

  const open = place('open')
  chmodSync(open, 0o777)
  expect(used(open)).toBeUndefined()
  expect(used(join(open, 'below'))).toBeUndefined()

  const group = place('group')
  chmodSync(group, 0o770)
  expect(used(group)).toBeUndefined()

  const planted = place('planted')
  symlinkSync(open, join(planted, 'metis-seq'))
  expect(used(planted)).toBeUndefined()

  const readable = place('readable')
  mkdirSync(join(readable, 'metis-seq'), {mode: 0o755})
  expect(used(readable)).toBeUndefined()

  // A link to a place that is fine is; one through a place that is open is not.
  const linked = home.path('linked')
  symlinkSync(good, linked)
  expect(used(linked)).toBe(join(good, 'metis-seq', 'compiled'))

  expect(used('relative')).toBe(compileCacheDirectory({}, uid))
  expect(compileCacheDirectory({HOME: '/nonexistent/home'}, uid)).toBeUndefined()
})

test.runIf(isRoot)(
  'a cache of another user is not used, nor one below a home of another user',
  () => {
    using home = makeTempHome()
    const foreign = home.path('foreign')
    mkdirSync(foreign, {mode: 0o700})
    chownSync(foreign, 12_345, 12_345)
    expect(compileCacheDirectory({XDG_CACHE_HOME: foreign}, uid)).toBeUndefined()

    const sticky = home.path('sticky')
    mkdirSync(sticky)
    chmodSync(sticky, 0o1777)
    mkdirSync(join(sticky, 'metis-seq'), {mode: 0o700})
    chownSync(join(sticky, 'metis-seq'), 12_345, 12_345)
    expect(compileCacheDirectory({XDG_CACHE_HOME: sticky}, uid)).toBeUndefined()
  },
)

test('a file written into a directory of many follows no link that waited for it', () => {
  using home = makeTempHome()
  const [victim, output] = [home.path('victim'), home.path('out.json')]
  writeFileSync(victim, 'precious')
  symlinkSync(victim, `${output}.${process.pid}.tmp`)
  writeFileAtomic(output, 'ours')
  expect([readFileSync(victim, 'utf8'), readFileSync(output, 'utf8')]).toEqual(['precious', 'ours'])
})

test('work that needs a temporary directory refuses one in which others could put theirs', () => {
  using home = makeTempHome()
  const open = home.path('open')
  mkdirSync(open)
  const {TMPDIR} = process.env
  try {
    process.env['TMPDIR'] = open
    chmodSync(open, 0o777)
    expect(() => makeScratchDirectory('x-')).toThrow(
      expect.objectContaining({code: 'DIRECTORY_UNTRUSTED', exit: 'config'}),
    )
    chmodSync(open, 0o1777)
    const made = makeScratchDirectory('x-')
    expect(statSync(made).mode & 0o777).toBe(0o700)
    rmSync(made, {recursive: true})
  } finally {
    if (TMPDIR === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = TMPDIR
  }
})
