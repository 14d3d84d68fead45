import {createRemoteSigner} from '../chain/remote-signer.ts'
import type {TransactionSigner} from '../chain/signer.ts'
import {MetisSeqError} from '../lib/errors.ts'
import type {RemoteSignerRecord} from '../store/config.ts'
import {openSigner, type KeyAccess} from './keys.ts'
import {remoteHttp} from './remote-files.ts'
import {findSigner, type AnySigner} from './signers.ts'

/**
 * Opens what a role of a profile names: a key of this machine, or a signer elsewhere.
 *
 * @param access timeoutMs: how long a signer elsewhere may take, with the person who confirms there
 * @throws {MetisSeqError} SIGNER_NOT_FOUND, KEY_NOT_HERE (an address that is only watched, a Safe) and those of
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
 * Looks, before anyone is asked anything, whether what a role names signs from here.
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

/** @throws {MetisSeqError} SIGNER_FILE_UNREADABLE */
export function openRemote(record: RemoteSignerRecord, timeoutMs: number): TransactionSigner {
  const {name, url, api, address, publicKey, tokenFile, caFile, certFile, keyFile} = record
  const files = {
    tokenFile: tokenFile ?? undefined,
    caFile: caFile ?? undefined,
    certFile: certFile ?? undefined,
    keyFile: keyFile ?? undefined,
  }
  const http = remoteHttp(name, files, timeoutMs)
  return createRemoteSigner({name, url, api, address, publicKey, http})
}

function keyNotHere({name, kind, address}: AnySigner): MetisSeqError {
  return new MetisSeqError({
    code: 'KEY_NOT_HERE',
    message:
      kind === 'safe'
        ? `${name} is the Safe ${address}, whose owners sign together.`
        : `${name} is an address that is only watched: the key of ${address} is elsewhere.`,
    facts: {signer: name, kind, address},
    hints: [
      kind === 'safe'
        ? 'Pass `--unsigned FILE`, and load the file into the transaction builder of the Safe.'
        : 'Pass `--unsigned FILE`, and sign it where the key is with `metis-seq tx sign FILE --output SIGNED`.',
    ],
  })
}
