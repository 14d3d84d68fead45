import type {Address} from 'viem'
import {describe, expect, test} from 'vitest'

import {alice, bob, exitSeconds, governance, usingStaking} from './staking.ts'

describe('LockingPool with the rules of mainnet', () => {
  const use = usingStaking(true)
  const unlock = (from: Address, id: number) =>
    use().attempt(from, 'lockingPool', 'unlock', [id, 0])

  test('of three sequencers one may exit; the second waits until the first has claimed', async () => {
    await use().send(alice, 'lockingPool', 'unlock', [1, 0])
    expect(await unlock(bob, 2)).toBe('BFT restriction')
    await use().chain.warp(exitSeconds)
    await use().send(alice, 'lockingPool', 'unlockClaim', [1, 0])
    // Two are left and none is exiting: one of two is still more than a third.
    expect(await unlock(bob, 2)).toBe('BFT restriction')
    await use().lock(alice, 9, true)
    expect(await unlock(bob, 2)).toBe('ok')
  })

  test('a forced exit does not ask about the others', async () => {
    const force = (id: number) =>
      use().send(governance.address, 'lockingPool', 'forceUnlock', [id, 0])
    await force(1)
    await force(2)
    expect(await use().read('lockingPool', 'seqStatuses', [1])).toBe(2n)
  })

  test('a sequencer given to someone who has one strands the earlier entry', async () => {
    await use().send(alice, 'lockingPool', 'setSequencerOwner', [1, bob])
    expect(await use().read('lockingPool', 'seqOwners', [bob])).toBe(1n)
    expect((await use().sequencer(2)).owner).toBe(bob)
  })
})
