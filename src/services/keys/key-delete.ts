import {MetisSeqError} from '../../lib/errors.ts'
import type {KeyRecord} from '../../store/config.ts'
import {KEY_SERVICE} from '../../store/keys/key-store.ts'
import {aloneWithKeys, inBackend, openStore, type KeyAccess} from './key-access.ts'
import {
  registrationsOf,
  runningNodes,
  usesOfKey,
  type KeyRegistration,
  type KeyUse,
} from './key-uses.ts'
import {calledOf, idOf} from './key-kinds.ts'
import {findKey} from './keys.ts'

/** Losses caused by deleting a key. */
export interface KeyDeletion {
  key: KeyRecord
  uses: KeyUse[]
  registrations: KeyRegistration[]
  /** Profiles whose node is running with the key. */
  running: string[]
}

/** Named ways to lose something with a key. Only `--override ID` gets past one. */
export type KeyTrap = 'key-in-use' | 'no-backup'

/**
 * The consequences of a deletion. Opens no key, deletes nothing; unreachable networks are listed.
 *
 * @throws {MetisSeqError} KEY_UNKNOWN
 */
export async function planKeyDeletion(
  name: string,
  {home, config}: KeyAccess,
  timeoutSeconds: number,
): Promise<KeyDeletion> {
  const key = findKey(config, name)
  const uses = usesOfKey(key, config.read(), home)
  const registrations = await registrationsOf(key, uses, {home, timeoutSeconds})
  return {key, uses, registrations, running: runningNodes(uses, home)}
}

/**
 * Stops a costly deletion before the confirmation.
 *
 * @throws {MetisSeqError} KEY_RUNNING, TRAP with the fact `trap`
 */
export function assertDeletable(deletion: KeyDeletion, overrides: readonly string[]): void {
  const {key, uses, running} = deletion
  const [profile] = running
  if (profile !== undefined) throw keyRunning(key, profile)
  if (uses.length > 0 && !overrides.includes('key-in-use')) throw keyInUse(key, uses)
  if (key.backupVerifiedAt === null && !overrides.includes('no-backup')) throw noBackup(key)
}

/**
 * Deletes the secret, then the record: a crash in between leaves a name that the same command removes.
 *
 * @throws {MetisSeqError} KEYRING_LOCKED, KEYRING_UNAVAILABLE; the key then stays
 */
export function deleteKey({key}: KeyDeletion, access: KeyAccess): Promise<void> {
  return aloneWithKeys(access.home, async () => {
    assertUnchanged(key, access)
    const store = await openStore(key.backend, key, access, 'open')
    await inBackend(key, () => store.deletePassword(KEY_SERVICE, key.name))
    access.config.update((config) => {
      const {[key.name]: _deleted, ...keys} = config.keys
      return {...config, keys}
    })
  })
}

/** During the prompt, another command may have moved the key or created another one of that name. */
function assertUnchanged(seen: KeyRecord, {config}: KeyAccess): void {
  const now = findKey(config, seen.name)
  const same =
    idOf(now) === idOf(seen) && now.backend === seen.backend && now.createdAt === seen.createdAt
  if (same) return
  throw new MetisSeqError({
    code: 'KEY_CHANGED',
    message: `Key ${seen.name} was changed by another command in the meantime; nothing was deleted.`,
    facts: {key: seen.name},
    hints: [`Run \`metis-seq key show ${seen.name}\`, then the same command again.`],
  })
}

function keyRunning({name}: KeyRecord, profile: string): MetisSeqError {
  return new MetisSeqError({
    code: 'KEY_RUNNING',
    message: `The node of profile ${profile} runs with key ${name} right now.`,
    facts: {key: name, profile},
    hints: [`Run \`metis-seq node stop --profile ${profile}\` first.`],
  })
}

function keyInUse({name}: KeyRecord, uses: readonly KeyUse[]): MetisSeqError {
  const [first] = uses
  const list = uses.map(({profile, role}) => `${profile ?? 'the local network'} (${role})`)
  return trap(
    'key-in-use',
    `Key ${name} is used by ${list.join(', ')}, which could no longer sign without it.`,
    name,
    [
      first?.profile == null
        ? 'Run `metis-seq local reset` to delete the local network with its keys.'
        : `Run \`metis-seq profile remove ${first.profile}\` first, or switch the profile to another key: \`metis-seq init --profile ${first.profile} --replace\` with \`${flagOf[first.role]} KEY\`.`,
    ],
  )
}

/** The flag of `init` for the key of a role. */
const flagOf: Record<KeyUse['role'], string> = {
  owner: '--owner',
  signer: '--signer',
  'deposit relayer': '--relayer-key',
  'batch poster': '--batch-key',
  'part of it': '--signer',
}

function noBackup(key: KeyRecord): MetisSeqError {
  const {name} = key
  const lost =
    key.kind === 'account'
      ? `what ${key.address} holds is lost for good`
      : `peers that know ${calledOf(key)} lose this node`
  return trap(
    'no-backup',
    `No backup of key ${name} has been tested; without one, ${lost}.`,
    name,
    [
      `Run \`metis-seq key backup ${name} --output FILE\`, then \`metis-seq key verify-backup FILE\`.`,
    ],
  )
}

function trap(id: KeyTrap, message: string, key: string, hints: string[]): MetisSeqError {
  return new MetisSeqError({
    code: 'TRAP',
    message,
    facts: {trap: id, key},
    hints: [...hints, `Pass \`--override ${id}\` if you mean it.`],
  })
}
