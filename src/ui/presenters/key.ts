import type {Hex} from 'viem'

import {describeSpellings, spellPublicKey, type Spelling} from '../../protocol/public-key.ts'
import {statusWord} from '../../protocol/sequencer.ts'
import type {KeyBackup, VerifiedBackup} from '../../services/keys/key-backup.ts'
import type {ThemisFilePlan} from '../../services/keys/key-export.ts'
import type {KeyFile, KeyFiles} from '../../services/keys/key-files.ts'
import {calledOf, type PublicHalf} from '../../services/keys/key-kinds.ts'
import type {KeyDeletion} from '../../services/keys/key-delete.ts'
import type {MovedKey} from '../../services/keys/key-move.ts'
import type {AccountKey, BackendReport, KeyRecord} from '../../services/keys/keys.ts'
import {formatWei} from '../../lib/units.ts'
import {fields, table} from './table.ts'

/** Scrypt cost of one password guess. */
export interface ScryptCost {
  n: number
  r: number
  p: number
}

export function keyJson(key: KeyRecord) {
  const {name, backend, createdAt, backupVerifiedAt} = key
  return {name, ...halfJson(key), backend, createdAt, backupVerifiedAt}
}

/** The same fields for both kinds of key, null where one does not apply. */
function halfJson(half: PublicHalf) {
  const {kind, publicKey} = half
  return half.kind === 'account'
    ? {kind, address: half.address, nodeId: null, publicKey}
    : {kind, address: null, nodeId: half.nodeId, publicKey}
}

/** @param files the files it needs to open, where they were checked */
export function keyText(key: KeyRecord, files?: KeyFiles): string {
  return fields([
    ['key', key.name],
    ...(key.kind === 'account'
      ? ([['address', key.address], ...spellingFields(key.publicKey)] as const)
      : ([
          ['kind', 'identity of a Themis node among its peers'],
          ['node id', `${key.nodeId}  (persistent_peers)`],
          ['public key, 32 bytes', `${key.publicKey}  (Ed25519)`],
        ] as const)),
    ['backend', key.backend],
    ...fileFields('key file', files?.keyFile),
    ...fileFields('password file', files?.passwordFile),
    ['created', key.createdAt],
    ['backup opened', key.backupVerifiedAt ?? 'never'],
  ])
}

function fileFields(label: string, file: KeyFile | null | undefined): [string, string][] {
  if (!file) return []
  return [[label, file.isReadable ? file.path : `${file.path}  (CANNOT BE READ: restore it)`]]
}

function spellingFields(publicKey: Hex): [string, string][] {
  const labels = {raw: 'public key', uncompressed: 'with 04', compressed: 'compressed'}
  return describeSpellings(publicKey).map((each) => [
    `${labels[each.spelling]}, ${each.bytes} bytes`,
    `${each.publicKey}  (${each.use})`,
  ])
}

export function keySpellingsJson(key: KeyRecord) {
  return {publicKeys: key.kind === 'account' ? spellPublicKey(key.publicKey) : null}
}

/** @param chosen undefined for no choice: the encoding of LockingPool then represents the key */
export function publicKeyJson(
  {name, address, publicKey}: AccountKey,
  chosen: Spelling | undefined,
) {
  const spelled = describeSpellings(publicKey)
  const {spelling, publicKey: shown} =
    spelled.find((each) => each.spelling === chosen) ?? spelled[0]!
  return {name, address, spelling, publicKey: shown, spellings: spelled}
}

export function publicKeyText({publicKey}: AccountKey, chosen: Spelling | undefined): string {
  const one = describeSpellings(publicKey).find(({spelling}) => spelling === chosen)
  return one ? one.publicKey : fields(spellingFields(publicKey))
}

/** The consequence of showing a secret. */
export function revealWarning(key: KeyRecord): string {
  const lasting =
    'It stays in the scrollback and recordings of this terminal, and anyone who has it can'
  return key.kind === 'account'
    ? `The private key of ${key.address} is about to be printed. ${lasting} sign as ${key.name}. If it leaks, rotate the signer or replace the owner.`
    : `The seed of ${calledOf(key)} is about to be printed. ${lasting} pose as this node to its peers. If it leaks, create a new identity.`
}

/** The consequence of writing a secret to a file for Themis. */
export function clearTextWarning({key, file}: ThemisFilePlan): string {
  const consequence =
    key.kind === 'account'
      ? `sign as ${key.address}. Only one node may run with it.`
      : `pose as ${calledOf(key)}. Two nodes with it disconnect each other.`
  return `${file} will contain the private key in clear text: anyone who reads it can ${consequence}`
}

/** The consequence of keeping the Themis file that a key was imported from. */
export function secondCopyWarning(from: string, {kind}: KeyRecord): string {
  return kind === 'account'
    ? `${from} still contains this validator key in clear text. Only one node may run with it.`
    : `${from} still contains this node identity in clear text. Two nodes with it disconnect each other.`
}

/** The first key is at the top level, as when there is only one. */
export function themisExportJson(plans: readonly ThemisFilePlan[]) {
  const files = plans.map(({key, file}) => {
    const {kind, address, nodeId} = halfJson(key)
    return {name: key.name, kind, address, nodeId, file}
  })
  return {...files[0], files}
}

export function themisExportText(plans: readonly ThemisFilePlan[]): string {
  return plans
    .map(({key, file}) => `Wrote key ${key.name} (${calledOf(key)}) to ${file}, mode 600.`)
    .join('\n')
}

/** The protection of a new key, and how to back it up. */
export function newKeyText(verb: string, key: KeyRecord, scrypt: ScryptCost | null): string {
  return [
    `${verb} key ${key.name} in backend ${key.backend}.`,
    ...(scrypt ? [`Encrypted with ${scryptText(scrypt)}.`] : []),
    keyText(key),
    ...(key.backupVerifiedAt === null
      ? [`Back it up: run \`metis-seq key backup ${key.name} --output FILE\`.`]
      : []),
  ].join('\n')
}

function scryptText({n, r, p}: ScryptCost): string {
  const mebibytes = (128 * n * r) / 2 ** 20
  return `scrypt N=${n}, r=${r}, p=${p}: ${mebibytes} MiB of memory per password guess`
}

export function keyListText(keys: KeyRecord[]): string {
  if (keys.length === 0) return 'No key yet. Run `metis-seq key create NAME`.'
  return table(
    ['key', 'address', 'backend', 'created', 'backup'],
    keys.map((key) => [
      key.name,
      calledOf(key),
      key.backend,
      // The day is enough in a list, and keeps a row within 80 columns.
      key.createdAt.slice(0, 10),
      key.backupVerifiedAt?.slice(0, 10) ?? 'never',
    ]),
  )
}

export function backendsText(reports: BackendReport[], keysDir: string): string {
  return [
    ...reports.map(({backend, usable, reason}) =>
      usable ? `ok    ${backend}` : `no    ${backend}: ${reason}`,
    ),
    `Encrypted files are in ${keysDir}.`,
  ].join('\n')
}

export function backupJson({key, file, scrypt, onSameDisk}: KeyBackup) {
  const {kind, address, nodeId} = halfJson(key)
  return {name: key.name, kind, address, nodeId, file, scrypt, onSameDisk}
}

export function backupText({key, file, scrypt}: KeyBackup): string {
  return [
    `Backed up key ${key.name} to ${file}.`,
    `Encrypted with ${scryptText(scrypt)}.`,
    `Verify it before you rely on it: run \`metis-seq key verify-backup ${file}\`.`,
  ].join('\n')
}

export function verifiedJson({file, found, keys}: VerifiedBackup) {
  return {file, ...halfJson(found), keys: keys.map(keyJson)}
}

export function verifiedText({file, found, keys}: VerifiedBackup): string {
  const names = keys.map(({name}) => name).join(', ')
  return keys.length > 0
    ? `${file} opens and restores key ${names} (${calledOf(found)}).`
    : `${file} opens, but contains the key of ${calledOf(found)}, which is not stored here.\nRun \`metis-seq key import NAME --from-file ${file}\` to store it.`
}

export function movedJson({key, removedFrom}: MovedKey) {
  return {...keyJson(key), removedFrom}
}

export function movedText({key, removedFrom}: MovedKey): string {
  return removedFrom.length === 0
    ? `Key ${key.name} is in backend ${key.backend}, and no other usable backend has a copy.`
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
      if (reason !== null) return `${profile}: unknown, ${reason.replace(/\.$/, '')}`
      if (sequencerId === null || status === null) return `${profile}: no sequencer as ${role}`
      return `${profile}: ${role} of sequencer ${sequencerId}, ${statusWord(status)}, ${formatWei(amountMetisWei ?? 0n)} METIS locked`
    },
  )
  return [
    `Deletes key ${key.name} from backend ${key.backend}.`,
    fields([
      key.kind === 'account' ? ['address', key.address] : ['node id', key.nodeId],
      ['used by', usedBy.join('; ') || 'no profile'],
      ...registered.map((line): [string, string] => ['registered', line]),
      ['backup opened', key.backupVerifiedAt ?? 'never'],
    ]),
  ].join('\n')
}
