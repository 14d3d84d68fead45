import {globSync} from 'node:fs'
import {join} from 'node:path'

import {expect, test} from 'vitest'

import {pairwise, runBoth, runCli, type Document} from '../helpers/run-cli.ts'
import {runHere} from '../helpers/run-here.ts'
import {makeTempHome} from '../helpers/temp-home.ts'

const folder = join(import.meta.dirname, '../../src/commands')

/** Words of every command there is a file for, so that a new one cannot be forgotten here. */
const commands = globSync('**/*.ts', {cwd: folder})
  .map((name) => name.replace(/\.ts$/, '').replaceAll('/', ' '))
  .sort()

/** Commands by their first word. */
const topics = Object.entries(
  Object.groupBy(commands, (command) =>
    command.includes(' ') ? command.split(' ')[0]! : 'top level',
  ),
).map(([topic, members]) => ({topic, members: members ?? []}))

/** What a command must be given before it looks for a network. */
const needed: Record<string, string[]> = {
  'alert ack': ['node-down'],
  'alert set': ['node-down', '--off'],
  'alert silence': ['node-down'],
  'cdp adjust': ['1', '--deposit', '1'],
  'cdp close': ['1'],
  'cdp open': ['1', '1'],
  'governance approve-payer': ['--amount', '1'],
  'governance provider add': ['provider.json'],
  'governance provider remove': ['artemis', '--keep-whitelisted'],
  'governance set-limits': ['--min-lock', '1'],
  'governance set-reward': ['--per-block', '1'],
  'lend borrow': ['1', 'm.USDC'],
  'lend repay': ['1', 'm.USDC'],
  'lend supply': ['1', 'METIS'],
  'lend withdraw': ['1', 'METIS'],
  'local price': ['METIS/USD', '20'],
  'lst cancel': ['artemis', '0'],
  'lst claim': ['artemis'],
  'lst compare': ['1000'],
  'lst history': ['artemis'],
  'lst provider claim-rewards': ['artemis'],
  'lst provider relock': ['artemis'],
  'lst provider status': ['artemis'],
  'lst provider unlock-withdrawals': ['artemis'],
  'lst speed-up': 'artemis 0 --lp 0x1111111111111111111111111111111111111111 --amount 1'.split(' '),
  'lst vest': ['artemis', 'claim'],
  'lst deposit': ['artemis', '1'],
  'lst withdraw': ['artemis', '1'],
  'node snapshot prune': ['--keep', '1'],
  'node verify': ['--from-l1', 'http://127.0.0.1:9'],
  'pos run': ['--mpc-key', 'mpc'],
  'pool add': ['1', 'METIS', 'm.USDC'],
  'pool quote': ['1', 'METIS', 'm.USDC'],
  'pool remove': ['1', 'METIS', 'm.USDC'],
  'pool swap': ['1', 'METIS', 'm.USDC'],
  'profile add': ['main'],
  'registry build': '--name A --desc B --url https://a.example --logo a.png'.split(' '),
  'sequencer allow': ['0x1111111111111111111111111111111111111111'],
  'sequencer disallow': ['0x1111111111111111111111111111111111111111'],
  'sequencer rotate-signer': ['--signer-pubkey', `0x${'11'.repeat(64)}`],
  'sequencer set-owner': ['--new-owner', '0x1111111111111111111111111111111111111111'],
  'sequencer set-recipient': ['--recipient', '0x1111111111111111111111111111111111111111'],
  'signer add': ['vault', '--url', 'http://127.0.0.1:9'],
  'stake increase': ['--amount', '1'],
  'stake withdraw': ['--amount', '1'],
  'tx send': ['0x00'],
  'tx sign': ['file', '--output', 'signed'],
  'tx show': [`0x${'12'.repeat(32)}`],
  'tx wait': [`0x${'12'.repeat(32)}`],
}

const ENVELOPE: Record<keyof Document, unknown> = {
  schema: expect.stringMatching(/^metis-seq\.[a-z0-9.-]+\/1$/),
  ok: expect.any(Boolean),
  command: expect.any(String),
  profile: null,
  network: null,
  at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  data: null,
  warnings: [],
  error: null,
  sources: [],
  elapsedMs: expect.any(Number),
}

function failure(command: string, code: string, exit: string, exitCode: number) {
  return {
    ...ENVELOPE,
    schema: `metis-seq.${command.replaceAll(' ', '.')}/1`,
    command,
    ok: false,
    error: {
      code,
      message: expect.any(String),
      facts: expect.any(Object),
      hints: expect.arrayContaining([expect.any(String)]),
      exit,
      exitCode,
      retryable: false,
    },
  }
}

test('the walk sees the commands', () => {
  expect(commands.length).toBeGreaterThan(35)
  expect(commands).toContain('sequencer register')
})

const wrongly = (command: string) => [...command.split(' '), '--no-such-flag']

test('an unknown flag exits 2, as a whole document', async () => {
  using temp = makeTempHome()

  for (const command of commands) {
    const {exit, ...json} = await runHere(wrongly(command), temp.root)
    expect({command, exit}).toEqual({command, exit: 2})
    expect(json).toEqual(failure(command, 'USAGE', 'usage', 2))
  }
})

test('an unknown flag through the program, of each topic one, in text', async () => {
  using temp = makeTempHome()

  await pairwise(topics, async ({members}) => {
    const first = members[0]!
    const {stdout, stderr, exitCode} = await runCli(wrongly(first), {home: temp.root})
    expect({first, stdout, exitCode}).toEqual({first, stdout: '', exitCode: 2})
    expect(stderr).toContain('--no-such-flag')
    expect(stderr).toContain(`hint: Run \`metis-seq ${first} --help\`.`)
  })
})

/** Commands that work without a network: they make things, or only look at this machine. */
const offline = [
  ...commands.filter((command) => command.startsWith('alert output ')),
  'alert dead-man',
  ...commands.filter((command) => command.startsWith('key ')),
  ...commands.filter((command) => command.startsWith('local ')),
  'completion',
  'completion names',
  'explain',
  'help',
  'network add',
  'network list',
  'governance provider schema',
  'monitor export-rules',
  'network schema',
  'profile list',
  'profile remove',
  'profile show',
  'profile use',
  'registry validate',
  'schema',
  'signer list',
  'signer remove',
  'signer test',
  'tx decode',
  'tx list',
  'tx sign',
  'version',
]

const online = commands.filter((command) => !offline.includes(command))

test('a command that needs a network says so in an empty home, exit 3', async () => {
  using temp = makeTempHome()
  expect(online.length).toBeGreaterThan(20)

  for (const command of online) {
    const {exit, ...json} = await runHere(
      [...command.split(' '), ...(needed[command] ?? [])],
      temp.root,
    )
    expect({command, exit}).toEqual({command, exit: 3})
    expect(json).toEqual(failure(command, 'NETWORK_MISSING', 'config', 3))
  }

  const {text, json} = await runBoth(['stake', 'show'], {home: temp.root})
  expect(json).toEqual(failure('stake show', 'NETWORK_MISSING', 'config', 3))
  expect(text).toMatchObject({stdout: '', exitCode: 3})
  expect(text.stderr).toContain('[NETWORK_MISSING]')
  expect(text.stderr).toContain('hint: Pass `--network andromeda`')
})

test('commands that only look at this machine answer in an empty home', async () => {
  using temp = makeTempHome()
  const looks = [
    'alert output list',
    'alert output schema',
    'monitor export-rules',
    'explain --list',
    'key list',
    'network list',
    'governance provider schema',
    'network schema',
    'profile list',
    'schema',
    'signer list',
    'tx list',
  ]

  const results = await pairwise(looks, async (command) => {
    const {text, json, exitCode} = await runBoth(command.split(' '), {home: temp.root})
    return {command, exitCode, json, stdout: text.stdout}
  })

  for (const {command, exitCode, json, stdout} of results) {
    expect({command, exitCode}).toEqual({command, exitCode: 0})
    expect(stdout).not.toBe('')
    const words = command.replace(/ --.*/, '')
    const schema = `metis-seq.${words.replaceAll(' ', '.')}/1`
    expect(json).toEqual({
      ...{...ENVELOPE, schema, command: words},
      ...{ok: true, data: expect.any(Object)},
    })
  }
})

/** Every command line that is wrong before a chain is asked, with its code. */
const wrong: [string, string, number][] = [
  ['key show nobody', 'KEY_UNKNOWN', 13],
  ['key create ../escape --backend file', 'KEY_NAME_INVALID', 2],
  ['key create hot --backend file', 'PASSWORD_NEEDED', 13],
  ['key create hot --backend file --password-file /nonexistent', 'PASSWORD_FILE_UNUSABLE', 13],
  ['key import hot --backend file', 'SECRET_NEEDED', 2],
  ['key import hot --from-file /nonexistent', 'SECRET_UNREADABLE', 2],
  ['key import hot --from-fd 3', 'DESCRIPTOR_CLOSED', 2],
  ['key import hot --from-fd 999', 'DESCRIPTOR_CLOSED', 2],
  ['key import ../escape --from-file /dev/null', 'KEY_NAME_INVALID', 2],
  ['key import hot --from-file /dev/null', 'SECRET_UNREADABLE', 2],
  ['key show nobody --yes', 'USAGE', 2],
  ['key backup nobody --output /nonexistent/x', 'KEY_UNKNOWN', 13],
  ['key backup nobody', 'USAGE', 2],
  ['key verify-backup /nonexistent', 'FILE_UNREADABLE', 2],
  ['key verify-backup /dev/null', 'FILE_UNREADABLE', 2],
  ['key verify-backup /dev/null --key nobody', 'KEY_UNKNOWN', 13],
  ['key delete nobody', 'KEY_UNKNOWN', 13],
  ['key delete nobody --override all', 'USAGE', 2],
  ['key move nobody --backend file', 'KEY_UNKNOWN', 13],
  ['key move nobody', 'USAGE', 2],
  ['key export-themis nobody --output /nonexistent', 'KEY_UNKNOWN', 13],
  ['signer test nobody', 'SIGNER_NOT_FOUND', 13],
  ['signer remove nobody', 'SIGNER_NOT_FOUND', 13],
  ['signer add vault', 'USAGE', 2],
  ['signer add vault --watch 0x12', 'USAGE', 2],
  ['signer add vault --url http://127.0.0.1:9 --network andromeda', 'SIGNER_UNREACHABLE', 13],
  ['network show nope', 'NETWORK_UNKNOWN', 3],
  ['network add /nonexistent', 'NETWORK_INVALID', 3],
  ['profile use nobody', 'PROFILE_UNKNOWN', 3],
  ['profile remove nobody', 'PROFILE_UNKNOWN', 3],
  ['status --profile nobody', 'PROFILE_UNKNOWN', 3],
  ['status --network andromeda --timeout 0', 'USAGE', 2],
  ['profile add main --network nope', 'NETWORK_UNKNOWN', 3],
  ['profile add MAIN --network andromeda', 'PROFILE_NAME_INVALID', 2],
  ['profile add main --network andromeda --owner nobody', 'KEY_UNKNOWN', 13],
  ['profile add main --network andromeda --l1-rpc-url localhost:8545', 'USAGE', 2],
  ['profile add main --network andromeda --l2-rpc-url wss://a.example', 'USAGE', 2],
  ['profile add main --network andromeda --pos-url nope', 'USAGE', 2],
  ['stake show --network andromeda', 'PROFILE_MISSING', 3],
  ['stake show one --network andromeda', 'USAGE', 2],
  ['node status --network andromeda', 'PROFILE_MISSING', 3],
  ['pos status --network andromeda', 'POS_UNKNOWN', 3],
  ['lst deposit nobody 1 --network andromeda', 'USAGE', 2],
  ['lst deposit artemis 1e18 --network andromeda', 'USAGE', 2],
  ['lst deposit artemis -1 --network andromeda', 'USAGE', 2],
  [
    'lst position --network sepolia --account 0x1111111111111111111111111111111111111111',
    'LST_UNKNOWN',
    4,
  ],
  ['lst position --network andromeda --account 0x12', 'USAGE', 2],
  ['local status', 'LOCAL_MISSING', 4],
  ['local fund', 'NETWORK_UNKNOWN', 3],
  ['local warp 21', 'USAGE', 2],
  ['local warp 21d', 'NETWORK_UNKNOWN', 3],
  ['explain', 'USAGE', 2],
  ['explain nothing-of-the-kind', 'EXPLAIN_UNKNOWN', 4],
  ['explain revert --function withdraw', 'USAGE', 2],
  [`explain 0x${'12'.repeat(32)}`, 'EXPLAIN_UNKNOWN', 4],
  [`explain ${'12'.repeat(32)}`, 'EXPLAIN_UNKNOWN', 2],
  ['tx show nope', 'USAGE', 2],
  ['tx show 7', 'TX_NOT_FOUND', 4],
  ['tx wait 7 --for final', 'USAGE', 2],
  ['tx list --all --network sepolia', 'USAGE', 2],
  ['tx list --limit 0', 'USAGE', 2],
  ['tx decode nope', 'TX_UNDECODABLE', 2],
  ['tx decode 0x1234', 'TX_UNDECODABLE', 2],
  [`tx decode 0x${'12'.repeat(32)}`, 'TX_NOT_FOUND', 4],
  ['schema reward shw', 'COMMAND_UNKNOWN', 2],
  ['schema constructor', 'COMMAND_UNKNOWN', 2],
  ['governance show --network andromeda --profile nobody', 'PROFILE_UNKNOWN', 3],
  ['governance set-reward --network andromeda', 'USAGE', 2],
  ['governance set-reward --per-block 1 --target-rate 20% --network andromeda', 'USAGE', 2],
  ['governance set-reward --per-block 1 --block-seconds 8 --network andromeda', 'USAGE', 2],
  ['governance set-reward --target-rate 20%% --network andromeda', 'USAGE', 2],
  ['governance set-reward --per-block 1 --network andromeda', 'PROFILE_MISSING', 3],
  ['governance set-limits --network andromeda', 'USAGE', 2],
  ['governance approve-payer --amount 25% --network andromeda', 'USAGE', 2],
  ['registry validate', 'USAGE', 2],
  ['registry validate /nonexistent', 'REGISTRY_UNREADABLE', 2],
  ['registry build --name A --desc B --url https://a.example', 'USAGE', 2],
  [
    'registry build --name A --desc B --url https://a.example --logo a.png --network sepolia',
    'PROFILE_MISSING',
    3,
  ],
  ['completion', 'USAGE', 2],
  ['completion tcsh', 'USAGE', 2],
  ['completion names owner', 'USAGE', 2],
  ['no such command', 'COMMAND_UNKNOWN', 2],
]

/** What a process of its own is given: its descriptors, and words that are no command. */
const needsProcess = (line: string) => line.includes('--from-fd') || line.startsWith('no such')

test('a wrong command line has one code and one exit code', async () => {
  using temp = makeTempHome()

  const seen: [string, string | undefined, number][] = []
  const here = wrong.filter(([line]) => !needsProcess(line))
  for (const [line] of here) {
    const {exit, ok, error} = await runHere(line.split(' '), temp.root)
    seen.push([line, error?.code, exit])
    expect({line, ok, exitCode: error?.exitCode}).toEqual({line, ok: false, exitCode: exit})
    expect(error?.message, line).toMatch(/^[^\n]+$/)
  }

  expect(seen).toEqual(here)
})

test('a wrong command line through the program: text and JSON say the same', async () => {
  using temp = makeTempHome()
  const members = wrong.filter(([line], index) => needsProcess(line) || index % 12 === 0)

  const results = await pairwise(members, async ([line]) => {
    const {text, json, exitCode} = await runBoth(line.split(' '), {home: temp.root})
    return {line, exitCode, json, text}
  })

  const seen = results.map(({line, exitCode, json}) => [line, json.error?.code, exitCode])
  expect(seen).toEqual(members)
  for (const {line, json, text} of results) {
    expect({line, ok: json.ok, exitCode: json.error?.exitCode, stdout: text.stdout}).toEqual({
      line,
      ok: false,
      exitCode: text.exitCode,
      stdout: '',
    })
    expect(text.stderr).toContain(`error: ${json.error?.message} [${json.error?.code}]`)
  }
})
