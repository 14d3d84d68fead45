import {createPrivateKey, X509Certificate} from 'node:crypto'

import {MetisSeqError} from '../../lib/errors.ts'
import type {RpcClientOptions} from '../../lib/json-rpc.ts'
import {withoutBom} from '../../lib/decode-text.ts'
import {FileRefused, readSecretFile} from '../../lib/read-file.ts'

/** Files for the connection to a remote signer. Read on demand, and never copied. */
export interface RemoteFiles {
  /** Bearer token: one line. */
  tokenFile?: string | undefined
  /** PEM of the server's certificate authority. */
  caFile?: string | undefined
  /** PEM of our client certificate and its key, for a server that requires one. */
  certFile?: string | undefined
  keyFile?: string | undefined
}

/**
 * Connection settings of a remote signer.
 *
 * @param name of the signer, for errors
 * @throws {MetisSeqError} SIGNER_FILE_UNREADABLE
 */
export function remoteHttp(name: string, files: RemoteFiles, timeoutMs: number): RpcClientOptions {
  const read = (path: string | undefined) => (path === undefined ? undefined : readText(name, path))
  const token = read(files.tokenFile)?.trim()
  const [ca, cert, key] = [files.caFile, files.certFile, files.keyFile].map(read)
  if (ca !== undefined) assertCertificate(name, files.caFile, ca)
  if (cert !== undefined) assertCertificate(name, files.certFile, cert)
  if (key !== undefined) assertKey(name, files.keyFile, key)
  return {
    timeoutMs,
    ...(token === undefined
      ? {}
      : {headers: {authorization: `Bearer ${assertToken(name, token)}`}}),
    tls: {
      ...(ca === undefined ? {} : {ca}),
      ...(cert === undefined ? {} : {cert}),
      ...(key === undefined ? {} : {key}),
    },
  }
}

function readText(name: string, path: string): string {
  try {
    // A chain may have comments in any encoding between its certificates.
    return withoutBom(readSecretFile(path).toString('utf8'))
  } catch (cause) {
    throw unreadable(
      name,
      path,
      cause instanceof FileRefused ? cause.message : 'it cannot be read',
      cause,
    )
  }
}

/** The TLS library's message for an invalid file is not helpful. */
function assertCertificate(name: string, path: string | undefined, text: string): void {
  try {
    void new X509Certificate(text)
  } catch (cause) {
    throw unreadable(name, path ?? '', 'it contains no PEM certificate', cause)
  }
}

function assertKey(name: string, path: string | undefined, text: string): void {
  try {
    createPrivateKey(text)
  } catch (cause) {
    throw unreadable(name, path ?? '', 'it contains no PEM private key without a password', cause)
  }
}

/** A header accepts only visible ASCII; anything else would cause a confusing error of the HTTP library. */
function assertToken(name: string, token: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return token
  throw unreadable(name, 'the token file', 'a token is a single line of printable characters')
}

function unreadable(name: string, path: string, reason: string, cause?: unknown): MetisSeqError {
  return new MetisSeqError({
    code: 'SIGNER_FILE_UNREADABLE',
    message: `The signer ${name} needs ${path}: ${reason}.`,
    facts: {signer: name, path},
    hints: ['Restore the file, or add the signer again with the right path.'],
    cause,
  })
}
