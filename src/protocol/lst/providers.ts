/** The only list of liquid-staking providers in this layer. Nothing else outside their folders mentions one. */
import type {LstAbout, LstCapability, LstAddresses, LstRegistration} from './about.ts'
import {artemis} from './artemis/about.ts'
import {enki} from './enki/about.ts'
import {stakelink} from './stakelink/about.ts'

/** By name. */
export const lstProviders = [artemis, enki, stakelink] as const satisfies readonly LstAbout[]

type Known = (typeof lstProviders)[number]

export type LstId = Known['id']

export const lstIds: readonly LstId[] = lstProviders.map(({id}) => id)

/**
 * Addresses of the providers on a network. Null or absent where one is not deployed: documents of
 * earlier versions do not have those that are known today.
 */
export type LstDeployments = {[A in Known as A['id']]?: LstAddresses<A> | null}

/** Deployments of the providers on a built-in network. */
export function builtInLst(network: 'andromeda' | 'metis-sepolia'): LstDeployments {
  const of = <A extends LstAbout>({deployments}: A): LstAddresses<A> | null =>
    (deployments[network] as LstAddresses<A> | undefined) ?? null
  return {artemis: of(artemis), enki: of(enki), stakelink: of(stakelink)}
}

/** What governance says of the providers of a built-in network. */
export function builtInRegistry(network: 'andromeda' | 'metis-sepolia'): {
  -readonly [Id in LstId]?: LstRegistration
} {
  const known = lstProviders.flatMap(({id, registrations}: LstAbout) => {
    const found = registrations?.[network]
    return found ? [[id, found] as const] : []
  })
  return Object.fromEntries(known)
}

/** A provider on a network where it is deployed. */
export interface DeployedLst {
  about: LstAbout
  addresses: Readonly<Record<string, `0x${string}`>>
}

/** The providers deployed on a network. */
export function deployedLst(lst: LstDeployments): DeployedLst[] {
  return lstProviders.flatMap((about) => {
    const addresses = lst[about.id]
    return addresses ? [{about, addresses}] : []
  })
}

/** The first provider with an operation, for examples. */
export function lstWith(capability: LstCapability): LstId {
  return lstProviders.find(({capabilities}: LstAbout) => capabilities.includes(capability))!.id
}

/** Display name of a provider. */
export function lstName(id: LstId): string {
  return lstProviders.find((about) => about.id === id)!.name
}
