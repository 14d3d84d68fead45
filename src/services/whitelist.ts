import {isAddressEqual, type Address} from 'viem'
import {readContract} from 'viem/actions'

import {lockingPoolAbi} from '../chain/abis/locking-pool.ts'
import {readWhitelisted} from '../chain/actions/locking-pool/read-pool.ts'
import {readOwnedSequencerId} from '../chain/actions/locking-pool/read-sequencer-ids.ts'
import {MetisSeqError} from '../lib/errors.ts'
import {requireAll, type Condition} from './check.ts'
import type {Context} from './context.ts'
import type {Plan, Trap} from './plan.ts'
import {setWhitelist} from './planned-calls.ts'
import {requireOwner} from './sequencers.ts'

export interface WhitelistRequest {
  account: Address
  /** False takes it off the list. */
  allowed: boolean
}

/**
 * Decides what a change of the whitelist would do. For owners of a network, with the key that owns
 * LockingPool.
 *
 * @throws {MetisSeqError} NOT_POOL_OWNER, NOTHING_TO_CHANGE
 */
export async function planWhitelist(
  context: Context,
  {account, allowed}: WhitelistRequest,
): Promise<Plan> {
  const caller = requireOwner(context)
  const {client} = context.l1()
  const {lockingPool} = context.network.l1.contracts
  const [poolOwner, isWhitelisted, sequencerId] = await Promise.all([
    readContract(client, {address: lockingPool, abi: lockingPoolAbi, functionName: 'owner'}),
    readWhitelisted(client, {lockingPool, owner: account}),
    readOwnedSequencerId(client, {lockingPool, owner: account}),
  ])
  const conditions = [
    ownsPool(caller, poolOwner),
    changesSomething(account, isWhitelisted, allowed),
  ]
  requireAll(conditions, 'A change of the whitelist', {account})
  const word = (yes: boolean) => (yes ? 'whitelisted' : 'not whitelisted')
  return {
    action: allowed ? 'sequencer allow' : 'sequencer disallow',
    title: allowed ? `Let ${account} register` : `Take ${account} off the whitelist`,
    chain: 'L1',
    from: caller,
    role: 'owner',
    calls: [setWhitelist({lockingPool, account, allowed})],
    conditions,
    effects: [{label: account, before: word(isWhitelisted), after: word(allowed)}],
    figures: [{id: 'whitelisted', before: String(isWhitelisted), after: String(allowed)}],
    traps: allowed ? [] : lockedOut(account, sequencerId),
  }
}

/**
 * Checks that the whitelist is as it was planned.
 *
 * @throws {MetisSeqError} POST_STATE
 */
export async function verifyWhitelist(
  context: Context,
  {account, allowed}: WhitelistRequest,
): Promise<void> {
  const {lockingPool} = context.network.l1.contracts
  const now = await readWhitelisted(context.l1().client, {lockingPool, owner: account})
  if (now === allowed) return
  throw new MetisSeqError({
    code: 'POST_STATE',
    message: `The transaction was mined, but ${account} is ${now ? 'still' : 'not'} whitelisted.`,
    exit: 'precondition',
    facts: {account},
    hints: ['Run the same command again; another one may have changed it in the same moment.'],
  })
}

function ownsPool(caller: Address, poolOwner: Address): Condition {
  const ok = isAddressEqual(caller, poolOwner)
  return {
    id: 'pool-owner',
    code: 'NOT_POOL_OWNER',
    label: 'the account owns LockingPool',
    ok,
    seen: `owner ${poolOwner}, account ${caller}`,
    remedy: ok ? '' : 'Only governance changes the whitelist; use a profile with its key.',
    revert: 'Ownable: caller is not the owner',
  }
}

function changesSomething(account: Address, now: boolean, wanted: boolean): Condition {
  const ok = now !== wanted
  return {
    id: 'changes-something',
    code: 'NOTHING_TO_CHANGE',
    label: `${account} is ${wanted ? 'not yet' : ''} on the whitelist`.replace('  ', ' '),
    ok,
    seen: now ? 'on it' : 'not on it',
    remedy: '',
    revert: '',
  }
}

/** Source: `LockingPool`: claim, withdraw, unlock and unlockClaim need a whitelisted owner. */
function lockedOut(account: Address, sequencerId: bigint): Trap[] {
  if (sequencerId === 0n) return []
  return [
    {
      id: 'owner-locked-out',
      message: `${account} owns sequencer ${sequencerId}: off the whitelist it can neither claim, withdraw nor leave, and its METIS stay locked.`,
    },
  ]
}
