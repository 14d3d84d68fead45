import type {Hash} from 'viem'

import {MetisSeqError} from '../lib/errors.ts'
import {appHash} from './app-hash.ts'
import type {Applied, Tip} from './consensus.ts'
import type {Command, PosState} from './state.ts'
import type {PosStore} from './store.ts'
import {transition} from './transition.ts'

/** The part of the store with a party's copy. */
export type StateStore = Pick<PosStore, 'loadState' | 'savedHash' | 'save'>

/**
 * One party's copy of the state. An implementation of `Consensus` applies its ordered commands
 * here, one by one.
 */
export interface Replica {
  tip(): Tip
  /** @throws {MetisSeqError} DISK_FULL; then nothing changed */
  apply(command: Command): Applied
  onApplied(listener: (applied: Applied) => void): void
}

/**
 * @param options.initial the state before the first command
 * @throws {MetisSeqError} POS_STATE_DAMAGED, the stored state does not match its hash
 */
export function openReplica({store, initial}: {store: StateStore; initial: PosState}): Replica {
  const listeners: ((applied: Applied) => void)[] = []
  let state = storedState(store) ?? initial
  return {
    tip: () => ({height: state.revision, appHash: appHash(state), state}),
    apply(command) {
      const [next, events] = transition(state, command)
      // Stored first: a change that is not durable has not happened. State and height are one
      // write, so each command is applied exactly once, whenever the process is killed.
      store.save(next, events)
      state = next
      const applied = {height: next.revision, command, events}
      for (const listener of listeners) listener(applied)
      return applied
    },
    onApplied: (listener) => void listeners.push(listener),
  }
}

function storedState(store: StateStore): PosState | undefined {
  const state = store.loadState()
  if (!state) return undefined
  const hash = store.savedHash()
  const found = appHash(state)
  // A file from an older version has no hash.
  if (hash !== null && hash !== found) throw damaged(hash, found)
  return {...state, l1Replacement: state.l1Replacement ?? null}
}

function damaged(expected: Hash, found: Hash): MetisSeqError {
  return new MetisSeqError({
    code: 'POS_STATE_DAMAGED',
    message: 'The stored state of the consensus layer does not match its hash.',
    facts: {expected, found},
    hints: ['Move its data directory away and restart: it is rebuilt from the chains.'],
  })
}
