/**
 * Whom endpoints with a certificate of one's own authority are believed by. In: PEM files that a profile or a network
 * names. Out: what a connection needs.
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
 * The authorities of these files on top of those that Node.js knows: beside one's own endpoint there may be a public
 * one. Without files nothing is read.
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
 * The file that a flag names, as it is kept: absolute, and read once to be sure.
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
    // A bundle may have remarks of any encoding between its certificates.
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

/** What the TLS library says of a wrong file helps nobody. */
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
