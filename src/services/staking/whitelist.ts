import type {Address} from 'viem'

import {readOffices} from '../../chain/actions/locking-pool/read-offices.ts'
import {readWhitelisted} from '../../chain/actions/locking-pool/read-pool.ts'
import {readOwnedSequencerId} from '../../chain/actions/locking-pool/read-sequencer-ids.ts'
import {assertContractsAgree} from '../network/contracts-agree.ts'
import type {Context} from '../context.ts'
import {
  changesSomething,
  ownsContract,
  toSettingPlan,
  type SettingPlan,
} from '../governance/setting-plan.ts'
import type {Trap} from '../sending/plan.ts'
import {setWhitelist} from '../governance/planned-settings.ts'
import {requireOwner} from './sequencers.ts'

export interface WhitelistRequest {
  account: Address
  /** False removes it from the whitelist. */
  allowed: boolean
}

/**
 * Plans a change of the whitelist. For network owners, with the key that owns LockingPool.
 *
 * @throws {MetisSeqError} NOT_POOL_OWNER, NOTHING_TO_CHANGE
 */
export async function planWhitelist(
  context: Context,
  {account, allowed}: WhitelistRequest,
): Promise<SettingPlan> {
  const caller = requireOwner(context)
  const {client} = context.l1()
  const {lockingPool} = context.network.l1.contracts
  const read = (at: {blockNumber?: bigint} = {}) =>
    readWhitelisted(client, {lockingPool, owner: account, ...at})
  const [{poolOwner}, isWhitelisted, sequencerId] = await Promise.all([
    readOffices(client, context.network.l1.contracts),
    read(),
    readOwnedSequencerId(client, {lockingPool, owner: account}),
    assertContractsAgree(context),
  ])
  const word = (yes: boolean) => (yes ? 'whitelisted' : 'not whitelisted')
  return toSettingPlan({
    action: allowed ? 'sequencer allow' : 'sequencer disallow',
    title: allowed ? `Let ${account} register` : `Take ${account} off the whitelist`,
    subject: 'A change of the whitelist',
    facts: {account},
    from: caller,
    calls: [setWhitelist({lockingPool, account, allowed})],
    conditions: [
      ownsContract('LockingPool', caller, poolOwner),
      changesSomething(
        `${account} is ${allowed ? 'not yet ' : ''}on the whitelist`,
        isWhitelisted ? 'on it' : 'not on it',
        isWhitelisted !== allowed,
      ),
    ],
    effects: [{label: account, before: word(isWhitelisted), after: word(allowed)}],
    figures: [{id: 'whitelisted', before: String(isWhitelisted), after: String(allowed)}],
    traps: allowed ? [] : lockedOut(account, sequencerId),
    readFigures: async (blockNumber) => ({whitelisted: String(await read({blockNumber}))}),
  })
}

/** Source: `LockingPool`: claim, withdraw, unlock and unlockClaim need a whitelisted owner. */
function lockedOut(account: Address, sequencerId: bigint): Trap[] {
  if (sequencerId === 0n) return []
  return [
    {
      id: 'owner-locked-out',
      message: `${account} owns sequencer ${sequencerId}: off the whitelist it can neither claim, withdraw nor exit, and its METIS stay locked.`,
    },
  ]
}
