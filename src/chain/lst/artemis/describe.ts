import {isAddressEqual, keccak256, toBytes, type Address} from 'viem'
import {getCode, readContract} from 'viem/actions'

import type {ArtemisContracts} from '../../../protocol/lst/artemis/about.ts'
import {amtConfigAbi} from '../../abis/amt-config.ts'
import type {ChainClient} from '../../connect.ts'
import {ifOffered} from '../optional.ts'

/** Keys of the address book, by our name of the contract. */
const keys = {
  artMetis: 'ART_METIS',
  depositPool: 'AMT_DEPOSIT_POOL',
  rewardPool: 'AMT_REWARD_POOL',
  withdrawalManager: 'AMT_WITHDRAWAL_MANAGER',
} as const satisfies Partial<Record<keyof ArtemisContracts, string>>

export type ArtemisFaults =
  | {kind: 'none'}
  | {kind: 'no-code'; contracts: string[]}
  | {kind: 'mismatch'; contracts: string[]}

/**
 * Compares the addresses of a network document with the provider's own address book.
 *
 * - Signed by: nobody. Chain: L2.
 * - Source: Artemis `AMTConfig.getContract`, keyed by keccak256 of a name.
 */
export async function findArtemisFaults(
  l2: ChainClient,
  contracts: ArtemisContracts,
): Promise<ArtemisFaults> {
  const codes = await Promise.all(
    Object.entries<Address>(contracts).map(async ([name, address]) => ({
      name,
      code: await getCode(l2, {address}),
    })),
  )
  const missing = codes.filter(({code}) => !code).map(({name}) => name)
  if (missing.length > 0) return {kind: 'no-code', contracts: missing}
  const listed = await Promise.all(
    Object.entries(keys).map(async ([name, key]) => {
      const address = await ifOffered(
        l2,
        readContract(l2, {
          ...{address: contracts.config, abi: amtConfigAbi, functionName: 'getContract'},
          args: [keccak256(toBytes(key))],
        }),
      )
      const expected = contracts[name as keyof typeof keys]
      return {name, agrees: address !== null && isAddressEqual(address, expected)}
    }),
  )
  const different = listed.filter(({agrees}) => !agrees).map(({name}) => name)
  return different.length > 0 ? {kind: 'mismatch', contracts: different} : {kind: 'none'}
}
