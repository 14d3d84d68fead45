import {setImmediate} from 'node:timers/promises'

import {numberToHex, type Address, type Hash} from 'viem'
import {expect} from 'vitest'

import {appHash} from '../../src/pos/app-hash.ts'
import {MAX_COMMAND_BYTES, type Applied, type Consensus} from '../../src/pos/consensus.ts'
import {firstPortion} from '../../src/pos/l1-portions.ts'
import type {Command, L1Event, SentRewardBatch} from '../../src/pos/state.ts'
import type {PosStore} from '../../src/pos/store.ts'
import type {Rule} from './contract.ts'

/** One party, over several lives on one disk. */
export interface Party {
  /** In its present life. */
  consensus(): Consensus
  /** What this life was told of, since its start. */
  told(): readonly Applied[]
  store(): Pick<PosStore, 'listRewardBatches' | 'countL1Events'>
  /** Nothing reaches its disk any more, and it is not there for the others. */
  kill(): void
  /** It is killed at the write after this many more, right before or right after it. */
  killAt(side: 'before' | 'after', writes: number): void
  isDead(): boolean
  /** Another life on the same disk, started. */
  revive(): void
}

export interface ConsensusScene {
  /** Started. */
  parties: readonly [Party, ...Party[]]
}

const digits = (value: number, size: number): Hash => numberToHex(value, {size})

/** A command that is always taken, and known by its number. */
export function paid(number: number): Command {
  const batch: SentRewardBatch = {
    ...{batchId: BigInt(number), startEpoch: 1n, endEpoch: 2n, seqs: [], blocks: []},
    ...{txHash: digits(number, 32), outcome: 'sent'},
  }
  return {type: 'record-reward-batch', batch}
}

const locked = (number: number, blockNumber: bigint, logIndex: number): L1Event => ({
  ...{name: 'Locked', sequencerId: BigInt(number), nonce: 1n, activationBatch: 1n},
  ...{amountWei: 20_000n * 10n ** 18n, blockNumber, logIndex},
  signer: digits(number, 20) as Address,
  pubKey: `0x04${'ab'.repeat(64)}`,
})

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let turns = 0; turns < 100_000; turns++) {
    if (holds()) return
    await setImmediate()
  }
  expect.fail(`it never came true: ${what}`)
}

const heights = ({parties}: ConsensusScene) =>
  parties.map((party) => party.consensus().tip().height)

/** All parties stand at one height, and nothing is left to apply. */
async function settled(scene: ConsensusScene): Promise<number> {
  let still = 0
  let last = -1
  await until('all parties stand at one height', () => {
    const all = new Set(heights(scene))
    const [height] = all
    still = all.size === 1 && height === last ? still + 1 : 0
    last = height!
    return still > 50
  })
  return last
}

/** Numbers of the commands that a party keeps on its disk. */
const kept = (party: Party) =>
  party
    .store()
    .listRewardBatches()
    .map(({batchId}) => Number(batchId))
    .toSorted((a, b) => a - b)

const range = (from: number, to: number) =>
  Array.from({length: to - from + 1}, (_, index) => from + index)

/** All parties propose at once. */
const proposeAll = (scene: ConsensusScene, numbers: readonly number[]) =>
  Promise.all(
    numbers.map((number) => {
      const party = scene.parties[number % scene.parties.length]!
      return party.consensus().propose(paid(number))
    }),
  )

/** More L1 events than one command can carry, most of them in one block. */
const flood = [
  ...range(1, 40).map((number) => locked(number, 5n, number)),
  ...range(41, 700).map((number) => locked(number, 7n, number)),
]

export const consensusContract: readonly Rule<ConsensusScene>[] = [
  {
    rule: 'every party begins with the same state, before the first command',
    async holds({parties}) {
      const tips = parties.map((party) => party.consensus().tip())
      expect(new Set(tips.map(({appHash: hash}) => hash)).size).toBe(1)
      expect(tips.map(({height}) => height)).toEqual(parties.map(() => 0))
    },
  },
  {
    rule: 'commands of all parties are applied once on each, in one order',
    async holds(scene) {
      const numbers = range(1, 24)
      await proposeAll(scene, numbers)
      expect(await settled(scene)).toBe(numbers.length)
      const [first] = scene.parties
      for (const party of scene.parties) {
        expect(party.told().map(({height}) => height)).toEqual(numbers)
        expect(party.told()).toEqual(first.told())
        expect(kept(party)).toEqual(numbers)
      }
    },
  },
  {
    rule: 'what is answered is what this party has applied',
    async holds(scene) {
      for (const number of range(1, 6)) {
        for (const party of scene.parties) {
          const consensus = party.consensus()
          const command = paid(number)
          const answer = await consensus.propose(command)
          expect(answer).toMatchObject({command, events: [{type: 'reward-batch-recorded'}]})
          expect(consensus.tip().height).toBeGreaterThanOrEqual(answer.height)
          expect(party.told()).toContainEqual(answer)
        }
      }
    },
  },
  {
    rule: 'the hash is that of the state: equal on all parties, another one after each change',
    async holds(scene) {
      const seen = new Set<Hash>()
      for (const number of range(1, 5)) {
        await scene.parties[0].consensus().propose(paid(number))
        await settled(scene)
        const tips = scene.parties.map((party) => party.consensus().tip())
        for (const {appHash: hash, state} of tips) {
          expect(hash).toBe(tips[0]!.appHash)
          expect(hash).toBe(appHash(structuredClone(state)))
        }
        seen.add(tips[0]!.appHash)
      }
      expect(seen.size).toBe(5)
    },
  },
  {
    rule: 'a command that breaks a rule is refused alike everywhere, and changes nothing but the height',
    async holds(scene) {
      const before = scene.parties[0].consensus().tip().state
      const wrong: Command = {type: 'drop-span', spanId: 9n, epochLength: 1n}
      const {events} = await scene.parties[0].consensus().propose(wrong)
      expect(events).toMatchObject([{type: 'refused', command: 'drop-span'}])
      await settled(scene)
      for (const party of scene.parties) {
        const {height, state} = party.consensus().tip()
        expect([height, state]).toEqual([1, {...before, revision: 1}])
        expect(party.told()[0]?.events).toEqual(events)
      }
    },
  },
  {
    rule: 'a command beyond the limit is not offered to anybody',
    async holds(scene) {
      const tooMuch: Command = {
        ...{type: 'apply-l1', afterBlock: -1n, toBlock: 9n, toHash: digits(9, 32)},
        ...{events: flood, hasMore: false},
      }
      const refused = scene.parties[0].consensus().propose(tooMuch)
      const error = await refused.then(
        () => undefined,
        (reason: unknown) => reason,
      )
      expect(error).toMatchObject({code: 'COMMAND_TOO_LARGE'})
      expect(await settled(scene)).toBe(0)
    },
  },
  {
    rule: 'what L1 says beyond the limit comes in portions, none of them too large, and ends in one state',
    async holds(scene) {
      const [first] = scene.parties
      let portions = 0
      for (let isOpen = true; isOpen; portions++) {
        const {l1Cursor, lastReplayKey} = first.consensus().tip().state
        const {isWhole, ...cut} = firstPortion(flood, 9n, lastReplayKey)
        const command: Command = {
          ...{type: 'apply-l1', afterBlock: l1Cursor, toHash: digits(9, 32)},
          ...cut,
        }
        const {events} = await first.consensus().propose(command)
        expect(events.filter(({type}) => type.endsWith('refused'))).toEqual([])
        isOpen = !isWhole
      }
      expect(portions).toBeGreaterThan(3)
      await settled(scene)
      for (const party of scene.parties) {
        const {state} = party.consensus().tip()
        expect([state.validators.length, state.l1Cursor]).toEqual([flood.length, 9n])
        expect(party.store().countL1Events(-1n)).toBe(flood.length)
        const sizes = party.told().map(({command}) => JSON.stringify(command, asText).length)
        expect(Math.max(...sizes)).toBeLessThan(MAX_COMMAND_BYTES)
      }
    },
  },
  {
    rule: 'after a kill -9 all that was answered is there, and nothing is applied twice',
    async holds(scene) {
      const party = scene.parties[0]
      let next = 1
      for (const side of ['before', 'after', 'before', 'after'] as const) {
        const answered = await proposeAll(
          scene,
          [next, next + 1, next + 2].map((n) => n * 3),
        )
        party.killAt(side, 2)
        // Nobody learns what becomes of these.
        const open = range(next + 3, next + 8).map((number) =>
          party.consensus().propose(paid(number * 3)),
        )
        await Promise.allSettled(open)
        await until('it is dead', () => party.isDead())
        const before = party.told().at(-1)?.height ?? 0
        party.revive()
        const height = await settled(scene)
        const told = party.told().map((applied) => applied.height)
        expect(Math.min(...told, Infinity)).toBeGreaterThan(before)
        expect(party.consensus().tip().state.revision).toBe(height)
        // Each command leaves one record, so that one that came twice shows.
        expect(kept(party)).toHaveLength(height)
        expect(kept(party)).toEqual(expect.arrayContaining(answered.map(numberOf)))
        for (const other of scene.parties) expect(kept(other)).toEqual(kept(party))
        next += 9
      }
    },
  },
  {
    rule: 'a life that is killed at once loses nothing that was answered',
    async holds(scene) {
      const party = scene.parties[0]
      for (const number of range(1, 8)) {
        await party.consensus().propose(paid(number))
        party.kill()
        party.revive()
        expect(kept(party)).toContain(number)
      }
      expect(await settled(scene)).toBe(8)
    },
  },
  {
    rule: 'at one height one party is due, and another one when it is gone',
    async holds(scene) {
      const due = () => scene.parties.filter((party) => party.consensus().isDue())
      for (const number of range(1, 7)) {
        expect(due()).toHaveLength(1)
        await scene.parties[0].consensus().propose(paid(number))
        await settled(scene)
      }
      const [gone] = due()
      gone!.kill()
      if (scene.parties.length === 1) gone!.revive()
      expect(due()).toHaveLength(1)
      if (scene.parties.length > 1) expect(due()).not.toContain(gone)
    },
  },
  {
    rule: 'a party that was stopped takes no proposal and is not due',
    async holds(scene) {
      const party = scene.parties[0]
      await party.consensus().propose(paid(1))
      await party.consensus().stop()
      const late = party.consensus().propose(paid(2))
      expect((await Promise.allSettled([late]))[0].status).toBe('rejected')
      expect(party.consensus().isDue()).toBe(false)
      expect(kept(party)).toEqual([1])
    },
  },
]

const numberOf = ({command}: Applied): number =>
  command.type === 'record-reward-batch' ? Number(command.batch.batchId) : -1

const asText = (_key: string, value: unknown) =>
  typeof value === 'bigint' ? {$bigint: value.toString()} : value
