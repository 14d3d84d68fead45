import {formatWei} from '../../lib/units.ts'
import type {Replacement} from '../../services/sending/replace-transaction.ts'
import {fields} from './table.ts'

export function replacementText(replacement: Replacement, chain: 'L1' | 'L2'): string {
  const {kind, original, transaction, originalPriceWei, maxCostWei, balanceWei} = replacement
  const coin = chain === 'L1' ? 'ETH' : 'METIS'
  const gwei = (wei: bigint) => `${formatWei(wei * 10n ** 9n)} gwei per gas`
  return [
    kind === 'cancel'
      ? `Cancel: ${original.label}. An empty transaction replaces it.`
      : `Speed up: ${original.label}. The same call at a higher price replaces it.`,
    fields([
      ['network', `${original.network}, ${chain}`],
      ['from', original.from],
      ['nonce', `${original.nonce}`],
      ['original', original.hash],
      ['its price', `at most ${gwei(originalPriceWei)}`],
      ['new price', `at most ${gwei(priceOf(replacement))}`],
      ['gas', `${transaction.gasLimit}`],
    ]),
    `Costs at most ${formatWei(maxCostWei)} ${coin}; the account has ${formatWei(balanceWei)} ${coin}. Only one of the two can be mined.`,
  ].join('\n')
}

export function replacementJson(replacement: Replacement) {
  const {kind, original, transaction, maxCostWei, balanceWei} = replacement
  const {id, label, action, hash, from, nonce} = original
  return {
    kind,
    original: {id, label, action, hash, from, nonce},
    transaction,
    ...{maxCostWei, balanceWei},
  }
}

function priceOf({transaction: {fees}}: Replacement): bigint {
  return fees.type === 'legacy' ? fees.gasPrice : fees.maxFeePerGas
}
