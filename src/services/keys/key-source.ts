import {MetisSeqError} from '../../lib/errors.ts'
import {parseJson} from '../../lib/parse-json.ts'
import {nodeIdentityOf} from '../../protocol/node-key.ts'
import {parseThemisFile} from '../../protocol/themis-key.ts'
import {decryptKeystore, readKeystore} from '../../store/keys/keystore-v3.ts'
import {accountOf, idOf, publicHalfOf, type KeyKind} from './key-kinds.ts'

export interface KeySource {
  /** Source of the text, for errors: a path, or `the prompt`. */
  from: string
  text: string
  /** Requested only when the text is an encrypted file. */
  password(): Promise<string>
}

export interface FoundKey {
  /** 64 hex digits if the source is valid; the key store validates them. */
  secret: string
  kind: 'hex' | 'themis' | 'keystore'
  holds: KeyKind
}

/**
 * The secret in a text: 64 hex digits, Themis' `priv_validator_key.json` or `node_key.json`, or an
 * encrypted Web3 Secret Storage file, such as one of our backups or a geth key file.
 *
 * @throws {MetisSeqError} KEY_FILE_DAMAGED, KEY_FILE_UNSUPPORTED, WRONG_PASSWORD and those of the password
 */
export async function openKeySource(source: KeySource): Promise<FoundKey> {
  const {from, text} = source
  let value: unknown
  try {
    value = parseJson(text)
  } catch {
    // Text that starts like a document was one; 64 digits do not.
    if (text.trimStart().startsWith('{')) throw damagedFile(from, 'is cut short or is not JSON')
    return {secret: text, kind: 'hex', holds: 'account'}
  }
  // A key may consist of decimal digits only, which parse as a JSON number.
  if (typeof value !== 'object' || value === null)
    return {secret: text, kind: 'hex', holds: 'account'}
  const themis = parseThemisFile(value)
  if (themis?.kind === 'validator-key')
    return {secret: fromThemis(themis, from), kind: 'themis', holds: 'account'}
  if (themis?.kind === 'damaged') throw damagedFile(from, `is damaged: ${themis.reason}`)
  if (themis?.kind === 'node-key')
    return {secret: fromNodeKey(themis, from), kind: 'themis', holds: 'node-identity'}
  return fromKeystore(source)
}

/** The three values must belong to one key: a file edited by hand could sign for nobody. */
function fromThemis(
  {address, publicKey, privateKey}: {address: string; publicKey: string; privateKey: string},
  from: string,
): string {
  const account = accountOf(privateKey)
  if (account.address.slice(2).toLowerCase() !== address)
    throw damagedFile(from, 'is damaged: its address does not match its private key')
  if (account.publicKey.slice(4) !== publicKey)
    throw damagedFile(from, 'is damaged: its public key does not match its private key')
  return privateKey
}

/** Themis reads the seed and trusts the public key after it, so both must match. */
function fromNodeKey({seed, publicKey}: {seed: string; publicKey: string}, from: string): string {
  if (nodeIdentityOf(seed).publicKey !== `0x${publicKey}`)
    throw damagedFile(from, 'is damaged: its public key does not match its private key')
  return seed
}

async function fromKeystore({from, text, password}: KeySource): Promise<FoundKey> {
  const read = readKeystore(text)
  if (read.kind === 'damaged') throw damagedFile(from, read.reason)
  if (read.kind === 'unsupported') throw unsupportedFile(from, read.reason)
  const {keystore} = read
  const secret = await decryptKeystore(keystore, await password())
  if (!secret) throw wrongFilePassword(from)
  const hex = secret.toString('hex')
  const named = String(keystore.address ?? '')
    .replace(/^0x/i, '')
    .toLowerCase()
  const holds = keystore.kind ?? 'account'
  if (named && named !== idOf(publicHalfOf(holds, hex)))
    throw damagedFile(from, 'is damaged: its address does not match the key inside')
  return {secret: hex, kind: 'keystore', holds}
}

function wrongFilePassword(from: string): MetisSeqError {
  return new MetisSeqError({
    code: 'WRONG_PASSWORD',
    message: `The password does not open ${from}, or the file was changed.`,
    facts: {path: from},
    hints: ['Check the password, or the file given with `--backup-password-file`.'],
  })
}

/** @param reason the invalid parameter, as the end of a sentence that starts with the file */
function unsupportedFile(from: string, reason: string): MetisSeqError {
  return new MetisSeqError({
    code: 'KEY_FILE_UNSUPPORTED',
    message: `${from} ${reason}.`,
    facts: {path: from},
    hints: [
      'The file may be intact: open it with the wallet that wrote it, and export it again with scrypt, n 262144, r 8, p 1, dklen 32 and aes-128-ctr.',
    ],
  })
}

export function damagedFile(from: string, reason: string): MetisSeqError {
  return new MetisSeqError({
    code: 'KEY_FILE_DAMAGED',
    message: `${from} ${reason}.`,
    facts: {path: from},
    hints: [
      'Use another copy of the file.',
      'While the key is stored here, `metis-seq key backup NAME --output FILE` makes a new backup.',
    ],
  })
}
