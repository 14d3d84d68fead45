import {spawnSync} from 'node:child_process'

/** Every gate that needs no chain, in the order in which a mistake is cheapest to read. */
const gates: {name: string; command: string; args: string[]; saw: (output: string) => boolean}[] = [
  {name: 'types', command: 'tsc', args: [], saw: () => true},
  {
    name: 'types of the page',
    command: 'tsc',
    args: ['-p', 'src/ui/web/page', '--listFiles'],
    saw: (output) => /src\/ui\/web\/page\/main\.ts/.test(output),
  },
  {
    name: 'lint',
    command: 'oxlint',
    args: [],
    saw: (output) => Number(/on (\d+) files/.exec(output)?.[1] ?? 0) > 100,
  },
  {
    name: 'format',
    command: 'prettier',
    args: ['--check', '.'],
    saw: (output) => /Checking formatting/.test(output),
  },
  {name: 'unused code', command: 'knip', args: ['--no-progress'], saw: () => true},
  {
    name: 'command manifest',
    command: 'node',
    args: ['scripts/manifest.ts', '--check'],
    saw: () => true,
  },
  {
    name: 'reference and schema',
    command: 'node',
    args: ['scripts/docs.ts', '--check'],
    saw: () => true,
  },
]

let failed = 0
for (const {name, command, args, saw} of gates) {
  const {status, stdout, stderr} = spawnSync(command, args, {encoding: 'utf8'})
  const output = `${stdout}${stderr}`
  const looked = saw(output)
  const ok = status === 0 && looked
  process.stdout.write(`${ok ? 'ok  ' : 'FAIL'} ${name}\n`)
  if (ok) continue
  failed++
  process.stdout.write(looked ? output : `${output}\nThe gate saw no input.\n`)
}
process.exitCode = failed === 0 ? 0 : 1
