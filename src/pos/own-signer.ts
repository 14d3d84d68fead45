import type {
  Address,
  Hex,
  TransactionSerializableEIP1559,
  TransactionSerializableLegacy,
} from 'viem'

import type {SignedRequest, SignRequest, SignType} from './sign-request.ts'

/** The fields of a transaction that is to be signed. */
export type UnsignedTransaction = (
  | TransactionSerializableLegacy
  | TransactionSerializableEIP1559
) & {chainId: number; to: Address}

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
