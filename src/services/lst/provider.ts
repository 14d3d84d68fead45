import type {Address, Hash} from 'viem'

import type {LstAbout} from '../../protocol/lst/about.ts'
import type {LstId} from '../../protocol/lst/providers.ts'
import type {Plan} from '../sending/plan.ts'

/**
 * A liquid-staking provider on one network. Everything specific to a provider is behind it, in its
 * own folder; `test/seams/lst.ts` is the contract test for all of them.
 */
export interface LstProvider {
  readonly about: LstAbout
  readonly capabilities: LstCapabilities
  describe(): Promise<LstDescription>
  /** @param at default: the newest block */
  read(at?: AtBlock): Promise<LstState>
  /** Position of an account. */
  position(account: Address, at?: AtBlock): Promise<LstPosition>
  /** Tokens that a deposit would mint in the current state, and the minimum accepted. */
  quote(request: DepositRequest): Promise<LstQuote>
  /**
   * A deposit by `from`, whose preconditions are all met.
   *
   * @throws {MetisSeqError} the code of the first precondition that is not met
   */
  plan(from: Address, request: DepositRequest): Promise<LstPlan>
  /**
   * Compares the block of a mined deposit with its plan: the tokens in its receipt must be at least
   * `minOutWei`.
   *
   * @throws {MetisSeqError} POST_STATE
   */
  verify(plan: LstPlan, mined: {hash: Hash; blockNumber: bigint}): Promise<LstVerified>
}

export interface LstCapabilities {
  /** It accepts METIS on L2. */
  deposits: boolean
  /** `by-request`: the token is returned, and the METIS is paid out once the provider has it. */
  withdrawals: 'by-request' | 'none'
}

export interface AtBlock {
  blockNumber?: bigint
}

export interface LstDescription {
  id: LstId
  name: string
  token: string
  /** The user's token: its balance is constant and its rate grows. */
  kind: LstAbout['kind']
  /** Takes deposits. */
  entry: Address
  state: 'live' | 'no-code'
}

export interface LstState {
  totalDepositsMetisWei: bigint
  /** Total supply of the token. */
  supplyWei: bigint
  /** Not yet harvested. */
  pendingRewardMetisWei: bigint
  /** Provider's share of the rewards; 1e18 is 100 %. */
  feeRate: bigint
  /** METIS per token, scaled by 1e18. */
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
  /** Slippage tolerance, in basis points. */
  slippageBasisPoints: number
}

export interface LstQuote {
  /** Tokens at the current rate. */
  expectedWei: bigint
  /** Minimum: with fewer the deposit reverts. */
  minOutWei: bigint
}

export interface LstPlan extends Plan {
  chain: 'L2'
  quote: LstQuote
}

export interface LstVerified {
  /** Tokens minted by the deposit. */
  receivedWei: bigint
  /** At the block of the deposit. */
  position: LstPosition
}
