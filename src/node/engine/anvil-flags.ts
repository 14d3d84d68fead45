import {resolve} from 'node:path'

import {nativeTokenFlags} from '../../process/native-token.ts'
import type {Genesis} from './genesis.ts'
import {ENGINE_HISTORY_BLOCKS, ENGINE_RECEIPT_BLOCKS} from './limits.ts'

/** Flags of a node's own engine; `--chain-id` is left out because the process module sets it. */
export function engineFlags(genesis: Genesis, hardfork: string): string[] {
  return [
    ...['--gas-limit', String(genesis.gasLimit), '--base-fee', '0'],
    // Without `--accounts 0`, ten publicly known keys would be funded.
    ...['--hardfork', hardfork, '--accounts', '0'],
    ...['--init', resolve(genesis.file), '--no-mining', '--order', 'fifo'],
    ...['--prune-history', String(ENGINE_HISTORY_BLOCKS)],
    ...['--transaction-block-keeper', String(ENGINE_RECEIPT_BLOCKS)],
    // The pool checks balances at the head, which does not yet include payments in the same block.
    '--disable-pool-balance-checks',
    ...['--no-cors', '--no-request-size-limit'],
    ...nativeTokenFlags(genesis.nativeToken),
  ]
}
