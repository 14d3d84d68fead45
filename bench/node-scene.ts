/** A network of real node processes with prepared accounts, for the bench. */
import {RpcResponseError} from '../src/lib/json-rpc.ts'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'

import {getContractAddress, encodeFunctionData, type Address} from 'viem'

import {erc20Abi} from '../src/chain/abis/erc20.ts'
import {metisTokenBytecode} from '../src/local/artifacts/metis-token.ts'
import {startAnvil} from '../test/helpers/anvil.ts'
import {accountOf, createTestGenesis, type TestGenesis} from '../test/helpers/l2-chain.ts'
import {nodeOptions, testNetwork, until} from '../test/helpers/node-cluster.ts'
import {startNodeProcess, type NodeProcess} from '../test/helpers/node-process.ts'
import {offer, steadyRate, type LoadResult} from './load.ts'
import {contractCodes} from './contracts.ts'
import {
  makeSenders,
  makeTransaction,
  sign,
  type Kind,
  type Sender,
  type Targets,
} from './traffic.ts'

/** Enough that each has one transaction under way at a time, also at twice the capacity. */
export const SENDERS = 3000
/** A node answers batches of at most 200, and lets one sender hold its share only. */
const GIFTS_AT_ONCE = 150
const names = ['alpha', 'beta', 'gamma']

export interface Scene {
  offer(perSecond: number, seconds: number): Promise<LoadResult>
  /** RPC of each node, the producer first. */
  readonly urls: readonly string[]
  /** A contract whose logs can be read. */
  readonly token: Address
  /** Of each node, the producer first. */
  cpu(): CpuTimes[]
  /** Resident memory of the producer's process now. */
  memoryMb(): number
  /** Blocks whose hash differs between nodes. */
  mismatches(): Promise<number>
  close(): Promise<void>
}

/** Processor time that was used so far, in ms. */
export interface CpuTimes {
  pid: number
  /** Of the thread on which the node runs. */
  mainMs: number
  /** Of all its threads. */
  nodeMs: number
  engineMs: number
}

export function benchGenesis(senders: readonly Sender[]): Promise<TestGenesis> {
  return createTestGenesis({
    initialSigner: accountOf('alpha').address,
    rich: senders.map(({address}) => address),
    firstEpochEndBlock: 1_000_000n,
  })
}

/** Deploys what the transactions of this kind call, and gives some of the token to every sender. */
export async function prepareTargets(
  kind: Kind,
  senders: readonly Sender[],
  send: (raws: string[]) => Promise<void>,
): Promise<{targets: Targets; nonces: number[]}> {
  const nonces = senders.map(() => 0)
  const [first] = senders
  const codes = {token: metisTokenBytecode, ...contractCodes}
  const names = Object.keys(codes) as (keyof Targets)[]
  const addresses = names.map((_name, nonce) =>
    getContractAddress({from: first!.address, nonce: BigInt(nonce)}),
  )
  const targets = Object.fromEntries(names.map((name, at) => [name, addresses[at]])) as Targets
  if (kind === 'transfer') return {targets, nonces}
  await send(
    names.map((name, nonce) => sign(first!, nonce, {to: null, gas: 3_000_000n, data: codes[name]})),
  )
  const gifts = senders.map(({address}, index) => {
    const data = encodeFunctionData({
      abi: erc20Abi,
      functionName: 'transfer',
      args: [address, 10n ** 18n],
    })
    return sign(first!, index + names.length, {to: targets.token, gas: 60_000n, data})
  })
  for (let from = 0; from < gifts.length; from += GIFTS_AT_ONCE) {
    await send(gifts.slice(from, from + GIFTS_AT_ONCE))
  }
  nonces[0] = gifts.length + names.length
  return {targets, nonces}
}

export async function openScene(kind: Kind, count: number): Promise<Scene> {
  const senders = makeSenders(SENDERS)
  const genesis = await benchGenesis(senders)
  const l1 = await startAnvil(['--chain-id', '31337'])
  const network = testNetwork({genesis, l1RpcUrl: l1.rpcUrl, slotMs: 2000})
  const nodes: NodeProcess[] = []
  for (const name of names.slice(0, count)) {
    const bootnodes = nodes.map(({peerAddress}) => peerAddress)
    const {logger: _logger, ...options} = nodeOptions(name, network, genesis.dir, {bootnodes})
    nodes.push(await startNodeProcess(options as typeof options & {logger: never}))
  }
  const [producer] = nodes
  const {rpc} = producer!
  const confirmed = async (nonceOfFirst: number) =>
    until('the preparation is confirmed', async () => {
      const nonce = await rpc.request('eth_getTransactionCount', [senders[0]!.address, 'latest'])
      return Number(nonce) >= nonceOfFirst
    })
  let sent = 0
  const {targets, nonces} = await prepareTargets(kind, senders, async (raws) => {
    const calls = raws.map((raw) => ({method: 'eth_sendRawTransaction', params: [raw]}))
    const refusal = (await rpc.batch(calls)).find((answer) => answer instanceof RpcResponseError)
    if (refusal) throw refusal
    await confirmed((sent += raws.length))
  })
  const urls = nodes.map(({rpcUrl}) => rpcUrl)
  return {
    ...{urls, token: targets.token},
    offer(perSecond, seconds) {
      // Signed beforehand: it costs as much as the node spends on a transaction.
      const rounds = Math.ceil((perSecond * seconds) / SENDERS) + 2
      const signed = senders.map((_sender, index) =>
        Array.from({length: rounds}, (_, round) =>
          makeTransaction(kind, senders, index, nonces[index]! + round, targets),
        ),
      )
      const first = [...nonces]
      return offer({
        urls,
        watchUrl: producer!.rpcUrl,
        ...{perSecond, seconds, senders: SENDERS},
        next: (sender) => {
          const raw = signed[sender]![nonces[sender]! - first[sender]!]
          if (raw !== undefined) nonces[sender]!++
          return raw
        },
        refused: (sender) => nonces[sender]!--,
      })
    },
    cpu: () => nodes.map(cpuOf),
    memoryMb: () => residentMb(producer!.pid),
    mismatches: () => compareNodes(nodes),
    async close() {
      await Promise.all(nodes.map((node) => node.stop()))
      await l1.stop()
      genesis[Symbol.dispose]()
    },
  }
}

function cpuOf({pid, options}: NodeProcess): CpuTimes {
  const pidFile = join(options.dataDir, 'engine/engine.pid')
  const engine = (JSON.parse(readFileSync(pidFile, 'utf8')) as {pid: number}).pid
  return {
    pid,
    mainMs: cpuMsOf(`${pid}/task/${pid}`),
    nodeMs: cpuMsOf(`${pid}`),
    engineMs: cpuMsOf(`${engine}`),
  }
}

/** User and system time, in the ticks of 10 ms that Linux counts in. */
function cpuMsOf(task: string): number {
  const fields = readFileSync(`/proc/${task}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

function residentMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(?<kb>\d+)/.exec(status)!.groups!['kb']) / 1024
}

async function compareNodes(nodes: readonly NodeProcess[]): Promise<number> {
  const heads = await Promise.all(nodes.map(({rpc}) => rpc.request('eth_blockNumber')))
  const head = Math.min(...heads.map(Number))
  let mismatches = 0
  for (let number = head; number > Math.max(100, head - 60); number--) {
    const blocks = await Promise.all(
      nodes.map(({rpc}) =>
        rpc.request('eth_getBlockByNumber', [`0x${number.toString(16)}`, false]),
      ),
    )
    const hashes = new Set(blocks.map((block) => (block as {hash: string}).hash))
    if (hashes.size > 1) mismatches++
  }
  return mismatches
}

/** Offers more than fits; what is confirmed per second is the capacity. */
export async function measureCapacity(scene: Scene, seconds: number, engine: number) {
  await scene.offer(engine, 5)
  const {blocks} = await scene.offer(1.3 * engine, seconds)
  return steadyRate(blocks)
}
