import type {Preview} from './send-plan.ts'

/**
 * The transactions of a plan for a signer elsewhere.
 *
 * - `eip1559`: fields of each transaction, quantities in hex.
 * - `calldata`: target, value and data only.
 * - `safe`: a batch for the Safe transaction builder.
 */
export function toUnsigned(
  {plan, fees, gasLimits}: Preview,
  format: 'eip1559' | 'calldata' | 'safe',
  chainId: number,
  nonce: number | undefined,
): object {
  if (format === 'safe') {
    return {
      version: '1.0',
      chainId: String(chainId),
      createdAt: Date.now(),
      meta: {name: plan.title, description: `metis-seq ${plan.action}`},
      transactions: plan.calls.map(({to, valueWei, data}) => ({to, value: `${valueWei}`, data})),
    }
  }
  return {
    chainId,
    from: plan.from,
    action: plan.action,
    transactions: plan.calls.map(({label, to, valueWei, data}, index) => {
      const call = {label, to, value: hex(valueWei), data}
      if (format === 'calldata') return call
      const gas = gasLimits[index]
      return {
        ...call,
        ...(gas === null || gas === undefined ? {} : {gas: hex(gas)}),
        ...(nonce === undefined ? {} : {nonce: hex(BigInt(nonce + index))}),
        ...(fees.type === 'legacy'
          ? {gasPrice: hex(fees.gasPrice)}
          : {
              maxFeePerGas: hex(fees.maxFeePerGas),
              maxPriorityFeePerGas: hex(fees.maxPriorityFeePerGas),
            }),
      }
    }),
  }
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`
}
