import type {Address} from 'viem'
import {getGasPrice} from 'viem/actions'

import type {ChainClient} from '../../chain/connect.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import {resolveAmount, type Amount} from '../../protocol/amount.ts'
import type {LstCapability, LstRegistration} from '../../protocol/lst/about.ts'
import type {LstId} from '../../protocol/lst/providers.ts'
import type {Context} from '../context.ts'
import type {Operation, Shown, Verification} from '../sending/run-operation.ts'
import {requireOwner} from '../staking/sequencers.ts'
import {idOf, ofEach, providersOf, requireProvider, unknownProvider, type Answers} from './each.ts'
import type {
  LstDescription,
  LstPlan,
  LstPosition,
  LstProvider,
  LstQueue,
  LstRequest,
  LstVerified,
  LstWithdrawal,
} from './provider.ts'
import {differencesOf} from './verify.ts'

export interface LstListed extends LstDescription {
  capabilities: LstCapability[]
  /** Null: governance has not registered it. */
  registration: LstRegistration | null
}

/** The liquid-staking providers of the network. */
export function listProviders(context: Context): Promise<LstListed[]> {
  return Promise.all(
    providersOf(context).map(async (provider) => ({
      ...(await provider.describe()),
      capabilities: [...provider.capabilities],
      registration: context.network.lstRegistry?.[idOf(provider)] ?? null,
    })),
  )
}

/**
 * Positions of an account, by provider.
 *
 * @throws {MetisSeqError} LST_UNKNOWN, and those of {@link ofEach}
 */
export async function readPositions(
  context: Context,
  account: Address,
  id?: LstId,
): Promise<Answers<LstPosition>> {
  const positions = await ofEach(context, id, (provider) => provider.position(account))
  if (positions.each.length === 0) throw unknownProvider(context)
  return positions
}

export interface LstRequests {
  provider: LstId
  requests: LstWithdrawal[]
}

/** Open withdrawal requests of an account, by provider. @throws {MetisSeqError} those of {@link ofEach} */
export function readRequests(
  context: Context,
  account: Address,
  id?: LstId,
): Promise<Answers<LstRequests>> {
  return ofEach(context, id, async (provider) => ({
    provider: idOf(provider),
    requests: await provider.requests(account),
  }))
}

export interface LstQueues extends LstQueue {
  provider: LstId
}

/** Everybody's open withdrawal requests, by provider. @throws {MetisSeqError} those of {@link ofEach} */
export function readQueues(context: Context, id?: LstId): Promise<Answers<LstQueues>> {
  return ofEach(context, id, async (provider) => ({
    provider: idOf(provider),
    ...(await provider.queue()),
  }))
}

/** A request whose amount may be everything, or a share of it. */
export type LstAsk =
  | {kind: 'deposit'; amount: Amount; slippageBasisPoints: number; stake?: boolean}
  | {
      kind: 'withdraw'
      amount: Amount
      token?: string | undefined
      slippageBasisPoints: number
    }
  | Exclude<LstRequest, {kind: 'deposit' | 'withdraw'}>

export interface LstDone extends LstVerified, Verification {}

/**
 * An operation of the owner with a provider, compared with the chain at the block of its last
 * transaction.
 *
 * @throws {MetisSeqError} LST_UNKNOWN, OWNER_UNKNOWN
 */
export function lstOperation(
  context: Context,
  id: LstId,
  ask: LstAsk,
  done: (verified: LstDone, plan: LstPlan) => Shown,
): Operation<LstPlan, LstDone> {
  const from = requireOwner(context)
  const provider = requireProvider(context, id)
  return {
    action: `lst ${ask.kind}`,
    chain: 'L2',
    from,
    // What is claimed is gone from the queue, so continuing after an earlier run claims the rest; but
    // a position in the queue is another request by then.
    isRepeatable: ask.kind === 'claim' && (!ask.ids || provider.about.requestIds === 'lasting'),
    plan: async () => {
      if (ask.kind === 'deposit') await assertOpen(provider)
      return provider.plan(from, await exact(context, provider, from, ask))
    },
    verify: async (plan, mined) => {
      const verified = await provider.verify(plan, mined)
      return {...verified, differences: differencesOf(plan, verified.position)}
    },
    done: (verified, plan) => done(verified, plan),
  }
}

/** Gas that stays when everything is deposited: every later step costs some. */
const RESERVED_GAS = 3_000_000n

async function exact(
  context: Context,
  provider: LstProvider,
  account: Address,
  ask: LstAsk,
): Promise<LstRequest> {
  switch (ask.kind) {
    case 'deposit': {
      const {amount, ...rest} = ask
      const all =
        amount.kind === 'exact' ? 0n : await spendable(context.l2().client, provider, account)
      return {...rest, amountMetisWei: resolveAmount(amount, all)}
    }
    case 'withdraw': {
      const {amount, ...rest} = ask
      const all = amount.kind === 'exact' ? 0n : await heldOf(provider, account, ask.token)
      return {...rest, amountWei: resolveAmount(amount, all)}
    }
    default:
      return ask
  }
}

async function spendable(
  client: ChainClient,
  provider: LstProvider,
  account: Address,
): Promise<bigint> {
  const [{liquidMetisWei}, gasPriceWei] = await Promise.all([
    provider.position(account),
    getGasPrice(client),
  ])
  const left = liquidMetisWei - gasPriceWei * RESERVED_GAS
  return left > 0n ? left : 0n
}

async function heldOf(
  provider: LstProvider,
  account: Address,
  token = provider.about.token,
): Promise<bigint> {
  const {holdings} = await provider.position(account)
  return holdings.find((each) => each.state === 'held' && each.token === token)?.wei ?? 0n
}

/** @throws {MetisSeqError} LST_CLOSED */
async function assertOpen(provider: LstProvider): Promise<void> {
  const {state, warnings, name} = await provider.describe()
  if (state === 'live') return
  throw new MetisSeqError({
    code: 'LST_CLOSED',
    message: `${name} takes no deposits: ${warnings.join(' ')}`,
    retryable: state === 'closed',
    facts: {provider: idOf(provider), state},
    hints: [
      state === 'closed'
        ? 'Withdrawals and claims are still possible: `metis-seq lst position`.'
        : 'Run `metis-seq lst list` to see what is wrong; withdrawals need fewer of its contracts.',
    ],
  })
}
