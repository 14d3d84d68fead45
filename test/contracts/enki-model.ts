/** Enki on L2 as a bigint model, built on the formulas of the product. One call is one transaction. */
import {
  enkiCancel,
  enkiReduceSeconds,
  enkiShare,
  enkiTicket,
} from '../../src/protocol/lst/enki/queue.ts'
import {
  enkiAssets,
  enkiShares,
  enkiSharesToBurn,
  enkiSplit,
} from '../../src/protocol/lst/enki/vault.ts'
import {enkiClaimable, enkiVested, type EnkiVesting} from '../../src/protocol/lst/enki/vesting.ts'

export interface ModelTicket {
  owner: string | null
  redeemed: boolean
  maturity: bigint
  owedWei: bigint
  cancelFee: bigint
  lpMaturity: bigint
  lpWei: bigint
  lpClaimed: boolean
}

export interface ModelSettings {
  vestingRatio: bigint
  vestingDuration: bigint
  redemptionFee: bigint
  cancelRedemptionFee: bigint
  queueLengthSecs: bigint
  minQueueLengthSecs: bigint
  reduceMaturityStakeSecs: bigint
  protocolTreasuryRatio: bigint
}

/** A transaction that the contract refuses, by the reason it gives. */
export class Refused extends Error {}

const OVERFLOW = 'Panic 17'
const UINT64 = 2n ** 64n

/** Balances by holder; absent is zero. */
class Ledger extends Map<string, bigint> {
  of(holder: string): bigint {
    return this.get(holder) ?? 0n
  }

  add(holder: string, wei: bigint): void {
    this.set(holder, this.of(holder) + wei)
  }

  move(from: string, to: string, wei: bigint): void {
    if (this.of(from) < wei) throw new Refused('ERC20: transfer amount exceeds balance')
    this.add(from, -wei)
    this.add(to, wei)
  }
}

export class EnkiModel {
  now = 0n
  readonly metis = new Ledger()
  readonly eMetis = new Ledger()
  readonly shares = new Ledger()
  readonly lp = new Ledger()
  readonly vesting = new Map<string, EnkiVesting>()
  readonly tickets: ModelTicket[] = []
  totalAssetsWei = 0n
  supplyWei = 0n
  eMetisSupplyWei = 0n
  liabilitiesWei = 0n
  feesWei = 0n
  treasuryWei = 0n
  /** Cancelled tickets that were redeemed, or whose LP was unlocked, before. */
  paidTwice = 0

  readonly settings: ModelSettings
  readonly lpFactor: bigint
  /** Whether spent tickets can no longer be cancelled. */
  readonly strict: boolean

  constructor(settings: ModelSettings, lpFactor: bigint, strict: boolean) {
    this.settings = settings
    this.lpFactor = lpFactor
    this.strict = strict
  }

  account(user: string): EnkiVesting {
    const none = {
      ...{stakedEnkiWei: 0n, cumulativeClaimWei: 0n, claimedWei: 0n},
      ...{lastVestingTime: 0n, unvestedWei: 0n},
    }
    return this.vesting.get(user) ?? none
  }

  mint(user: string, wei: bigint, stake: boolean): void {
    if (wei === 0n) throw new Refused('EMetisMinter: amount is zero')
    this.metis.move(user, 'minter', wei)
    this.eMetisSupplyWei += wei
    this.eMetis.add(stake ? 'vault' : user, wei)
    if (stake) this.issue(user, wei)
  }

  deposit(user: string, wei: bigint): void {
    this.eMetis.move(user, 'vault', wei)
    this.issue(user, wei)
  }

  redeem(user: string, sharesWei: bigint): void {
    if (sharesWei > this.shares.of(user)) throw new Refused('ERC4626: redeem more than max')
    this.leave(user, enkiAssets(this, sharesWei), sharesWei)
  }

  withdraw(user: string, assetsWei: bigint): void {
    const most = enkiAssets(this, this.shares.of(user))
    if (assetsWei > most) throw new Refused('ERC4626: withdraw more than max')
    this.leave(user, assetsWei, enkiSharesToBurn(this, assetsWei))
  }

  stake(user: string, enkiWei: bigint): void {
    const account = this.vest(user)
    this.lp.move(user, 'vesting', enkiWei)
    this.vesting.set(user, {...account, stakedEnkiWei: account.stakedEnkiWei + enkiWei})
  }

  claim(user: string): void {
    const account = this.vest(user)
    const wei = enkiClaimable(account, this.now, this.settings.vestingDuration)
    this.vesting.set(user, {...account, claimedWei: account.claimedWei + wei})
    this.eMetis.move('vesting', user, wei)
  }

  unstake(user: string): void {
    this.claim(user)
    const {stakedEnkiWei, unvestedWei} = this.account(user)
    this.lp.move('vesting', user, stakedEnkiWei)
    this.vesting.delete(user)
    this.vesting.set(user, {...this.account(user), unvestedWei})
  }

  enter(user: string, wei: bigint): void {
    if (wei === 0n) throw new Refused('RedemptionQueue: amount is zero')
    const {redemptionFee, cancelRedemptionFee, queueLengthSecs} = this.settings
    const {owedWei, feeWei} = enkiTicket(wei, redemptionFee)
    this.eMetis.move(user, 'queue', wei)
    this.liabilitiesWei += owedWei
    this.feesWei += feeWei
    this.tickets.push({
      ...{owner: user, redeemed: false, maturity: this.now + queueLengthSecs, owedWei},
      ...{cancelFee: cancelRedemptionFee, lpMaturity: 0n, lpWei: 0n, lpClaimed: false},
    })
  }

  redeemTicket(user: string, id: number): void {
    const ticket = this.held(user, id)
    if (ticket.redeemed) throw new Refused('AlreadyRedeemed')
    if (this.now < ticket.maturity) throw new Refused('NotMatureYet')
    if (this.liabilitiesWei < ticket.owedWei) throw new Refused(OVERFLOW)
    if (this.eMetis.of('queue') < ticket.owedWei) {
      throw new Refused('ERC20: burn amount exceeds balance')
    }
    this.metis.move('queue', user, ticket.owedWei)
    this.eMetis.add('queue', -ticket.owedWei)
    this.eMetisSupplyWei -= ticket.owedWei
    this.liabilitiesWei -= ticket.owedWei
    ticket.redeemed = true
    if (ticket.lpWei === 0n || ticket.lpClaimed) ticket.owner = null
  }

  cancel(user: string, id: number): void {
    const ticket = this.held(user, id)
    if (this.strict && ticket.redeemed) throw new Refused('AlreadyRedeemed')
    if (this.strict && ticket.lpClaimed) throw new Refused('LpTokenNotLocked')
    const {returnedWei, feeWei} = enkiCancel(ticket.owedWei, ticket.cancelFee)
    if (this.liabilitiesWei < ticket.owedWei) throw new Refused(OVERFLOW)
    if (this.lp.of('queue') < ticket.lpWei) {
      throw new Refused('ERC20: transfer amount exceeds balance')
    }
    this.eMetis.move('queue', user, returnedWei)
    this.lp.move('queue', user, ticket.lpWei)
    this.liabilitiesWei -= ticket.owedWei
    this.feesWei += feeWei
    if (ticket.redeemed || ticket.lpClaimed) this.paidTwice++
    ticket.owner = null
    ticket.redeemed = true
  }

  reduce(user: string, id: number, lpWei: bigint): void {
    if (lpWei === 0n) throw new Refused('RedemptionQueue: amount is zero')
    const ticket = this.held(user, id)
    if (ticket.lpWei > 0n) throw new Refused('AlreadyReducedMaturity')
    if (ticket.owedWei === 0n) throw new Refused('Panic 18')
    const seconds = enkiReduceSeconds(ticket.owedWei, lpWei, this.lpFactor)
    const least = seconds + this.settings.minQueueLengthSecs
    if (least >= UINT64) throw new Refused(OVERFLOW)
    const left = ticket.maturity < this.now ? 0n : ticket.maturity - this.now
    if (least > left) throw new Refused('ReduceTimeExceedsLimit')
    this.lp.move(user, 'queue', lpWei)
    ticket.maturity -= seconds
    ticket.lpWei = lpWei
    ticket.lpMaturity = this.now + this.settings.reduceMaturityStakeSecs
  }

  unlockLp(user: string, id: number): void {
    const ticket = this.held(user, id)
    if (ticket.lpWei === 0n || ticket.lpClaimed) throw new Refused('LpTokenNotLocked')
    if (ticket.lpMaturity > this.now) throw new Refused('NotMatureYet')
    this.lp.move('queue', user, ticket.lpWei)
    ticket.lpClaimed = true
    if (ticket.redeemed) ticket.owner = null
  }

  earn(wei: bigint): void {
    this.eMetis.add('dispatcher', wei)
    this.eMetisSupplyWei += wei
  }

  dispatch(): void {
    const wei = this.eMetis.of('dispatcher')
    if (wei === 0n) throw new Refused('RewardDispatcher: no reward')
    const treasury = enkiShare(wei, this.settings.protocolTreasuryRatio)
    this.treasuryWei += treasury
    this.eMetis.move('dispatcher', 'vault', wei - treasury)
    this.totalAssetsWei += wei - treasury
  }

  withdrawTreasury(wei: bigint, redeem: boolean): void {
    if (wei > this.treasuryWei) throw new Refused('RewardDispatcher: insufficient balance')
    if (!redeem) {
      this.eMetis.move('dispatcher', 'admin', wei)
    } else {
      if (wei === 0n) throw new Refused('EMetisMinter: amount is zero')
      if (this.metis.of('minter') < wei) throw new Refused('EMetisMinter: insufficient balance')
      if (this.eMetis.of('dispatcher') < wei) {
        throw new Refused('ERC20: burn amount exceeds balance')
      }
      this.eMetis.add('dispatcher', -wei)
      this.eMetisSupplyWei -= wei
      this.metis.move('minter', 'admin', wei)
    }
    this.treasuryWei -= wei
  }

  fundQueue(wei: bigint): void {
    if (wei === 0n) throw new Refused('EMetisMinter: amount is zero')
    this.metis.move('minter', 'queue', wei)
  }

  collectFees(wei: bigint): void {
    if (wei === 0n) throw new Refused('RedemptionQueue: amount is zero')
    if (wei > this.feesWei) throw new Refused('ExceedsCollectedFees')
    this.eMetis.move('queue', 'admin', wei)
    this.feesWei -= wei
  }

  private issue(user: string, wei: bigint): void {
    const shares = enkiShares(this, wei)
    this.shares.add(user, shares)
    this.supplyWei += shares
    this.totalAssetsWei += wei
  }

  private leave(user: string, assetsWei: bigint, sharesWei: bigint): void {
    const {liquidWei, vestsWei} = enkiSplit(assetsWei, this.settings.vestingRatio)
    if (vestsWei === 0n) throw new Refused('Vesting: amount is zero')
    const account = this.vest(user)
    this.shares.add(user, -sharesWei)
    this.supplyWei -= sharesWei
    this.eMetis.move('vault', 'vesting', vestsWei)
    this.eMetis.move('vault', user, liquidWei)
    this.vesting.set(user, {...account, unvestedWei: account.unvestedWei + vestsWei})
    this.totalAssetsWei -= assetsWei
  }

  /** Not stored: a transaction that is refused changes nothing. */
  private vest(user: string): EnkiVesting {
    const account = this.account(user)
    const wei = enkiVested(account, this.now, this.settings.vestingDuration)
    return {
      ...account,
      lastVestingTime: this.now,
      cumulativeClaimWei: account.cumulativeClaimWei + wei,
      unvestedWei: account.unvestedWei - wei,
    }
  }

  private held(user: string, id: number): ModelTicket {
    const ticket = this.tickets[id]
    if (!ticket || ticket.owner === null) throw new Refused('ERC721: invalid token ID')
    if (ticket.owner !== user) throw new Refused('Erc721CallerNotOwnerOrApproved')
    return ticket
  }
}
