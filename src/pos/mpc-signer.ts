import {
  keccak256,
  parseTransaction,
  serializeTransaction,
  type Address,
  type Hash,
  type Hex,
  type LocalAccount,
  type TransactionSerializableEIP1559,
  type TransactionSerializableLegacy,
} from 'viem'

import {MetisSeqError} from '../lib/errors.ts'
import type {Network} from '../protocol/network.ts'
import {MPC_TYPES, soloMpc, uuidOf} from './mpc.ts'
import type {PosStore} from './store.ts'

/** What a signature is for. Source: Themis `types/mpc.go`, SignType. */
export const SIGN_TYPES = {
  batchSubmit: 0,
  batchReward: 1,
  commitEpoch: 2,
  recommitEpoch: 3,
  l1UpdateMpcAddress: 4,
  l2UpdateMpcAddress: 5,
} as const
export type SignType = (typeof SIGN_TYPES)[keyof typeof SIGN_TYPES]

/** Longest name of a request; a UUID has 36. */
const SIGN_ID = /^[0-9A-Za-z-]{1,64}$/

export interface SignRequest {
  signId: string
  mpcId: string
  signType: SignType
  /** The unsigned transaction. */
  signData: Hex
  /** Hash that is to be signed; null when the requester leaves it to us. */
  signMsg: Hash | null
}

/** A request that was granted, with its answer. Source: Themis `types/mpc.go`, MpcSign. */
export interface SignedRequest extends SignRequest {
  signMsg: Hash
  proposer: Address
  /** 65 bytes: r, s, parity. */
  signature: Hex
  signedTx: Hex
}

/** The fields of a transaction that is to be signed. */
export type UnsignedTransaction = (
  | TransactionSerializableLegacy
  | TransactionSerializableEIP1559
) & {chainId: number; to: Address}

/** @throws {MetisSeqError} SIGN_REFUSED, the content is not what the state and the chains call for */
export type ContentCheck = (signType: SignType, transaction: UnsignedTransaction) => Promise<void>

/** The one place that uses the MPC key: for the engine's own transactions and for those of others. */
export interface MpcSigner {
  readonly address: Address
  /**
   * Checks a request, signs it and keeps it under its id. The same request again gives the same answer.
   *
   * - Signed by: MPC.   Chain: none; nothing is sent.   Value: 0.
   * - Source: Themis `mpc/side_handler.go`, MsgProposeMpcSign.
   *
   * @throws {MetisSeqError} SIGN_REQUEST_INVALID, SIGN_ID_TAKEN, SIGN_REFUSED, DISK_FULL
   */
  sign(request: SignRequest): Promise<SignedRequest>
  /** The same for a transaction of the engine, under an id that follows from its content. */
  signOwn(signType: SignType, transaction: UnsignedTransaction): Promise<{signedTx: Hex}>
}

/** What the engine needs of it. */
export type OwnSigner = Pick<MpcSigner, 'address' | 'signOwn'>

export function createMpcSigner(options: {
  account: LocalAccount
  network: Network
  store: Pick<PosStore, 'signRequest' | 'saveSignRequest'>
  checkContent: ContentCheck
}): MpcSigner {
  const {account, network, store, checkContent} = options
  const proposer = account.address.toLowerCase() as Address
  const mpcIds = new Set(MPC_TYPES.map((type) => soloMpc(account, type).mpc_id))

  async function sign(request: SignRequest): Promise<SignedRequest> {
    const known = answered(request)
    if (known) return known
    if (!SIGN_ID.test(request.signId)) throw invalid('The sign id is not a UUID.')
    if (!mpcIds.has(request.mpcId)) throw invalid(`There is no MPC ${request.mpcId}.`)
    const transaction = parseUnsigned(request.signData, chainIdOf(request.signType, network))
    const signMsg = keccak256(serializeTransaction(transaction))
    if (request.signMsg !== null && request.signMsg !== signMsg) {
      throw invalid(`The hash of the transaction is ${signMsg}, not ${request.signMsg}.`)
    }
    await checkContent(request.signType, transaction)
    const signedTx = await account.signTransaction(transaction)
    const signed = {...request, signMsg, proposer, signedTx, signature: signatureIn(signedTx)}
    // Another request may have taken the id while this one was checked.
    const taken = answered(request)
    if (!taken) store.saveSignRequest(signed)
    return taken ?? signed
  }

  function answered(request: SignRequest): SignedRequest | undefined {
    const known = store.signRequest(request.signId)
    if (!known) return undefined
    const isSame =
      known.mpcId === request.mpcId &&
      known.signType === request.signType &&
      known.signData === request.signData &&
      (request.signMsg === null || request.signMsg === known.signMsg)
    if (isSame) return known
    throw new MetisSeqError({
      code: 'SIGN_ID_TAKEN',
      message: `The sign id ${request.signId} stands for another request.`,
      facts: {signId: request.signId},
    })
  }

  return {
    address: account.address,
    sign,
    signOwn(signType, transaction) {
      const signData = serializeTransaction(transaction)
      const mpcType = signType === SIGN_TYPES.batchReward ? 2 : 0
      const mpcId = soloMpc(account, mpcType).mpc_id
      const signId = uuidOf(`${signType}/${signData}`)
      return sign({signId, mpcId, signType, signData, signMsg: null})
    },
  }
}

/** Source: Themis `mpc/side_handler.go`: 0, 1 and 4 are for L1; 2, 3 and 5 for L2. */
function chainIdOf(signType: SignType, {l1, l2}: Network): number {
  const isL1 =
    signType === SIGN_TYPES.batchSubmit ||
    signType === SIGN_TYPES.batchReward ||
    signType === SIGN_TYPES.l1UpdateMpcAddress
  return isL1 ? l1.chainId : l2.chainId
}

/** Bytes of an unsigned transaction; what it leaves open about the chain is `chainId`. */
function parseUnsigned(signData: Hex, chainId: number): UnsignedTransaction {
  const parsed = parseOrRefuse(signData)
  const {type, nonce = 0, gas = 0n, to, value = 0n, data = '0x'} = parsed
  if (parsed.chainId !== undefined && parsed.chainId !== chainId) {
    throw invalid(`The transaction is for chain ${parsed.chainId}, this type is for ${chainId}.`)
  }
  if (BigInt(parsed.r ?? 0) !== 0n || BigInt(parsed.s ?? 0) !== 0n) {
    throw invalid('The transaction is signed already.')
  }
  if (!to) throw invalid('The transaction creates a contract.')
  const common = {chainId, nonce, gas, to, value, data}
  if (type === 'legacy') return {...common, type, gasPrice: parsed.gasPrice ?? 0n}
  if (type !== 'eip1559') throw invalid(`Transactions of type ${type} are not signed.`)
  if (parsed.accessList?.length) throw invalid('The transaction has an access list.')
  const {maxFeePerGas = 0n, maxPriorityFeePerGas = 0n} = parsed
  return {...common, type, maxFeePerGas, maxPriorityFeePerGas}
}

function parseOrRefuse(signData: Hex) {
  try {
    return parseTransaction(signData)
  } catch {
    throw invalid('The sign data is not an unsigned transaction.')
  }
}

/** As Themis stores it: r, s and parity, whatever `v` the transaction has. */
function signatureIn(signedTx: Hex): Hex {
  const {r = '0x', s = '0x', v = 0n, yParity} = parseTransaction(signedTx)
  const parity = yParity ?? Number((v - 35n) % 2n)
  return `0x${r.slice(2).padStart(64, '0')}${s.slice(2).padStart(64, '0')}0${parity}`
}

function invalid(message: string): MetisSeqError {
  return new MetisSeqError({code: 'SIGN_REQUEST_INVALID', message})
}
