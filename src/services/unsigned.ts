import {getTransactionCount} from 'viem/actions'

import type {SendDependencies} from './send-dependencies.ts'
import {toSafeBatch} from './safe-batch.ts'
import type {Preview} from './send-plan.ts'

export type UnsignedFormat = 'eip1559' | 'calldata' | 'safe'

/**
 * The transactions of a plan for a signer elsewhere.
 *
 * - `eip1559`: all fields that a signature covers, quantities in hex; `tx sign` takes it.
 * - `calldata`: target, value and data only.
 * - `safe`: a batch for the Safe transaction builder.
 *
 * @param options nonce of the first; undefined: the next one of the account
 */
export async function toUnsigned(
  preview: Preview,
  {format, nonce}: {format: UnsignedFormat; nonce: number | undefined},
  {client, chainId}: Pick<SendDependencies, 'client' | 'chainId'>,
): Promise<object> {
  const {from} = preview.plan
  return toDocument(
    preview,
    format,
    chainId,
    nonce ?? (await getTransactionCount(client, {address: from})),
  )
}

function toDocument(
  {plan, fees, gasLimits}: Preview,
  format: UnsignedFormat,
  chainId: number,
  nonce: number,
): object {
  if (format === 'safe') return toSafeBatch(plan, chainId, Date.now())
  return {
    chainId,
    from: plan.from,
    action: plan.action,
    transactions: plan.calls.map(({label, to, valueWei, data}, index) => {
      const call = {label, to, value: hex(valueWei), data}
      if (format === 'calldata') return call
      // A call that needs the one before it cannot be measured yet.
      const gas = gasLimits[index] ?? plan.calls[index]?.gasAtMost
      return {
        ...call,
        ...(gas === undefined ? {} : {gas: hex(gas)}),
        nonce: hex(BigInt(nonce + index)),
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
