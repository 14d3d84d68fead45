/**
 * A whole node without a key in it: its blocks and its peer record are signed by one process, its relays by another, and
 * its batches by a third one that knows transactions only.
 */
import {spawn, type ChildProcess} from 'node:child_process'
import {once} from 'node:events'
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {createInterface} from 'node:readline'

import type {Address} from 'viem'
import {mnemonicToAccount} from 'viem/accounts'
import {afterAll, beforeAll, expect, test} from 'vitest'

import {openBlockSigner, openNodeSigner} from '../../src/services/signers/open-signer.ts'
import {openConfig, type RemoteSignerRecord} from '../../src/store/config.ts'
import {startL1Network, type L1TestNetwork} from '../helpers/l1-network.ts'
import {accountOf, METIS} from '../helpers/l2-chain.ts'
import {nodeOptions, startTestNode, TestPos, until, type TestNode} from '../helpers/node-cluster.ts'
import {keyAccessOf} from '../helpers/operator.ts'
import {makeTempHome, type TempHome} from '../helpers/temp-home.ts'
import {tlsDir} from '../helpers/web3signer-stub.ts'

const TOKEN = 'a-token-of-the-vaults'
const recipient: Address = '0x00000000000000000000000000000000000000cc'
const phrase = 'test test test test test test test test test test test junk'
/** Its key is known to the development node that is the L1, and to nobody else here. */
const batcher = mnemonicToAccount(phrase, {addressIndex: 0})

let temp: TempHome
let chain: L1TestNetwork
let node: TestNode
let pos: TestPos
const children: ChildProcess[] = []

async function startSigner(name: string, port = 0): Promise<{url: string; child: ChildProcess}> {
  const program = join(import.meta.dirname, '../helpers/signer-child.ts')
  const child = spawn(process.execPath, [program, name, TOKEN, `${port}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const [url] = (await once(createInterface({input: child.stdout}), 'line')) as [string]
  return {url, child}
}

function recordOf(name: string, change: Partial<RemoteSignerRecord>): RemoteSignerRecord {
  const {address, publicKey} = accountOf(name)
  const pem = (file: string) => join(tlsDir, file)
  return {
    ...{kind: 'remote', name, address, createdAt: new Date(0).toISOString(), url: ''},
    ...{api: 'web3signer', publicKey: `0x${publicKey.slice(4)}`},
    ...{tokenFile: temp.path('token'), caFile: pem('ca.pem')},
    ...{certFile: pem('client.pem'), keyFile: pem('client.key')},
    ...change,
  }
}

let vault: {url: string; child: ChildProcess}

beforeAll(async () => {
  temp = makeTempHome()
  writeFileSync(temp.path('token'), `${TOKEN}\n`, {mode: 0o600})
  const [network, blocks, relays] = await Promise.all([
    startL1Network({l1: {batchSenders: [batcher.address]}}),
    startSigner('alpha'),
    startSigner('relayer'),
  ])
  chain = network
  vault = blocks
  const plain = {tokenFile: null, caFile: null, certFile: null, keyFile: null}
  const signers = {
    alpha: recordOf('alpha', {url: blocks.url}),
    relayer: recordOf('relayer', {url: relays.url}),
    batcher: recordOf('batcher', {
      ...{...plain, url: chain.anvil.rpcUrl, address: batcher.address},
      api: 'eth_signTransaction',
    }),
  }
  openConfig(temp.home).update((all) => ({...all, signers}))
  const access = {...keyAccessOf(temp), timeoutMs: 10_000}
  const [signerAccount, relayerAccount, batchAccount] = await Promise.all([
    openBlockSigner('alpha', access),
    openNodeSigner('relayer', access),
    openNodeSigner('batcher', access),
  ])
  node = await startTestNode(
    nodeOptions('alpha', chain.network, chain.genesis.dir, {
      ...{signerAccount, relayerAccount, batchAccount, batchMaxAgeMs: 0, alone: true},
    }),
  )
  // Batches hold settled epochs.
  pos = new TestPos({
    sequencerSet: chain.genesis.sequencerSet,
    signers: [accountOf('alpha').address],
    epochLength: 10,
    node: () => node.rpc,
  })
  pos.start()
})

afterAll(async () => {
  await pos?.stop()
  await node?.stop()
  for (const child of children) child.kill('SIGKILL')
  await chain?.[Symbol.asyncDispose]()
  temp[Symbol.dispose]()
})

const head = () => node.status().head.number

/** The hash that the sign guard has let through at a height. */
function promisedAt(height: number): string | undefined {
  const guard = readFileSync(join(node.options.dataDir, 'sign-guard.log'), 'utf8')
  return new RegExp(`^${height} (0x[0-9a-f]{64})`, 'm').exec(guard)?.[1]
}

test('blocks, relays and batches are signed by processes elsewhere', async () => {
  await until('it seals', () => head() > 103)
  await chain.deposit(recipient, 2n * METIS)
  await chain.mine(2)
  await until('the deposit is paid', async () => {
    const balance = await node.rpc.request('eth_getBalance', [recipient, 'latest'])
    return BigInt(String(balance)) === 2n * METIS
  })
  await until('a batch is confirmed', async () => {
    await chain.mine(1)
    return (node.status().safe ?? 0) > 100
  })
  const sent = await chain.l1.request('eth_getTransactionCount', [batcher.address, 'latest'])
  expect(Number(sent)).toBeGreaterThan(0)
  expect(node.status().address.toLowerCase()).toBe(accountOf('alpha').address.toLowerCase())
  await until('nothing is wrong', () => Object.keys(node.status().lastError).length === 0)
})

test('while its signer is away it seals nothing, and signs the same block when it is back', async () => {
  vault.child.kill('SIGKILL')
  await once(vault.child, 'exit')
  // The guard has the height before there is a signature, and no other block may take it.
  const signing = await until('it waits for its signer', () => {
    const {guard} = node.status()
    return guard.signedUpTo === head() + 1 && guard.signedUpTo
  })
  await until('it says so', () =>
    JSON.stringify(node.status().lastError).includes('does not respond'),
  )
  expect(head()).toBe(signing - 1)
  expect(node.status().halted).toBeNull()
  const promised = promisedAt(signing)

  vault = await startSigner('alpha', Number(new URL(vault.url).port))
  await until('it goes on', () => head() > signing + 2)
  const block = await node.rpc.request('eth_getBlockByNumber', [`0x${signing.toString(16)}`, false])
  expect(block).toMatchObject({hash: promised})
})

test('a signer that knows transactions only signs no blocks, and says so before anything starts', async () => {
  const access = {...keyAccessOf(temp), timeoutMs: 10_000}
  await expect(openBlockSigner('batcher', access)).rejects.toMatchObject({
    code: 'SIGNER_WRONG_ANSWER',
    exit: 'signer',
  })
})
