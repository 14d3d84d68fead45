import {createHash} from 'node:crypto'

import type {Hash} from 'viem'

import {encodeInOrder} from './encoding.ts'
import type {PosState} from './state.ts'

const known = new WeakMap<PosState, Hash>()

/**
 * SHA-256 of the whole state. Two parties that applied the same commands have the same hash; a
 * party with a different one has diverged. States are immutable, so each is hashed once.
 */
export function appHash(state: PosState): Hash {
  const before = known.get(state)
  if (before) return before
  const hash: Hash = `0x${createHash('sha256').update(encodeInOrder(state)).digest('hex')}`
  known.set(state, hash)
  return hash
}
