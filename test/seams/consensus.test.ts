import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {createInterface} from 'node:readline'

import {expect, test} from 'vitest'

import type {Applied, Consensus} from '../../src/pos/consensus.ts'
import type {StateStore} from '../../src/pos/replica.ts'
import {createSolo} from '../../src/pos/solo.ts'
import {initialState, type PosState} from '../../src/pos/state.ts'
import {openPosStore, type PosStore} from '../../src/pos/store.ts'
import {LogParty, SharedLog} from '../helpers/shared-log.ts'
import {consensusContract, type ConsensusScene, type Party} from './consensus-contract.ts'
import {describeSeam, type OpenScene} from './contract.ts'

/** @param index of the party @param log the one that all parties of the scene share */
type Make = (
  options: {store: StateStore; initial: PosState},
  index: number,
  log: SharedLog,
) => Consensus

class Killed extends Error {}

/** A party whose process can be killed at a write. */
function partyOf(path: string, make: (store: StateStore) => Consensus): Party & Disposable {
  let life: {consensus: Consensus; store: PosStore; told: Applied[]}
  let isDead = false
  let death: {side: 'before' | 'after'; left: number} | undefined

  function kill(): void {
    if (isDead) return
    isDead = true
    const {consensus, store} = life
    if (consensus instanceof LogParty) consensus.leave()
    else void consensus.stop()
    store.close()
  }

  /** A write of a process that is dead by then happens nowhere. */
  function mortal(store: PosStore): StateStore {
    const mine = () => !isDead && life.store === store
    return {
      loadState: () => store.loadState(),
      savedHash: () => store.savedHash(),
      save(state, events) {
        if (!mine()) throw new Killed()
        const isLast = death !== undefined && death.left-- <= 1
        if (!isLast || death?.side === 'after') store.save(state, events)
        if (!isLast) return
        death = undefined
        kill()
        throw new Killed()
      },
    }
  }

  function live(): void {
    isDead = false
    death = undefined
    const store = openPosStore(path, 'x')
    const told: Applied[] = []
    const consensus = make(mortal(store))
    life = {consensus, store, told}
    consensus.onApplied((applied) => told.push(applied))
    consensus.start()
  }

  live()
  return {
    consensus: () => life.consensus,
    told: () => life.told,
    store: () => life.store,
    kill,
    killAt: (side, writes) => void (death = {side, left: writes}),
    isDead: () => isDead,
    revive: live,
    [Symbol.dispose]: kill,
  }
}

const opening =
  (count: number, make: Make): OpenScene<ConsensusScene> =>
  () => {
    const dir = mkdtempSync(join(tmpdir(), 'metis-seq-consensus-'))
    const log = new SharedLog()
    const open = (index: number) =>
      partyOf(join(dir, `${index}.sqlite`), (store) =>
        make({store, initial: initialState(1n)}, index, log),
      )
    const first = open(0)
    const others = Array.from({length: count - 1}, (_, index) => open(index + 1))
    return Promise.resolve({
      parties: [first, ...others],
      [Symbol.asyncDispose]: () => {
        for (const party of [first, ...others]) party[Symbol.dispose]()
        rmSync(dir, {recursive: true, force: true})
        return Promise.resolve()
      },
    })
  }

const solo: Make = (options) => createSolo(options)
const ofLog: Make = (options, index, log) => new LogParty(log, index + 1, options)

/** A good one but for some of its methods. */
const except =
  (make: Make, change: (good: Consensus, index: number) => Partial<Consensus>): Make =>
  (options, index, log) => {
    const good = make(options, index, log)
    const changed = change(good, index)
    return new Proxy(good, {
      get: (target, key) => {
        const value: unknown = Reflect.get(key in changed ? changed : target, key)
        return typeof value === 'function' ? (value.bind(target) as unknown) : value
      },
    })
  }

/** Writes when the next one comes. */
const writesLate: Make = ({store, initial}) => {
  let open: (() => void) | undefined
  const save: StateStore['save'] = (state, events) => {
    open?.()
    open = () => store.save(state, events)
  }
  return createSolo({store: {...store, save}, initial})
}

describeSeam<ConsensusScene>({
  name: 'Consensus',
  rules: consensusContract,
  implementations: {solo: opening(1, solo), 'three parties over one log': opening(3, ofLog)},
  broken: [
    {
      fault: 'answers before it is durable',
      caughtBy: 'a life that is killed at once loses nothing that was answered',
      open: opening(1, writesLate),
    },
    {
      fault: 'applies its own proposals once more',
      caughtBy: 'commands of all parties are applied once on each, in one order',
      open: opening(
        3,
        except(ofLog, (good) => ({
          propose: async (command) => {
            await good.propose(command)
            return good.propose(command)
          },
        })),
      ),
    },
    {
      fault: 'begins the log again after a restart',
      caughtBy: 'after a kill -9 all that was answered is there, and nothing is applied twice',
      open: opening(3, ({store, initial}, index, log) => {
        const forgets = {...store, loadState: () => undefined, savedHash: () => null}
        return new LogParty(log, index + 1, {store: index === 0 ? forgets : store, initial})
      }),
    },
    {
      fault: 'has an order of its own on one party',
      caughtBy: 'commands of all parties are applied once on each, in one order',
      open: opening(3, (options, index, log) => {
        if (index !== 1) return ofLog(options, index, log)
        const own = new SharedLog()
        return new LogParty(own, 1, options)
      }),
    },
    {
      fault: 'is due on every party',
      caughtBy: 'at one height one party is due, and another one when it is gone',
      open: opening(
        3,
        except(ofLog, () => ({isDue: () => true})),
      ),
    },
    {
      fault: 'has a hash of the height alone',
      caughtBy:
        'the hash is that of the state: equal on all parties, another one after each change',
      open: opening(
        1,
        except(solo, (good) => ({
          tip: () => ({...good.tip(), appHash: `0x${good.tip().height}`}),
        })),
      ),
    },
    {
      fault: 'cuts a command that is too large',
      caughtBy: 'a command beyond the limit is not offered to anybody',
      open: opening(
        1,
        except(solo, (good) => ({
          propose: (command) =>
            good.propose(command.type === 'apply-l1' ? {...command, events: []} : command),
        })),
      ),
    },
    {
      fault: 'keeps from the others what was refused',
      caughtBy:
        'a command that breaks a rule is refused alike everywhere, and changes nothing but the height',
      open: opening(
        3,
        except(ofLog, (good) => ({
          propose: async (command) =>
            command.type === 'drop-span'
              ? {
                  ...{height: 1, command},
                  events: [{type: 'refused' as const, command: command.type, reason: 'here'}],
                }
              : good.propose(command),
        })),
      ),
    },
  ],
})

test('a process that is killed with -9 again and again applies each command once', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'metis-seq-solo-'))
  const path = join(dir, 'pos.sqlite')
  const child = join(import.meta.dirname, '../helpers/solo-child.ts')
  try {
    for (let life = 1; life <= 3; life++) {
      const running = spawn(process.execPath, [child, path], {stdio: ['ignore', 'pipe', 'inherit']})
      let answered = 0
      for await (const line of createInterface({input: running.stdout})) {
        answered = Number(line)
        if (answered >= life * 25 && !running.killed) running.kill('SIGKILL')
      }
      if (running.signalCode === null) await once(running, 'exit')
      expect(running.signalCode).toBe('SIGKILL')
      const store = openPosStore(path, 'x')
      const numbers = store.listRewardBatches().map(({batchId}) => Number(batchId))
      const {height, appHash} = createSolo({store, initial: initialState(1n)}).tip()
      expect(numbers).toEqual(Array.from({length: height}, (_, index) => index + 1))
      expect(height).toBeGreaterThanOrEqual(answered)
      expect(appHash).toBe(store.savedHash())
      store.close()
    }
  } finally {
    rmSync(dir, {recursive: true, force: true})
  }
})

test('a state that is not the one that was stored is refused', () => {
  const dir = mkdtempSync(join(tmpdir(), 'metis-seq-damaged-'))
  const store = openPosStore(join(dir, 'pos.sqlite'), 'x')
  const initial = initialState(1n)
  store.save({...initial, revision: 1}, [])
  const changed = {...store, loadState: () => ({...initial, revision: 1, l1Batch: 7n})}
  expect(() => createSolo({store: changed, initial})).toThrow(
    expect.objectContaining({code: 'POS_STATE_DAMAGED', exit: 'critical'}),
  )
  // One of an older version has no hash, and no replacement under way.
  const {l1Replacement: _l1Replacement, ...older} = initial
  const old = {...store, loadState: () => older as PosState, savedHash: () => null}
  expect(createSolo({store: old, initial}).tip().state).toEqual(initial)
  store.close()
  rmSync(dir, {recursive: true, force: true})
})
