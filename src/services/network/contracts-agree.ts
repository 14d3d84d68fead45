import {isAddressEqual} from 'viem'

import {poolPointers, type Pointer} from '../../chain/actions/locking-pool/read-pointers.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import type {Context} from '../context.ts'

/**
 * Checks that the staking contracts of the network document reference each other: an approval to a wrong address gives METIS away.
 *
 * @throws {MetisSeqError} CONTRACTS_DISAGREE
 */
export async function assertContractsAgree(context: Context): Promise<void> {
  const {contracts} = context.network.l1
  const pointers = poolPointers(context.l1().client, contracts)
  await Promise.all(pointers.map((pointer) => assertPointer(pointer, context)))
}

async function assertPointer({label, expected, read}: Pointer, {networkName}: Context) {
  const actual = await read()
  if (isAddressEqual(actual, expected)) return
  throw new MetisSeqError({
    code: 'CONTRACTS_DISAGREE',
    message: `Contract mismatch on network ${networkName}: expected that ${label}; got ${actual}.`,
    facts: {network: networkName, expected, actual},
    hints: ['Run `metis-seq network check` to compare every address of the network.'],
  })
}
