import {
  keccak256,
  parseTransaction,
  serializeTransaction,
  type Address,
  type Hex,
  type LocalAccount,
} from 'viem'

import {MetisSeqError} from '../lib/errors.ts'
import type {Network} from '../protocol/network.ts'
import {MPC_TYPES, soloMpc, uuidOf} from './mpc.ts'
import type {PosStore} from './store.ts'
import {SIGN_TYPES, type SignType, type SignRequest, type SignedRequest} from './sign-request.ts'
import type {UnsignedTransaction, MpcSigner} from './own-signer.ts'

export type {UnsignedTransaction, MpcSigner, OwnSigner} from './own-signer.ts'

export {SIGN_TYPES} from './sign-request.ts'
export type {SignType, SignRequest, SignedRequest} from './sign-request.ts'

/** Longest name of a request; a UUID has 36. */
const SIGN_ID = /^[0-9A-Za-z-]{1,64}$/

/**
 * @throws {MetisSeqError} SIGN_REFUSED, the content is not what the state and the chains call for
 */
export type ContentCheck = (signType: SignType, transaction: UnsignedTransaction) => Promise<void>

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
    // Another request may have taken the id while this one was being checked.
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
      message: `The sign id ${request.signId} belongs to another request.`,
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

/** Bytes of an unsigned transaction; `chainId` applies if it does not specify the chain. */
function parseUnsigned(signData: Hex, chainId: number): UnsignedTransaction {
  const parsed = parseOrRefuse(signData)
  const {type, nonce = 0, gas = 0n, to, value = 0n, data = '0x'} = parsed
  if (parsed.chainId !== undefined && parsed.chainId !== chainId) {
    throw invalid(
      `The transaction is for chain ${parsed.chainId}, but this type is for ${chainId}.`,
    )
  }
  if (BigInt(parsed.r ?? 0) !== 0n || BigInt(parsed.s ?? 0) !== 0n) {
    throw invalid('The transaction is already signed.')
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
