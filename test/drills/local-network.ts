/** A local network as an operator starts it, whose processes a drill can find, end and start again. */
import {cpSync, readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'

import {encodeFunctionData} from 'viem'

import {metisSequencerSetAbi} from '../../src/chain/abis/metis-sequencer-set.ts'
import {isRecord} from '../../src/lib/json.ts'
import {createRpcClient, type RpcClient} from '../../src/lib/json-rpc.ts'
import {openConfig} from '../../src/store/config.ts'
import {openHome, type Home} from '../../src/store/home.ts'
import {readNetwork} from '../../src/store/networks.ts'
import type {Network} from '../../src/protocol/network.ts'
import {killOrphan} from '../../src/process/anvil.ts'
import {readDaemon} from '../../src/process/daemon.ts'
import {openCli, until, type Cli} from '../e2e/local.ts'

export interface LocalSettings {
  nodes: number
  basePort: number
  slotMs?: number
  epochLength?: number
  respanDelaySeconds?: number
  blocksBeforeFork?: number
}

export interface LocalNode {
  name: string
  dir: string
  /** Lower-case. */
  signer: string
  rpc: RpcClient
}

export class LocalNetwork {
  readonly cli: Cli
  readonly home: Home
  readonly network: Network
  readonly nodes: LocalNode[]
  readonly slotMs: number
  readonly blocksBeforeFork: number

  private constructor(cli: Cli, slotMs: number, blocksBeforeFork: number) {
    this.cli = cli
    this.home = openHome(cli.home)
    this.slotMs = slotMs
    this.blocksBeforeFork = blocksBeforeFork
    this.network = readNetwork(this.home, 'local')
    const {profiles} = openConfig(this.home).read()
    this.nodes = Object.entries(profiles).map(([name, profile]) => ({
      name,
      dir: this.home.nodeDir(name),
      signer: String(profile.signer).toLowerCase(),
      rpc: createRpcClient(`http://${profile.node!.host}:${profile.node!.rpcPort}`, {
        timeoutMs: 5000,
      }),
    }))
  }

  static async up(settings: LocalSettings): Promise<LocalNetwork> {
    const {nodes, basePort, slotMs = 2000, epochLength = 10} = settings
    const {respanDelaySeconds = 6, blocksBeforeFork = 2} = settings
    const cli = openCli()
    try {
      await cli.data(
        `local up --detach --nodes ${nodes} --base-port ${basePort} --slot-ms ${slotMs} ` +
          `--epoch-length ${epochLength} --respan-delay ${respanDelaySeconds} ` +
          `--blocks-before-fork ${blocksBeforeFork}`,
      )
      return new LocalNetwork(cli, slotMs, blocksBeforeFork)
    } catch (error) {
      await cli.remove()
      throw error
    }
  }

  /** Ends every process and removes every file. `DRILL_LOGS=DIR` keeps the logs, for a search. */
  async remove(): Promise<void> {
    const kept = process.env['DRILL_LOGS']
    if (kept) {
      const filter = (path: string) => statSync(path).isDirectory() || path.includes('.log')
      cpSync(this.home.root, kept, {recursive: true, filter})
    }
    for (const {rpc} of this.nodes) rpc.close()
    await this.cli.remove()
  }

  /** Pid of a background process, or undefined while it is not running. */
  pidOf(dir: string, name: string): number | undefined {
    const daemon = readDaemon(dir, name)
    return daemon?.running ? daemon.pid : undefined
  }

  nodePid(node: LocalNode): number | undefined {
    return this.pidOf(node.dir, 'node')
  }

  /** SIGKILL of a node and its engine in the same moment. */
  async killNode(node: LocalNode): Promise<void> {
    const engine = enginePid(join(node.dir, 'engine'))
    const pid = this.nodePid(node)
    if (pid !== undefined) process.kill(pid, 'SIGKILL')
    if (engine !== undefined) signalIfThere(engine, 'SIGKILL')
    await until(
      'the killed node is gone',
      10_000,
      () => this.nodePid(node) === undefined || undefined,
    )
    await killOrphan(join(node.dir, 'engine'), 'engine')
  }

  /** Starts a node as its operator would. @returns ms until it answered */
  async startNode(node: LocalNode): Promise<number> {
    const startedMs = performance.now()
    await this.cli.data(`node start --profile ${node.name}`)
    return performance.now() - startedMs
  }

  async headOf(node: LocalNode): Promise<number> {
    return Number(await node.rpc.request('eth_blockNumber'))
  }

  /** The highest head of those nodes that answer; 0 when none does. */
  async highestHead(nodes: readonly LocalNode[] = this.nodes): Promise<number> {
    const heads = await Promise.all(nodes.map((node) => this.headOf(node).catch(() => 0)))
    return Math.max(...heads)
  }

  /** Whose turn the next block is, as the contract on L2 says. */
  async producer(nodes: readonly LocalNode[] = this.nodes): Promise<LocalNode | undefined> {
    for (const node of nodes) {
      const signer = await this.#signerOfNext(node).catch(() => undefined)
      const found = this.nodes.find((one) => one.signer === signer)
      if (found) return found
    }
    return undefined
  }

  async #signerOfNext(node: LocalNode): Promise<string> {
    const data = encodeFunctionData({
      abi: metisSequencerSetAbi,
      functionName: 'getMetisSequencer',
      args: [BigInt(await this.headOf(node)) + 1n],
    })
    const to = this.network.l2.contracts.sequencerSet
    return `0x${String(await node.rpc.request('eth_call', [{to, data}, 'latest'])).slice(-40)}`
  }

  /** Waits until all nodes serve, are in step with each other, and blocks come. @returns ms waited */
  async settled(limitMs: number): Promise<number> {
    const startedMs = performance.now()
    const first = await this.highestHead()
    await until('all nodes are in step', limitMs, async () => {
      const heads = await Promise.all(this.nodes.map((node) => this.headOf(node).catch(() => 0)))
      const isInStep = Math.max(...heads) - Math.min(...heads) <= 1
      return isInStep && Math.min(...heads) > first ? true : undefined
    })
    return performance.now() - startedMs
  }
}

/** Pid of the execution engine whose pid file is in this directory. */
export function enginePid(dir: string): number | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(join(dir, 'engine.pid'), 'utf8'))
    return isRecord(value) ? Number(value['pid']) : undefined
  } catch {
    return undefined
  }
}

export function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It ended by itself a moment before.
  }
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
