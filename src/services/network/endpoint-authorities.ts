/**
 * Trust for endpoints with a private certificate authority. In: PEM files of a profile or a
 * network. Out: TLS options of a connection.
 */
import {X509Certificate} from 'node:crypto'
import {resolve} from 'node:path'

import {withoutBom} from '../../lib/decode-text.ts'
import {MetisSeqError, systemErrorCode} from '../../lib/errors.ts'
import type {TlsOptions} from '../../lib/json-rpc.ts'
import {FileRefused, readSecretFile} from '../../lib/read-file.ts'

/** The bundle of a whole system has some 220 KB. */
const CA_FILE_BYTES = 1_000_000

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g

/**
 * The authorities in these files in addition to those of Node.js, since a private endpoint may be
 * used beside a public one. Without files, nothing is read.
 *
 * @throws {MetisSeqError} CA_FILE_INVALID
 */
export function endpointTls(caFiles: readonly string[]): TlsOptions {
  if (caFiles.length === 0) return {}
  const {getCACertificates, rootCertificates} = process.getBuiltinModule('node:tls')
  // With those of NODE_EXTRA_CA_CERTS; Node.js before 22.15 has no such function.
  const known = (getCACertificates as typeof getCACertificates | undefined)?.('default')
  return {ca: [...(known ?? rootCertificates), ...caFiles.flatMap(readAuthorities)]}
}

/**
 * The file of a flag, as stored: an absolute path, read once for validation.
 *
 * @throws {MetisSeqError} CA_FILE_INVALID
 */
export function checkedCaFile(path: string): string {
  const absolute = resolve(path)
  readAuthorities(absolute)
  return absolute
}

function readAuthorities(path: string): string[] {
  try {
    // A bundle may have comments in any encoding between its certificates.
    const text = withoutBom(readSecretFile(path, CA_FILE_BYTES).toString('utf8'))
    const found = text.match(CERTIFICATE) ?? []
    if (found.length === 0) throw invalid(path, 'it contains no PEM certificate')
    found.forEach((pem, at) => assertCertificate(path, pem, at))
    return found
  } catch (cause) {
    if (cause instanceof MetisSeqError) throw cause
    const code = systemErrorCode(cause)
    const why = cause instanceof FileRefused ? cause.message : `it cannot be read (${code ?? '?'})`
    throw invalid(path, why, cause)
  }
}

/** The TLS library's message for an invalid file is not helpful. */
function assertCertificate(path: string, pem: string, at: number): void {
  try {
    void new X509Certificate(pem)
  } catch (cause) {
    throw invalid(path, `its certificate ${at + 1} is damaged`, cause)
  }
}

function invalid(path: string, reason: string, cause?: unknown): MetisSeqError {
  return new MetisSeqError({
    code: 'CA_FILE_INVALID',
    message: `The authority file ${path} cannot be used: ${reason}.`,
    facts: {path},
    hints: [
      'Pass `--ca-file` a PEM file with the certificate of the authority, then run the same command again.',
      'To remove the file from a profile, run `metis-seq init --replace --ca-file none`.',
    ],
    cause,
  })
}
