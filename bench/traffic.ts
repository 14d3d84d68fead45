/** Signed transactions of many accounts, made before anything is measured. */
import {
  encodeFunctionData,
  keccak256,
  serializeTransaction,
  toHex,
  type Address,
  type Hex,
} from 'viem'

import {erc20Abi} from '../src/chain/abis/erc20.ts'
import {addressOfKey, signHash} from '../src/protocol/secp256k1.ts'
import {L2_CHAIN_ID} from '../test/helpers/l2-chain.ts'

export interface Sender {
  address: Address
  privateKey: Hex
}

export type Kind = 'transfer' | 'erc20'

const GAS_PRICE_WEI = 20_000_000n

export function makeSenders(count: number): Sender[] {
  return Array.from({length: count}, (_, index) => {
    const privateKey = keccak256(toHex(`bench sender ${index}`))
    return {privateKey, address: addressOfKey(privateKey)}
  })
}

export interface Unsigned {
  to: Address | null
  gas: bigint
  value?: bigint
  data?: Hex
}

export function sign(sender: Sender, nonce: number, {to, gas, value = 0n, data}: Unsigned): Hex {
  const fields = {
    type: 'legacy',
    chainId: L2_CHAIN_ID,
    ...{nonce, gas, value, to},
    gasPrice: GAS_PRICE_WEI,
    ...(data ? {data} : {}),
  } as const
  const signature = signHash(keccak256(serializeTransaction(fields)), sender.privateKey)
  const parity = signature.endsWith('01') ? 1n : 0n
  return serializeTransaction(fields, {
    r: `0x${signature.slice(2, 66)}`,
    s: `0x${signature.slice(66, 130)}`,
    v: BigInt(L2_CHAIN_ID) * 2n + 35n + parity,
  })
}

/** One transaction of the kind measured; receivers are other senders, so that state does not grow. */
export function makeTransaction(
  kind: Kind,
  senders: readonly Sender[],
  index: number,
  nonce: number,
  token: Address,
): Hex {
  const sender = senders[index]!
  const to = senders[(index * 7 + nonce + 1) % senders.length]!.address
  if (kind === 'transfer') return sign(sender, nonce, {to, gas: 21_000n, value: 1n})
  const data = encodeFunctionData({abi: erc20Abi, functionName: 'transfer', args: [to, 1n]})
  return sign(sender, nonce, {to: token, gas: 60_000n, data})
}
