/** A network of real node processes with prepared accounts, for the bench. */
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {concatHex, keccak256, padHex, toHex, type Address, type Hex} from 'viem'

import {metisTokenBytecode} from '../src/local/artifacts/metis-token.ts'
import type {GenesisJson} from '../src/local/l2-genesis.ts'
import {startAnvil} from '../test/helpers/anvil.ts'
import {accountOf, createTestGenesis, METIS, type TestGenesis} from '../test/helpers/l2-chain.ts'
import {nodeOptions, testNetwork} from '../test/helpers/node-cluster.ts'
import {startNodeProcess, type NodeProcess} from '../test/helpers/node-process.ts'
import {contracts, TOKEN} from './contracts.ts'
import {offer, steadyRate, type LoadResult} from './load.ts'
import {makeSenders, makeTransaction, type Kind, type Sender} from './traffic.ts'

/** Enough that each has one transaction under way at a time, also at twice the capacity. */
export const SENDERS = 3000
const WARM_UP_SECONDS = 5
/** In less time no block is seen from its beginning to its end. */
const LEAST_CAPACITY_SECONDS = 4
/** More says nothing new. */
const MOST_CAPACITY_SECONDS = 12
const CAPACITY_ROUNDS = 4
/** While a round finds this much more than those before, there may be more to find. */
const MORE = 1.05
const names = ['alpha', 'beta', 'gamma']

export interface Scene {
  /** RPC of each node, the producer first. */
  readonly urls: readonly string[]
  offer(perSecond: number, seconds: number): Promise<LoadResult>
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

/** The senders have METIS and tokens from the beginning: to hand tokens out takes blocks. */
export async function benchGenesis(senders: readonly Sender[]): Promise<TestGenesis> {
  const genesis = await createTestGenesis({
    initialSigner: accountOf('alpha').address,
    rich: senders.map(({address}) => address),
    firstEpochEndBlock: 1_000_000n,
  })
  const document = JSON.parse(readFileSync(genesis.file, 'utf8')) as GenesisJson
  const token = {balance: '0x0', nonce: '0x1', code: await tokenCode()} as const
  const balances = senders.map(({address}) => [balanceSlot(address), toHex(METIS, {size: 32})])
  document.alloc[TOKEN] = {...token, storage: Object.fromEntries(balances) as Record<Hex, Hex>}
  for (const {address, code} of Object.values(contracts)) {
    document.alloc[address] = {balance: '0x0', nonce: '0x1', code}
  }
  writeFileSync(genesis.file, JSON.stringify(document))
  return genesis
}

/** What the constructor of the token returns. */
async function tokenCode(): Promise<Hex> {
  await using scratch = await startAnvil()
  const call = {from: accountOf('alpha').address, data: metisTokenBytecode}
  return (await scratch.request('eth_call', [call, 'latest'])) as Hex
}

/** Balances are the first field of OpenZeppelin's ERC-20, a mapping. */
function balanceSlot(holder: Address): Hex {
  return keccak256(concatHex([padHex(holder), toHex(0, {size: 32})]))
}

export async function openScene(kind: Kind, count: number, senderCount: number): Promise<Scene> {
  const senders = makeSenders(senderCount)
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
  const nonces = senders.map(() => 0)
  const urls = nodes.map(({rpcUrl}) => rpcUrl)
  return {
    urls,
    offer(perSecond, seconds) {
      // Signed beforehand: it costs as much as the node spends on a transaction.
      const rounds = Math.ceil((perSecond * seconds) / senderCount) + 1
      const signed = senders.map((_sender, index) =>
        Array.from({length: rounds}, (_, round) =>
          makeTransaction(kind, senders, index, nonces[index]! + round),
        ),
      )
      const first = [...nonces]
      return offer({
        urls,
        watchUrl: producer!.rpcUrl,
        ...{perSecond, seconds, senders: senderCount},
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

/**
 * Offers more than fits; what is confirmed per second is the capacity. More than once: a node that has just started has not
 * learned yet what this work costs, and where the engine's own speed is far beyond it, the machine is busy with refusing.
 */
export async function measureCapacity(scene: Scene, seconds: number, engine: number) {
  await scene.offer(engine, Math.min(WARM_UP_SECONDS, seconds))
  const atMost = Math.min(MOST_CAPACITY_SECONDS, seconds)
  const roundSeconds = Math.max(LEAST_CAPACITY_SECONDS, atMost)
  const confirmedAt = async (perSecond: number) =>
    steadyRate((await scene.offer(perSecond, roundSeconds)).blocks)
  let capacity = await confirmedAt(1.3 * engine)
  // A glance has no time for it.
  const rounds = seconds < LEAST_CAPACITY_SECONDS ? 0 : CAPACITY_ROUNDS
  for (let round = 0; round < rounds; round++) {
    const confirmed = await confirmedAt(1.5 * capacity)
    const isMore = confirmed > capacity * MORE
    capacity = Math.max(capacity, confirmed)
    if (!isMore) break
  }
  return capacity
}
