import type {Address, Hash, Hex} from 'viem'

/** The purpose of a signature. Source: Themis `types/mpc.go`, SignType. */
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
  /** Hash to sign; null when the requester leaves it to us. */
  signMsg: Hash | null
}

/** A granted request with its response. Source: Themis `types/mpc.go`, MpcSign. */
export interface SignedRequest extends SignRequest {
  signMsg: Hash
  proposer: Address
  /** 65 bytes: r, s, parity. */
  signature: Hex
  signedTx: Hex
}
