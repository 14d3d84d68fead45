/** Codes of OpenSSL for a certificate whose authority is not known. */
const UNKNOWN_AUTHORITY: readonly string[] = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]

/** What is wrong with the certificate of a server, as a sentence; undefined for a code that says nothing of one. */
export function certificateDoubt(code: string | undefined): string | undefined {
  if (code === undefined) return undefined
  if (UNKNOWN_AUTHORITY.includes(code)) return `Nobody known vouches for its certificate (${code}).`
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return `Its certificate is not valid now (${code}).`
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `Its certificate is for another host (${code}).`
  return undefined
}

/** What helps against an authority that is not known; empty where that is not the trouble. */
export function authorityHints(message: string): string[] {
  if (!UNKNOWN_AUTHORITY.some((code) => message.includes(`(${code})`))) return []
  return [
    'Name the PEM of its authority: `metis-seq init --replace --ca-file FILE`, or `metis-seq network add FILE --ca-file FILE`.',
  ]
}
