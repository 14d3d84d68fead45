import {expect, test} from 'vitest'

import type {Epoch} from '../../../src/protocol/epoch.ts'
import {successionAt} from '../../../src/protocol/rotation/successor.ts'
import {epochView, planLook} from '../../helpers/dashboard-data.ts'

const {candidates, l1Batch} = planLook()
const at = (head: bigint, epochs: readonly Epoch[]) =>
  successionAt({head, epochs, plan: {candidates, l1Batch}, respans: [], count: 1})

test('a producer in its epoch can fall silent; at the end of the last one there is none', () => {
  const epochs = [epochView({number: 41n, startBlock: 800n, endBlock: 999n}), epochView()]
  const {startBlock, endBlock, signer} = epochView()
  expect(at(endBlock - 1n, epochs)).toMatchObject({current: signer, isHalted: false})
  expect(at(endBlock, epochs)).toMatchObject({
    ...{current: signer, isHalted: true, startBlock: endBlock + 1n},
  })
  // A committed epoch whose first block is missing has a producer.
  expect(at(startBlock - 1n, epochs)).toMatchObject({current: signer, isHalted: false})
  expect(at(endBlock + 1n, epochs)).toBeUndefined()
})
