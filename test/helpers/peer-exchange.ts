import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {keccak256, type Address, type Hex} from 'viem'

import {systemClock} from '../../src/lib/clock.ts'
import type {LogFacts, Logger} from '../../src/lib/log.ts'
import type {ExchangeHandlers, PeerHead} from '../../src/node/peers/exchange.ts'
import {Libp2pExchange} from '../../src/node/peers/libp2p-exchange.ts'
import type {SealedBlock} from '../../src/protocol/block.ts'
import {accountOf} from './l2-chain.ts'
import {signBlock, signerOf} from './sign-block.ts'

export const PEER_CHAIN = 108_800
export const peerFingerprint = keccak256('0x01')

export interface LogLine {
  event: string
  facts: LogFacts
}

export interface TestPeer {
  exchange: Libp2pExchange
  blocks: SealedBlock[]
  transactions: string[]
  /** What it warned of. */
  warnings: LogLine[]
  /** What it told besides. */
  news: LogLine[]
  head: PeerHead
  dir: string
}

export interface TestPeerOptions {
  bootnodes?: string[]
  fingerprint?: Hex
  chainId?: number
  openToFollowers?: boolean
  followers?: Address[]
  /** Its chain, for ranges. */
  chain?: SealedBlock[]
  head?: PeerHead
  dir?: string
  port?: number
  handlers?: Partial<ExchangeHandlers>
}

export class TestPeers {
  readonly #started: TestPeer[] = []
  readonly #dirs: string[] = []

  async start(name: string, options: TestPeerOptions = {}): Promise<TestPeer> {
    const dir = options.dir ?? this.directory()
    const warnings: LogLine[] = []
    const news: LogLine[] = []
    const peer: TestPeer = {
      exchange: new Libp2pExchange({
        ...{host: '127.0.0.1', port: options.port ?? 0, bootnodes: options.bootnodes ?? []},
        chainId: options.chainId ?? PEER_CHAIN,
        fingerprint: options.fingerprint ?? peerFingerprint,
        followers: options.followers ?? [],
        openToFollowers: options.openToFollowers ?? false,
        signer: signerOf(accountOf(name)),
        peerKeyFile: join(dir, 'peer.key'),
        ...{pollMs: 30, clock: systemClock, logger: warningsTo(warnings, news)},
      }),
      ...{blocks: [], transactions: [], warnings, news, dir},
      head: options.head ?? {number: 100, hash: keccak256('0x05')},
    }
    const chain = options.chain ?? []
    await peer.exchange.start({
      head: () => peer.head,
      blocks: (from, count) =>
        chain.filter(({number}) => number >= from && number < from + count).slice(0, count),
      onBlock: (block) => void peer.blocks.push(block),
      onPeers() {},
      onTransactions: async (raws) => {
        peer.transactions.push(...raws)
        return raws.map(() => 'taken' as const)
      },
      isMember: () => Promise.resolve(true),
      refusalOf: () => undefined,
      ...options.handlers,
    })
    this.#started.push(peer)
    return peer
  }

  /** A directory that is removed at the end. */
  directory(): string {
    const dir = mkdtempSync(join(tmpdir(), 'metis-seq-peer-'))
    this.#dirs.push(dir)
    return dir
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.#started.splice(0).map(({exchange}) => exchange.stop()))
    for (const dir of this.#dirs.splice(0)) rmSync(dir, {recursive: true, force: true})
  }
}

export function lowerAddress(name: string): Address {
  return accountOf(name).address.toLowerCase() as Address
}

export function namesOf({exchange}: TestPeer): Address[] {
  return exchange
    .peers()
    .map(({address}) => address)
    .sort()
}

/** A block as a producer would seal it, of transactions that nobody executes. */
export function sampleBlock(
  name: string,
  number: number,
  changed: {transactions?: Hex[]; parentHash?: Hex; hash?: Hex} = {},
): SealedBlock {
  return signBlock(
    {
      number,
      hash: changed.hash ?? keccak256(`0x${number.toString(16).padStart(8, '0')}`),
      parentHash: changed.parentHash ?? keccak256('0x03'),
      ...{stateRoot: keccak256('0x04'), timestamp: 1},
      transactions: changed.transactions ?? ['0xaabb'],
    },
    PEER_CHAIN,
    accountOf(name),
  )
}

/** Keeps what is worth a warning. */
export function warningsTo(lines: LogLine[], news: LogLine[] = []): Logger {
  const show = process.env['NODE_LOG'] !== undefined
  const keep = (event: string, facts: LogFacts = {}) => {
    lines.push({event, facts})
    if (show) process.stderr.write(`${event} ${JSON.stringify(facts)}\n`)
  }
  const logger: Logger = {
    debug: show
      ? (event, facts) => process.stderr.write(`debug ${event} ${JSON.stringify(facts)}\n`)
      : () => {},
    info: (event, facts = {}) => void news.push({event, facts}),
    warn: keep,
    error: keep,
    child: () => logger,
  }
  return logger
}
