import type {Address} from 'viem'

import type {ChainState} from '../chain-state.ts'
import type {PeerChoice} from '../peers/peer-choice.ts'
import type {DriverOptions} from './driver-options.ts'
import type {OpenBlock} from './open-block.ts'
import type {Slots} from './slots.ts'
import type {Observation} from './transition.ts'

export interface Surroundings
  extends Pick<
    DriverOptions,
    'chain' | 'guard' | 'mempool' | 'exchange' | 'emptyBlocks' | 'metrics'
  > {
  slots: Slots
  peers: PeerChoice
  /** Lower-case. */
  me: Address
  open: OpenBlock | undefined
  /** The next block holds one transaction and does not wait for the slot. */
  isSingle: boolean
  isGraceOver: boolean
}

/** Everything that decides the next step, at one moment. */
export function observe(around: Surroundings): Observation {
  const {chain, guard, mempool, exchange, slots, peers, open, metrics} = around
  const next = chain.head().number + 1
  const signed = guard.signedAt(next)
  const unfinished = signed !== undefined && isUnfinished(chain, signed)
  // Signed before, on a branch that lost: this height is somebody else's for good.
  const isBlocked = signed !== undefined && !unfinished
  if (isBlocked) metrics.fail('guard', `Height ${next} was signed before.`)
  return {
    type: 'looked-around',
    turn: isBlocked ? 'unknown' : chain.rotation.turnAt(next).whose,
    peerAhead: peers.ahead() !== undefined,
    heard: (exchange.hasGreeted && exchange.peers().length > 0) || around.isGraceOver,
    slotDue: slots.isDue,
    recommitReady: !isBlocked && mempool.recommitFor(around.me, next) !== undefined,
    unfinished,
    work: mempool.hasPending || (open !== undefined && !open.isEmpty),
    sealAtOnce: around.isSingle && slots.isSingleDue,
    emptyBlocks: around.emptyBlocks,
  }
}

/** A crash came between the guard and the log, and the block is still there to be finished. */
function isUnfinished(chain: ChainState, signed: string): boolean {
  const candidate = chain.log.candidate()
  return candidate?.hash === signed && candidate.parentHash === chain.head().hash
}
