/** Bugs that a run can be given, to prove that the judge finds them: each takes one protection away. */
import {MetisSeqError} from '../../src/lib/errors.ts'
import type {Stages} from '../../src/node/stages.ts'
import type {SignGuard} from '../../src/store/sign-guard.ts'

export const plantedBugs = [
  /** A sign guard that was copied passes for the one that was written last. */
  'copies-are-trusted',
  /** So does one that was copied at the moment of the last write, as it once did in the product. */
  'copies-of-a-moment-are-trusted',
  /** A node that was killed needs no peers, if nobody has touched its guard. */
  'killed-needs-no-peers',
  /** An empty home passes for that of a key that has never signed, as it once did in the product. */
  'new-home-is-trusted',
  /** A started node waits for neither L1 nor peers. */
  'no-start-gate',
  /** A started node does not wait for L1. */
  'no-wait-for-l1',
  /** A started node does not wait for peers. */
  'no-wait-for-peers',
  /** A key of which not all signatures are known takes the turn that runs, or a takeover. */
  'no-quarantine',
  /** A snapshot brings a sign guard of its own. */
  'guard-from-snapshot',
  /** A restore leaves the floor of the sign guard where it was. */
  'restore-leaves-floor',
  /** A node starts without the guard that belongs to its chain log, or with an older one. */
  'guard-may-be-lost',
  /** A guard that was rebuilt passes for one that knows everything. */
  'rebuilt-is-trusted',
  /** Own signatures in blocks of peers are not noted. */
  'deaf-to-peers',
  /** Own signatures in batches of L1 are not noted. */
  'deaf-to-l1',
  /** Nobody minds another node with the same key. */
  'twins-stay',
] as const

export type Planted = (typeof plantedBugs)[number]
export type IsPlanted = (bug: Planted) => boolean

/** Before the stages are connected: what they ask the guard then. */
export function plantInGuard(guard: SignGuard, isPlanted: IsPlanted): void {
  if (isPlanted('guard-may-be-lost')) guard.covers = () => true
  if (isPlanted('killed-needs-no-peers')) Object.defineProperty(guard, 'wasClosed', {value: true})
}

export function plantInGate({gate, heads, exchange}: Stages, isPlanted: IsPlanted): void {
  if (isPlanted('no-start-gate')) gate.look = () => true
  if (isPlanted('no-wait-for-l1')) {
    during(gate, () => {
      const tip = heads.tip.bind(heads)
      heads.tip = () => ({...tip(), isOurs: true})
      Object.defineProperty(heads, 'isTipRead', {value: true, configurable: true})
      return () => {
        delete (heads as Partial<typeof heads>).tip
        delete (heads as Partial<{isTipRead: boolean}>).isTipRead
      }
    })
  }
  if (isPlanted('no-wait-for-peers')) {
    // Somebody is there, and has nothing to say.
    const nobody = [{}] as ReturnType<typeof exchange.peers>
    during(gate, () => {
      Object.defineProperty(exchange, 'hasGreeted', {value: true, configurable: true})
      exchange.peers = () => nobody
      return () => {
        delete (exchange as Partial<{hasGreeted: boolean}>).hasGreeted
        delete (exchange as Partial<typeof exchange>).peers
      }
    })
  }
  if (isPlanted('no-quarantine')) {
    gate.fence = () => {}
    gate.bars = () => false
  }
  if (isPlanted('deaf-to-peers')) gate.noteOwn = () => {}
  if (isPlanted('twins-stay')) {
    const noteOwn = gate.noteOwn.bind(gate)
    gate.noteOwn = (block) => {
      try {
        noteOwn(block)
      } catch (error) {
        if (!(error instanceof MetisSeqError && error.code === 'SECOND_SIGNER')) throw error
      }
    }
  }
  if (isPlanted('deaf-to-l1')) gate.noteBatch = () => {}
}

/** Only the gate is deceived. */
function during(gate: Stages['gate'], deceive: () => () => void): void {
  const look = gate.look.bind(gate)
  gate.look = () => {
    const restore = deceive()
    try {
      return look()
    } finally {
      restore()
    }
  }
}
