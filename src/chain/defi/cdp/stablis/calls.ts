import type {Abi} from 'viem'

import {attributesAbi} from '../../../abis/attributes.ts'
import {borrowerOperationsAbi} from '../../../abis/borrower-operations.ts'
import {chestManagerAbi} from '../../../abis/chest-manager.ts'
import {hintHelpersAbi} from '../../../abis/hint-helpers.ts'
import {sortedChestsAbi} from '../../../abis/sorted-chests.ts'

export const stablisAbis: readonly (readonly [name: string, abi: Abi])[] = [
  ['BorrowerOperations', borrowerOperationsAbi],
  ['ChestManager', chestManagerAbi],
  ['SortedChests', sortedChestsAbi],
  ['HintHelpers', hintHelpersAbi],
  ['Attributes', attributesAbi],
]
