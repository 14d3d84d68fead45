import {decodeAbiParameters, type Address, type Hash, type Hex} from 'viem'
import {call, estimateGas, getBalance, getTransactionCount} from 'viem/actions'

import type {ChainClient} from '../../chain/connect.ts'
import {maxPricePerGas, readBaseFees, readPrices, type GasFees} from '../../chain/fees.ts'
import type {TransactionSigner} from '../../chain/signer.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import {formatWei, formatWeiShort} from '../../lib/units.ts'
import {gasLimitOf, headroomOf, likelyGasOf, mostGasOf} from '../../protocol/gas.ts'
import type {Tip} from '../../protocol/tip.ts'
import {
  assertNoTrap,
  codeText,
  DEAR_GAS_WEI,
  type CodeAnswer,
  type Plan,
  type PlannedCall,
  type Trap,
} from './plan.ts'
import {refusalOf} from './planned-call.ts'
import type {Receipt, SendDependencies} from './send-dependencies.ts'
import {sendEntry} from './send-entry.ts'
import {settleOpenTransactions} from './wait-transaction.ts'

/** Options from the command line. */
export interface SendChoices {
  overrides: readonly string[]
  maxFeeWei?: bigint | undefined
  priorityFeeWei?: bigint | undefined
  nonce?: number | undefined
  /** The request, normalized, so that a later run can recognize the same request. */
  asked?: string | undefined
  /** False to return after the broadcast of the last call. */
  waitMined: boolean
  /** True to send nothing, not even a transaction that was signed earlier. */
  looksOnly?: boolean
  /** True when another account pays for gas, such as the executor of a Safe. */
  gasPaidElsewhere?: boolean
}

/** A plan with its cost. */
export interface Preview {
  plan: Plan
  fees: GasFees
  /** Tip per gas for the block producer, with its source; null on a chain without a base fee. */
  tip: Tip | null
  /** Gas of each call; null where it depends on an earlier call. */
  gasLimits: (bigint | null)[]
  /** Cost of all calls at current fees, in wei of the chain's coin. */
  likelyCostWei: bigint
  /** Maximum cost of all calls. */
  maxCostWei: bigint
  /** Nonce of the first call; null where another account sends it. */
  firstNonce: number | null
  /** Traps that apply and that the operator has overridden. */
  overridden: Trap[]
  balanceWei: bigint
}

export interface SentCall {
  label: string
  hash: Hash
  receipt: Receipt | null
}

/**
 * Checks a plan against the current chain: pending transactions first, then traps, simulation and
 * cost. Only sends transactions that were already signed and journaled.
 *
 * @throws {MetisSeqError} TRAP, the mapped revert, BALANCE_LOW, NONCE_USED, NONCE_GAP
 */
export async function previewPlan(
  plan: Plan,
  choices: SendChoices,
  dependencies: SendDependencies,
): Promise<Preview> {
  await settleOpenTransactions(plan.from, dependencies, choices.looksOnly)
  assertNoTrap(plan.traps, choices.overrides)
  const {client, reporter} = dependencies
  const [firstNonce, {fees, likelyPriceWei, tip}, balanceWei, baseFees] = await Promise.all([
    // A preview rejects what sending would reject.
    choices.gasPaidElsewhere ? null : chooseNonce(plan, choices, dependencies),
    readPrices(client, choices),
    getBalance(client, {address: plan.from}),
    // An operator who sets a maximum fee has considered the price.
    choices.maxFeeWei === undefined ? readBaseFees(client) : undefined,
  ])
  const value = sum(plan.calls.map(({valueWei}) => valueWei))
  // Before the simulation, which would fail with the endpoint's own wording.
  const pulled = sum(plan.calls.map(({pullsWei = 0n}) => pullsWei))
  if (balanceWei < value + pulled) throw balanceLow(plan, balanceWei, value + pulled)
  const gasLimits: (bigint | null)[] = []
  for (const [index, planned] of plan.calls.entries()) {
    gasLimits.push(index === 0 ? await simulate(client, plan, planned) : null)
  }
  if (plan.calls[0]) reporter.onSimulated(plan.calls[0].label)
  const gasOfCalls = plan.calls.map(({gasAtMost}, at) => ({
    limit: gasLimits[at] ?? null,
    atMost: gasAtMost,
    headroom: headroomOf(plan.chain),
  }))
  const gas = sum(gasOfCalls.map(mostGasOf))
  const gasCostWei = sum(gasOfCalls.map(likelyGasOf)) * likelyPriceWei
  const spike =
    choices.maxFeeWei === undefined
      ? [...dearGas(plan, gasCostWei), ...(baseFees ? feeSpike(baseFees, gas) : [])]
      : []
  assertNoTrap(spike, choices.overrides)
  const maxCostWei = gas * maxPricePerGas(fees) + value
  if (!choices.gasPaidElsewhere && balanceWei < maxCostWei + pulled) {
    throw balanceLow(plan, balanceWei, maxCostWei + pulled)
  }
  const likelyCostWei = gasCostWei + value
  const overridden = [...plan.traps, ...spike]
  return {plan, fees, tip, gasLimits, likelyCostWei, maxCostWei, balanceWei, firstNonce, overridden}
}

/**
 * Carries out a confirmed plan: for each call simulate, sign, journal, send, wait.
 *
 * @throws {MetisSeqError} TX_REVERTED, TX_REJECTED, TX_UNKNOWN, INTERRUPTED; what was sent is in the
 *   journal
 */
export async function sendPlan(
  {plan, fees}: Preview,
  signer: TransactionSigner,
  choices: SendChoices,
  dependencies: SendDependencies,
): Promise<SentCall[]> {
  assertSigner(plan, signer.address)
  const sent: SentCall[] = []
  const firstNonce = await chooseNonce(plan, choices, dependencies)
  for (const [index, planned] of plan.calls.entries()) {
    dependencies.signal.throwIfAborted()
    const last = index === plan.calls.length - 1
    const gasLimit = await simulate(dependencies.client, plan, planned)
    const transaction = {
      chainId: dependencies.chainId,
      nonce: firstNonce + index,
      to: planned.to,
      data: planned.data,
      valueWei: planned.valueWei,
      gasLimit,
      fees,
    }
    const {raw, hash} = await signer.sign(transaction)
    // A later call may need an earlier one mined, so only the last may skip the wait.
    const wait = choices.waitMined || !last
    sent.push(
      await sendOne(
        {plan, planned, asked: choices.asked, isLast: last},
        {raw, hash, nonce: transaction.nonce},
        wait,
        dependencies,
      ),
    )
  }
  return sent
}

/**
 * The nonce of the first call must be the account's next one, even if another was given.
 *
 * @throws {MetisSeqError} NONCE_USED, NONCE_GAP; nothing was signed
 */
async function chooseNonce(
  {from}: Plan,
  {nonce: wanted}: SendChoices,
  {client, chainId, journal}: SendDependencies,
): Promise<number> {
  const count = (blockTag: 'latest' | 'pending') =>
    getTransactionCount(client, {address: from, blockTag})
  const [latest, pending] = await Promise.all([count('latest'), count('pending')])
  const nonce = wanted ?? pending
  // A lagging backend returns a nonce that we know is used.
  const mined = journal.minedAt(chainId, from, nonce)
  if (nonce < latest || mined) throw nonceUsed(from, nonce, latest, mined?.hash)
  if (nonce > pending) throw nonceGap(from, nonce, pending)
  return nonce
}

interface Sending {
  plan: Plan
  planned: PlannedCall
  asked: string | undefined
  isLast: boolean
}

async function sendOne(
  {plan, planned, asked, isLast}: Sending,
  signed: {raw: Hex; hash: Hash; nonce: number},
  wait: boolean,
  dependencies: SendDependencies,
): Promise<SentCall> {
  const {network, chainId} = dependencies
  const entry = {
    ...{action: plan.action, label: planned.label, network, chainId, from: plan.from},
    ...{to: planned.to, nonce: signed.nonce, valueWei: planned.valueWei},
    ...{hash: signed.hash, raw: signed.raw, asked: asked ?? null},
    isStep: !isLast && !planned.moves,
    rest: isLast ? null : (planned.moves?.rest ?? null),
  }
  const {receipt} = await sendEntry(entry, wait, dependencies)
  return {label: planned.label, hash: receipt?.hash ?? signed.hash, receipt}
}

/** Simulates the call and estimates its gas, with a fifth on top and more on L2. */
export async function simulate(
  client: ChainClient,
  {from, chain}: Pick<Plan, 'from' | 'chain'>,
  planned: PlannedCall,
): Promise<bigint> {
  const transaction = {
    account: from,
    to: planned.to,
    data: planned.data,
    value: planned.valueWei,
  }
  try {
    const {data} = await call(client, transaction)
    assertNoCode(planned, data, from)
    return gasLimitOf(await estimateGas(client, transaction), headroomOf(chain))
  } catch (error) {
    throw refusalOf(error, planned, from)
  }
}

/** @throws {MetisSeqError} MARKET_REFUSES for a call that would succeed and change nothing */
function assertNoCode(planned: PlannedCall, data: Hex | undefined, from: Address): void {
  const {answersWithCode, contract, label} = planned
  if (!answersWithCode || data === undefined || data === '0x') return
  const code = codesIn(data, answersWithCode).find((each) => each !== 0n)
  if (code === undefined) return
  const refusal = codeText(code, answersWithCode.names)
  throw new MetisSeqError({
    code: 'MARKET_REFUSES',
    message: `${contract} answers with ${refusal}: the transaction would succeed and change nothing.`,
    exit: 'precondition',
    facts: {contract, function: label, from, revert: refusal},
    hints: ['Nothing was sent. Choose a smaller amount, or check the state of the market.'],
  })
}

function codesIn(data: Hex, {isList}: CodeAnswer): readonly bigint[] {
  // An answer that cannot be decoded is no success.
  if (isList) return decodeAbiParameters([{type: 'uint256[]'}], data)[0]
  return decodeAbiParameters([{type: 'uint256'}], data)
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n)
}

function dearGas({chain}: Plan, costWei: bigint): Trap[] {
  if (costWei <= DEAR_GAS_WEI) return []
  const coin = chain === 'L1' ? 'ETH' : 'METIS'
  return [
    {
      id: 'fee-spike',
      message: `The endpoint asks for ${formatWeiShort(costWei)} ${coin} of gas. Set a limit with --max-fee to send anyway.`,
    },
  ]
}

/** Multiple of the usual base fee that counts as a spike, if the extra cost is also this high. */
const SPIKE_TIMES = 3n
const SPIKE_COST_WEI = 2_000_000_000_000_000n

/** A fee spike, which most operations can wait out. */
function feeSpike({nowWei, usualWei}: {nowWei: bigint; usualWei: bigint}, gas: bigint): Trap[] {
  const moreWei = (nowWei - usualWei) * gas
  if (nowWei < usualWei * SPIKE_TIMES || moreWei < SPIKE_COST_WEI) return []
  const gwei = (wei: bigint) => `${formatWeiShort(wei * 10n ** 9n)} gwei`
  return [
    {
      id: 'fee-spike',
      message: `Gas costs ${gwei(nowWei)} now and ${gwei(usualWei)} usually: waiting saves about ${formatWeiShort(moreWei)} ETH. Set a limit with --max-fee to send anyway.`,
    },
  ]
}

function nonceUsed(from: Address, nonce: number, next: number, hash?: Hash): MetisSeqError {
  return new MetisSeqError({
    code: 'NONCE_USED',
    message: hash
      ? `Nonce ${nonce} of ${from} is used by one of our transactions that the endpoint does not know yet.`
      : `Nonce ${nonce} of ${from} is used; the next one is ${next}.`,
    facts: {account: from, nonce: `${nonce}`, next: `${next}`, ...(hash ? {hash} : {})},
    hints: ['Omit `--nonce` and run the same command again in a moment. Nothing was sent.'],
    retryable: hash !== undefined,
  })
}

function nonceGap(from: Address, nonce: number, next: number): MetisSeqError {
  return new MetisSeqError({
    code: 'NONCE_GAP',
    message: `Nonce ${nonce} leaves a gap: the next one of ${from} is ${next}, and a transaction after a gap is never mined.`,
    facts: {account: from, nonce: `${nonce}`, next: `${next}`},
    hints: ['Omit `--nonce`. Nothing was sent.'],
  })
}

function assertSigner(plan: Plan, address: Address): void {
  if (plan.from.toLowerCase() === address.toLowerCase()) return
  throw new MetisSeqError({
    code: 'WRONG_KEY',
    message: `The key signs for ${address}, but this needs the ${plan.role} ${plan.from}.`,
    facts: {needed: plan.from, key: address},
    hints: ['Run `metis-seq profile show` to see which keys the profile uses.'],
  })
}

function balanceLow(plan: Plan, balanceWei: bigint, maxCostWei: bigint): MetisSeqError {
  const coin = plan.chain === 'L1' ? 'ETH' : 'METIS'
  return new MetisSeqError({
    code: 'BALANCE_LOW',
    message: `The ${plan.role} holds ${formatWei(balanceWei)} ${coin} on ${plan.chain}, and this can cost ${formatWei(maxCostWei)} ${coin}.`,
    facts: {account: plan.from, balanceWei: `${balanceWei}`, neededWei: `${maxCostWei}`},
    hints: [
      `Send ${coin} to ${plan.from} on ${plan.chain}; on the local network run \`metis-seq local fund --address ${plan.from}\`.`,
    ],
  })
}
