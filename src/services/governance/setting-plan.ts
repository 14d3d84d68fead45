import {isAddressEqual, type Address} from 'viem'

import {MetisSeqError} from '../../lib/errors.ts'
import {foretelling, ourOwn, requireAll, type Condition} from '../sending/check.ts'
import type {Context} from '../context.ts'
import type {Plan} from '../sending/plan.ts'
import {blockKnown} from '../staking/verify.ts'

/** A plan for a network setting, with a function to read the values it changes. */
export interface SettingPlan extends Plan {
  chain: 'L1'
  /** Reads every value of the plan on chain at a block. */
  readFigures(blockNumber: bigint): Promise<Record<string, string>>
}

/** Input of a plan for a setting. The sending account is the owner of the profile. */
export type SettingRequest = Omit<SettingPlan, 'chain' | 'role' | 'traps'> &
  Partial<Pick<SettingPlan, 'traps'>> & {
    conditions: Condition[]
    /** Subject of the preconditions, for errors: `A change of the whitelist`. */
    subject: string
    /** For errors. */
    facts?: Record<string, string>
  }

/**
 * A plan whose preconditions are all met.
 *
 * @throws {MetisSeqError} code of the first precondition that is not met
 */
export function toSettingPlan({subject, facts, ...request}: SettingRequest): SettingPlan {
  requireAll(request.conditions, subject, {account: request.from, ...facts})
  return {traps: [], ...request, chain: 'L1', role: 'owner'}
}

/**
 * Checks that the chain matches the plan at the block of the last transaction.
 *
 * @throws {MetisSeqError} POST_STATE
 */
export async function verifySetting(
  context: Context,
  plan: SettingPlan,
  minedInBlock: bigint,
): Promise<void> {
  await blockKnown(context.l1().client, minedInBlock)
  const found = await plan.readFigures(minedInBlock)
  const broken = plan.figures.filter(({id, after}) => found[id] !== after)
  if (!broken[0]) return
  throw new MetisSeqError({
    code: 'POST_STATE',
    message: `The transaction was mined, but ${broken[0].id} is ${found[broken[0].id]} and not ${broken[0].after}.`,
    facts: {
      block: `${minedInBlock}`,
      ...Object.fromEntries(
        broken.map(({id, after}) => [id, `expected ${after}, seen ${found[id]}`]),
      ),
    },
    hints: ['Run the same command again; something else may have changed it at the same time.'],
  })
}

/** Source: OpenZeppelin `Ownable` of both contracts. */
export function ownsContract(
  contract: 'LockingPool' | 'LockingInfo',
  caller: Address,
  owner: Address,
): Condition {
  return foretelling(contract === 'LockingPool' ? 'pool-owner' : 'info-owner', {
    label: `the account owns ${contract}`,
    ok: isAddressEqual(caller, owner),
    seen: `owner ${owner}, account ${caller}`,
  })
}

/** A no-op transaction costs gas and looks like a change. */
export function changesSomething(label: string, seen: string, ok: boolean): Condition {
  const remedy = 'Nothing needs to be done.'
  return ourOwn('changes-something', 'NOTHING_TO_CHANGE', {label, ok, seen, remedy})
}
