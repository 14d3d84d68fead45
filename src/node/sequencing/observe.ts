import type {Address} from 'viem'

import type {ChainState} from '../chain-state.ts'
import {parseTransaction} from '../../protocol/transaction.ts'
import type {Candidate} from '../../store/chain-log.ts'
import {classify} from '../mempool/classify.ts'
import type {PeerChoice} from '../peers/peer-choice.ts'
import type {BlockRules} from './check-block.ts'
import type {DriverOptions} from './driver-options.ts'
import type {OpenBlock} from './open-block.ts'
import type {Slots} from './slots.ts'
import type {Observation} from './transition.ts'

export interface Surroundings
  extends Pick<
    DriverOptions,
    'chain' | 'guard' | 'mempool' | 'emptyBlocks' | 'metrics' | 'rules' | 'l1Divergence' | 'gate'
  > {
  slots: Slots
  peers: PeerChoice
  /** Lower-case. */
  me: Address
  open: OpenBlock | undefined
  /** The next block holds one transaction and does not wait for the slot. */
  isSingle: boolean
}

/** Everything that decides the next step, at one moment. */
export function observe(around: Surroundings): Observation {
  const {chain, guard, mempool, slots, peers, open, metrics} = around
  const next = chain.head().number + 1
  const signed = guard.signedAt(next)
  const candidate = signed === undefined ? undefined : candidateFor(chain, signed)
  // Already signed, on an abandoned branch: this height belongs to another signer forever.
  const isSpent = signed !== undefined && !candidate
  if (isSpent) metrics.fail('guard', `Height ${next} was already signed.`)
  // L1 has another chain, so our blocks would not last.
  const isBlocked = isSpent || around.l1Divergence() !== undefined
  // Left to others: an earlier run of the key may have signed it.
  const isBarred = around.gate.bars(next)
  const replacesEpoch = candidate !== undefined && startsEpoch(candidate, around.rules)
  return {
    type: 'looked-around',
    turn: isBlocked ? 'unknown' : isBarred ? 'other' : chain.rotation.turnAt(next).whose,
    peerAhead: peers.ahead() !== undefined,
    heard: around.gate.look(),
    inStep: around.gate.isInStep,
    slotDue: slots.isDue,
    recommitReady:
      !isBlocked &&
      !isBarred &&
      (replacesEpoch || mempool.recommitFor(around.me, next) !== undefined),
    unfinished: candidate !== undefined,
    work: mempool.hasPending || (open !== undefined && !open.isEmpty),
    sealAtOnce: around.isSingle && slots.isSingleDue,
    emptyBlocks: around.emptyBlocks,
  }
}

/** A crash occurred between the guard and the log, and the block can still be finished. */
function candidateFor(chain: ChainState, signed: string): Candidate | undefined {
  const candidate = chain.log.candidate()
  const fits = candidate?.hash === signed && candidate.parentHash === chain.head().hash
  return fits ? candidate : undefined
}

/**
 * A respan is not in the epochs of its parent's state: it is finished because of its own content.
 */
function startsEpoch({transactions}: Candidate, {transactions: rules, contracts}: BlockRules) {
  const [only] = transactions
  return (
    only !== undefined && classify(parseTransaction(only, rules), contracts).kind === 'recommit'
  )
}
