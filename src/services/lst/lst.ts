import type {Address} from 'viem'

import {MetisSeqError} from '../../lib/errors.ts'
import {deployedLst, type LstId} from '../../protocol/lst/providers.ts'
import type {Context} from '../context.ts'
import type {Receipt} from '../sending/send-dependencies.ts'
import {requireOwner} from '../staking/sequencers.ts'
import type {
  DepositRequest,
  LstDescription,
  LstPlan,
  LstPosition,
  LstProvider,
  LstState,
  LstVerified,
} from './provider.ts'
import {openProviders} from './providers.ts'

/** The liquid-staking providers of the network. */
export function listProviders(context: Context): Promise<LstDescription[]> {
  return Promise.all(providersOf(context).map((provider) => provider.describe()))
}

export interface LstRates extends LstState {
  provider: LstDescription
}

export function readRates(context: Context): Promise<LstRates[]> {
  return Promise.all(
    providersOf(context).map(async (provider) => ({
      provider: await provider.describe(),
      ...(await provider.read()),
    })),
  )
}

/**
 * Position of an account with the first provider of the network.
 *
 * @throws {MetisSeqError} LST_UNKNOWN
 */
export async function readPosition(context: Context, account: Address): Promise<LstPosition> {
  return requireProvider(context).position(account)
}

/**
 * Plans a deposit by the owner: METIS on L2 becomes the provider's token of the same account.
 *
 * @throws {MetisSeqError} LST_UNKNOWN, AMOUNT_OUT_OF_RANGE, METIS_BALANCE_LOW
 */
export async function planDeposit(
  context: Context,
  {provider, ...request}: DepositRequest & {provider: LstId},
): Promise<LstPlan> {
  return requireProvider(context, provider).plan(requireOwner(context), request)
}

/**
 * Compares the block of the deposit with its plan.
 *
 * @throws {MetisSeqError} POST_STATE
 */
export function verifyDeposit(
  context: Context,
  provider: LstId,
  plan: LstPlan,
  mined: Pick<Receipt, 'hash' | 'blockNumber'>,
): Promise<LstVerified> {
  return requireProvider(context, provider).verify(plan, mined)
}

function providersOf({network, l2}: Context): LstProvider[] {
  // A network without any is not queried.
  return deployedLst(network.lst).length === 0 ? [] : openProviders(l2().client, network.lst)
}

/** @throws {MetisSeqError} LST_UNKNOWN */
function requireProvider(context: Context, id?: LstId): LstProvider {
  const found = providersOf(context).find(
    ({about, capabilities}) => id === undefined || (about.id === id && capabilities.deposits),
  )
  if (found) return found
  throw new MetisSeqError({
    code: 'LST_UNKNOWN',
    message: `No liquid-staking provider is known on ${context.networkName}.`,
    facts: {network: context.networkName},
    hints: ['Run `metis-seq lst list --network andromeda`.'],
  })
}
