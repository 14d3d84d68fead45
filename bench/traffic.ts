/** Signed transactions of many accounts, made before anything is measured. */
import {keccak256, toFunctionSelector, toHex, type Address, type Hex} from 'viem'

import {encodeInteger, listHeader} from '../src/protocol/rlp.ts'
import {addressOfKey, bytesOf, signHash} from '../src/protocol/secp256k1.ts'
import {contracts, TOKEN} from './contracts.ts'
import {L2_CHAIN_ID} from '../test/helpers/l2-chain.ts'

export interface Sender {
  address: Address
  privateKey: Hex
}

const ERC20_TRANSFER = toFunctionSelector('transfer(address,uint256)')
const GAS_PRICE_WEI = 20_000_000n

/**
 * `swaps`: five payments, three token transfers and two swaps in ten. `hostile`: payments, and calls that declare a million
 * gas and burn nothing, all of it, or now this and now that.
 */
/** `swap` is swaps alone; `swaps` is a mix with payments and token transfers. */
export const kinds = ['transfer', 'erc20', 'swap', 'swaps', 'hostile'] as const
export type Kind = (typeof kinds)[number]

const DECLARED_GAS = 1_000_000n

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

/** Made of bytes at once: the general serializer of a library costs more than the signature. */
export function sign(sender: Sender, nonce: number, unsigned: Unsigned): Hex {
  const {to, gas, value = 0n, data = '0x'} = unsigned
  const fields = [
    ...[BigInt(nonce), GAS_PRICE_WEI, gas].map(encodeInteger),
    encodeBytes(bytesOf(to ?? '0x')),
    encodeInteger(value),
    encodeBytes(bytesOf(data)),
  ]
  const [chainId, zero] = [encodeInteger(BigInt(L2_CHAIN_ID)), encodeInteger(0n)]
  const signature = signHash(
    keccak256(encodeList([...fields, chainId, zero, zero])),
    sender.privateKey,
  )
  const [r, s] = [signature.slice(2, 66), signature.slice(66, 130)].map((hex) => BigInt(`0x${hex}`))
  const v = BigInt(L2_CHAIN_ID) * 2n + 35n + (signature.endsWith('01') ? 1n : 0n)
  const signed = encodeList([...fields, ...[v, r!, s!].map(encodeInteger)])
  return `0x${signed.toString('hex')}`
}

function encodeList(items: readonly Uint8Array[]): Buffer {
  const payload = Buffer.concat(items)
  return Buffer.concat([listHeader(payload.length), payload])
}

function encodeBytes(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 1 && bytes[0]! < 0x80) return bytes
  const header = listHeader(bytes.length)
  // A string has the header of a list of its length, counted from 0x80 instead of 0xc0.
  header[0]! -= 0x40
  return Buffer.concat([header, bytes])
}

/** One transaction of the kind measured; receivers are other senders, so that state does not grow. */
export function makeTransaction(
  kind: Kind,
  senders: readonly Sender[],
  index: number,
  nonce: number,
): Hex {
  const to = senders[(index * 7 + nonce + 1) % senders.length]!.address
  return sign(senders[index]!, nonce, unsignedOf(pick(kind, index + nonce), to))
}

type Work = 'transfer' | 'erc20' | keyof typeof contracts

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

function unsignedOf(work: Work, to: Address): Unsigned {
  if (work === 'transfer') return {to, gas: 21_000n, value: 1n}
  if (work === 'erc20') {
    const data: Hex = `${ERC20_TRANSFER}${to.slice(2).padStart(64, '0')}${'1'.padStart(64, '0')}`
    return {to: TOKEN, gas: 60_000n, data}
  }
  return {to: contracts[work].address, gas: work === 'swap' ? 150_000n : DECLARED_GAS}
}
