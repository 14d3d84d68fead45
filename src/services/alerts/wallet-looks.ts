/** Accounts under the names of the exporter. */
import type {Address} from 'viem'
import {getBalance, getTransactionCount} from 'viem/actions'

import type {ExporterWallet} from '../../protocol/exporter-metrics.ts'
import type {Context} from '../context.ts'
import {readMpcAddress} from '../health/consensus.ts'

/** Those that the work of a sequencer depends on. One that cannot be read is left out. */
export async function readExporterWallets(context: Context): Promise<ExporterWallet[]> {
  const {profile} = context
  const mpc = await readMpcAddress(context)
  const wanted: [string, 'l1' | 'l2', Address | null | undefined][] = [
    ['owner', 'l1', profile?.owner],
    ['owner', 'l2', profile?.owner],
    ['signer', 'l2', profile?.signer],
    ['mpc', 'l1', mpc],
    ['mpc', 'l2', mpc],
  ]
  const read = await Promise.all(
    wanted.map(async ([alias, chain, address]): Promise<ExporterWallet[]> => {
      if (!address) return []
      try {
        const {client} = context[chain]()
        const [balanceWei, nonce] = await Promise.all([
          getBalance(client, {address}),
          getTransactionCount(client, {address}),
        ])
        return [{chain, address: address.toLowerCase(), alias, balanceWei, nonce}]
      } catch {
        // Its chain is a source of its own, and reported there.
        return []
      }
    }),
  )
  return read.flat()
}
