/** What decides where a deposit goes. */
export interface DepositRoom {
  /** METIS of everybody that waits for room. While there is any, deposits queue behind it. */
  totalQueuedWei: bigint
  /** stMETIS that waits for METIS. */
  queuedWithdrawalsWei: bigint
  /** `StakingPool.canDeposit`. */
  roomWei: bigint
}

export interface DepositSplit {
  /** Exchanged for stMETIS of those who withdraw. */
  swappedWei: bigint
  /** Staked in the pool. */
  stakedWei: bigint
  /** Queued on demand, and refunded otherwise. */
  restWei: bigint
}

/** Source: stake.link `PriorityPool._deposit`. */
export function splitDeposit(room: DepositRoom, amountWei: bigint): DepositSplit {
  if (room.totalQueuedWei > 0n) return {swappedWei: 0n, stakedWei: 0n, restWei: amountWei}
  const swappedWei = least(amountWei, room.queuedWithdrawalsWei)
  const stakedWei = least(amountWei - swappedWei, room.roomWei)
  return {swappedWei, stakedWei, restWei: amountWei - swappedWei - stakedWei}
}

/** What decides how a withdrawal is paid. */
export interface WithdrawalRoom {
  /** METIS that waits for room: it is what a withdrawal is swapped against. */
  totalQueuedWei: bigint
  queuedWithdrawalsWei: bigint
  /** `StakingPool.canWithdraw`. */
  liquidWei: bigint
  allowsInstant: boolean
  minWithdrawalWei: bigint
}

export interface WithdrawalSplit {
  /** Paid at once from queued METIS. */
  swappedWei: bigint
  /** Paid at once by the pool. */
  instantWei: bigint
  /** Waits in the withdrawal pool. */
  waitsWei: bigint
  /** Too little to wait: stays stMETIS. */
  returnedWei: bigint
}

/** Source: stake.link `PriorityPool._withdraw`. */
export function splitWithdrawal(room: WithdrawalRoom, amountWei: bigint): WithdrawalSplit {
  const swappedWei = least(amountWei, room.totalQueuedWei)
  const canPay = room.allowsInstant && room.queuedWithdrawalsWei === 0n
  const instantWei = canPay ? least(amountWei - swappedWei, room.liquidWei) : 0n
  const rest = amountWei - swappedWei - instantWei
  const waits = rest > 0n && rest >= room.minWithdrawalWei
  return {
    ...{swappedWei, instantWei},
    waitsWei: waits ? rest : 0n,
    returnedWei: waits ? 0n : rest,
  }
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}
