import type {Address} from 'viem'
import {getBlock} from 'viem/actions'

import {readAllowance} from '../../../chain/actions/erc20/read-token.ts'
import type {ChainClient} from '../../../chain/connect.ts'
import {enkiWords} from '../../../chain/lst/enki/refusals.ts'
import type {EnkiFound} from '../../../chain/lst/enki/discover.ts'
import type {AtBlock} from '../../../chain/at-block.ts'
import {readEnkiRole, readEnkiSettings, type EnkiSettings} from '../../../chain/lst/enki/read.ts'
import {enki, type EnkiContracts} from '../../../protocol/lst/enki/about.ts'
import {ourOwn, requireAll, type Condition} from '../../sending/check.ts'
import type {PlannedCall} from '../../sending/plan.ts'
import {approveCall} from './calls.ts'

/** Where Enki is on one network. */
export interface EnkiSite {
  client: ChainClient
  contracts: EnkiContracts
  metis: Address
}

/** @throws {MetisSeqError} CONTRACT_MISCONFIGURED */
export function requireFound(found: EnkiFound): Omit<EnkiSite, 'client'> {
  const isFound = found.kind === 'found'
  const agree = ourOwn('contracts-agree', 'CONTRACT_MISCONFIGURED', {
    label: 'the contracts of Enki are there and refer to each other',
    ok: isFound,
    seen: isFound ? 'all of them' : `${found.kind}: ${found.contracts.join(', ')}`,
    remedy: 'Run `metis-seq lst list` to see what is wrong.',
  })
  requireAll([agree], enki.name)
  return found as Extract<EnkiFound, {kind: 'found'}>
}

/**
 * The same for the way out, which needs fewer of them.
 *
 * @throws {MetisSeqError} CONTRACT_MISCONFIGURED
 */
export function requireExits(found: EnkiFound): Omit<EnkiSite, 'client'> {
  return found.kind !== 'found' && found.exits ? found.exits : requireFound(found)
}

/** Unix time of a block. */
export async function timeOf(client: ChainClient, at: AtBlock = {}): Promise<bigint> {
  const {blockNumber} = at
  return (await getBlock(client, blockNumber === undefined ? {} : {blockNumber})).timestamp
}

type Known<Name extends keyof EnkiSettings> = {
  [Each in Name]: NonNullable<EnkiSettings[Each]>
}

/**
 * Settings without which the operation cannot be predicted.
 *
 * @throws {MetisSeqError} CONTRACT_MISCONFIGURED
 */
export async function requireSettings<const Name extends keyof EnkiSettings>(
  {client, contracts}: EnkiSite,
  names: readonly Name[],
  at: AtBlock = {},
): Promise<EnkiSettings & Known<Name>> {
  const settings = await readEnkiSettings(client, contracts, at)
  const unknown = names.filter((name) => settings[name] === null)
  const known = ourOwn('settings-known', 'CONTRACT_MISCONFIGURED', {
    label: 'the config of Enki has the settings that the operation depends on',
    ok: unknown.length === 0,
    seen: unknown.length === 0 ? 'all' : `missing: ${unknown.join(', ')}`,
    remedy: 'The provider has to update its config; nothing can be predicted without them.',
  })
  requireAll([known], 'The operation')
  return settings as EnkiSettings & Known<Name>
}

/** What the vault and staking for vesting ask of an account, in both directions. */
export async function gateConditions(
  {client, contracts}: EnkiSite,
  account: Address,
): Promise<Condition[]> {
  const {isPaused, isPublic} = await readEnkiSettings(client, contracts)
  const isLet =
    isPublic !== false || (await readEnkiRole(client, contracts, 'BETA_USER_ROLE', account))
  return [
    {
      ...ourOwn('vault-not-paused', 'LST_PAUSED', {
        label: 'Enki is not paused',
        ok: isPaused !== true,
        seen: isPaused === null ? 'unknown' : isPaused ? 'paused' : 'not paused',
        remedy: STILL_OPEN,
      }),
      revert: enkiWords.paused,
    },
    ourOwn('vault-public', 'ROLE_MISSING', {
      label: 'the vault is public, or the account is a beta user',
      ok: isLet,
      seen: isPublic === null ? 'unknown' : isPublic ? 'public' : 'not public',
      remedy: STILL_OPEN,
    }),
  ]
}

const STILL_OPEN =
  'Redeem eMETIS with `metis-seq lst withdraw enki AMOUNT --token eMETIS`, and vested eMETIS with `metis-seq lst vest enki claim`: both stay open.'

/** An exact approval, where the allowance is too low. */
export async function approvalFor(
  {client}: EnkiSite,
  owner: Address,
  approval: Parameters<typeof approveCall>[0],
): Promise<PlannedCall[]> {
  const {token, spender, amountWei} = approval
  const allowance = await readAllowance(client, {token, owner, spender})
  return allowance >= amountWei ? [] : [approveCall(approval)]
}
