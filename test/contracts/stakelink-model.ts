/** stake.link on L2 as a bigint model, built on the formulas of the product. One call is one transaction. */
import {splitDeposit, splitWithdrawal} from '../../src/protocol/lst/stakelink/flows.ts'
import {
  afterBurn,
  afterRewards,
  afterStake,
  stakelinkBalance,
  stakelinkFees,
  stakelinkShares,
  stakelinkStake,
} from '../../src/protocol/lst/stakelink/shares.ts'
import {finalizedWei} from '../../src/protocol/lst/stakelink/withdrawals.ts'

/** A transaction that the contract refuses, by the reason it gives. */
export class Refused extends Error {}

const ONE = 10n ** 18n
const DAY = 24n * 3600n
const DUST_SHARES = 100n
const FEES = [300n, 600n, 300n] as const
const MIN_WITHDRAWAL = ONE

/** Balances by holder; absent is zero. */
class Ledger extends Map<string, bigint> {
  readonly short: string

  constructor(short: string) {
    super()
    this.short = short
  }

  of(holder: string): bigint {
    return this.get(holder) ?? 0n
  }

  add(holder: string, wei: bigint): void {
    this.set(holder, this.of(holder) + wei)
  }

  move(from: string, to: string, wei: bigint): void {
    if (this.of(from) < wei) throw new Refused(this.short)
    this.add(from, -wei)
    this.add(to, wei)
  }
}

interface ModelWithdrawal {
  owner: string | null
  shares: bigint
  partWei: bigint
}

const least = (a: bigint, b: bigint) => (a < b ? a : b)

export class StakelinkModel {
  now = 0n
  lastBatch = 0n
  totalStakedWei = 0n
  totalShares = 0n
  /** Staked on L1, as L2 knows it. */
  l1Wei = 0n
  mostWei = 0n
  totalQueuedWei = 0n
  queuedShares = 0n
  next = 0
  allowsInstant = true
  readonly shares = new Ledger('Transfer amount exceeds balance')
  readonly wrapped = new Ledger('ERC20: burn amount exceeds balance')
  readonly metis = new Ledger('ERC20: transfer amount exceeds balance')
  readonly queuedOf = new Ledger('Panic 17')
  /** The first of each is empty. */
  readonly withdrawals: ModelWithdrawal[] = [{owner: null, shares: 0n, partWei: 0n}]
  readonly batches = [{lastId: 0, price: 0n}]

  get queuedWithdrawalsWei(): bigint {
    return stakelinkStake(this, this.queuedShares)
  }

  get liquidWei(): bigint {
    return this.totalStakedWei > this.l1Wei ? this.totalStakedWei - this.l1Wei : 0n
  }

  balance(holder: string): bigint {
    return stakelinkBalance(this, this.shares.of(holder))
  }

  deposit(user: string, wei: bigint, queues: boolean): void {
    if (wei === 0n) throw new Refused('InvalidAmount')
    this.metis.move(user, 'priority', wei)
    const roomWei = this.mostWei > this.totalStakedWei ? this.mostWei - this.totalStakedWei : 0n
    const split = splitDeposit({...this.flow(), roomWei}, wei)
    if (split.swappedWei > 0n) {
      this.metis.move('priority', 'withdrawals', split.swappedWei)
      this.transfer('withdrawals', 'priority', split.swappedWei)
      this.finalize(split.swappedWei)
      this.transfer('priority', user, split.swappedWei)
    }
    this.stake('priority', user, split.stakedWei)
    if (queues) {
      this.queuedOf.add(user, split.restWei)
      this.totalQueuedWei += split.restWei
    } else this.metis.move('priority', user, split.restWei)
  }

  withdraw(user: string, wei: bigint, {unqueues, queues}: {unqueues: boolean; queues: boolean}) {
    if (wei === 0n) throw new Refused('InvalidAmount')
    const own = unqueues ? least(least(this.queuedOf.of(user), this.totalQueuedWei), wei) : 0n
    this.queuedOf.add(user, -own)
    this.totalQueuedWei -= own
    let paid = own
    if (own < wei) {
      this.transfer(user, 'priority', wei - own)
      paid += this.exit(user, wei - own, {queues, revertsOnNothing: own === 0n})
    }
    this.metis.move('priority', user, paid)
  }

  unqueue(user: string, wei: bigint): void {
    if (wei === 0n) throw new Refused('InvalidAmount')
    if (wei > this.totalQueuedWei) throw new Refused('InsufficientQueuedTokens')
    if (wei > this.queuedOf.of(user)) throw new Refused('InsufficientBalance')
    this.queuedOf.add(user, -wei)
    this.totalQueuedWei -= wei
    this.metis.move('priority', user, wei)
  }

  /** Stakes what is queued, as far as there is room. */
  stakeQueued(): void {
    const room = this.mostWei > this.totalStakedWei ? this.mostWei - this.totalStakedWei : 0n
    if (room === 0n) throw new Refused('InsufficientDepositRoom')
    if (this.totalQueuedWei === 0n) throw new Refused('InsufficientQueuedTokens')
    const wei = least(this.totalQueuedWei, room)
    this.stake('priority', 'priority', wei)
    this.totalQueuedWei -= wei
  }

  upkeep(): void {
    const total = this.queuedWithdrawalsWei
    const liquid = least(this.balance('withdrawals'), this.liquidWei + this.totalQueuedWei)
    const isTime = this.now > this.lastBatch + DAY
    if (total === 0n || liquid === 0n || !isTime) throw new Refused('NoUpkeepNeeded')
    const wei = least(total, liquid)
    this.transfer('withdrawals', 'priority', wei)
    if (wei > this.liquidWei) throw new Refused('Not enough liquidity available to withdraw')
    this.burn('priority', wei)
    this.metis.move('strategy', 'withdrawals', wei)
    this.finalize(wei)
    this.lastBatch = this.now
  }

  /** Ids and batches of what an account can claim. */
  claimable(user: string): {ids: number[]; batches: number[]} {
    const ids = this.withdrawals.flatMap(({owner, shares, partWei}, id) =>
      owner === user && (shares > 0n || partWei > 0n) ? [id] : [],
    )
    const found = ids.filter((id) => this.batchOf(id) > 0 || this.withdrawals[id]!.partWei > 0n)
    return {ids: found, batches: found.map((id) => this.batchOf(id))}
  }

  claim(user: string): void {
    for (const id of this.claimable(user).ids) {
      const each = this.withdrawals[id]!
      const batch = this.batchOf(id)
      const paid = batch > 0 ? finalizedWei(each, this.batches[batch]!.price) : each.partWei
      this.metis.move('withdrawals', user, paid)
      this.withdrawals[id] =
        batch > 0 ? {owner: null, shares: 0n, partWei: 0n} : {...each, partWei: 0n}
    }
  }

  wrap(user: string, wei: bigint): void {
    this.transfer(user, 'wrapped', wei)
    if (wei === 0n) throw new Refused('Amount must be > 0')
    this.wrapped.add(user, stakelinkShares(this, wei))
  }

  unwrap(user: string, wei: bigint): void {
    if (wei === 0n) throw new Refused('Amount must be > 0')
    this.wrapped.move(user, 'burnt', wei)
    this.transfer('wrapped', user, stakelinkStake(this, wei))
  }

  transfer(from: string, to: string, wei: bigint): void {
    this.shares.move(from, to, stakelinkShares(this, wei))
  }

  /** Rewards, or below zero a loss, of METIS that is on L2. */
  earn(wei: bigint): void {
    this.metis.add('strategy', wei)
    const fees = wei > 0n ? stakelinkFees(wei, FEES) : []
    const due = fees.reduce((sum, each) => sum + each, 0n)
    const {feeShares, ...after} = afterRewards(this, wei, due)
    Object.assign(this, after)
    if (due === 0n) return
    this.shares.add('pool', feeShares)
    for (const each of fees.slice(0, -1)) this.transfer('pool', 'admin', each)
    this.transfer('pool', 'admin', this.balance('pool'))
  }

  moveToL1(): void {
    const idle = this.metis.of('strategy')
    this.metis.add('strategy', -idle)
    this.l1Wei += idle
  }

  bringBack(wei: bigint): void {
    this.l1Wei -= wei
    this.metis.add('strategy', wei)
  }

  /** Everything that is an account's own, at the price of now. */
  worth(user: string): bigint {
    const waiting = this.withdrawals.flatMap((each, id) => {
      if (each.owner !== user) return []
      const batch = this.batchOf(id)
      const price = this.batches[batch]!.price
      return [
        batch > 0 ? finalizedWei(each, price) : each.partWei + stakelinkStake(this, each.shares),
      ]
    })
    return [
      this.metis.of(user),
      this.queuedOf.of(user),
      stakelinkStake(this, this.shares.of(user)),
      stakelinkStake(this, this.wrapped.of(user)),
      ...waiting,
    ].reduce((sum, each) => sum + each, 0n)
  }

  private flow() {
    const {totalQueuedWei, queuedWithdrawalsWei} = this
    return {totalQueuedWei, queuedWithdrawalsWei}
  }

  private batchOf(id: number): number {
    const found = this.batches.findIndex(({lastId}) => id <= lastId)
    return found < 0 ? 0 : found
  }

  private stake(from: string, to: string, wei: bigint): void {
    if (wei === 0n) return
    this.metis.move(from, 'strategy', wei)
    this.shares.add(to, stakelinkShares(this, wei))
    Object.assign(this, afterStake(this, wei))
  }

  private burn(holder: string, wei: bigint): void {
    const burnt = stakelinkShares(this, wei)
    if (this.shares.of(holder) < burnt) throw new Refused('Burn amount exceeds balance')
    this.shares.add(holder, -burnt)
    Object.assign(this, afterBurn(this, wei))
  }

  private exit(
    user: string,
    wei: bigint,
    {queues, revertsOnNothing}: {queues: boolean; revertsOnNothing: boolean},
  ): bigint {
    const {allowsInstant, liquidWei} = this
    const room = {...this.flow(), allowsInstant, liquidWei, minWithdrawalWei: MIN_WITHDRAWAL}
    const split = splitWithdrawal(room, wei)
    this.totalQueuedWei -= split.swappedWei
    if (split.instantWei > 0n) {
      // What is queued has to be asked first, at the price before.
      this.burn('priority', split.instantWei)
      this.metis.move('strategy', 'priority', split.instantWei)
    }
    const paid = split.swappedWei + split.instantWei
    if (paid < wei && !queues) throw new Refused('InsufficientLiquidity')
    if (split.waitsWei > 0n) this.enqueue(user, split.waitsWei)
    if (split.returnedWei > 0n) this.transfer('priority', user, split.returnedWei)
    if (revertsOnNothing && paid + split.waitsWei === 0n) throw new Refused('WithdrawFailed')
    return paid
  }

  private enqueue(user: string, wei: bigint): void {
    this.transfer('priority', 'withdrawals', wei)
    const shares = stakelinkShares(this, wei)
    this.withdrawals.push({owner: user, shares, partWei: 0n})
    this.queuedShares += shares
  }

  private finalize(wei: bigint): void {
    let left = stakelinkShares(this, wei)
    if (left > this.queuedShares) throw new Refused('Panic 17')
    this.queuedShares -= left
    let id = this.next
    while (id < this.withdrawals.length && this.withdrawals[id]!.shares < left) {
      left -= this.withdrawals[id]!.shares
      id++
    }
    const each = this.withdrawals[id]
    if (!each) {
      if (left > 0n) throw new Refused('Panic 1')
      return
    }
    const isWhole = each.shares === left
    if (!isWhole) {
      const rest = each.shares - left
      const isDust = rest < DUST_SHARES
      if (isDust) this.queuedShares -= rest
      const partWei = each.partWei + stakelinkStake(this, left)
      this.withdrawals[id] = {...each, partWei, shares: isDust ? 0n : rest}
    }
    this.next = isWhole ? id + 1 : id
    this.batches.push({lastId: isWhole ? id : id - 1, price: stakelinkStake(this, ONE)})
  }
}
