/** Warnings about a transaction from a file, based only on the signed fields. */
import {
  concat,
  getAddress,
  hexToBigInt,
  isAddressEqual,
  isHex,
  size,
  slice,
  zeroAddress,
  type Address,
  type Hex,
} from 'viem'
import {publicKeyToAddress} from 'viem/accounts'

import type {DecodedCall} from '../../chain/decode-call.ts'
import type {RawTransaction} from '../../chain/parse-raw.ts'
import {cleanText} from '../../lib/clean-text.ts'
import {formatWei, formatWeiShort} from '../../lib/units.ts'
import {isEndless} from '../../protocol/amount.ts'
import {DEAR_GAS_WEI, type Trap} from './plan.ts'
import {bridgeFeeTrap} from '../staking/traps.ts'

export interface Judged {
  transaction: RawTransaction
  /** Null when no known network has the chain id. */
  layer: 'L1' | 'L2' | null
  /** Contract name of the called address; null when the network does not list it. */
  contract: string | null
  call: DecodedCall | null
  /** A contract of that network and layer, or an account with a local signer. */
  isKnown(address: Address): boolean
}

/** More than a whole Ethereum block for years; our largest call uses under a million. */
const ABSURD_GAS_LIMIT = 30_000_000n

/** Maximum cost: all gas at the maximum fee, plus the value. Null where the format has no gas limit. */
export function maxCostOf({gasLimit, maxFeePerGasWei, valueWei}: RawTransaction): bigint | null {
  return gasLimit === null || maxFeePerGasWei === null
    ? null
    : gasLimit * maxFeePerGasWei + valueWei
}

/** Every known way in which the transaction loses money. */
export function cautionsOf(judged: Judged): Trap[] {
  return [
    ...chainCautions(judged),
    ...feeCautions(judged),
    ...callCautions(judged),
    ...tokenCautions(judged),
    ...accountCautions(judged),
    ...valueCautions(judged),
  ]
}

function chainCautions({transaction: {chainId}, layer}: Judged): Trap[] {
  if (layer !== null) return []
  return [
    {
      id: 'unknown-chain',
      message:
        chainId === null
          ? 'The transaction has no chain id: it is valid on every chain.'
          : `No known network has chain ${chainId}, so its contracts cannot be identified.`,
    },
  ]
}

function feeCautions({transaction, layer}: Judged): Trap[] {
  const {gasLimit, maxFeePerGasWei} = transaction
  const id = 'absurd-fee' as const
  const gasCostWei = (gasLimit ?? 0n) * (maxFeePerGasWei ?? 0n)
  if (gasCostWei > DEAR_GAS_WEI) {
    const coin = layer === 'L2' ? 'METIS' : 'ETH'
    return [{id, message: `The gas can cost ${formatWeiShort(gasCostWei)} ${coin}.`}]
  }
  if ((gasLimit ?? 0n) <= ABSURD_GAS_LIMIT) return []
  return [{id, message: `The gas limit is ${gasLimit}, more than a whole block allows.`}]
}

function callCautions({transaction: {to, data}, contract, call}: Judged): Trap[] {
  const id = 'unknown-call' as const
  if (to === null) return [{id, message: 'The transaction creates a contract.'}]
  if (data === '0x' || call?.contractProven) return []
  const where = contract === null ? `${to}, which belongs to no known network` : contract
  return [
    {
      id,
      message: call
        ? `It calls ${call.functionName} of ${where}: only the function name tells what it does.`
        : `It calls ${where}, with data that cannot be decoded.`,
    },
  ]
}

/** Calls that move tokens, whatever the contract: recipient and amount are at the same position as in ERC-20. */
const tokenCalls: Readonly<
  Record<Hex, {kind: 'approval' | 'transfer'; to: number; amount: number}>
> = {
  // approve(address,uint256), increaseAllowance(address,uint256), setApprovalForAll(address,bool)
  '0x095ea7b3': {kind: 'approval', to: 0, amount: 1},
  '0x39509351': {kind: 'approval', to: 0, amount: 1},
  '0xa22cb465': {kind: 'approval', to: 0, amount: 1},
  // permit(address,address,uint256,uint256,uint8,bytes32,bytes32)
  '0xd505accf': {kind: 'approval', to: 1, amount: 2},
  // transfer(address,uint256), transferFrom(address,address,uint256)
  '0xa9059cbb': {kind: 'transfer', to: 0, amount: 1},
  '0x23b872dd': {kind: 'transfer', to: 1, amount: 2},
}

function tokenCautions({transaction: {data}, isKnown}: Judged): Trap[] {
  const call = tokenCalls[data.slice(0, 10).toLowerCase() as Hex]
  const [recipient, amount] = call ? [addressAt(data, call.to), numberAt(data, call.amount)] : []
  if (!call || recipient === undefined || amount === undefined) return []
  if (call.kind === 'transfer') return isKnown(recipient) ? [] : [unknownRecipient(recipient)]
  const isForAll = data.startsWith('0xa22cb465') && amount !== 0n
  return [
    ...(isEndless(amount) || isForAll
      ? [
          {
            id: 'unlimited-approval' as const,
            message: `${recipient} could then take all tokens of this kind, now and later.`,
          },
        ]
      : []),
    ...(amount > 0n && !isKnown(recipient)
      ? [
          {
            id: 'unknown-spender' as const,
            message: `${recipient} could then take tokens, and it is not a contract of the network.`,
          },
        ]
      : []),
  ]
}

/**
 * A call of the network's own contracts can give away a sequencer, its rewards or its epochs: every
 * account in its arguments must be known to this machine.
 */
function accountCautions({transaction: {data}, call, isKnown}: Judged): Trap[] {
  if (!call?.contractProven || data.slice(0, 10).toLowerCase() in tokenCalls) return []
  return call.args.flatMap(({name, type, value}): Trap[] => {
    const account = accountOf(type, value)
    if (account === undefined || isKnown(account)) return []
    return [
      {
        id: 'unknown-recipient',
        message: `${call.contract}.${call.functionName} gets ${account} as ${cleanText(name)}, which is neither an account of this machine nor a contract of the network.`,
      },
    ]
  })
}

/** The account in an argument, given as an address or a public key. */
function accountOf(type: string, value: string): Address | undefined {
  if (type === 'address')
    return isAddressEqual(getAddress(value), zeroAddress) ? undefined : getAddress(value)
  if (type !== 'bytes' || !isHex(value)) return undefined
  const key = size(value) === 64 ? concat(['0x04', value]) : value
  return size(key) === 65 && key.startsWith('0x04') ? publicKeyToAddress(key) : undefined
}

/** Irreversible calls of the network's contracts, with the argument that identifies their subject. */
const irreversibleCalls: Readonly<Record<string, number>> = {
  'LockingPool.setSequencerOwner': 0,
  'LockingPool.unlock': 0,
  'LockingPool.forceUnlock': 0,
  'LockingPool.transferOwnership': 0,
  'LockingPool.renounceOwnership': -1,
}

/** The text to be typed before an irreversible call is signed; undefined for other calls. */
export function irreversibleName({call}: Pick<Judged, 'call'>): string | undefined {
  if (!call?.contractProven) return undefined
  const index = new Map(Object.entries(irreversibleCalls)).get(
    `${call.contract}.${call.functionName}`,
  )
  return index === undefined ? undefined : (call.args[index]?.value ?? call.functionName)
}

function valueCautions({transaction, layer, contract, isKnown}: Judged): Trap[] {
  const {to, valueWei} = transaction
  if (valueWei === 0n || to === null) return []
  if (contract === null) return isKnown(to) ? [] : [unknownRecipient(to, valueWei, layer)]
  // The value of these calls is the bridge fee, and all of it is spent.
  const forBridge = layer === 'L1' && ['LockingPool', 'LockingInfo'].includes(contract)
  return forBridge ? bridgeFeeTrap(valueWei) : []
}

function unknownRecipient(to: Address, valueWei?: bigint, layer?: Judged['layer']): Trap {
  const what =
    valueWei === undefined
      ? 'Tokens go'
      : `${formatWei(valueWei)} ${layer === 'L2' ? 'METIS' : 'ETH'} go`
  return {
    id: 'unknown-recipient',
    message: `${what} to ${to}, which is neither an account of this machine nor a contract of the network.`,
  }
}

function addressAt(data: Hex, index: number): Address | undefined {
  const at = wordAt(data, index)
  return at === undefined ? undefined : getAddress(slice(at, 12))
}

function numberAt(data: Hex, index: number): bigint | undefined {
  const at = wordAt(data, index)
  return at === undefined ? undefined : hexToBigInt(at)
}

/** The 32 bytes of an argument. A contract reads missing bytes as zero, so short data cannot bypass the check. */
function wordAt(data: Hex, index: number): Hex | undefined {
  const word = `0x${data.slice(10 + index * 64, 10 + (index + 1) * 64).padEnd(64, '0')}` as const
  return isHex(word) ? word : undefined
}
