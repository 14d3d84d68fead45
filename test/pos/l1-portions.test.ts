/** More events than one command carries: from L1, and from the journal when L1 is reorganized. */
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {
  encodeAbiParameters,
  encodeEventTopics,
  numberToHex,
  parseAbiParameters,
  type Hash,
} from 'viem'
import {afterEach, beforeEach, expect, test} from 'vitest'

import {lockingInfoAbi} from '../../src/chain/abis/locking-info.ts'
import {silentLogger} from '../../src/lib/log.ts'
import {MAX_COMMAND_BYTES, type Consensus} from '../../src/pos/consensus.ts'
import {encode} from '../../src/pos/encoding.ts'
import {L1Follower} from '../../src/pos/l1-follower.ts'
import {createSolo} from '../../src/pos/solo.ts'
import {initialState, type Command} from '../../src/pos/state.ts'
import {openPosStore, type PosStore} from '../../src/pos/store.ts'
import {networkOf} from './chains.ts'

const address = (digit: string) => `0x${digit.repeat(40)}` as const
const lockingInfo = address('3')
const network = networkOf(
  {
    ...{chainId: 31_337, deploymentBlock: 0n, metis: address('1'), bridge: address('5')},
    ...{lockingPool: address('2'), lockingInfo, addressManager: address('6')},
  },
  ...([address('4'), 'http://localhost', 'http://localhost', 30] as const),
)

/** Blocks with so many locks each, of a branch that has its own hashes and its own signers. */
class Chain {
  readonly blocks: {hash: Hash; signers: Hash[]}[] = []

  add(branch: number, ...counts: number[]): this {
    for (const count of counts) {
      const number = this.blocks.length
      const of = (index: number) =>
        numberToHex((BigInt(branch) << 64n) + BigInt(number * 10_000 + index + 1), {size: 20})
      const hash = numberToHex((BigInt(branch) << 64n) + BigInt(number), {size: 32})
      this.blocks.push({hash, signers: Array.from({length: count}, (_, index) => of(index))})
    }
    return this
  }

  signers(): string[] {
    return this.blocks.flatMap(({signers}) => signers).toSorted()
  }

  readonly names = ['l1']
  readonly request = (method: string, params: readonly unknown[] = []): Promise<unknown> => {
    const answer = () => {
      switch (method) {
        case 'eth_blockNumber':
          return numberToHex(this.blocks.length - 1)
        case 'eth_getBlockByNumber':
          return this.blocks[Number(params[0])] ?? null
        default: {
          const {fromBlock, toBlock} = params[0] as {fromBlock: string; toBlock: string}
          return this.#logs(Number(fromBlock), Number(toBlock))
        }
      }
    }
    return Promise.resolve(answer())
  }

  #logs(from: number, to: number) {
    return this.blocks.slice(from, to + 1).flatMap(({hash, signers}, index) =>
      signers.map((signer, logIndex) => ({
        ...{address: lockingInfo, blockHash: hash, logIndex: numberToHex(logIndex)},
        blockNumber: numberToHex(from + index),
        topics: encodeEventTopics({
          abi: lockingInfoAbi,
          eventName: 'Locked',
          args: {signer, sequencerId: BigInt(signer), activationBatch: 1n},
        }),
        data: encodeAbiParameters(
          parseAbiParameters('uint256 nonce, uint256 amount, uint256 total, bytes signerPubkey'),
          [1n, 20_000n * 10n ** 18n, 60_000n * 10n ** 18n, `0x${'ab'.repeat(64)}`],
        ),
      })),
    )
  }
}

let dir: string
let store: PosStore
let chain: Chain
let commands: Command[]
/** Validators in force when each of them was proposed. */
let seen: number[]
/** Throws when so many more commands were applied: what a `kill -9` leaves. */
let livesFor: number

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'metis-seq-portions-'))
  store = openPosStore(join(dir, 'pos.sqlite'), 'x')
  chain = new Chain()
  commands = []
  seen = []
  livesFor = Infinity
})
afterEach(() => {
  store.close()
  rmSync(dir, {recursive: true, force: true})
})

function follow() {
  const solo = createSolo({store, initial: initialState(0n)})
  solo.start()
  const consensus: Consensus = {
    ...solo,
    propose(command) {
      if (livesFor-- <= 0) throw new Error('killed')
      commands.push(command)
      seen.push(solo.tip().state.validators.length)
      return solo.propose(command)
    },
  }
  const follower = new L1Follower({
    ...{l1: chain, store, consensus, logger: silentLogger},
    network,
    l2Seen: () => ({committedEpoch: 0n, l2Head: 1n}),
  })
  const state = () => solo.tip().state
  return {
    state,
    signers: () => state().validators.map(({signer}) => signer),
    async toTheEnd() {
      while (await follower.step());
    },
  }
}

const journaled = () => store.l1Events(-1n, 100_000).length
const largest = () => Math.max(...commands.map((command) => encode(command).length))

test('a range of L1 with more events than a command carries, most of them in one block', async () => {
  chain.add(0, 0, 3, 0, 350, 2, 0)
  const pos = follow()
  await pos.toTheEnd()
  expect(pos.signers().toSorted()).toEqual(chain.signers())
  expect([pos.state().l1Cursor, journaled()]).toEqual([5n, 355])
  expect(commands.length).toBeGreaterThan(2)
  expect(largest()).toBeLessThan(MAX_COMMAND_BYTES)
  // Once, whatever is looked at again.
  expect(commands.flatMap((each) => ('events' in each ? each.events : []))).toHaveLength(355)
})

test('a journal beyond the limit: the old set is in force until the new one is whole', async () => {
  chain.add(0, 0, 130, 130, 0, 0)
  const shared = chain.blocks.slice()
  const pos = follow()
  await pos.toTheEnd()
  // Anchors are the ends of portions: the split is the last of them that still stands.
  chain.add(0, 5, 7)
  await pos.toTheEnd()
  const old = pos.signers()
  expect(old).toHaveLength(272)

  chain.blocks.splice(0, Infinity, ...shared)
  chain.add(1, 230, 0, 0)
  commands = []
  seen = []
  await pos.toTheEnd()

  expect(pos.signers().toSorted()).toEqual(chain.signers())
  expect([pos.signers().length, journaled(), pos.state().l1Replacement]).toEqual([490, 490, null])
  // Begin, two branches and the swap.
  expect(seen).toEqual(seen.map(() => 272))
  expect(commands.filter(({type}) => type === 'stage-l1').length).toBeGreaterThan(5)
  expect(largest()).toBeLessThan(MAX_COMMAND_BYTES)
})

test('a replacement that is interrupted anywhere goes on after the restart, and ends the same', async () => {
  chain.add(0, 0, 150, 150, 0)
  await follow().toTheEnd()
  chain.add(0, 9)
  await follow().toTheEnd()
  chain.blocks.splice(4)
  chain.add(1, 200, 30)
  let lives = 0
  for (let isOpen = true; isOpen; lives++) {
    livesFor = 1
    isOpen = await follow()
      .toTheEnd()
      .then(
        () => false,
        () => true,
      )
    expect(lives).toBeLessThan(50)
  }
  livesFor = Infinity
  const pos = follow()
  await pos.toTheEnd()
  expect(lives).toBeGreaterThan(5)
  expect(pos.signers().toSorted()).toEqual(chain.signers())
  expect([journaled(), pos.state().l1Cursor]).toEqual([530, 5n])
  // Gone on with, and not begun again in each life.
  expect(commands.filter(({type}) => type === 'begin-l1-replacement')).toHaveLength(1)
})

test('a block that is reorganized away after half of it was applied is noticed', async () => {
  chain.add(0, 0, 300)
  const pos = follow()
  livesFor = 2
  await expect(pos.toTheEnd()).rejects.toThrow('killed')
  expect(pos.state().l1Cursor).toBe(0n)
  expect(journaled()).toBeGreaterThan(50)
  chain.blocks.splice(1)
  chain.add(1, 4, 0)
  livesFor = Infinity
  await pos.toTheEnd()
  expect(pos.signers().toSorted()).toEqual(chain.signers())
  expect(journaled()).toBe(4)
})
