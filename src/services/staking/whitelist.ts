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
export function planWhitelist(
  context: Context,
  {account, allowed}: WhitelistRequest,
): Promise<SettingPlan> {
  return planWhitelistOf(context, {
    accounts: [account],
    allowed,
    action: allowed ? 'sequencer allow' : 'sequencer disallow',
    title: allowed ? `Let ${account} register` : `Take ${account} off the whitelist`,
  })
}

/** The same for several accounts, of which some may already be as wanted. */
export async function planWhitelistOf(
  context: Context,
  {
    accounts,
    allowed,
    action,
    title,
  }: {accounts: readonly Address[]; allowed: boolean; action: string; title: string},
): Promise<SettingPlan> {
  const caller = requireOwner(context)
  const {client} = context.l1()
  const {lockingPool} = context.network.l1.contracts
  const [{poolOwner}, members] = await Promise.all([
    readOffices(client, context.network.l1.contracts),
    Promise.all(accounts.map((account) => readMember(context, account))),
    assertContractsAgree(context),
  ])
  const changed = members.filter(({isWhitelisted}) => isWhitelisted !== allowed)
  const names = accounts.join(', ')
  const word = (yes: boolean) => (yes ? 'whitelisted' : 'not whitelisted')
  const figureOf = (account: Address) =>
    accounts.length === 1 ? 'whitelisted' : `whitelisted:${account}`
  return toSettingPlan({
    ...{action, title},
    subject: 'A change of the whitelist',
    facts: {account: names},
    from: caller,
    calls: changed.map(({account}) => setWhitelist({lockingPool, account, allowed})),
    conditions: [
      ownsContract('LockingPool', caller, poolOwner),
      changesSomething(
        `${names} is ${allowed ? 'not yet ' : ''}on the whitelist`,
        members.some(({isWhitelisted}) => isWhitelisted) ? 'on it' : 'not on it',
        changed.length > 0,
      ),
    ],
    effects: changed.map(({account, isWhitelisted}) => ({
      label: account,
      before: word(isWhitelisted),
      after: word(allowed),
    })),
    figures: changed.map(({account, isWhitelisted}) => ({
      id: figureOf(account),
      before: String(isWhitelisted),
      after: String(allowed),
    })),
    traps: allowed ? [] : changed.flatMap(lockedOut),
    readFigures: async (blockNumber) => {
      const after = await Promise.all(
        changed.map(async ({account}) => [
          figureOf(account),
          String(await readWhitelisted(client, {lockingPool, owner: account, blockNumber})),
        ]),
      )
      return Object.fromEntries(after) as Record<string, string>
    },
  })
}

interface Member {
  account: Address
  isWhitelisted: boolean
  /** 0 for none. */
  sequencerId: bigint
}

export async function readMember({l1, network}: Context, account: Address): Promise<Member> {
  const at = {lockingPool: network.l1.contracts.lockingPool, owner: account}
  const [isWhitelisted, sequencerId] = await Promise.all([
    readWhitelisted(l1().client, at),
    readOwnedSequencerId(l1().client, at),
  ])
  return {account, isWhitelisted, sequencerId}
}

/** Source: `LockingPool`: claim, withdraw, unlock and unlockClaim need a whitelisted owner. */
function lockedOut({account, sequencerId}: Member): Trap[] {
  if (sequencerId === 0n) return []
  return [
    {
      id: 'owner-locked-out',
      message: `${account} owns sequencer ${sequencerId}: off the whitelist it can neither claim, withdraw nor exit, and its METIS stay locked.`,
    },
  ]
}
