import {
  keccak256,
  parseTransaction,
  recoverTransactionAddress,
  type Address,
  type Hash,
  type Hex,
  type TransactionSerialized,
} from 'viem'

/** The fields of a raw transaction. What a field's type does not have is null. */
export interface RawTransaction {
  type: string
  /** Null: a legacy transaction that is valid on every chain. */
  chainId: number | null
  to: Address | null
  accountNonce: number | null
  valueWei: bigint
  gasLimit: bigint | null
  /** Most wei per gas: the gas price of a legacy transaction. */
  maxFeePerGasWei: bigint | null
  priorityFeePerGasWei: bigint | null
  data: Hex
  /** Hash by which a chain knows it; null while it is not signed. */
  hash: Hash | null
  /** Recovered from the signature; null while it is not signed. */
  sender: Address | null
}

/**
 * Reads a transaction as it travels, signed or not. Asks no chain.
 *
 * @returns undefined when the bytes are no transaction
 */
export async function parseRaw(raw: Hex): Promise<RawTransaction | undefined> {
  let parsed
  try {
    parsed = parseTransaction(raw as TransactionSerialized)
  } catch {
    return undefined
  }
  const signed = parsed.r !== undefined && parsed.s !== undefined
  const sender = signed ? await senderOf(raw) : null
  // Bytes that look signed and recover to nobody are not a transaction that a chain takes.
  if (signed && sender === null) return undefined
  return {
    type: parsed.type ?? 'legacy',
    chainId: parsed.chainId ?? null,
    to: parsed.to ?? null,
    accountNonce: parsed.nonce ?? 0,
    valueWei: parsed.value ?? 0n,
    gasLimit: parsed.gas ?? null,
    maxFeePerGasWei: parsed.maxFeePerGas ?? parsed.gasPrice ?? null,
    priorityFeePerGasWei: parsed.maxPriorityFeePerGas ?? null,
    data: parsed.data ?? '0x',
    hash: signed ? keccak256(raw) : null,
    sender,
  }
}

async function senderOf(raw: Hex): Promise<Address | null> {
  try {
    return await recoverTransactionAddress({serializedTransaction: raw as TransactionSerialized})
  } catch {
    return null
  }
}
