/** Completion in the shells themselves. One that is not on this machine has its script read instead. */
import {execFile} from 'node:child_process'
import {accessSync, constants, readFileSync, writeFileSync} from 'node:fs'
import {delimiter, join} from 'node:path'
import {promisify} from 'node:util'

import {afterAll, beforeAll, expect, test, vi} from 'vitest'

import {builtInNetworks} from '../../src/protocol/built-in-networks.ts'
import {importKey} from '../../src/services/keys/keys.ts'
import {createProfile} from '../../src/services/network/profiles.ts'
import {saveNetwork} from '../../src/store/networks.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {keyAccessOf} from '../helpers/operator.ts'
import {cleanEnv, runCli} from '../helpers/run-cli.ts'
import {makeTempHome, type TempHome} from '../helpers/temp-home.ts'
import {startTerminal} from '../helpers/terminal.ts'

const root = join(import.meta.dirname, '../..')
const run = promisify(execFile)

const isHere = (shell: string) =>
  (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, shell), constants.X_OK)
      return true
    } catch {
      return false
    }
  })

const shells = ['bash', 'zsh', 'fish'] as const
type Shell = (typeof shells)[number]
const here = shells.filter(isHere)

let temp: TempHome
let env: Record<string, string>
const scriptOf = (shell: Shell) => temp.path(`script.${shell}`)

beforeAll(async () => {
  temp = makeTempHome()
  env = {
    ...cleanEnv({home: temp.root}),
    PATH: `${join(root, 'bin')}${delimiter}${process.env['PATH']}`,
  }
  const access = keyAccessOf(temp)
  saveNetwork(temp.home, {...builtInNetworks[0]!, name: 'my-own'}, {replace: true})
  const key = {name: 'hot-signer', backend: 'file', rememberPasswordFile: true} as const
  await importKey(accountOf('signer').privateKey, key, access)
  createProfile(temp.home, access.config, {
    ...{name: 'main-profile', network: 'my-own', owner: undefined, signer: 'hot-signer'},
    ...{node: null, replace: false, endpoints: {l1: [], l2: [], pos: null}},
  })
  writeFileSync(temp.path('unsigned-batch.json'), '{}')
  for (const shell of shells) {
    const {stdout, exitCode} = await runCli(['completion', shell], {home: temp.root})
    expect(exitCode).toBe(0)
    writeFileSync(scriptOf(shell), stdout)
  }
})
afterAll(() => temp[Symbol.dispose]())

interface Manifest {
  commands: Record<
    string,
    {hidden?: boolean; flags: Record<string, {name: string; hidden?: boolean}>}
  >
}

function visibleCommands() {
  const {commands} = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')) as Manifest
  return Object.entries(commands).filter(([, {hidden}]) => !hidden)
}

test.each(shells)('%s: the script knows every command and every flag', (shell) => {
  const script = readFileSync(scriptOf(shell), 'utf8')
  const opens =
    shell === 'fish' ? (words: string) => `case '${words}'\n` : (words: string) => `'${words}') `
  const commands = visibleCommands()
  expect(commands.length).toBeGreaterThan(80)
  for (const [id, {flags}] of commands) {
    const words = id.replaceAll(':', ' ')
    expect(script).toContain(opens(words))
    for (const {name, hidden} of Object.values(flags)) {
      if (!hidden) expect(script).toMatch(new RegExp(`'--${name}[:\\t]`))
    }
  }
  expect(script).not.toContain('undefined')
})

/** What bash or fish offer for a line. */
async function offers(shell: 'bash' | 'fish', line: string): Promise<string[]> {
  if (shell === 'fish') {
    const act = 'source $argv[1]; complete -C $argv[2]'
    const args = ['--no-config', '-c', act, scriptOf('fish'), `metis-seq ${line}`]
    const {stdout} = await run('fish', args, {env})
    return stdout.split('\n').flatMap((each) => (each ? [each.split('\t')[0]!] : []))
  }
  // As bash splits a line: the sign of --flag=value is a word of its own.
  const act =
    'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _metis_seq; printf "%s\\n" "${COMPREPLY[@]}"'
  const words = ['metis-seq', ...line.split(/ |(?==)|(?<==)/)]
  const args = ['--norc', '-c', act, 'bash', scriptOf('bash'), ...words]
  const {stdout} = await run('bash', args, {env})
  return stdout.split('\n').filter((each) => each !== '')
}

/** What is typed, and how the last word ends up. */
const completed: [string, string][] = [
  ['rew', 'reward'],
  ['stake incr', 'increase'],
  ['node snapshot rest', 'restore'],
  ['stake increase --wai', '--wait'],
  ['stake increase --wait saf', 'safe'],
  ['stake increase --amount 5 --profile mai', 'main-profile'],
  ['status --network my', 'my-own'],
  ['status --network=my', '--network=my-own'],
  ['key show ho', 'hot-signer'],
  ['sequencer rotate-signer --signer h', 'hot-signer'],
  ['network show sep', 'sepolia'],
  ['lst deposit art', 'artemis'],
  ['completion fi', 'fish'],
  ['tx sign HOME/unsig', 'HOME/unsigned-batch.json'],
  ['stake increase --unsigned HOME/unsig', 'HOME/unsigned-batch.json'],
]

const inHome = (text: string) => text.replace('HOME', temp.root)

test.each(here.filter((shell) => shell !== 'zsh'))('%s itself completes', async (shell) => {
  const found: [string, string][] = []
  for (const [typed] of completed) {
    const [only, ...others] = await offers(shell, inHome(typed))
    found.push([typed, others.length > 0 ? `${only} and more` : (only ?? 'nothing')])
  }
  // bash is handed the value alone.
  const wanted = completed.map(([typed, word]) => [
    typed,
    inHome(shell === 'bash' ? word.replace(/^--\w+=/, '') : word),
  ])
  expect(found).toEqual(wanted)

  expect(await offers(shell, 'stake increase --wait ')).toEqual([
    ...['confirmed', 'safe', 'finalized', 'none'],
  ])
  expect(await offers(shell, 'stake ')).toEqual(['increase', 'plan', 'restake', 'show', 'withdraw'])
  expect(await offers(shell, 'status --network ')).toEqual(['andromeda', 'sepolia', 'my-own'])
  // Nothing is offered where anything can be meant, and what is hidden is not shown.
  for (const line of ['key create ', 'stake increase --amount ', 'completion na']) {
    expect(await offers(shell, line)).toEqual([])
  }
})

test.each(here.filter((shell) => shell === 'zsh'))('%s itself completes', async (shell) => {
  await run(shell, ['-n', scriptOf(shell)])
  // Rows long enough for what is typed, so that no line breaks.
  using terminal = startTerminal(shell, ['-f', '-i'], {columns: 200, rows: 12, env})
  const seen = (text: string) =>
    vi.waitFor(() => expect(terminal.screen()).toContain(text), {timeout: 60_000, interval: 20})
  const compinit = `autoload -Uz compinit; compinit -u -d ${temp.path('zcompdump')}`
  terminal.type(`PROMPT='at> '; ${compinit}; source ${scriptOf(shell)}; clear; echo rea''dy\r`)
  await seen('ready')
  for (const [typed, word] of completed) {
    const before = inHome(typed).split(' ').slice(0, -1)
    // Ctrl-U empties the line, Ctrl-L the screen.
    terminal.type(`\u0015\u000Cmetis-seq ${inHome(typed)}\t`)
    await seen(`at> ${['metis-seq', ...before, inHome(word)].join(' ')}`)
  }
  terminal.type('\u0015\u000Cmetis-seq stake \t')
  await seen('Lock more METIS in a sequencer.')
})

test.each(shells.filter((shell) => !here.includes(shell)))(
  '%s is not on this machine: its script asks for names and ends as it should',
  (shell) => {
    const script = readFileSync(scriptOf(shell), 'utf8')
    expect(script).toContain('completion names')
    expect(script.trimEnd().split('\n').at(-1)).toBe(
      shell === 'fish' ? "complete -c metis-seq -f -k -a '(__metis_seq_complete)'" : 'fi',
    )
    for (const name of ['next', 'flags', 'shared', 'kind', 'values']) {
      expect(script).toMatch(new RegExp(`__metis_seq_${name}(?:\\(\\)| --argument-names)`))
    }
  },
)

test('names are listed one a line, and for a script', async () => {
  const [{stdout}, {json}] = await Promise.all([
    runCli(['completion', 'names', 'key'], {home: temp.root}),
    runCli(['completion', 'names', 'network', '--json'], {home: temp.root}),
  ])
  expect(stdout).toBe('hot-signer\n')
  expect(json?.data).toEqual({names: ['andromeda', 'sepolia', 'my-own']})
})
