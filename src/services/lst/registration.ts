import {isAddressEqual, zeroAddress, type Address} from 'viem'

import {MetisSeqError} from '../../lib/errors.ts'
import {jsonFault} from '../../lib/json.ts'
import {parseJson} from '../../lib/parse-json.ts'
import {DOCUMENT_FILE_BYTES, readBoundedText} from '../../lib/read-file.ts'
import {lstName, type LstDeployments, type LstId} from '../../protocol/lst/providers.ts'
import type {ProviderDocument} from '../../protocol/lst/registry.ts'
import {contractsFault, providerShape} from '../../protocol/network-shape.ts'
import {isBuiltIn, saveNetwork} from '../../store/networks.ts'
import type {Context} from '../context.ts'
import type {SettingPlan} from '../governance/setting-plan.ts'
import {planWhitelistOf, readMember} from '../staking/whitelist.ts'
import {openProviders} from './providers.ts'

/**
 * Reads a provider for a network of one's own.
 *
 * @throws {MetisSeqError} PROVIDER_INVALID with every wrong field named
 */
export function readProviderFile(path: string): ProviderDocument {
  let value: unknown
  try {
    value = parseJson(readBoundedText(path, DOCUMENT_FILE_BYTES))
  } catch (cause) {
    throw providerInvalid(path, [`it cannot be read as JSON: ${jsonFault(cause)}`], cause)
  }
  const problems: string[] = []
  providerShape.check(value, '', problems)
  if (problems.length > 0) throw providerInvalid(path, problems)
  const document = value as ProviderDocument
  const faults = contractsFault(document.provider, document.contracts)
  if (faults.length > 0) throw providerInvalid(path, faults)
  const owners = ownersFault(document.registration.l1Owners)
  if (owners !== null) throw providerInvalid(path, [`registration.l1Owners ${owners}`])
  return document
}

function ownersFault(owners: readonly Address[]): string | null {
  if (owners.length === 0) return 'must name an owner: nobody else can lock what is deposited'
  if (owners.some((each) => isAddressEqual(each, zeroAddress))) return 'has the zero address'
  const different = new Set(owners.map((each) => each.toLowerCase()))
  return different.size < owners.length ? 'names an owner twice' : null
}

/**
 * From then on deposits of everybody on the network go to these contracts: they have to be there, and
 * to be those of one provider.
 *
 * @throws {MetisSeqError} PROVIDER_INVALID
 */
export async function assertContracts(
  {l2}: Context,
  {provider, contracts}: ProviderDocument,
  source: string,
): Promise<void> {
  const [opened] = openProviders(l2().client, {[provider]: contracts} as LstDeployments)
  const {state, warnings} = await opened!.describe()
  if (state !== 'no-code' && state !== 'mismatch') return
  throw providerInvalid(
    source,
    warnings.map((each) => each.replace(/\.$/, '')),
  )
}

/** Contracts that the document of the network has at another address, or not at all. */
export function changedContracts(
  {network}: Context,
  {provider, contracts}: ProviderDocument,
): {name: string; before: Address | null; after: Address}[] {
  const recorded = (network.lst[provider] ?? {}) as Readonly<Record<string, Address>>
  return Object.entries(contracts as Readonly<Record<string, Address>>)
    .map(([name, after]) => ({name, before: recorded[name] ?? null, after}))
    .filter(({before, after}) => before === null || !isAddressEqual(before, after))
}

function providerInvalid(source: string, problems: string[], cause?: unknown): MetisSeqError {
  return new MetisSeqError({
    code: 'PROVIDER_INVALID',
    message: `${source} is not a valid provider: ${problems[0]}.`,
    facts: {source, problems: problems.join('; ')},
    hints: ['Check it against the output of `metis-seq governance provider schema`.'],
    cause,
  })
}

/** True when all of these owners are on the whitelist, or none of them. */
export async function areWhitelisted(
  context: Context,
  owners: readonly Address[],
  wanted: boolean,
): Promise<boolean> {
  const members = await Promise.all(owners.map((account) => readMember(context, account)))
  return members.every(({isWhitelisted}) => isWhitelisted === wanted)
}

/**
 * Whitelists the owners of a provider's sequencers.
 *
 * @throws {MetisSeqError} NOT_POOL_OWNER, NOTHING_TO_CHANGE
 */
export async function planProviderAdd(
  context: Context,
  document: ProviderDocument,
): Promise<SettingPlan> {
  const plan = await planWhitelistOf(context, {
    accounts: document.registration.l1Owners,
    allowed: true,
    action: 'governance provider add',
    title: `Let ${lstName(document.provider)} register sequencers`,
  })
  const recorded = changedContracts(context, document).map(({name, before, after}) => ({
    ...{label: `${name}, in the document`, before: before ?? 'none', after},
  }))
  return {...plan, effects: [...plan.effects, ...recorded]}
}

/** Takes them off the whitelist. @throws {MetisSeqError} NOT_POOL_OWNER, NOTHING_TO_CHANGE */
export function planProviderRemove(
  context: Context,
  id: LstId,
  accounts: readonly Address[],
): Promise<SettingPlan> {
  return planWhitelistOf(context, {
    accounts,
    allowed: false,
    action: 'governance provider remove',
    title: `Take ${lstName(id)} off the whitelist`,
  })
}

/**
 * Records a provider in the document of the network.
 *
 * @returns path of the document
 * @throws {MetisSeqError} NETWORK_EXISTS for a built-in network
 */
export function recordProvider(context: Context, document: ProviderDocument): string {
  const {provider, contracts, registration} = document
  const {network, home} = context
  const lst = {...network.lst, [provider]: contracts} as LstDeployments
  const lstRegistry = {...network.lstRegistry, [provider]: registration}
  return saveNetwork(home, {...network, lst, lstRegistry}, {replace: true})
}

/** Removes it from there. @throws {MetisSeqError} NETWORK_EXISTS for a built-in network */
export function forgetProvider({network, home}: Context, id: LstId): string {
  const {[id]: _registration, ...lstRegistry} = network.lstRegistry ?? {}
  return saveNetwork(
    home,
    {...network, lst: {...network.lst, [id]: null}, lstRegistry},
    {replace: true},
  )
}

/** @throws {MetisSeqError} NETWORK_EXISTS for a built-in network, whose document cannot change */
export function assertOwnNetwork({network}: Context): void {
  if (!isBuiltIn(network.name)) return
  throw new MetisSeqError({
    code: 'NETWORK_EXISTS',
    message: `The document of ${network.name} is built in and cannot be changed.`,
    facts: {network: network.name},
    hints: ['Run `metis-seq network add FILE` to have a network of your own.'],
  })
}
