import {existsSync} from 'node:fs'
import {join} from 'node:path'

import {isAddressEqual, type Address} from 'viem'

import {
  readOwnedSequencerId,
  readSignerEntry,
} from '../../chain/actions/locking-pool/read-sequencer-ids.ts'
import {readSequencer} from '../../chain/actions/locking-pool/read-sequencer.ts'
import {MetisSeqError, messageOf} from '../../lib/errors.ts'
import {readDaemon} from '../../process/daemon.ts'
import type {SequencerStatus} from '../../protocol/sequencer.ts'
import type {Config, KeyRecord, Profile} from '../../store/config.ts'
import {lockDirectory} from '../../store/dir-lock.ts'
import type {Home} from '../../store/home.ts'
import {openContext} from '../context.ts'

export type KeyRole = 'owner' | 'signer' | 'deposit relayer' | 'batch poster' | 'part of it'

/** One thing that needs a key. */
export interface KeyUse {
  /** Null: the local network itself. */
  profile: string | null
  network: string
  role: KeyRole
}

/** The registration of a key's address in LockingPool; `sequencerId` null with a `reason` when it could not be read. */
export interface KeyRegistration {
  profile: string
  network: string
  role: 'owner' | 'signer'
  sequencerId: bigint | null
  status: SequencerStatus | null
  amountMetisWei: bigint | null
  reason: string | null
}

/** Everything on this machine that needs a key, by its name or by its address. */
export function usesOfKey(key: KeyRecord, {profiles}: Config, home: Home): KeyUse[] {
  const uses = Object.entries(profiles).flatMap(([profile, settings]) =>
    rolesOf(key, settings).map((role): KeyUse => ({profile, network: settings.network, role})),
  )
  // Keys of the local network itself are in its own files, not in a profile.
  if (uses.length === 0 && key.name.startsWith('local-') && existsSync(home.localDir))
    return [{profile: null, network: 'local', role: 'part of it'}]
  return uses
}

function rolesOf(key: KeyRecord, profile: Profile): KeyRole[] {
  const {name} = key
  const address = key.kind === 'account' ? key.address : null
  const {keys, owner, signer, node} = profile
  const is = (account: Address | null) =>
    account !== null && address !== null && isAddressEqual(account, address)
  return [
    ...(keys.owner === name || is(owner) ? (['owner'] as const) : []),
    ...(keys.signer === name || is(signer) ? (['signer'] as const) : []),
    ...(node?.relayerKey === name ? (['deposit relayer'] as const) : []),
    ...(node?.batchKey === name ? (['batch poster'] as const) : []),
  ]
}

/** Profiles whose running node has the key in memory, or would need it at its next start. */
export function runningNodes(uses: readonly KeyUse[], home: Home): string[] {
  const names = new Set(
    uses.flatMap(({profile, role}) => (profile && role !== 'owner' ? profile : [])),
  )
  return [...names].filter((name) => isNodeRunning(home.nodeDir(name)))
}

function isNodeRunning(dir: string): boolean {
  if (readDaemon(dir, 'node')?.running) return true
  // A node in a terminal has no pid file, but it locks its data directory.
  if (!existsSync(join(dir, 'data.lock'))) return false
  try {
    lockDirectory(dir, 'data').release()
    return false
  } catch (error) {
    if (error instanceof MetisSeqError && error.code === 'DIRECTORY_LOCKED') return true
    throw error
  }
}

/** Registrations of the key's account, as far as the networks of its profiles respond. */
export async function registrationsOf(
  key: KeyRecord,
  uses: readonly KeyUse[],
  options: {home: Home; timeoutSeconds: number},
): Promise<KeyRegistration[]> {
  if (key.kind !== 'account') return []
  const {address} = key
  const asked = uses.flatMap(({profile, network, role}) =>
    profile !== null && (role === 'owner' || role === 'signer') ? [{profile, network, role}] : [],
  )
  return Promise.all(
    asked.map(async (use) => {
      try {
        return {...use, ...(await readRegistration(address, use, options)), reason: null}
      } catch (error) {
        const reason = messageOf(error)
        return {...use, sequencerId: null, status: null, amountMetisWei: null, reason}
      }
    }),
  )
}

async function readRegistration(
  account: Address,
  {profile, role}: {profile: string; role: 'owner' | 'signer'},
  {home, timeoutSeconds}: {home: Home; timeoutSeconds: number},
): Promise<Pick<KeyRegistration, 'sequencerId' | 'status' | 'amountMetisWei'>> {
  const context = openContext({profile, home, timeoutSeconds})
  try {
    const {client} = context.l1()
    const {lockingPool} = context.network.l1.contracts
    const sequencerId =
      role === 'owner'
        ? await readOwnedSequencerId(client, {lockingPool, owner: account})
        : await signedSequencerId(client, {lockingPool, signer: account})
    if (sequencerId === 0n) return {sequencerId: null, status: null, amountMetisWei: null}
    const {status, amountMetisWei} = await readSequencer(client, {lockingPool, sequencerId})
    return {sequencerId, status, amountMetisWei}
  } finally {
    context.close()
  }
}

async function signedSequencerId(
  ...[client, request]: Parameters<typeof readSignerEntry>
): Promise<bigint> {
  const entry = await readSignerEntry(client, request)
  return entry.state === 'used' ? entry.sequencerId : 0n
}
