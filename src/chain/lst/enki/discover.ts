import {isAddressEqual, zeroAddress, type Address} from 'viem'
import {getCode, readContract} from 'viem/actions'

import type {EnkiAddresses, EnkiContracts} from '../../../protocol/lst/enki/about.ts'
import {eMetisMinterAbi} from '../../abis/e-metis-minter.ts'
import {enkiConfigAbi} from '../../abis/enki-config.ts'
import {enkiRedemptionQueueAbi} from '../../abis/enki-redemption-queue.ts'
import {seMetisAbi} from '../../abis/se-metis.ts'
import {withoutCode} from '../without-code.ts'
import type {ChainClient} from '../../connect.ts'
import {ifOffered} from '../optional.ts'

export type EnkiFound =
  | {kind: 'found'; contracts: EnkiContracts; metis: Address}
  | {
      kind: 'no-code' | 'mismatch'
      /** Those that are missing or belong to another eMETIS. */
      contracts: string[]
      /** Where only contracts of the way in are wrong: everything that the way out needs is proven. */
      exits: EnkiProven | null
    }

export interface EnkiProven {
  contracts: EnkiContracts
  metis: Address
}

/** Contracts that no withdrawal, claim or cancellation calls. */
const ENTRY_ONLY: readonly string[] = ['minter', 'rewardDispatcher']

/** Contracts that the config names, by our name of them. */
const named = {
  eMetis: 'eMetis',
  minter: 'eMetisMinter',
  seMetis: 'seMetis',
  vesting: 'vesting',
  redemptionQueue: 'redemptionQueue',
  rewardDispatcher: 'rewardDispatcher',
  enki: 'enki',
  metis: 'metis',
} as const

/**
 * Finds every contract through the config of the vault, and checks that those that move tokens point
 * back at the same eMETIS.
 *
 * - Signed by: nobody. Chain: L2.
 * - Source: Enki `SeMetis.config`, the getters of `Config`, `EMetisMinter.eMetis`,
 *   `RedemptionQueue.EMETIS`.
 */
export async function findEnki(l2: ChainClient, known: EnkiAddresses): Promise<EnkiFound> {
  const {seMetis, eMetis} = known
  const missing = await withoutCode(l2, {seMetis, eMetis})
  if (missing.length > 0) return {kind: 'no-code', contracts: missing, exits: null}
  const config = await ifOffered(
    l2,
    readContract(l2, {address: seMetis, abi: seMetisAbi, functionName: 'config'}),
  )
  if (!config || !(await getCode(l2, {address: config}))) {
    return {kind: 'no-code', contracts: ['config'], exits: null}
  }
  const found = await readNamed(l2, config)
  const absent = Object.entries(found)
    .filter(([, at]) => isAddressEqual(at, zeroAddress))
    .map(([name]) => name)
  const {metis, ...contracts} = found
  const empty = await withoutCode(l2, contracts)
  const strangers = await pointElsewhere(l2, known, contracts, empty)
  const proven = {contracts: {...contracts, config}, metis}
  const isWayOutProven = [...absent, ...empty, ...strangers].every((name) =>
    ENTRY_ONLY.includes(name),
  )
  const exits = isWayOutProven ? proven : null
  if (absent.length > 0) return {kind: 'mismatch', contracts: absent, exits}
  if (empty.length > 0) return {kind: 'no-code', contracts: empty, exits}
  if (strangers.length > 0) return {kind: 'mismatch', contracts: strangers, exits}
  return {kind: 'found', ...proven}
}

/** The zero address for those that the config does not name. */
async function readNamed(
  l2: ChainClient,
  config: Address,
): Promise<Record<keyof typeof named, Address>> {
  const entries = await Promise.all(
    Object.entries(named).map(async ([name, functionName]) => {
      const reading = readContract(l2, {address: config, abi: enkiConfigAbi, functionName})
      return [name, (await ifOffered(l2, reading)) ?? zeroAddress] as const
    }),
  )
  return Object.fromEntries(entries) as Record<keyof typeof named, Address>
}

/**
 * Contracts that belong to another eMETIS, or that the document has at another address.
 *
 * @param empty those without code, which answer nothing
 */
async function pointElsewhere(
  l2: ChainClient,
  known: EnkiAddresses,
  found: Omit<EnkiContracts, 'config'>,
  empty: readonly string[],
): Promise<string[]> {
  const {minter, redemptionQueue} = found
  const tokenOf = {
    minter: () => readContract(l2, {address: minter, abi: eMetisMinterAbi, functionName: 'eMetis'}),
    redemptionQueue: () =>
      readContract(l2, {
        ...{address: redemptionQueue, abi: enkiRedemptionQueueAbi, functionName: 'EMETIS'},
      }),
    seMetis: () =>
      readContract(l2, {address: known.seMetis, abi: seMetisAbi, functionName: 'asset'}),
  }
  const tokens = await Promise.all(
    Object.entries(tokenOf).map(async ([name, read]) => ({
      ...{name, at: empty.includes(name) ? null : await ifOffered(l2, read())},
    })),
  )
  const strangers = tokens.filter(({at}) => !at || !isAddressEqual(at, known.eMetis))
  const moved = (['seMetis', 'eMetis', 'enki'] as const).filter(
    (name) => !isAddressEqual(found[name], known[name]),
  )
  return [...new Set([...strangers.map(({name}) => name), ...moved])]
}
