import type {Address} from 'viem'
import {getCode} from 'viem/actions'

import type {ChainClient} from '../connect.ts'

/** Names of the contracts whose address has no code. */
export async function withoutCode(
  l2: ChainClient,
  contracts: Readonly<Record<string, Address>>,
): Promise<string[]> {
  const codes = await Promise.all(
    Object.entries(contracts).map(async ([name, address]) => ({
      ...{name, code: await getCode(l2, {address})},
    })),
  )
  return codes.filter(({code}) => !code).map(({name}) => name)
}
