import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {writeFileSync} from 'node:fs'
import process from 'node:process'

import {afterAll, beforeAll, expect, test} from 'vitest'

import {nodeIdentityOf} from '../../src/protocol/node-key.ts'
import {formatNodeKey} from '../../src/protocol/themis-key.ts'
import {readPrivateKey} from '../../src/services/keys/keys.ts'
import {openConfig} from '../../src/store/config.ts'
import {saveNetwork} from '../../src/store/networks.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {PASSWORD as OPERATOR_PASSWORD} from '../helpers/operator.ts'
import {cleanEnv, startCli} from '../helpers/run-cli.ts'
import {
  addFiles,
  addProcesses,
  collectEvidence,
  tracesOfKey,
  tracesOfText,
  watch,
} from '../helpers/secret-scan.ts'
import {sendingCommands, wordsOf, type SendingCommand} from '../helpers/sending-commands.ts'
import {startSendingScene} from '../helpers/sending-scene.ts'
import {makeTempHome} from '../helpers/temp-home.ts'
import {startTestChain, type TestChain} from '../helpers/test-chain.ts'

const owner = accountOf('scanned owner')
const signer = accountOf('scanned signer')
const seed = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60'
const PASSWORD = 'correct horse battery'
const BACKUP_PASSWORD = 'another staple phrase'

let chain: TestChain
beforeAll(async () => {
  chain = await startTestChain({l2Rich: [owner.address], initialSigner: signer.address})
  await chain.fund(owner.address)
})
afterAll(() => chain[Symbol.asyncDispose]())

test('a whole life with keys leaves no secret in arguments, environments, output or any file', async () => {
  using temp = makeTempHome()
  using outside = makeTempHome()
  saveNetwork(temp.home, chain.network, {replace: true})
  const file = (name: string, text: string) => {
    writeFileSync(outside.path(name), `${text}\n`, {mode: 0o600})
    return outside.path(name)
  }
  const password = file('password', PASSWORD)
  const backupPassword = file('backup-password', BACKUP_PASSWORD)
  const nodeKey = formatNodeKey({seed: `0x${seed}`, publicKey: nodeIdentityOf(seed).publicKey})
  const open = `--password-file ${password}`
  const backup = outside.path('owner.json')
  const text = (line: string, ...descriptors: string[]) => ({line, descriptors, exitCode: 0})
  const steps = [
    text(
      `key import owner --backend file --from-file ${file('owner', owner.privateKey)} ${open} --remember-password-file`,
    ),
    text(
      'key import signer --backend file --from-fd 3 --password-fd 4',
      signer.privateKey,
      PASSWORD,
    ),
    text(`key import node --backend file --from-file ${file('node_key.json', nodeKey)} ${open}`),
    text('key create made --backend file --password-fd 3', PASSWORD),
    text('init --profile op --network test --owner owner --signer signer'),
    text('key show made --json'),
    text(
      `key backup owner --output ${backup} --password-fd 3 --backup-password-file ${backupPassword}`,
      PASSWORD,
    ),
    text(`key verify-backup ${backup} --backup-password-fd 3`, BACKUP_PASSWORD),
    {...text('sequencer register --amount 20000 --dry-run'), exitCode: 0},
    {...text('sequencer register --amount 20000 --yes --password-fd 3', 'not it'), exitCode: 13},
    {...text('sequencer register --amount 999999999 --yes --json'), exitCode: 5},
    text('sequencer register --amount 20000 --yes --json --password-fd 3', PASSWORD),
    text('reward claim --yes'),
    text(
      `key export-themis signer --with node --output ${outside.path('themis')} --reveal --yes ${open}`,
    ),
    text('tx list --json'),
  ]
  const evidence = collectEvidence()

  for (const {line, descriptors, exitCode} of steps) {
    if (line.startsWith('reward')) await chain.submitRewards(signer.address, 1000n)
    const cli = startCli(line.split(' '), {home: temp.root, descriptors})
    expect(await watch(evidence, cli, temp.root), line).toBeGreaterThan(0)
    expect((await cli.result).exitCode, `${line}\n${cli.stdout()}${cli.stderr()}`).toBe(exitCode)
  }

  const access = {home: temp.home, config: openConfig(temp.home), passwordFile: password}
  const secrets = {
    owner: tracesOfKey(owner.privateKey),
    signer: tracesOfKey(signer.privateKey),
    made: tracesOfKey(await readPrivateKey('made', access)),
    node: tracesOfKey(seed),
    password: tracesOfText(PASSWORD),
    'backup password': tracesOfText(BACKUP_PASSWORD),
  }
  expect(evidence.places()).toEqual(
    expect.arrayContaining([
      ...['cmdline', 'environ', 'stdout', 'stderr'],
      ...[
        'file config.json',
        'file keys/made.json',
        'file journal.sqlite',
        'file journal.sqlite-wal',
      ],
    ]),
  )
  expect(evidence.find(secrets)).toEqual([])
  const kept = collectEvidence()
  addFiles(kept, outside.root)
  expect(new Set(kept.find(secrets)), 'the scan knows each secret where it is').toEqual(
    new Set([
      'owner as hex in file owner',
      'node as base64 in file node_key.json',
      'password as text in file password',
      'backup password as text in file backup-password',
      'signer as base64 in file themis/priv_validator_key.json',
      'node as base64 in file themis/node_key.json',
    ]),
  )
}, 600_000)

/** The first command of each topic. `SECRET_SCAN=whole`: every command that sends. */
const isWhole = process.env['SECRET_SCAN'] === 'whole'
const topicOf = ({line}: SendingCommand) => line.split(' ')[0]!
const isFirst = (command: SendingCommand, index: number) =>
  sendingCommands.findIndex((each) => topicOf(each) === topicOf(command)) === index

test('whatever a command sends, it leaves no secret of the account either', async () => {
  await using scene = await startSendingScene()
  const evidence = collectEvidence()
  const chosen = sendingCommands.filter((command, index) => isWhole || isFirst(command, index))
  expect(chosen.length).toBeGreaterThanOrEqual(10)

  for (const command of chosen) {
    await scene.reset()
    await command.before?.(scene)
    const home = scene.homes[command.home].root
    const cli = startCli([...wordsOf(scene, command), '--yes', '--json'], {home})
    expect(await watch(evidence, cli, home), command.line).toBeGreaterThan(0)
    const {exitCode, stdout} = await cli.result
    expect(exitCode, `${command.line}\n${stdout}`).toBe(0)
  }

  const names = ['owner', 'signer', 'heir', 'office']
  const keys = names.map((name) => [name, tracesOfKey(accountOf(name).privateKey)] as const)
  const secrets = {...Object.fromEntries(keys), password: tracesOfText(OPERATOR_PASSWORD)}
  // The file that the key remembers, which is the operator's own.
  expect(new Set(evidence.find(secrets))).toEqual(new Set(['password as text in file password']))
}, 600_000)

test('the scan finds every spelling of a secret that is planted: in a file, an argument, an environment', async () => {
  using temp = makeTempHome()
  const planted = {key: tracesOfKey(seed), password: tracesOfText(PASSWORD)}
  const evidence = collectEvidence()
  const expected: string[] = []
  for (const [secret, traces] of Object.entries(planted)) {
    for (const [spelling, trace] of Object.entries(traces)) {
      const name = `${secret}-${spelling}.bin`
      writeFileSync(temp.path(name), Buffer.concat([Buffer.from('0x'), trace, Buffer.from([7])]))
      expected.push(`${secret} as ${spelling} in file ${name}`)
    }
  }
  // A process below another one, as a command that a command starts.
  const script = `exec 1>&-; "${process.execPath}" -e 'setInterval(() => {}, 1000)' ${seed}; true`
  const child = spawn('sh', ['-c', script], {
    env: {...cleanEnv({home: temp.root}), LEAK: PASSWORD},
    stdio: 'ignore',
    detached: true,
  })
  try {
    addFiles(evidence, temp.root)
    await expect.poll(() => addProcesses(evidence, child.pid ?? 0)).toBe(2)
    await expect
      .poll(() => addProcesses(evidence, child.pid ?? 0) && evidence.find(planted))
      .toEqual(
        expect.arrayContaining([
          ...expected,
          'key as hex in cmdline',
          'password as text in environ',
        ]),
      )
  } finally {
    // The shell and what it started are one group.
    process.kill(-(child.pid ?? 0), 'SIGKILL')
    await once(child, 'exit')
  }
})
