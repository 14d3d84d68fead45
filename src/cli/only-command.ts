import {existsSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {pathToFileURL} from 'node:url'

import type {Command, Interfaces} from '@oclif/core'

/** They cover all commands. */
const TELL_OF_ALL: readonly string[] = ['help', 'schema', 'completion']

/**
 * The command of a line, loaded as the only command: to know all commands, oclif would read their
 * 400 kB manifest at every start. Undefined for a help request, for extra words, or without a known
 * command; oclif then handles it.
 *
 * @param argv the words of the line; global flags follow them
 */
export function onlyCommand(
  argv: readonly string[],
  root: string,
  pjson: Interfaces.PJSON,
): Interfaces.Plugin | undefined {
  const firstFlag = argv.findIndex((word) => word.startsWith('-'))
  const words = firstFlag === -1 ? argv : argv.slice(0, firstFlag)
  const [first] = words
  if (first === undefined || TELL_OF_ALL.includes(first)) return undefined
  if (!words.every((word) => /^[a-z][a-z0-9-]*$/.test(word))) return undefined
  if (argv.some((word) => word === '-h' || word === '--help')) return undefined
  const file = join(root, 'dist', 'commands', `${join(...words)}.js`)
  return existsSync(file) ? pluginOf(words.join(':'), file, {root, pjson}) : undefined
}

function pluginOf(
  id: string,
  file: string,
  {root, pjson}: {root: string; pjson: Interfaces.PJSON},
): Interfaces.Plugin {
  const {name, version} = pjson
  const load = async () => {
    const module = (await import(pathToFileURL(file).href)) as {default: Command.Class}
    return Object.assign(module.default, {id, plugin})
  }
  const command: Command.Loadable = {
    ...{id, load, args: {}, flags: {}, aliases: [], hiddenAliases: [], hidden: false},
    ...{hasDynamicHelp: false, pluginName: name, pluginAlias: name, pluginType: 'core'},
  }
  const plugin: Interfaces.Plugin = {
    ...{_base: `${name}@${version}`, name, alias: name, version, root, pjson},
    ...{type: 'core', moduleType: 'module', isRoot: true, valid: true, hasManifest: true},
    ...{commands: [command], commandIDs: [id], commandsDir: undefined, topics: [], hooks: {}},
    ...{options: {root, isRoot: true}, load: async () => {}, findCommand: load},
  }
  return plugin
}

/** Flag names of a command, whether loaded by oclif or by {@link onlyCommand}. */
export function flagNamesOf(
  config: Interfaces.Config,
  ids: readonly string[],
): string[] | undefined {
  const commands = config.commandIDs.length > 1 ? undefined : readManifest(config.root).commands
  const flags = ids.flatMap((id) => (commands ? commands[id] : config.findCommand(id))?.flags ?? [])
  return flags[0] && Object.keys(flags[0])
}

let manifest: {commands: Readonly<Record<string, {flags: object}>>} | undefined

function readManifest(root: string): NonNullable<typeof manifest> {
  manifest ??= JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')) as NonNullable<
    typeof manifest
  >
  return manifest
}
