import {
  keccak256,
  parseTransaction,
  recoverTransactionAddress,
  type Address,
  type Hash,
  type Hex,
  type TransactionSerialized,
} from 'viem'

/** The fields of a raw transaction. Fields that its type does not have are null. */
export interface RawTransaction {
  type: string
  /** Null: a legacy transaction that is valid on every chain. */
  chainId: number | null
  to: Address | null
  accountNonce: number | null
  valueWei: bigint
  gasLimit: bigint | null
  /** Maximum wei per gas: the gas price of a legacy transaction. */
  maxFeePerGasWei: bigint | null
  priorityFeePerGasWei: bigint | null
  data: Hex
  /** Transaction hash; null if unsigned. */
  hash: Hash | null
  /** Recovered from the signature; null if unsigned. */
  sender: Address | null
}

/**
 * Decodes a serialized transaction, signed or not. Works offline.
 *
 * @returns undefined when the bytes are not a transaction
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
  // A chain does not accept bytes that look signed but have no recoverable sender.
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
