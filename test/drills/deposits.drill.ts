/**
 * Deposits on L1 while the network of `local up` rotates and its producers are killed without warning. Each
 * must be credited exactly once, and the chain that follows from L1 must be that of the nodes.
 */
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {decodeEventLog, encodeEventTopics, encodeFunctionData, type Address, type Hex} from 'viem'
import {privateKeyToAccount} from 'viem/accounts'

import {erc20Abi} from '../../src/chain/abis/erc20.ts'
import {metisSequencerSetAbi} from '../../src/chain/abis/metis-sequencer-set.ts'
import {l2StandardBridgeAbi} from '../../src/chain/abis/l2-standard-bridge.ts'
import {createRpcClient, type RpcClient} from '../../src/lib/json-rpc.ts'
import {localPaths} from '../../src/local/settings.ts'
import {readDaemon} from '../../src/process/daemon.ts'
import type {Network} from '../../src/protocol/network.ts'
import {readPrivateKey} from '../../src/services/keys/keys.ts'
import {openConfig} from '../../src/store/config.ts'
import {openHome, type Home} from '../../src/store/home.ts'
import {readNetwork} from '../../src/store/networks.ts'
import {depositData} from '../helpers/l1-network.ts'
import {accountOf} from '../helpers/l2-chain.ts'
import {until} from '../helpers/node-cluster.ts'
import {runCli} from '../helpers/run-cli.ts'
import type {Drill} from './drill.ts'

const NODES = 3
const RECIPIENTS = 10
/** Far above the price of any deposit; what exceeds it is not returned. */
const FEE_WEI = 10n ** 16n

interface Rehearsal {
  home: Home
  network: Network
  l1: RpcClient
  nodes: RpcClient[]
  say(line: string): void
  up(): Promise<void>
}

export const drill: Drill = {
  options: {deposits: 200, kills: 5, rotations: 3, basePort: 27_545, slotMs: 500, seed: 1},
  async run(options, say) {
    const path = mkdtempSync(join(tmpdir(), 'metis-seq-deposits-'))
    const cli = async (...args: string[]) => {
      const result = await runCli(args, {home: path})
      if (result.exitCode === 0) return result.stdout
      throw new Error(`${args.join(' ')}: ${result.stdout}${result.stderr}`)
    }
    const up = async () => {
      const settings = ['--base-port', options['basePort'], '--slot-ms', options['slotMs']]
      const pace = ['--epoch-length', 20, '--respan-delay', 5, '--nodes', NODES]
      await cli('local', 'up', '--detach', ...[...settings, ...pace].map(String))
    }
    const home = openHome(path)
    const clients: RpcClient[] = []
    try {
      await up()
      const network = readNetwork(home, 'local')
      const l1 = createRpcClient(network.l1.rpcUrls[0]!)
      const nodes = network.l2.rpcUrls.map((url) => createRpcClient(url))
      clients.push(l1, ...nodes)
      const broken = await rehearse({home, network, l1, nodes, say, up}, options)
      say(await cli('node', 'verify', '--network', 'local', '--from-l1', network.l1.rpcUrls[0]!))
      return broken
    } finally {
      clients.forEach((client) => client.close())
      await runCli(['local', 'down'], {home: path})
      rmSync(path, {recursive: true, force: true})
    }
  },
}

async function rehearse(rehearsal: Rehearsal, options: Record<string, number>): Promise<string[]> {
  const {nodes, say} = rehearsal
  const deposits = options['deposits']!
  const startedMs = performance.now()
  const recipients = Array.from({length: RECIPIENTS}, (_, i) => accountOf(`paid ${i}`).address)
  const sending = sendDeposits(rehearsal, recipients, deposits)
  for (let kill = 1; kill <= options['kills']!; kill++) {
    const wanted = Math.floor((deposits * kill) / (options['kills']! + 1))
    await until('deposits arrive', async () => (await paidOn(nodes, rehearsal)) >= wanted, 300_000)
    await killProducer(rehearsal, kill)
  }
  await sending
  const isPaid = async () => (await paidOn(nodes, rehearsal)) >= deposits
  await until('every deposit is paid', isPaid, 300_000)
  say(`${deposits} deposits paid in ${Math.round((performance.now() - startedMs) / 1000)} s`)
  await until('all nodes have them', async () => (await lowest(nodes, rehearsal)) >= deposits)
  const broken: string[] = []
  const signers: string[][] = []
  for (const node of nodes) signers.push(await judge(rehearsal, node, recipients, deposits, broken))
  const changes = signers[0]!.filter((signer, index, all) => index > 0 && signer !== all[index - 1])
  const producers = new Set(signers[0]).size
  say(`${changes.length} rotations between payments, by ${producers} producers`)
  if (changes.length < options['rotations']!) broken.push('there were too few rotations')
  await settle(rehearsal)
  return broken
}

/** Everything that was paid is confirmed on L1 too. */
async function settle({nodes}: Rehearsal): Promise<void> {
  const head = Number(await nodes[0]!.request('eth_blockNumber'))
  const isSafe = async () => {
    const safe = await nodes[0]!.request('eth_getBlockByNumber', ['safe', false])
    return Number((safe as {number: Hex} | null)?.number ?? 0) >= head
  }
  await until('L1 has confirmed it', isSafe, 180_000)
}

/** In bursts, so that there are always some on their way. Each amount differs from its header. */
async function sendDeposits(
  {home, network, l1, nodes}: Rehearsal,
  recipients: readonly Address[],
  count: number,
): Promise<void> {
  const {passwordFile} = localPaths(home)
  const key = await readPrivateKey('local-faucet', {home, config: openConfig(home), passwordFile})
  const faucet = privateKeyToAccount(key)
  const {metis, bridge} = network.l1.contracts
  const {address} = faucet
  const first = Number(await l1.request('eth_getTransactionCount', [address, 'pending']))
  const send = async (index: number, to: Address, data: Hex, value: bigint) => {
    const raw = await faucet.signTransaction({
      ...{type: 'eip1559', chainId: network.l1.chainId, nonce: first + index, to, data, value},
      ...{gas: 500_000n, maxFeePerGas: 50_000_000_000n, maxPriorityFeePerGas: 10n ** 9n},
    })
    await l1.request('eth_sendRawTransaction', [raw])
  }
  const approve = encodeFunctionData({
    abi: erc20Abi,
    functionName: 'approve',
    args: [bridge, 10n ** 24n],
  })
  await send(0, metis, approve, 0n)
  for (let index = 0; index < count; index++) {
    const to = recipients[index % RECIPIENTS]!
    await send(index + 1, bridge, depositData(metis, to, amountOf(index)), FEE_WEI)
    const isNear = async () => index - (await paidOn(nodes, {network})) < 20
    await until('deposits are taken', isNear, 300_000)
  }
}

function amountOf(index: number): bigint {
  return 10n ** 12n + BigInt(index)
}

async function paid(node: RpcClient, {network}: Pick<Rehearsal, 'network'>): Promise<number> {
  const data = encodeFunctionData({abi: l2StandardBridgeAbi, functionName: 'nextQueueIndex'})
  return Number(await node.request('eth_call', [{to: network.l2.contracts.bridge, data}, 'latest']))
}

/** On the node that is farthest; those that are down count as nothing. */
async function paidOn(nodes: RpcClient[], at: Pick<Rehearsal, 'network'>): Promise<number> {
  return Math.max(...(await Promise.all(nodes.map((node) => paid(node, at).catch(() => 0)))))
}

async function lowest(nodes: RpcClient[], at: Pick<Rehearsal, 'network'>): Promise<number> {
  return Math.min(...(await Promise.all(nodes.map((node) => paid(node, at).catch(() => 0)))))
}

async function killProducer(
  {home, network, nodes, say, up}: Rehearsal,
  kill: number,
): Promise<void> {
  const profiles = Array.from({length: NODES}, (_, index) => `seq-${index + 1}`)
  const {profiles: known} = openConfig(home).read()
  const alive = await Promise.any(
    nodes.map(async (node) =>
      signerOf(node, network, BigInt(String(await node.request('eth_blockNumber')))),
    ),
  )
  const name = profiles.find((profile) => known[profile]?.signer?.toLowerCase() === alive)
  const victim = name ?? profiles[kill % NODES]!
  const daemon = readDaemon(home.nodeDir(victim), 'node')
  if (!daemon?.running) throw new Error(`${victim} is not running.`)
  process.kill(daemon.pid, 'SIGKILL')
  say(`kill ${kill}: ${victim} (process ${daemon.pid}), ${await paidOn(nodes, {network})} paid`)
  await up()
}

/** Whose turn a block is. */
async function signerOf(node: RpcClient, {l2}: Network, block: bigint): Promise<string> {
  const abi = metisSequencerSetAbi
  const data = encodeFunctionData({abi, functionName: 'getMetisSequencer', args: [block]})
  const word = await node.request('eth_call', [{to: l2.contracts.sequencerSet, data}, 'latest'])
  return `0x${String(word).slice(-40)}`
}

/** @returns who sealed the payments, in order */
async function judge(
  {network}: Rehearsal,
  node: RpcClient,
  recipients: readonly Address[],
  deposits: number,
  broken: string[],
): Promise<string[]> {
  const {bridge} = network.l2.contracts
  const topics = encodeEventTopics({abi: l2StandardBridgeAbi, eventName: 'DepositFinalized'})
  const first = Number(await node.request('eth_blockNumber')) - 9_000
  const fromBlock = `0x${first.toString(16)}`
  const filter = {address: bridge, fromBlock, toBlock: 'latest', topics}
  const logs = (await node.request('eth_getLogs', [filter])) as {
    topics: [Hex, ...Hex[]]
    data: Hex
    blockNumber: Hex
  }[]
  const indexes = logs.map((log) => {
    const {args} = decodeEventLog({
      abi: l2StandardBridgeAbi,
      eventName: 'DepositFinalized',
      ...{topics: log.topics, data: log.data},
    })
    if (!args._paid) broken.push(`deposit ${args._queueIndex} was not paid`)
    return Number(args._queueIndex)
  })
  const isOnce = indexes.length === deposits && indexes.every((index, at) => index === at)
  if (!isOnce) broken.push(`${node.url}: payments are ${indexes.join(' ')}`)
  for (const [place, address] of recipients.entries()) {
    let due = 0n
    for (let index = place; index < deposits; index += RECIPIENTS) due += amountOf(index)
    const has = BigInt(String(await node.request('eth_getBalance', [address, 'latest'])))
    if (has !== due) broken.push(`${node.url}: ${address} has ${has} and is due ${due}`)
  }
  const signers: string[] = []
  for (const {blockNumber} of logs) signers.push(await signerOf(node, network, BigInt(blockNumber)))
  return signers
}
