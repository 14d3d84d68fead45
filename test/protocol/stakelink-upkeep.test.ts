import {describe, expect, test} from 'vitest'

import {
  afterArrival,
  afterUpdate,
  afterUpkeep,
  spreadOverVaults,
  type StakelinkFlow,
} from '../../src/protocol/lst/stakelink/upkeep.ts'

const still: StakelinkFlow = {
  ...{idleWei: 0n, strategyWei: 0n, unusedWei: 0n, arrivedWei: 0n, fromL1Wei: 0n, toL1Wei: 0n},
  ...{thresholdWei: 5_000n, dueWei: 0n, payableWei: 0n, finalizedWei: 0n},
}

describe('METIS for the vaults', () => {
  const limits = {minWei: 20n, maxWei: 100n}
  const vault = (lockedMetisWei: bigint, isExiting = false) => ({lockedMetisWei, isExiting})

  test('fills them in their order, none above the most', () => {
    const spread = spreadOverVaults([vault(70n), vault(90n), vault(50n)], {idleWei: 45n, ...limits})
    expect(spread).toEqual([
      {vault: 0n, wei: 30n},
      {vault: 1n, wei: 10n},
      {vault: 2n, wei: 5n},
    ])
  })

  test('passes by one that exits, one that is full, and one that cannot make its first lock', () => {
    const vaults = [vault(50n, true), vault(100n), vault(0n), vault(99n)]
    expect(spreadOverVaults(vaults, {idleWei: 19n, ...limits})).toEqual([{vault: 3n, wei: 1n}])
    expect(spreadOverVaults(vaults, {idleWei: 20n, ...limits})).toEqual([{vault: 2n, wei: 20n}])
  })
})

describe('METIS on L2', () => {
  test('that arrived is counted up to what L1 has sent', () => {
    const more = afterArrival({
      ...still,
      arrivedWei: 9n,
      fromL1Wei: 7n,
      dueWei: 10n,
      payableWei: 1n,
    })
    expect(more).toMatchObject({countedWei: 7n, idleWei: 7n, arrivedWei: 2n, fromL1Wei: 0n})
    expect(more.payableWei).toBe(8n)
    expect(afterArrival({...still, arrivedWei: 3n, fromL1Wei: 7n})).toMatchObject({fromL1Wei: 4n})
  })

  test('in the pool itself pays first, and the books of the strategy follow its balance', () => {
    const paid = afterUpkeep({
      ...{...still, unusedWei: 2n, idleWei: 6n, strategyWei: 8n, dueWei: 5n, payableWei: 5n},
    })
    expect(paid).toMatchObject({paidWei: 5n, unusedWei: 0n, strategyWei: 5n, idleWei: 5n})
    expect(paid).toMatchObject({dueWei: 0n, finalizedWei: 5n})
    const fromPool = afterUpkeep({
      ...{...still, unusedWei: 5n, idleWei: 6n, strategyWei: 8n, dueWei: 5n, payableWei: 5n},
    })
    expect(fromPool).toMatchObject({unusedWei: 0n, strategyWei: 8n, idleWei: 6n})
  })

  test('leaves for L1 with an update above the threshold alone, after those who withdraw', () => {
    const idle = {...still, idleWei: 5_001n, strategyWei: 5_001n}
    expect(afterUpdate(idle, true)).toMatchObject({sentWei: 5_001n, idleWei: 0n, toL1Wei: 5_001n})
    const asked = {...idle, dueWei: 1n, payableWei: 1n}
    expect(afterUpdate(asked, true)).toMatchObject({paidWei: 1n, sentWei: 0n, idleWei: 5_000n})
    expect(afterUpdate(asked, false)).toMatchObject({paidWei: 0n, sentWei: 5_001n, idleWei: 0n})
  })
})
