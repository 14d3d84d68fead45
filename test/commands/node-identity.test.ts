import {existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'

import {decryptKeystoreJson} from 'ethers'
import {expect, test} from 'vitest'

import {builtInNetworks} from '../../src/protocol/built-in-networks.ts'
import {nodeIdentityOf} from '../../src/protocol/node-key.ts'
import {formatNodeKey, formatThemisKey} from '../../src/protocol/themis-key.ts'
import {backupKey, verifyBackup} from '../../src/services/keys/key-backup.ts'
import {planThemisExport, writeThemisFiles} from '../../src/services/keys/key-export.ts'
import {findKey, importKeyFrom, readSecret, type KeyAccess} from '../../src/services/keys/keys.ts'
import {saveNetwork} from '../../src/store/networks.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {keyAccessOf, makeOperator, PASSWORD} from '../helpers/operator.ts'
import {pairwise, runBoth, runCli} from '../helpers/run-cli.ts'
import {makeTempHome, type TempHome} from '../helpers/temp-home.ts'

const seed = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60'
const {nodeId, publicKey} = nodeIdentityOf(seed)
const nodeKey = formatNodeKey({seed: `0x${seed}`, publicKey})
const signer = accountOf('signer')
const validatorKey = formatThemisKey({
  ...signer,
  publicKey: `0x${signer.publicKey.slice(4)}`,
})
const network = {...builtInNetworks[0]!, name: 'test'}
const inFile = (name: string) => ({name, backend: 'file' as const, rememberPasswordFile: true})
const identity = {kind: 'node-identity', nodeId, publicKey}

const importText = (text: string, name: string, access: KeyAccess) =>
  importKeyFrom({from: `${name}.json`, text}, {file: access.passwordFile}, inFile(name), access)

/** An operator with an owner, a signer, and the identity of the Themis node. */
async function operator(): Promise<{temp: TempHome; access: KeyAccess}> {
  const temp = await makeOperator(network, {owner: 'owner', signer: 'signer'})
  saveNetwork(temp.home, network, {replace: true})
  const access = keyAccessOf(temp)
  await importText(nodeKey, 'node', access)
  return {temp, access}
}

test('a Themis home goes in and comes out byte for byte, both files at once', async () => {
  const {temp, access} = await operator()
  using _temp = temp
  await importText(validatorKey, 'validator', access)
  const output = temp.path('themis', 'config')

  const args = ['key', 'export-themis', 'validator', '--with', 'node', '--output', output]
  const {json, stdout} = await runCli([...args, '--reveal', '--yes', '--json'], {home: temp.root})

  expect(json?.data, stdout).toMatchObject({
    name: 'validator',
    address: signer.address,
    files: [
      {name: 'validator', file: `${output}/priv_validator_key.json`},
      {name: 'node', address: null, nodeId, file: `${output}/node_key.json`},
    ],
  })
  expect(json?.warnings.map(({code}) => code)).toEqual([
    'SECRET_IN_CLEAR_TEXT',
    'SECRET_IN_CLEAR_TEXT',
  ])
  for (const [name, text] of [
    ['node_key.json', nodeKey],
    ['priv_validator_key.json', validatorKey],
  ] as const) {
    expect(readFileSync(`${output}/${name}`, 'utf8')).toBe(text)
    expect(statSync(`${output}/${name}`).mode & 0o777).toBe(0o600)
  }
})

test('of two files both are written or none', async () => {
  const {temp, access} = await operator()
  using _temp = temp
  const directory = temp.path('themis')
  const names = ['signer', 'node']
  const plans = planThemisExport({names, directory}, access)
  mkdirSync(directory)
  // It came while someone was asked.
  writeFileSync(plans[1]?.file ?? '', 'mine')

  await expect(writeThemisFiles(plans, access)).rejects.toMatchObject({code: 'FILE_EXISTS'})

  expect(readdirSync(directory)).toEqual(['node_key.json'])
  expect(readFileSync(plans[1]?.file ?? '', 'utf8')).toBe('mine')
  expect(() => planThemisExport({names, directory}, access)).toThrow(/already exists/)
  expect(() => planThemisExport({names: ['signer', 'owner'], directory}, access)).toThrow(
    expect.objectContaining({code: 'KEYS_OF_ONE_KIND', exitCode: 2}),
  )
})

test('list, show and where tell an identity from an account', async () => {
  const {temp} = await operator()
  using _temp = temp
  const run = (line: string) => runBoth(line.split(' '), {home: temp.root})

  const list = await run('key list')
  expect(list.text.stdout).toContain(`node id ${nodeId}`)
  expect(list.json.data['keys']).toMatchObject([
    {...identity, name: 'node', address: null},
    {kind: 'account', name: 'owner', nodeId: null, address: accountOf('owner').address},
    {kind: 'account', name: 'signer', nodeId: null},
  ])
  const show = await run('key show node')
  expect(show.json.data).toMatchObject({...identity, address: null, publicKeys: null})
  expect(show.text.stdout).toMatch(/kind +identity of a Themis node/)
  expect(show.text.stdout).not.toContain('LockingPool')
  expect((await run('key where')).json.data['keys']).toContainEqual({name: 'node', backend: 'file'})
  const revealed = await run('key show node --reveal --yes')
  expect(revealed.json.data['privateKey']).toBe(`0x${seed}`)
  expect(revealed.text.stderr).toContain('pose as this node to its peers')
})

test('every command that wants an account refuses it by name, before anything else happens', async () => {
  const {temp} = await operator()
  using _temp = temp
  const lines = [
    'key export-public node',
    'init --profile new --network test --owner node',
    'profile add new --network test --signer node',
    'sequencer rotate-signer --signer node --dry-run',
    `tx sign ${temp.path('unsigned.json')} --key node --output ${temp.path('signed.json')} --yes`,
    'pos run --mpc-key node --port 18999',
  ]
  const fees = {maxFeePerGas: '0x1', maxPriorityFeePerGas: '0x1'}
  const call = {to: signer.address, data: '0x', value: '0x0', gas: '0x5208', nonce: 0, ...fees}
  const unsigned = {chainId: network.l1.chainId, from: signer.address, transactions: [call]}
  writeFileSync(temp.path('unsigned.json'), JSON.stringify(unsigned))

  const results = await pairwise(lines, async (line) => ({
    line,
    json: (await runCli([...line.split(' '), '--json'], {home: temp.root})).json,
  }))

  for (const {line, json} of results) {
    expect(json?.error, line).toMatchObject({code: 'KEY_IS_IDENTITY', exit: 'signer'})
    expect(json?.error?.facts, line).toEqual({key: 'node', nodeId})
    expect(json?.sources, line).toEqual([])
  }
  expect(existsSync(temp.path('signed.json'))).toBe(false)
})

test('it is backed up, rehearsed, restored elsewhere, and no wallet takes its backup for an account', async () => {
  const {temp, access} = await operator()
  using _temp = temp
  using fresh = makeTempHome()
  const there = keyAccessOf(fresh)
  const output = temp.path('usb', 'node.json')
  const password = {file: access.passwordFile}

  await backupKey({name: 'node', output}, access, password)
  const text = readFileSync(output, 'utf8')

  expect(text).not.toContain(seed)
  await expect(decryptKeystoreJson(text, PASSWORD)).rejects.toThrow(/address/)
  await expect(verifyBackup({file: output, name: 'owner'}, access, password)).rejects.toMatchObject(
    {
      code: 'BACKUP_OF_OTHER_KEY',
      facts: {key: 'owner', found: nodeId},
    },
  )
  expect(await verifyBackup({file: output, name: 'node'}, access, password)).toMatchObject({
    found: identity,
    keys: [{name: 'node'}],
  })
  expect(findKey(access.config, 'owner').backupVerifiedAt).toBeNull()
  const {key} = await importText(text, 'back', there)
  expect(key).toMatchObject({...identity, backupVerifiedAt: expect.any(String)})
  expect(await readSecret(key, there)).toBe(`0x${seed}`)
  const changed = text.replace('"node-identity"', '"account"')
  await expect(importText(changed, 'other', there)).rejects.toMatchObject({
    code: 'KEY_FILE_DAMAGED',
  })
  const unnamed = text.replace(/,\s*"kind": "node-identity"/, '')
  expect(unnamed).not.toBe(text)
  await expect(importText(unnamed, 'other', there)).rejects.toMatchObject({
    code: 'KEY_FILE_DAMAGED',
  })
})

test('a node_key.json whose halves do not belong together, or that is cut, is not stored', async () => {
  using temp = makeTempHome()
  const access = keyAccessOf(temp)
  const other = nodeIdentityOf('11'.repeat(32)).publicKey
  const mixed = formatNodeKey({seed: `0x${seed}`, publicKey: other})

  for (const text of [mixed, nodeKey.slice(0, 80), nodeKey.replace(/.{8}"}}$/, '"}}')]) {
    const failed = importText(text, 'node', access)
    await expect(failed).rejects.toMatchObject({code: 'KEY_FILE_DAMAGED', exit: 'signer'})
  }
  expect(access.config.read().keys).toEqual({})
  expect(existsSync(temp.path('keys'))).toBe(false)
})

test('a deletion says who would miss it, and wants a backup', async () => {
  const {temp} = await operator()
  using _temp = temp
  const remove = (...more: string[]) =>
    runCli(['key', 'delete', 'node', '--confirm', 'node', '--json', ...more], {home: temp.root})
  const {json} = await remove()
  expect(json?.error).toMatchObject({code: 'TRAP', facts: {trap: 'no-backup'}})
  expect(json?.error?.message).toContain(`peers that know node id ${nodeId} lose this node`)
  expect((await remove('--override', 'no-backup')).json?.data).toMatchObject({
    ...identity,
    uses: [],
    registrations: [],
  })
  expect(existsSync(temp.path('keys', 'node.json'))).toBe(false)
})
