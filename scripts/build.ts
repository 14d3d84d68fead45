import {existsSync, readdirSync, renameSync, rmSync} from 'node:fs'
import {join} from 'node:path'

import {rolldown} from 'rolldown'

const root = join(import.meta.dirname, '..')

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
  const bundle = await rolldown({
    input,
    cwd: root,
    platform: 'node',
    external: ['keytar', '@napi-rs/keyring', 'react-devtools-core', 'secp256k1', 'hash-wasm'],
    transform: {define: {'process.env.NODE_ENV': '"production"'}},
    logLevel: 'warn',
    onLog(level, log, handler) {
      if (log.code !== 'EVAL' && log.code !== 'CIRCULAR_DEPENDENCY') handler(level, log)
    },
  })
  await bundle.write({
    dir: output,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    minify: true,
    sourcemap: false,
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

/** A program that is starting at this moment finds the old build or the new one, whole. */
function replace(target: string, fresh: string): void {
  const old = `${fresh}.old`
  if (existsSync(target)) renameSync(target, old)
  renameSync(fresh, target)
  rmSync(old, {recursive: true, force: true})
}

await build()
