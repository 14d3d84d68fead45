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

/** The only place that uses the MPC key: for our own transactions and for those of others. */
export interface MpcSigner {
  readonly address: Address
  /**
   * Checks a request, signs it and stores it under its id. Repeating the request returns the same
   * result.
   *
   * - Signed by: MPC.   Chain: none; nothing is sent.   Value: 0.
   * - Source: Themis `mpc/side_handler.go`, MsgProposeMpcSign.
   *
   * @throws {MetisSeqError} SIGN_REQUEST_INVALID, SIGN_ID_TAKEN, SIGN_REFUSED, DISK_FULL
   */
  sign(request: SignRequest): Promise<SignedRequest>
  /** The same for our own transaction, under an id derived from its content. */
  signOwn(signType: SignType, transaction: UnsignedTransaction): Promise<{signedTx: Hex}>
}

/** The part of it that the engine needs. */
export type OwnSigner = Pick<MpcSigner, 'address' | 'signOwn'>
