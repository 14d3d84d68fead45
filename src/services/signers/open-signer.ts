import {
  createRemoteBlockSigner,
  createRemoteSigner,
  type RemoteSignerOptions,
} from '../../chain/remote-signer.ts'
import {createLocalSigner, type TransactionSigner} from '../../chain/signer.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import {localBlockSigner, type BlockSigner} from '../../protocol/block-signer.ts'
import type {RemoteSignerRecord} from '../../store/config.ts'
import {findAccount, openSigner, readPrivateKey, type KeyAccess} from '../keys/keys.ts'
import {remoteHttp} from './remote-files.ts'
import {findSigner, type AnySigner} from './signers.ts'

/**
 * Opens the key or signer of a profile's role: a local key, or a signer on another machine.
 *
 * @param access timeoutMs: time limit of a remote signer, including its human confirmation
 * @throws {MetisSeqError} SIGNER_NOT_FOUND, KEY_NOT_HERE (a watch-only address, a Safe) and those of
 *   the key
 */
export async function openNamedSigner(
  name: string,
  access: KeyAccess & {timeoutMs: number},
): Promise<TransactionSigner> {
  const signer = requireSigning(name, access)
  return signer.kind === 'remote' ? openRemote(signer, access.timeoutMs) : openSigner(name, access)
}

/**
 * Checks, before any prompt, that the key or signer of a role can sign from here.
 *
 * @throws {MetisSeqError} SIGNER_NOT_FOUND, KEY_NOT_HERE
 */
export function requireSigning(
  name: string,
  {config}: Pick<KeyAccess, 'config'>,
): Extract<AnySigner, {kind: 'keystore' | 'remote'}> {
  const signer = findSigner(config, name)
  if (signer.kind === 'keystore' || signer.kind === 'remote') return signer
  throw keyNotHere(signer)
}

/**
 * Opens the block signer of a node. A key is opened with its listed address, so that the node
 * detects a mismatch.
 *
 * @throws {MetisSeqError} KEY_UNKNOWN, SIGNER_WRONG_ANSWER and those of the key
 */
export async function openBlockSigner(
  name: string,
  access: KeyAccess & {timeoutMs: number},
): Promise<BlockSigner> {
  const remote = remoteOf(name, access)
  if (remote) return createRemoteBlockSigner(remoteOptions(remote, access.timeoutMs))
  const {address} = findAccount(access.config, name)
  return {...localBlockSigner(await readPrivateKey(name, access)), address}
}

/**
 * Opens the transaction signer of a node.
 *
 * @throws {MetisSeqError} KEY_UNKNOWN and those of the key
 */
export async function openNodeSigner(
  name: string,
  access: KeyAccess & {timeoutMs: number},
): Promise<TransactionSigner> {
  const remote = remoteOf(name, access)
  if (remote) return openRemote(remote, access.timeoutMs)
  findAccount(access.config, name)
  return createLocalSigner(await readPrivateKey(name, access))
}

/** A local key takes precedence over a remote signer. */
function remoteOf(
  name: string,
  {config}: Pick<KeyAccess, 'config'>,
): RemoteSignerRecord | undefined {
  const {keys, signers} = config.read()
  const record = keys[name] ? undefined : signers[name]
  return record?.kind === 'remote' ? record : undefined
}

/** @throws {MetisSeqError} SIGNER_FILE_UNREADABLE */
export function openRemote(record: RemoteSignerRecord, timeoutMs: number): TransactionSigner {
  return createRemoteSigner(remoteOptions(record, timeoutMs))
}

function remoteOptions(record: RemoteSignerRecord, timeoutMs: number): RemoteSignerOptions {
  const {name, url, api, address, publicKey, tokenFile, caFile, certFile, keyFile} = record
  const files = {
    tokenFile: tokenFile ?? undefined,
    caFile: caFile ?? undefined,
    certFile: certFile ?? undefined,
    keyFile: keyFile ?? undefined,
  }
  const http = remoteHttp(name, files, timeoutMs)
  return {name, url, api, address, publicKey, http}
}

function keyNotHere({name, kind, address}: AnySigner): MetisSeqError {
  return new MetisSeqError({
    code: 'KEY_NOT_HERE',
    message:
      kind === 'safe'
        ? `${name} is the Safe ${address}, whose owners must sign together.`
        : `${name} is only a watched address: the key of ${address} is elsewhere.`,
    facts: {signer: name, kind, address},
    hints: [
      kind === 'safe'
        ? 'Pass `--unsigned FILE`, then load the file into the transaction builder of the Safe.'
        : 'Pass `--unsigned FILE`, then sign it where the key is with `metis-seq tx sign FILE --output SIGNED`.',
    ],
  })
}
