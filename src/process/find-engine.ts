import {existsSync} from 'node:fs'
import {createRequire} from 'node:module'
import {dirname, join} from 'node:path'

import {MetisSeqError} from '../lib/errors.ts'

/** State roots differ between engine versions, so another version means another chain. */
export const ENGINE_VERSION = '1.7.1'

export interface EngineBinary {
  /** Absolute path, or a name on PATH. */
  file: string
  version: string
  origin: 'package' | 'path'
}

const packages: Record<string, string> = {
  'linux-x64': '@foundry-rs/anvil-linux-amd64',
  'linux-arm64': '@foundry-rs/anvil-linux-arm64',
  'darwin-x64': '@foundry-rs/anvil-darwin-amd64',
  'darwin-arm64': '@foundry-rs/anvil-darwin-arm64',
  'win32-x64': '@foundry-rs/anvil-win32-amd64',
}

/**
 * The execution engine binary: the platform package of this installation, else `anvil` of the
 * pinned version on PATH.
 *
 * @param searchPath value of PATH for the fallback
 * @throws {MetisSeqError} ENGINE_MISSING when there is none, or one of another version
 */
export async function findEngine(searchPath = process.env['PATH'] ?? ''): Promise<EngineBinary> {
  const packaged = packagedEngine()
  if (packaged) return {file: packaged, version: ENGINE_VERSION, origin: 'package'}
  const found = await versionOnPath(searchPath)
  if (found === ENGINE_VERSION) return {file: 'anvil', version: found, origin: 'path'}
  throw new MetisSeqError({
    code: 'ENGINE_MISSING',
    message: found
      ? `The anvil on PATH is version ${found}, but this network needs ${ENGINE_VERSION}.`
      : `The execution engine (anvil ${ENGINE_VERSION}) is not installed.`,
    facts: {
      platform: `${process.platform}-${process.arch}`,
      needed: ENGINE_VERSION,
      found: found ?? '',
    },
    hints: [
      'Run `npm ci` without `--omit=optional`: the engine is an optional dependency.',
      `Or run \`foundryup --install ${ENGINE_VERSION}\` and put anvil on PATH.`,
    ],
  })
}

/** Resolution starts at this module, so it also works from the bundle inside the package. */
function packagedEngine(): string | undefined {
  const name = packages[`${process.platform}-${process.arch}`]
  if (!name) return undefined
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`)
    const file = join(
      dirname(manifest),
      'bin',
      process.platform === 'win32' ? 'anvil.exe' : 'anvil',
    )
    return existsSync(file) ? file : undefined
  } catch {
    return undefined
  }
}

async function versionOnPath(searchPath: string): Promise<string | undefined> {
  const {execa} = await import('execa')
  const result = await execa('anvil', ['--version'], {
    reject: false,
    timeout: 5000,
    maxBuffer: 10_000,
    env: {PATH: searchPath},
  })
  if (result.failed) return undefined
  return /(\d+\.\d+\.\d+)/.exec(result.stdout)?.[1]
}
