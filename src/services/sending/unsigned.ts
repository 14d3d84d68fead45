import {toSafeBatch} from './safe-batch.ts'
import type {Preview} from './send-plan.ts'

export type UnsignedFormat = 'eip1559' | 'calldata' | 'safe'

/**
 * The transactions of a plan for a signer on another machine.
 *
 * - `eip1559`: all fields that a signature covers, quantities in hex; accepted by `tx sign`.
 * - `calldata`: target, value and data only.
 * - `safe`: a batch for the Safe transaction builder.
 */
export function toUnsigned(
  {plan, fees, gasLimits, firstNonce}: Preview,
  format: UnsignedFormat,
  chainId: number,
): object {
  if (format === 'safe') return toSafeBatch(plan, chainId, Date.now())
  return {
    chainId,
    from: plan.from,
    action: plan.action,
    transactions: plan.calls.map(({label, to, valueWei, data}, index) => {
      const call = {label, to, value: hex(valueWei), data}
      if (format === 'calldata' || firstNonce === null) return call
      // A call that depends on the previous one cannot be estimated yet.
      const gas = gasLimits[index] ?? plan.calls[index]?.gasAtMost
      return {
        ...call,
        ...(gas === undefined ? {} : {gas: hex(gas)}),
        nonce: hex(BigInt(firstNonce + index)),
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
