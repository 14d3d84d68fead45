import {spellPublicKey} from '../../protocol/public-key.ts'
import {statusWord} from '../../protocol/sequencer.ts'
import type {KeyBackup, VerifiedBackup} from '../../services/key-backup.ts'
import type {KeyDeletion} from '../../services/key-delete.ts'
import type {MovedKey} from '../../services/key-move.ts'
import type {BackendReport, KeyRecord} from '../../services/keys.ts'
import {formatWei} from '../../lib/units.ts'
import {fields, table} from './table.ts'

/** Cost of one guess at the password of a file. */
export interface ScryptCost {
  n: number
  r: number
  p: number
}

export function keyJson({
  name,
  address,
  publicKey,
  backend,
  createdAt,
  backupVerifiedAt,
}: KeyRecord) {
  return {name, address, publicKey, backend, createdAt, backupVerifiedAt}
}

export function keyText(key: KeyRecord): string {
  const {raw, uncompressed, compressed} = spellPublicKey(key.publicKey)
  return fields([
    ['key', key.name],
    ['address', key.address],
    ['public key, 64 bytes', `${raw}  (LockingPool, the registry, --signer-pubkey)`],
    ['with 04, 65 bytes', `${uncompressed}  (Themis, the hardhat task l1:lock)`],
    ['compressed, 33 bytes', `${compressed}  (wallets and libraries)`],
    ['backend', key.backend],
    ['created', key.createdAt],
    ['backup opened', key.backupVerifiedAt ?? 'never'],
  ])
}

export function keySpellingsJson({publicKey}: KeyRecord) {
  return {publicKeys: spellPublicKey(publicKey)}
}

/** What a new key is protected by, and what to do about its loss. */
export function newKeyText(verb: string, key: KeyRecord, scrypt: ScryptCost | null): string {
  return [
    `${verb} key ${key.name} in backend ${key.backend}.`,
    ...(scrypt ? [`Encrypted with ${scryptText(scrypt)}.`] : []),
    keyText(key),
    `There is one copy of it. Run \`metis-seq key backup ${key.name} --output FILE\`.`,
  ].join('\n')
}

function scryptText({n, r, p}: ScryptCost): string {
  const mebibytes = (128 * n * r) / 2 ** 20
  return `scrypt N=${n}, r=${r}, p=${p}: ${mebibytes} MiB of memory for each guess at the password`
}

export function keyListText(keys: KeyRecord[]): string {
  if (keys.length === 0) return 'No key yet. Run `metis-seq key create NAME`.'
  return table(
    ['key', 'address', 'backend', 'created', 'backup opened'],
    keys.map(({name, address, backend, createdAt, backupVerifiedAt}) => [
      name,
      address,
      backend,
      createdAt,
      backupVerifiedAt ?? 'never',
    ]),
  )
}

export function backendsText(reports: BackendReport[], keysDir: string): string {
  return [
    ...reports.map(({backend, usable, reason}) =>
      usable ? `ok    ${backend}` : `no    ${backend}: ${reason}`,
    ),
    `Encrypted files lie in ${keysDir}.`,
  ].join('\n')
}

export function backupJson({key, file, scrypt, onSameDisk}: KeyBackup) {
  return {name: key.name, address: key.address, file, scrypt, onSameDisk}
}

export function backupText({key, file, scrypt}: KeyBackup): string {
  return [
    `Backed up key ${key.name} to ${file}.`,
    `Encrypted with ${scryptText(scrypt)}.`,
    `It is a backup when it was opened once: run \`metis-seq key verify-backup ${file}\`.`,
  ].join('\n')
}

export function verifiedJson({file, address, publicKey, keys}: VerifiedBackup) {
  return {file, address, publicKey, keys: keys.map(keyJson)}
}

export function verifiedText({file, address, keys}: VerifiedBackup): string {
  const names = keys.map(({name}) => name).join(', ')
  return keys.length > 0
    ? `${file} opens, and brings back key ${names} (${address}).`
    : `${file} opens, and holds the key of ${address}, which is not stored here.\nRun \`metis-seq key import NAME --from-file ${file}\` to store it.`
}

export function movedJson({key, removedFrom}: MovedKey) {
  return {...keyJson(key), removedFrom}
}

export function movedText({key, removedFrom}: MovedKey): string {
  return removedFrom.length === 0
    ? `Key ${key.name} is in backend ${key.backend}, and nowhere else.`
    : `Key ${key.name} is in backend ${key.backend}; the copy in ${removedFrom.join(', ')} is deleted.`
}

export function deletionJson({key, uses, registrations, running}: KeyDeletion) {
  return {...keyJson(key), uses, registrations, running}
}

export function deletionText({key, uses, registrations}: KeyDeletion): string {
  const usedBy = uses.map(
    ({profile, network, role}) => `${role} of ${profile ?? 'the local network'} on ${network}`,
  )
  const registered = registrations.map(
    ({profile, role, sequencerId, status, amountMetisWei, reason}) => {
      if (reason !== null) return `${profile}: not known, ${reason.replace(/\.$/, '')}`
      if (sequencerId === null || status === null) return `${profile}: no sequencer as ${role}`
      return `${profile}: ${role} of sequencer ${sequencerId}, ${statusWord(status)}, ${formatWei(amountMetisWei ?? 0n)} METIS locked`
    },
  )
  return [
    `Deletes key ${key.name} from backend ${key.backend}.`,
    fields([
      ['address', key.address],
      ['used by', usedBy.join('; ') || 'no profile'],
      ...registered.map((line): [string, string] => ['registered', line]),
      ['backup opened', key.backupVerifiedAt ?? 'never'],
    ]),
  ].join('\n')
}
