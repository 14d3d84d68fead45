import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {Plugin} from '@oclif/core'

import {withEnvNames} from '../src/cli/env-names.ts'

const root = join(import.meta.dirname, '..')
const path = join(root, 'oclif.manifest.json')

/** The manifest of the built commands; the start then loads one command instead of all. */
export async function createManifest(): Promise<string> {
  const plugin = new Plugin({
    root,
    type: 'core',
    ignoreManifest: true,
    errorOnManifestCreate: true,
    respectNoCacheDefault: true,
  })
  await plugin.load()
  // Commands are found in the order in which files answer; the manifest must not depend on it.
  const commands = Object.fromEntries(
    Object.entries(plugin.manifest.commands)
      .toSorted(([a], [b]) => a.localeCompare(b))
      // The help shows what `OperatorCommand.parse` reads.
      .map(([id, command]) => [id, {...command, flags: withEnvNames(command.flags)}]),
  )
  return printManifest({...plugin.manifest, commands})
}

/** Compact, because every start reads it; a line per command, so that a change shows which one changed. */
function printManifest({commands, ...rest}: {commands: Record<string, unknown>}): string {
  const lines = Object.entries(commands).map(
    ([id, command]) => `${JSON.stringify(id)}:${JSON.stringify(command)}`,
  )
  const about = JSON.stringify(rest).slice(1)
  return `{"commands":{\n${lines.join(',\n')}\n},${about}\n`
}

if (import.meta.main) {
  const fresh = await createManifest()
  if (process.argv.includes('--check')) {
    if (readFileSync(path, 'utf8') !== fresh) {
      process.stderr.write('oclif.manifest.json is stale: run `npm run manifest`.\n')
      process.exitCode = 1
    }
  } else writeFileSync(path, fresh)
}
