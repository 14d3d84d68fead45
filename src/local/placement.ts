import type {Address, Hex} from 'viem'

import {proxyCreationCode} from './contract-code.ts'

/** A contract at its final address, with its creation code and constructor arguments. */
export interface Placement {
  name: string
  at: Address
  creationCode: Hex
  balanceWei?: bigint
}

/** A transaction that runs once at the end of the genesis build, such as a first deposit. */
export interface SeedCall {
  name: string
  from: Address
  to: Address
  data: Hex
  /** Native METIS, created for it. */
  valueWei?: bigint
  /** Native METIS, created for the sender, who keeps it for a later call. */
  givesWei?: bigint
  /** Contracts that it creates. */
  creates?: readonly Pick<Placement, 'name' | 'at'>[]
}

/** Contracts of an L2 genesis in dependency order, and the calls that run once they are all there. */
export interface GenesisParts {
  placements: Placement[]
  seeds: SeedCall[]
}

/** The METIS view, at the same address as on Metis. */
export const l2Metis: Address = '0xDeadDeAddeAddEAddeadDEaDDEAdDeaDDeAD0000'

/** Admin of every proxy on L2. */
export const l2ProxyAdmin: Address = '0x4200000000000000000000000000000000002000'

interface ProxyParts {
  at: Address
  logicAt: Address
  code: Hex
  init: Hex
}

export function behindProxy(
  name: string,
  {at, logicAt, code, init}: ProxyParts,
): [Placement, Placement] {
  return [
    {name: `${name} implementation`, at: logicAt, creationCode: code},
    {name, at, creationCode: proxyCreationCode(logicAt, l2ProxyAdmin, init)},
  ]
}
