/** Codes of OpenSSL for a certificate of an unknown authority. */
const UNKNOWN_AUTHORITY: readonly string[] = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]

/** The fault of a server's certificate, as a sentence; undefined for unrelated codes. */
export function certificateDoubt(code: string | undefined): string | undefined {
  if (code === undefined) return undefined
  if (UNKNOWN_AUTHORITY.includes(code))
    return `Its certificate is from an unknown authority (${code}).`
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return `Its certificate is not valid now (${code}).`
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `Its certificate is for another host (${code}).`
  return undefined
}

/** The remedy for an unknown authority; empty for other faults. */
export function authorityHints(message: string): string[] {
  if (!UNKNOWN_AUTHORITY.some((code) => message.includes(`(${code})`))) return []
  return [
    'Set the PEM file of its certificate authority: `metis-seq init --replace --ca-file FILE`, or `metis-seq network add FILE --ca-file FILE`.',
  ]
}
