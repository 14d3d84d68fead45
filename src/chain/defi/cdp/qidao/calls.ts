import type {Abi} from 'viem'

import {stableQiVaultAbi} from '../../../abis/stable-qi-vault.ts'

export const qidaoAbis: readonly (readonly [name: string, abi: Abi])[] = [
  ['StableQiVault', stableQiVaultAbi],
]
