import type {Hash, LocalAccount} from 'viem'
import type {Network} from '../protocol/network.ts'
import type {SignedRequest, SignRequest} from './mpc-signer.ts'
import type {PosStatus} from './pos-status.ts'
import type {PosState} from './state.ts'
import type {PosStore} from './store.ts'

/** The server's data source, and the only action it offers. */
export interface RestSource {
  network: Network
  account: LocalAccount
  store: PosStore
  state(): PosState
  status(): PosStatus
  /** Null until the L2 has been read. */
  epochLength(): bigint | null
  /** Block of an L1 transaction; null when it is not mined. */
  l1BlockOf(txHash: Hash): Promise<bigint | null>
  /** @throws {MetisSeqError} see `MpcSigner.sign` */
  requestSignature(request: SignRequest): Promise<SignedRequest>
  onError(error: unknown): void
}

/** `result` goes into Themis' envelope, `bare` is the whole body. */
type RestAnswer = ({result: unknown; isComputed?: boolean} | {bare: unknown}) & {status?: number}
export type Pending = RestAnswer | Promise<RestAnswer>
export type Handler = (query: URLSearchParams) => Pending
export type Route = [pattern: RegExp, handle: (query: URLSearchParams, argument: string) => Pending]
