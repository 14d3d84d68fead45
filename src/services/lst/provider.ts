import type {Address, Hash} from 'viem'

import type {AtBlock} from '../../chain/at-block.ts'
import type {LstAbout, LstCapability} from '../../protocol/lst/about.ts'
import type {LstId} from '../../protocol/lst/providers.ts'
import type {RateChange} from '../../protocol/lst/yield.ts'
import type {Plan} from '../sending/plan.ts'

/**
 * A liquid-staking provider on one network. Everything specific to a provider is behind it, in its
 * own folder; `test/seams/lst.ts` is the contract test for all of them.
 */
export interface LstProvider {
  readonly about: LstAbout
  /** The operations that it has, whatever their state at the moment. */
  readonly capabilities: ReadonlySet<LstCapability>
  describe(): Promise<LstDescription>
  /** @param at default: the newest block */
  read(at?: AtBlock): Promise<LstState>
  /** Position of an account. */
  position(account: Address, at?: AtBlock): Promise<LstPosition>
  /** Withdrawal requests of an account that were not completed, in the order in which they are paid. */
  requests(account: Address, at?: AtBlock): Promise<LstWithdrawal[]>
  /** Everybody's open withdrawal requests. */
  queue(at?: AtBlock): Promise<LstQueue>
  /** METIS that it owes and holds on L2. */
  balance(at?: AtBlock): Promise<LstBalance>
  /**
   * Everything that moved total deposits or shares in these blocks, both inclusive, in chain order:
   * walked back from a known state, they give each earlier rate without its state.
   */
  changes(fromBlock: bigint, toBlock: bigint): Promise<RateChange[]>
  /** Tokens that a deposit would mint in the current state, and the minimum accepted. */
  quote(request: DepositRequest): Promise<LstQuote>
  /**
   * An operation of `from`, whose preconditions are all met.
   *
   * @throws {MetisSeqError} the code of the first precondition that is not met;
   * NOTHING_CLAIMABLE; LST_CANNOT for a request outside its capabilities
   */
  plan(from: Address, request: LstRequest): Promise<LstPlan>
  /**
   * Compares the block of a mined plan with its prediction.
   *
   * @throws {MetisSeqError} POST_STATE
   */
  verify(plan: LstPlan, mined: {hash: Hash; blockNumber: bigint}): Promise<LstVerified>
}

export const lstStates = ['live', 'no-code', 'mismatch', 'closed'] as const

export interface LstDescription {
  id: LstId
  name: string
  /** The user's main token. */
  token: string
  kind: LstAbout['kind']
  /** Takes deposits. */
  entry: Address
  /**
   * `no-code`: a contract is missing. `mismatch`: its contracts do not refer to each other. `closed`:
   * deposits are refused at the moment. Deposits need `live`; the way out is tried in every state.
   */
  state: (typeof lstStates)[number]
  /** Why it is not `live`, one sentence each: `The vault is paused.` */
  warnings: string[]
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
  /** METIS per share of the pool, scaled by 1e18: its growth is the yield, also of a rebasing token. */
  shareRate: bigint
}

export interface LstPosition {
  provider: LstId
  account: Address
  /** The main token. */
  heldWei: bigint
  /** All tokens of the provider, the main one first. */
  holdings: LstHolding[]
  /** Value of all of them at the rate after harvest. */
  valueMetisWei: bigint
  openRequests: bigint
  /** METIS owed to open requests. */
  owedMetisWei: bigint
  /** The part of it that can be claimed now. */
  claimableMetisWei: bigint
  /** METIS of the account on L2 that is not deposited. */
  liquidMetisWei: bigint
}

export interface LstHolding {
  token: string
  /**
   * `vesting`: it is released over time. `queued`: METIS or tokens that wait inside the provider for
   * room. Both belong to the account, and neither can be transferred.
   */
  state: 'held' | 'vesting' | 'queued'
  wei: bigint
  valueMetisWei: bigint
}

export const lstBlockers = ['time', 'admin', 'liquidity'] as const
/**
 * `time`: a delay is not over. `admin`: the provider has not released the request. `liquidity`: the
 * contract that pays holds too little METIS.
 */
export type LstBlocker = (typeof lstBlockers)[number]

export interface LstWithdrawal {
  /** For `--id`: the position in the account's queue, or the id of a ticket. */
  id: string
  token: string
  /** Tokens given for it. */
  amountWei: bigint
  /** METIS owed, after fees. */
  metisWei: bigint
  /** Unix time; null when the contract does not store it. */
  requestedAtSeconds: bigint | null
  /** Unix time before which it is not paid; null when only the provider decides. */
  claimableAtSeconds: bigint | null
  /** Everything that blocks it now. Empty: claimable. */
  blockedBy: LstBlocker[]
}

export interface LstQueue {
  /** Null: the contracts do not count them. */
  requests: bigint | null
  owedMetisWei: bigint
  /** METIS on L2 that can pay them now. */
  liquidityMetisWei: bigint
  /** Delay that the contract enforces. It does not guarantee payment. */
  minimumWaitSeconds: bigint
  /** Share of a withdrawal that the provider keeps; 1e18 is 100 %. */
  exitFeeRate: bigint
}

export interface LstBalance {
  /** METIS owed to the holders of the token and to open requests. */
  liabilitiesMetisWei: bigint
  /** METIS in the contracts of the provider on L2, without rewards not yet harvested. */
  idleMetisWei: bigint
  /** METIS that left one chain and has not arrived on the other; null when it cannot be read. */
  transitMetisWei: bigint | null
}

export interface DepositRequest {
  amountMetisWei: bigint
  /** Slippage tolerance, in basis points. */
  slippageBasisPoints: number
  /** False: only the receipt token, which earns nothing, where a provider has one. Default true. */
  stake?: boolean
}

export type LstRequest =
  | ({kind: 'deposit'} & DepositRequest)
  | {
      kind: 'withdraw'
      /** Of the token. */
      amountWei: bigint
      /** Symbol. Default: the main token. */
      token?: string | undefined
      slippageBasisPoints: number
    }
  /** @param ids default: everything claimable */
  | {kind: 'claim'; ids?: readonly string[] | undefined}
  | {kind: 'cancel'; id: string}
  | {kind: 'speed-up'; id: string; lpToken: Address; lpWei: bigint}
  | {kind: 'vest'; step: 'stake' | 'claim' | 'unstake'; amountWei?: bigint | undefined}

export interface LstQuote {
  /** Tokens of a deposit, or METIS of a withdrawal, at the current rate. */
  expectedWei: bigint
  /** Minimum. Of a deposit: with fewer it reverts. */
  minOutWei: bigint
}

export interface LstPlan extends Plan {
  chain: 'L2'
  request: LstRequest
  /** Null for operations that exchange nothing. */
  quote: LstQuote | null
}

export interface LstVerified {
  /** Received by the account: tokens of a deposit, METIS of a claim, METIS owed by a withdrawal. */
  receivedWei: bigint
  /** At the block of the last transaction. */
  position: LstPosition
}
