import type {Address, Hash, Hex} from 'viem'

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
