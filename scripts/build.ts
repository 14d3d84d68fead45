import {existsSync, readdirSync, renameSync, rmSync} from 'node:fs'
import {join} from 'node:path'

import {rolldown, type InputOptions} from 'rolldown'

const root = join(import.meta.dirname, '..')

const PROCESS = '\0process'

/**
 * A module of Node.js that is imported asks its object for all that it exports, and asking `process` for its streams opens
 * them. The global is the same object.
 */
const globalProcess = {
  name: 'global-process',
  resolveId: (source: string) => (/^(?:node:)?process$/.test(source) ? PROCESS : null),
  load: (id: string) =>
    id === PROCESS
      ? 'const {process} = globalThis; export default process; export const {env, argv, execArgv, execPath, hrtime, platform, cwd, versions} = process'
      : null,
}

/** One entry per command and one for the start, with shared code in chunks, into `dist`. */
async function build(): Promise<void> {
  const commands = readdirSync(join(root, 'src/commands'), {
    recursive: true,
    encoding: 'utf8',
  }).filter((name) => /\.tsx?$/.test(name))
  if (commands.length === 0) throw new Error('No command was found to build.')
  const input = Object.fromEntries([
    ['main', join(root, 'src/cli/main.ts')],
    ['help', join(root, 'src/cli/help/operator-help.ts')],
    ['hooks/command-not-found', join(root, 'src/cli/command-not-found.ts')],
    ...commands.map((name) => [
      `commands/${name.replace(/\.tsx?$/, '')}`,
      join(root, 'src/commands', name),
    ]),
  ]) as Record<string, string>
  const output = join(root, `dist.${process.pid}`)
  const start = await modulesOf({main: input['main']!, help: input['help']!})
  const everyday = await modulesOf({main: input['main']!, status: input['commands/status']!})
  const bundle = await rolldown({
    input,
    ...how,
  })
  await bundle.write({
    dir: output,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    minify: true,
    sourcemap: false,
    codeSplitting: {
      groups: [
        {name: 'start', test: (id) => id === PROCESS || start.has(id), priority: 2},
        {name: 'everyday', test: (id) => everyday.has(id), priority: 1},
      ],
    },
    banner: [
      "import {createRequire as __createRequire} from 'node:module'",
      "import {fileURLToPath as __fileURLToPath} from 'node:url'",
      "import {dirname as __dirnameOf} from 'node:path'",
      'const require = __createRequire(import.meta.url)',
      'const __filename = __fileURLToPath(import.meta.url)',
      'const __dirname = __dirnameOf(__filename)',
    ].join(';'),
  })
  await bundle.close()
  replace(join(root, 'dist'), output)
}

/**
 * What the start of every command loads is one file, and what `status` loads beside it, the command that is typed most: a
 * module of its own takes Node.js as long to find and to link as 20 kB of code take to load.
 */
async function modulesOf(input: Record<string, string>): Promise<Set<string>> {
  const bundle = await rolldown({input, ...how})
  const {output} = await bundle.generate({format: 'esm'})
  await bundle.close()
  const chunks = output.filter((part) => part.type === 'chunk')
  const byFile = new Map(chunks.map((chunk) => [chunk.fileName, chunk]))
  const wanted = chunks.filter(({isEntry}) => isEntry)
  // Parts that are imported when they are needed stay apart.
  for (const {imports} of wanted) {
    for (const name of imports) {
      const chunk = byFile.get(name)
      if (chunk && !wanted.includes(chunk)) wanted.push(chunk)
    }
  }
  return new Set(wanted.flatMap(({moduleIds}) => moduleIds))
}

const how = {
  cwd: root,
  platform: 'node',
  plugins: [globalProcess],
  external: ['keytar', '@napi-rs/keyring', 'react-devtools-core', 'secp256k1', 'hash-wasm'],
  transform: {define: {'process.env.NODE_ENV': '"production"'}},
  logLevel: 'warn',
  onLog(level, log, handler) {
    if (log.code !== 'EVAL' && log.code !== 'CIRCULAR_DEPENDENCY') handler(level, log)
  },
} satisfies InputOptions

/** A program that is starting at this moment finds the old build or the new one, whole. */
function replace(target: string, fresh: string): void {
  const old = `${fresh}.old`
  if (existsSync(target)) renameSync(target, old)
  renameSync(fresh, target)
  rmSync(old, {recursive: true, force: true})
}

await build()
