import {existsSync, readdirSync, renameSync, rmSync} from 'node:fs'
import {join} from 'node:path'

import {rolldown, type InputOptions, type OutputBundle} from 'rolldown'

import {buildPage} from './build-page.ts'
import {knownHashes} from './known-hashes.ts'
import {leanOclif, UNUSED_OF_OCLIF} from './lean-oclif.ts'

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

/** The source of random bytes is that of Node.js, asked for when the first ones are wanted. */
const lazyRandom = {
  name: 'lazy-random',
  load: (id: string) =>
    /@noble.hashes.esm.cryptoNode\.js$/.test(id)
      ? 'export const crypto = {getRandomValues: (bytes) => globalThis.crypto.getRandomValues(bytes)}'
      : null,
}

/** What the code of libraries that is not a module of its own asks for, where a chunk has such code. */
const OF_COMMON_JS = {
  __filename: 'const __filename = import.meta.filename',
  __dirname: 'const __dirname = import.meta.dirname',
  require: `const require = /* @__PURE__ */ globalThis.process.getBuiltinModule('node:module').createRequire(import.meta.url)`,
}

/**
 * An import of a module of Node.js reads all that it exports, and some of it is loaded by being read: the streams of
 * `fs`, the web's part of `crypto`. So each chunk takes by name what it needs, before anything else of it runs.
 */
const ownStart = {
  name: 'own-start',
  renderChunk(code: string) {
    const needed = Object.entries(OF_COMMON_JS).filter(([name]) =>
      new RegExp(`(?<![.\\w$])${name}\\b`).test(code),
    )
    return [...needed.map(([, line]) => line), takeByName(code)].join('\n')
  },
  // One letter beyond ASCII makes Node.js keep and read two bytes for each letter of the chunk.
  generateBundle(_options: unknown, bundle: OutputBundle) {
    for (const part of Object.values(bundle)) {
      if (part.type === 'chunk') part.code = part.code.replaceAll(/[^\0-\x7F]/g, escapeLetter)
    }
  },
}

/** By the halves of UTF-16, so that it means the same in texts, patterns and names. */
function escapeLetter(letter: string): string {
  return `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function takeByName(code: string): string {
  return code.replaceAll(
    /^import\s+(?:([^"'()]+?)\s+from\s+)?["'](node:[^"']+)["'];?$/gm,
    (statement: string, names: string | undefined, id: string) => {
      if (names === undefined) return ''
      const module = `globalThis.process.getBuiltinModule(${JSON.stringify(id)})`
      const parts = /^(?:\*\s*as\s+)?([\w$]+)?\s*,?\s*(?:\{([^}]*)\})?$/.exec(names)
      if (!parts) throw new Error(`An import that is not understood: ${statement}`)
      const [, whole, listed = ''] = parts
      return [
        ...(whole === undefined ? [] : [`const ${whole} = ${module};`]),
        ...listed.split(',').flatMap((item) => {
          const [, name, local = name] = /^\s*([\w$]+)(?:\s+as\s+([\w$]+))?\s*$/.exec(item) ?? []
          return name === undefined ? [] : [takeOne(id, module, name, local!)]
        }),
      ].join('\n')
    },
  )
}

/** Functions and classes of modules that take milliseconds to load, and that most commands never call. */
const SELDOM_CALLED: Readonly<Record<string, RegExp>> = {
  'node:child_process': /^spawn(?:Sync)?$/,
  'node:crypto': /^(?:[a-z]\w*|X509Certificate)$/,
  'node:readline': /^createInterface$/,
  'node:readline/promises': /^createInterface$/,
}

function takeOne(id: string, module: string, name: string, local: string): string {
  const exported = (process.getBuiltinModule(id) as unknown as Record<string, unknown>)[name]
  const isSeldom = SELDOM_CALLED[id]?.test(name) && typeof exported === 'function'
  if (!isSeldom) return `const ${local} = ${module}.${name};`
  return /^[A-Z]/.test(name)
    ? `function ${local}(...args) { return new (${module}.${name})(...args); }`
    : `const ${local} = (...args) => ${module}.${name}(...args);`
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
    minify: !process.env['NOMIN'],
    sourcemap: false,
    codeSplitting: {
      groups: [
        {name: 'start', test: (id) => /^(?:\0|rolldown:)/.test(id) || start.has(id), priority: 2},
        {name: 'everyday', test: (id) => everyday.has(id), priority: 1},
      ],
    },
  })
  await bundle.close()
  await buildPage(root, join(output, 'page'))
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
  // A module of which nothing is left may have been named for a constant of one that it imports.
  return new Set(
    wanted.flatMap(({modules}) =>
      Object.entries(modules).flatMap(([id, {renderedLength}]) => (renderedLength > 0 ? [id] : [])),
    ),
  )
}

const how = {
  cwd: root,
  platform: 'node',
  plugins: [globalProcess, knownHashes(root), lazyRandom, leanOclif, ownStart],
  external: [
    'keytar',
    '@napi-rs/keyring',
    'react-devtools-core',
    'secp256k1',
    'hash-wasm',
    ...UNUSED_OF_OCLIF,
  ],
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
