import {spawnSync} from 'node:child_process'
import {existsSync, globSync, statSync} from 'node:fs'
import {join} from 'node:path'
import process from 'node:process'

import {shareDerivedKeys} from './derived-keys.ts'

const root = join(import.meta.dirname, '../..')
const buildScript = 'scripts/build.ts'

/** Runs once before all tests: `bin/run.cjs` starts what the sources say now. @returns what runs after all of them */
export function setup(): () => void {
  build()
  return shareDerivedKeys()
}

function build(): void {
  if (isFresh()) return
  const {status, stderr, error} = spawnSync(process.execPath, [join(root, buildScript)], {
    cwd: root,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`The bundle cannot be built. ${stderr}`, {cause: error})
}

/** Folders count too: a removed file leaves no other trace. */
function isFresh(): boolean {
  const bundle = join(root, 'dist/main.js')
  if (!existsSync(bundle)) return false
  const sources = ['src', 'src/**', 'scripts/*.ts', 'package.json', 'package-lock.json']
  const newest = Math.max(
    ...globSync(sources, {cwd: root}).map((name) => statSync(join(root, name)).mtimeMs),
  )
  return statSync(bundle).mtimeMs > newest
}
