import type {Address, Hash} from 'viem'

import type {LstAbout} from '../../protocol/lst/about.ts'
import type {LstId} from '../../protocol/lst/providers.ts'
import type {Plan} from '../sending/plan.ts'

/**
 * A liquid-staking provider on one network. Everything that knows how one provider works is behind it, in the
 * folder of that provider; `test/seams/lst.ts` says what any of them must keep.
 */
export interface LstProvider {
  readonly about: LstAbout
  readonly capabilities: LstCapabilities
  describe(): Promise<LstDescription>
  /** @param at the newest block when left out */
  read(at?: AtBlock): Promise<LstState>
  /** What an account holds with it. */
  position(account: Address, at?: AtBlock): Promise<LstPosition>
  /** What a deposit would give in the state as it is read, and the least it may give. */
  quote(request: DepositRequest): Promise<LstQuote>
  /**
   * A deposit by `from`, whose conditions all hold.
   *
   * @throws {MetisSeqError} the code of the first condition that does not hold
   */
  plan(from: Address, request: DepositRequest): Promise<LstPlan>
  /**
   * Compares the block of a mined deposit with its plan: what the deposit gave, by its own receipt, is at least
   * `minOutWei`.
   *
   * @throws {MetisSeqError} POST_STATE
   */
  verify(plan: LstPlan, mined: {hash: Hash; blockNumber: bigint}): Promise<LstVerified>
}

export interface LstCapabilities {
  /** It takes METIS of L2. */
  deposits: boolean
  /** `by-request`: a token is given back, and the METIS is paid when the provider has it. */
  withdrawals: 'by-request' | 'none'
}

export interface AtBlock {
  blockNumber?: bigint
}

export interface LstDescription {
  id: LstId
  name: string
  token: string
  /** What the user holds: its balance stays and its rate grows. */
  kind: LstAbout['kind']
  /** Takes deposits. */
  entry: Address
  state: 'live' | 'no-code'
}

export interface LstState {
  totalDepositsMetisWei: bigint
  /** Tokens there are. */
  supplyWei: bigint
  /** Not yet harvested. */
  pendingRewardMetisWei: bigint
  /** Share of rewards the provider keeps; 1e18 is all. */
  feeRate: bigint
  /** METIS per token, 1e18 scale. */
  rate: bigint
  /** The same after pending rewards are harvested, which the next deposit does. */
  rateAfterHarvest: bigint
}

export interface LstPosition {
  provider: LstId
  account: Address
  /** Tokens of the provider. */
  heldWei: bigint
  /** What they are worth at the rate after harvest. */
  valueMetisWei: bigint
  openRequests: bigint
  /** METIS of the account on L2 that is not deposited. */
  liquidMetisWei: bigint
}

export interface DepositRequest {
  amountMetisWei: bigint
  /** Accepted fall of the rate between now and the block, in hundredths of a percent. */
  slippageBasisPoints: number
}

export interface LstQuote {
  /** Tokens at the rate of now. */
  expectedWei: bigint
  /** With fewer the deposit fails. */
  minOutWei: bigint
}

export interface LstPlan extends Plan {
  chain: 'L2'
  quote: LstQuote
}

export interface LstVerified {
  /** Tokens that the deposit gave. */
  receivedWei: bigint
  /** At the block of the deposit. */
  position: LstPosition
}
