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
import {contractCodes} from './contracts.ts'
import {L2_CHAIN_ID} from '../test/helpers/l2-chain.ts'

export interface Sender {
  address: Address
  privateKey: Hex
}

/**
 * `swaps`: five payments, three token transfers and two swaps in ten. `hostile`: payments, and calls that declare a million
 * gas and burn nothing, all of it, or now this and now that.
 */
export type Kind = 'transfer' | 'erc20' | 'swaps' | 'hostile'

/** Contracts that the transactions call. */
export type Targets = Record<'token' | keyof typeof contractCodes, Address>

const DECLARED_GAS = 1_000_000n

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
  targets: Targets,
): Hex {
  const to = senders[(index * 7 + nonce + 1) % senders.length]!.address
  return sign(senders[index]!, nonce, unsignedOf(pick(kind, index + nonce), to, targets))
}

type Work = 'transfer' | 'erc20' | Exclude<keyof Targets, 'token'>

/** A payment to another sender. */
export function makePayment(senders: readonly Sender[], index: number, nonce: number): Hex {
  const to = senders[(index * 7 + nonce + 1) % senders.length]!.address
  return sign(senders[index]!, nonce, payment(to))
}

/** What the transaction with this number of a mix does. */
function pick(kind: Kind, number: number): Work {
  if (kind === 'swaps') {
    const mix: Work[] = ['transfer', 'erc20', 'transfer', 'swap', 'transfer']
    return number % 10 === 9 ? 'erc20' : mix[number % 5]!
  }
  if (kind === 'hostile') {
    const mix: Work[] = ['transfer', 'burnsNothing', 'transfer', 'burnsAll', 'changesItsWays']
    return mix[number % 5]!
  }
  return kind
}

function payment(to: Address): Unsigned {
  return {to, gas: 21_000n, value: 1n}
}

function unsignedOf(work: Work, to: Address, targets: Targets): Unsigned {
  if (work === 'transfer') return payment(to)
  if (work === 'erc20') {
    const data = encodeFunctionData({abi: erc20Abi, functionName: 'transfer', args: [to, 1n]})
    return {to: targets.token, gas: 60_000n, data}
  }
  return {to: targets[work], gas: work === 'swap' ? 150_000n : DECLARED_GAS}
}
