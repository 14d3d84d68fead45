import {existsSync} from 'node:fs'
import {join} from 'node:path'

import {encodeFunctionData, zeroAddress, type Address, type Hex} from 'viem'

import {metisSequencerSetAbi} from '../../src/chain/abis/metis-sequencer-set.ts'
import {createRpcClient, type RpcClient} from '../../src/lib/json-rpc.ts'
import {stringifyJson} from '../../src/lib/json.ts'
import {silentLogger, type Logger} from '../../src/lib/log.ts'
import {genesisFingerprint} from '../../src/node/engine/genesis.ts'
import {startNode, type NodeOptions, type RunningNode} from '../../src/node/start-node.ts'
import type {Network} from '../../src/protocol/network.ts'
import {SignGuard} from '../../src/store/sign-guard.ts'
import {accountOf, L2_CHAIN_ID, type TestGenesis} from './l2-chain.ts'
import {signerOf} from './sign-block.ts'

export interface NetworkOptions {
  genesis: TestGenesis
  l1RpcUrl: string
  slotMs?: number
  phase2Block?: number
  emptyBlocks?: boolean
  l1?: Partial<Network['l1']>
  batchMarginBlocks?: number
}

/** A network document around a test genesis. L1 has no LockingPool, so every key may talk. */
export function testNetwork(options: NetworkOptions): Network {
  const {genesis, l1RpcUrl, slotMs = 150, phase2Block = 0, emptyBlocks = true} = options
  return {
    version: 1,
    name: 'test',
    kind: 'local',
    posRestUrl: null,
    lst: {artemis: null},
    l1: {
      chainId: 31_337,
      rpcUrls: [l1RpcUrl],
      explorerUrl: null,
      deploymentBlock: 0,
      contracts: {
        metis: zeroAddress,
        lockingPool: zeroAddress,
        lockingInfo: zeroAddress,
        bridge: zeroAddress,
        addressManager: zeroAddress,
        batchInbox: '0xff00000000000000000000000000000031337108',
      },
      batchSenders: [accountOf('batcher').address],
      confirmations: 2,
      ...options.l1,
    },
    l2: {
      chainId: L2_CHAIN_ID,
      rpcUrls: [],
      explorerUrl: null,
      contracts: {
        sequencerSet: genesis.sequencerSet,
        bridge: genesis.bridge,
        metis: zeroAddress,
        gasPriceOracle: zeroAddress,
      },
      phase2Block,
      slotMs,
      emptyBlocks,
      respanDelaySeconds: 1,
      batchMarginBlocks: options.batchMarginBlocks ?? 0,
      bundled: {
        genesisFile: genesis.file,
        fingerprint: genesisFingerprint(genesis.file),
        bootnodes: [],
        relayer: accountOf('relayer').address,
        followers: 'registered',
      },
    },
  }
}

export function nodeOptions(
  name: string,
  network: Network,
  dir: string,
  overrides: Partial<NodeOptions> = {},
): NodeOptions {
  return {
    name,
    version: '0.0.0',
    network,
    dataDir: join(dir, name),
    signerAccount: signerOf(accountOf(name)),
    rpc: {host: '127.0.0.1', port: 0},
    peer: {host: '127.0.0.1', port: 0},
    l1RpcUrl: network.l1.rpcUrls[0]!,
    relayerAccount: null,
    batchAccount: null,
    logger: testLogger(name),
    startupGraceMs: 300,
    ...overrides,
  }
}

/** `NODE_LOG=1` shows what the nodes say, for the search after a failure. */
export function testLogger(name: string): Logger {
  if (!process.env['NODE_LOG']) return silentLogger
  const log = (level: string) => (event: string, facts?: object) =>
    process.stderr.write(
      `${new Date().toISOString().slice(14)} ${name} ${level} ${event} ${stringifyJson(facts ?? {})}\n`,
    )
  const logger: Logger = {
    debug: process.env['NODE_LOG'] === '2' ? log('debug') : () => {},
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    child: () => logger,
  }
  return logger
}

export interface TestNode extends RunningNode {
  options: NodeOptions
  rpc: RpcClient
}

/** A key of a test is new when its home is: the sign guard says so, as on the local network. */
export function newHome({name, dataDir, signerAccount}: NodeOptions): void {
  const guard = join(dataDir, 'sign-guard.log')
  const isOwn = signerAccount.address === signerOf(accountOf(name)).address
  if (isOwn && !existsSync(guard) && !existsSync(join(dataDir, 'chain.sqlite'))) {
    SignGuard.createNew(guard)
  }
}

export async function startTestNode(options: NodeOptions): Promise<TestNode> {
  newHome(options)
  const node = await startNode(options)
  const rpc = createRpcClient(node.rpcUrl)
  return {
    options,
    rpc,
    rpcUrl: node.rpcUrl,
    wsUrl: node.wsUrl,
    peerAddress: node.peerAddress,
    stopped: node.stopped,
    status: () => node.status(),
    async stop() {
      rpc.close()
      await node.stop()
    },
  }
}

/**
 * Resolves when the condition holds. Its last failure is the message when it never does. The limit is for what hangs:
 * beside busy processes a network of nodes seals a block in several slots.
 */
export async function until<T>(
  what: string,
  check: () => Promise<T | undefined | false> | T | undefined | false,
  timeoutMs = 150_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs
  let last: unknown
  while (performance.now() < deadline) {
    try {
      const value = await check()
      if (value !== undefined && value !== false) return value
    } catch (error) {
      last = error
    }
    await new Promise((resolve) => setTimeout(resolve, 40))
  }
  throw new Error(`It never came true: ${what}.`, {cause: last})
}

/** Stands in for the consensus layer: commits epochs round-robin with the MPC key. */
export class TestPos {
  readonly #set: Address
  readonly #signers: readonly Address[]
  readonly #epochLength: number
  readonly #mpc = accountOf('mpc')
  #node: () => RpcClient
  #running: Promise<void> | undefined
  #isStopped = false
  #failures: unknown[] = []
  /** At which the newest epoch had not begun. */
  #seenHead: number | undefined

  constructor(options: {
    sequencerSet: Address
    signers: readonly Address[]
    epochLength: number
    node: () => RpcClient
  }) {
    this.#set = options.sequencerSet
    this.#signers = options.signers
    this.#epochLength = options.epochLength
    this.#node = options.node
  }

  start(): void {
    this.#isStopped = false
    this.#running = this.#loop()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#running
  }

  get failures(): readonly unknown[] {
    return this.#failures
  }

  async #loop(): Promise<void> {
    while (!this.#isStopped) {
      try {
        await this.#commitWhenDue()
      } catch (error) {
        this.#failures.push(error)
      }
      await new Promise((resolve) => setTimeout(resolve, 30))
    }
  }

  async #commitWhenDue(): Promise<void> {
    const node = this.#node()
    const head = Number(await node.request('eth_blockNumber'))
    // Nothing is committed without a block.
    if (head === this.#seenHead) return
    const epoch = await this.currentEpoch()
    if (head < epoch.startBlock) {
      this.#seenHead = head
      return
    }
    const number = epoch.number + 1
    const signer = this.#signers[number % this.#signers.length]!
    await this.#send(
      encodeFunctionData({
        abi: metisSequencerSetAbi,
        functionName: 'commitEpoch',
        args: [
          BigInt(number),
          BigInt(epoch.endBlock + 1),
          BigInt(epoch.endBlock + this.#epochLength),
          signer,
        ],
      }),
    )
    await until('the epoch is committed', async () => (await this.currentEpoch()).number === number)
  }

  async currentEpoch(node = this.#node()) {
    const data = encodeFunctionData({abi: metisSequencerSetAbi, functionName: 'currentEpoch'})
    const words = String(await node.request('eth_call', [{to: this.#set, data}, 'latest']))
    const word = (index: number) => words.slice(2 + index * 64, 66 + index * 64)
    return {
      number: Number(`0x${word(0)}`),
      signer: `0x${word(1).slice(24)}` as Address,
      startBlock: Number(`0x${word(2)}`),
      endBlock: Number(`0x${word(3)}`),
    }
  }

  /** A recommitment of the running (or next) epoch to another signer, from this very block on. */
  async recommit(startBlock: number, newSigner: Address, node = this.#node()): Promise<Hex> {
    const current = await this.currentEpoch(node)
    // Case 1: the newest epoch is running. Case 2: it has been committed and not begun.
    const old = current.startBlock < startBlock ? current.number : current.number - 1
    return this.#send(
      encodeFunctionData({
        abi: metisSequencerSetAbi,
        functionName: 'recommitEpoch',
        args: [
          BigInt(old),
          BigInt(old + 1),
          BigInt(startBlock),
          BigInt(Math.max(current.endBlock, startBlock + this.#epochLength) + 5),
          newSigner,
        ],
      }),
      node,
    )
  }

  async #send(data: Hex, node = this.#node()): Promise<Hex> {
    const nonce = Number(
      await node.request('eth_getTransactionCount', [this.#mpc.address, 'latest']),
    )
    const raw = await this.#mpc.signTransaction({
      type: 'legacy',
      chainId: L2_CHAIN_ID,
      nonce,
      gas: 1_000_000n,
      gasPrice: 20_000_000n,
      to: this.#set,
      data,
    })
    return String(await node.request('eth_sendRawTransaction', [raw])) as Hex
  }
}
