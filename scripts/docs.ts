import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {createErrorReference} from './error-docs.ts'
import {alertsSchema} from '../src/services/alerts/document.ts'
import {grafanaDashboard} from '../src/services/alerts/samples/grafana-dashboard.ts'
import {prometheusRules} from '../src/services/alerts/samples/prometheus-rules.ts'
import {networkSchema} from '../src/protocol/network-schema.ts'

const root = join(import.meta.dirname, '..')

interface Flag {
  name: string
  type: 'boolean' | 'option'
  description?: string
  char?: string
  default?: unknown
  env?: string
  helpGroup?: string
  helpValue?: string
  options?: string[]
  required?: boolean
  hidden?: boolean
}

interface Command {
  id: string
  summary?: string
  description?: string
  aliases: string[]
  hidden?: boolean
  examples?: (string | {command: string})[]
  args: Record<string, {name: string; description?: string; required?: boolean; options?: string[]}>
  flags: Record<string, Flag>
}

/** The command reference, written from the manifest, so that it cannot say what the code does not. */
function createReference(): string {
  const manifest = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')) as {
    commands: Record<string, Command>
  }
  const commands = Object.values(manifest.commands)
    .filter(({hidden}) => !hidden)
    .toSorted((a, b) => a.id.localeCompare(b.id))
  const global = commands.flatMap(({flags}) => Object.values(flags)).filter(isGlobal)
  const unique = [...new Map(global.map((flag) => [flag.name, flag])).values()]
  return [
    '# Commands',
    '',
    'Written by `npm run docs` from the commands themselves.',
    '',
    '## On every command',
    '',
    ...unique.map(flagLine),
    '',
    ...commands.flatMap(commandLines),
  ].join('\n')
}

function commandLines(command: Command): string[] {
  const {id, summary, description, aliases, args, flags} = command
  const words = id.replaceAll(':', ' ')
  const positional = Object.values(args).map(({name, required}) =>
    required ? ` ${name.toUpperCase()}` : ` [${name.toUpperCase()}]`,
  )
  const own = Object.values(flags).filter((flag) => !isGlobal(flag) && !flag.hidden)
  return [
    `## metis-seq ${words}${positional.join('')}`,
    '',
    summary ?? '',
    ...(description ? ['', description] : []),
    ...(aliases.length > 0
      ? ['', `Also: ${aliases.map((alias) => `\`metis-seq ${alias}\``).join(', ')}.`]
      : []),
    ...Object.values(args).flatMap((arg, index) => [
      ...(index === 0 ? [''] : []),
      `- \`${arg.name.toUpperCase()}\`: ${arg.description ?? ''}${choices(arg.options)}`,
    ]),
    ...(own.length > 0 ? ['', ...own.map(flagLine)] : []),
    ...exampleLines(command, words),
    '',
  ]
}

function exampleLines({examples = []}: Command, words: string): string[] {
  if (examples.length === 0) return []
  const lines = examples
    .map((example) => (typeof example === 'string' ? example : example.command))
    .map((line) =>
      line.replaceAll('<%= config.bin %>', 'metis-seq').replaceAll('<%= command.id %>', words),
    )
  return ['', '```', ...lines, '```']
}

function flagLine(flag: Flag): string {
  const value = flag.type === 'option' ? ` ${flag.helpValue ?? 'VALUE'}` : ''
  const short = flag.char ? `-${flag.char}, ` : ''
  const facts = [
    ...(flag.required ? ['needed'] : []),
    ...(flag.default !== undefined && flag.default !== false
      ? [`default ${String(flag.default)}`]
      : []),
    ...(flag.env ? [flag.env] : []),
  ]
  return `- \`${short}--${flag.name}${value}\`: ${flag.description ?? ''}${choices(flag.options)}${facts.length > 0 ? ` (${facts.join(', ')})` : ''}`
}

function choices(options: string[] | undefined): string {
  return options ? ` One of ${options.join(', ')}.` : ''
}

function isGlobal({helpGroup}: Flag): boolean {
  return helpGroup === 'GLOBAL'
}

const files: Record<string, string> = {
  'docs/commands.md': createReference(),
  'docs/errors.md': createErrorReference(),
  'docs/monitoring/grafana-dashboard.json': grafanaDashboard(),
  'docs/monitoring/prometheus.rules.yml': prometheusRules(),
  'docs/schemas/alerts.schema.json': `${JSON.stringify(alertsSchema, null, 2)}\n`,
  'docs/schemas/network.schema.json': `${JSON.stringify(networkSchema, null, 2)}\n`,
}
for (const [name, fresh] of Object.entries(files)) {
  const path = join(root, name)
  if (!process.argv.includes('--check')) writeFileSync(path, fresh)
  else if (!existsSync(path) || readFileSync(path, 'utf8') !== fresh) {
    process.stderr.write(`${name} is stale: run \`npm run docs\`.\n`)
    process.exitCode = 1
  }
}
