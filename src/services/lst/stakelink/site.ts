import type {Address} from 'viem'
import {getBlock} from 'viem/actions'

import {readAllowance} from '../../../chain/actions/erc20/read-token.ts'
import type {ChainClient} from '../../../chain/connect.ts'
import type {StakelinkFound} from '../../../chain/lst/stakelink/discover.ts'
import type {AtBlock} from '../../../chain/at-block.ts'
import {stakelink, type StakelinkContracts} from '../../../protocol/lst/stakelink/about.ts'
import {ourOwn, requireAll, type Condition} from '../../sending/check.ts'
import type {PlannedCall} from '../../sending/plan.ts'
import {approveCall} from './calls.ts'

/** Where stake.link is on one network. */
export interface StakelinkSite {
  client: ChainClient
  contracts: StakelinkContracts
  metis: Address
  strategies: number
}

/** @throws {MetisSeqError} CONTRACT_MISCONFIGURED */
export function requireFound(found: StakelinkFound): Omit<StakelinkSite, 'client'> {
  const isFound = found.kind === 'found'
  const agree = ourOwn('contracts-agree', 'CONTRACT_MISCONFIGURED', {
    label: `the contracts of ${stakelink.name} are there and refer to each other`,
    ok: isFound,
    seen: isFound ? 'all of them' : `${found.kind}: ${found.contracts.join(', ')}`,
    remedy: 'Run `metis-seq lst list` to see what is wrong.',
  })
  requireAll([agree], stakelink.name)
  return found as Extract<StakelinkFound, {kind: 'found'}>
}

/**
 * The same for the way out, which needs fewer of them.
 *
 * @throws {MetisSeqError} CONTRACT_MISCONFIGURED
 */
export function requireExits(found: StakelinkFound): Omit<StakelinkSite, 'client'> {
  return found.kind !== 'found' && found.exits ? found.exits : requireFound(found)
}

/** Unix time of a block. */
export async function timeOf(client: ChainClient, at: AtBlock = {}): Promise<bigint> {
  const {blockNumber} = at
  return (await getBlock(client, blockNumber === undefined ? {} : {blockNumber})).timestamp
}

/** An exact approval for the priority pool, where the allowance is too low. */
export async function approvalFor(
  {client, contracts}: StakelinkSite,
  owner: Address,
  approval: Parameters<typeof approveCall>[1],
): Promise<PlannedCall[]> {
  const {token, amountWei} = approval
  const allowance = await readAllowance(client, {token, owner, spender: contracts.priorityPool})
  return allowance >= amountWei ? [] : [approveCall(contracts, approval)]
}

/** A precondition of a contract, with its answer. */
export function foretold(
  revert: string,
  ...[id, code, seen]: Parameters<typeof ourOwn>
): Condition {
  return {...ourOwn(id, code, seen), revert}
}
