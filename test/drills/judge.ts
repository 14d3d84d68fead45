/** What must hold after any rehearsal, read from the nodes' own files. */
import {readFileSync} from 'node:fs'
import {join} from 'node:path'

import {keccak256} from 'viem'

import {ChainLog} from '../../src/store/chain-log.ts'
import {until} from '../e2e/local.ts'
import {pause, type LocalNetwork, type LocalNode} from './local-network.ts'

const CHUNK = 200

/** Every head that any node showed while the drill ran, as `number hash`. */
export class HeadWatch {
  readonly seen = new Set<string>()
  readonly #network: LocalNetwork
  #stopped = false
  #running: Promise<unknown>

  constructor(network: LocalNetwork) {
    this.#network = network
    this.#running = Promise.all(network.nodes.map((_node, index) => this.#watch(index)))
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#running
  }

  async #watch(index: number): Promise<void> {
    const {rpc} = this.#network.nodes[index]!
    while (!this.#stopped) {
      const block = await rpc.request('eth_getBlockByNumber', ['latest', false]).catch(() => null)
      if (block) {
        const {number, hash} = block as {number: string; hash: string}
        this.seen.add(`${Number(number)} ${hash}`)
      }
      await pause(100)
    }
  }
}

export interface Verdict {
  broken: string[]
  blocks: number
  transactions: number
  forkedHeights: number
  /** Hash of each transaction -> its block. */
  blockOf: ReadonlyMap<string, number>
}

/** Waits until no node holds a transaction any more. @returns what is left when the limit has passed */
export async function drained(network: LocalNetwork, limitMs: number): Promise<string[]> {
  const held = async () => {
    const ask = ({rpc}: LocalNode) => rpc.request('txpool_status').catch(() => null)
    const all = await Promise.all(network.nodes.map(ask))
    return all as ({pending: string; queued: string} | null)[]
  }
  const isEmpty = async () => {
    const pools = await held()
    return (
      pools.every((pool) => pool && Number(pool.pending) + Number(pool.queued) === 0) || undefined
    )
  }
  try {
    await until('empty pools', limitMs, isEmpty)
    return []
  } catch {
    return [`transactions are left in a pool: ${JSON.stringify(await held())}`]
  }
}

/**
 * The chain up to the present head, rebuilt from the inbox on L1 alone, is the one the first node has.
 *
 * @param limitMs for the batches to get there
 */
export async function verifyFromL1(
  network: LocalNetwork,
  limitMs: number,
  say: (line: string) => void,
): Promise<string[]> {
  const head = await network.highestHead()
  try {
    await until('L1 holds the chain', limitMs, async () => {
      const safe = await network.nodes[0]!.rpc.request('eth_getBlockByNumber', ['safe', false])
      return Number((safe as {number: string} | null)?.number ?? 0) >= head || undefined
    })
    const [l1Url] = network.network.l1.rpcUrls
    const verified = await network.cli.data(`node verify --network local --from-l1 ${l1Url}`)
    say(`verify from L1: ${JSON.stringify(verified)}`)
    return []
  } catch (error) {
    return [`verify from L1: ${String(error)}`]
  }
}

/**
 * All nodes have the same chain without a gap, each accepted transaction is in it exactly once, and no
 * key signed two blocks of one height.
 *
 * @param accepted hashes that a node answered with
 * @param seen heads as `number hash`: also those of branches that lost
 */
export async function judge(
  network: LocalNetwork,
  accepted: Iterable<string>,
  seen: Iterable<string>,
): Promise<Verdict> {
  const broken: string[] = []
  const heads = await Promise.all(network.nodes.map((node) => network.headOf(node)))
  const last = Math.min(...heads)
  const chains = network.nodes.map((node) => readChain(network, node.dir, last, broken))
  const [reference] = chains
  for (const [index, chain] of chains.entries()) {
    for (const [number, {hash}] of reference!.blocks) {
      const other = chain.blocks.get(number)?.hash
      if (other !== hash)
        broken.push(`${network.nodes[index]!.name}: block ${number} is ${other}, not ${hash}`)
    }
  }
  let lost = 0
  for (const hash of accepted) if (!reference!.transactions.has(hash)) lost++
  if (lost > 0) broken.push(`${lost} accepted transactions are in no block`)
  if (reference!.twice > 0) broken.push(`${reference!.twice} transactions are in two blocks`)
  const forkedHeights = judgeSignatures(network, chains, seen, broken)
  const transactions = reference!.transactions.size
  const blockOf = reference!.transactions
  return {broken, blocks: reference!.blocks.size, transactions, forkedHeights, blockOf}
}

interface Chain {
  blocks: Map<number, {hash: string; signer: string}>
  /** Hash -> block. */
  transactions: Map<string, number>
  twice: number
}

function readChain(network: LocalNetwork, dir: string, last: number, broken: string[]): Chain {
  const {chainId, bundled} = network.network.l2
  const path = join(dir, 'chain.sqlite')
  const log = ChainLog.open(path, {chainId, fingerprint: bundled!.fingerprint})
  const chain: Chain = {blocks: new Map(), transactions: new Map(), twice: 0}
  try {
    const first = network.network.l2.phase2Block - network.blocksBeforeFork + 1
    let parent: string | undefined
    for (let from = first; from <= last; from += CHUNK) {
      for (const block of log.range(from, Math.min(last, from + CHUNK - 1))) {
        if (block.number !== first + chain.blocks.size)
          broken.push(`${dir}: block ${first + chain.blocks.size} is missing`)
        if (parent !== undefined && block.parentHash !== parent)
          broken.push(`${dir}: block ${block.number} does not continue its parent`)
        parent = block.hash
        chain.blocks.set(block.number, {hash: block.hash, signer: block.signer.toLowerCase()})
        for (const raw of block.transactions) {
          const hash = keccak256(raw)
          if (chain.transactions.has(hash)) chain.twice++
          chain.transactions.set(hash, block.number)
        }
      }
    }
    if (first + chain.blocks.size !== last + 1) broken.push(`${dir}: it ends before block ${last}`)
  } finally {
    log.close()
  }
  return chain
}

/**
 * A guard file holds one hash per height: when every block of a signer, also of a lost branch, is the
 * one in its guard file, it signed no second one.
 */
function judgeSignatures(
  network: LocalNetwork,
  chains: readonly Chain[],
  seen: Iterable<string>,
  broken: string[],
): number {
  const guards = new Map(network.nodes.map(({dir, signer}) => [signer, readGuard(dir, broken)]))
  for (const chain of chains) {
    for (const [number, {hash, signer}] of chain.blocks) {
      if (guards.get(signer)?.get(number) !== hash)
        broken.push(`block ${number} by ${signer} is not the one in its sign guard`)
    }
  }
  const first = Math.min(...chains[0]!.blocks.keys())
  for (const entry of seen) {
    const [number, hash] = entry.split(' ')
    const isSigned = [...guards.values()].some((guard) => guard.get(Number(number)) === hash)
    if (!isSigned && Number(number) >= first) broken.push(`block ${entry} is in no sign guard`)
  }
  const signedAt = new Map<number, Set<string>>()
  for (const guard of guards.values()) {
    for (const [number, hash] of guard) {
      signedAt.set(number, (signedAt.get(number) ?? new Set()).add(hash))
    }
  }
  return [...signedAt.values()].filter((hashes) => hashes.size > 1).length
}

export function readGuard(dir: string, broken: string[] = []): Map<number, string> {
  const guard = new Map<number, string>()
  for (const line of readFileSync(join(dir, 'sign-guard.log'), 'utf8').split('\n')) {
    const match = /^(\d+) (0x[0-9a-f]{64})(?: \d+)?$/.exec(line)
    if (!match) continue
    const [number, hash] = [Number(match[1]), match[2]!]
    if ((guard.get(number) ?? hash) !== hash) broken.push(`${dir}: two signatures at ${number}`)
    guard.set(number, hash)
  }
  return guard
}
