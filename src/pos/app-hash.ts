import {createHash} from 'node:crypto'

import type {Hash} from 'viem'

import {encodeInOrder} from './encoding.ts'
import type {PosState} from './state.ts'

const known = new WeakMap<PosState, Hash>()

/**
 * SHA-256 over everything that is decided from. Two parties that applied the same commands have the same one; a party
 * with another one has diverged. States are never changed in place, so that each is hashed once.
 */
export function appHash(state: PosState): Hash {
  const before = known.get(state)
  if (before) return before
  const hash: Hash = `0x${createHash('sha256').update(encodeInOrder(state)).digest('hex')}`
  known.set(state, hash)
  return hash
}
