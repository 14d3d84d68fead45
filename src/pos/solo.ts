import {assertFits, type Consensus} from './consensus.ts'
import {openReplica, type StateStore} from './replica.ts'
import type {PosState} from './state.ts'

/**
 * A consensus of one party: its proposals are applied in order of arrival, and it is always due.
 *
 * @throws {MetisSeqError} POS_STATE_DAMAGED
 */
export function createSolo(options: {store: StateStore; initial: PosState}): Consensus {
  const replica = openReplica(options)
  let isOpen = false
  let last: Promise<unknown> = Promise.resolve()

  return {
    start: () => void (isOpen = true),
    async stop() {
      isOpen = false
      await last
    },
    tip: replica.tip,
    propose(command) {
      const applied = last.then(() => {
        if (!isOpen) throw new Error('The consensus layer is stopping.')
        assertFits(command)
        return replica.apply(command)
      })
      last = applied.catch(() => undefined)
      return applied
    },
    onApplied: replica.onApplied,
    isDue: () => isOpen,
  }
}
