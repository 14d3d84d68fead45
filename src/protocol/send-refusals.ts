/**
 * The meaning of a node's error response to a signed transaction. Nodes use one code, -32000, for
 * nearly everything, so the text is interpreted here, and only here. When in doubt, the outcome is
 * unknown: reporting "nothing was sent" for a mined transaction costs more than waiting.
 *
 * - Source: go-ethereum, l2geth, Erigon, Nethermind, Besu, reth, anvil, OpenEthereum, and providers before them.
 */

/**
 * `has-it`: it was broadcast. `place-used`: this one, or another with its nonce, is mined.
 * `cannot-tell`: a gateway before the node failed. `refused`: the node rejected it.
 */
export type SendRefusal = 'has-it' | 'place-used' | 'cannot-tell' | 'refused'

/** Codes with which a node rejects a transaction; other codes leave the outcome unknown. */
const REFUSAL_CODES: readonly number[] = [-32_000, -32_003, -32_010, -32_602]

const HAS_IT = [
  /\balready (?:\w+ ){0,3}(?:known|imported|exists?|exist|in|pending|submitted|received|seen|present|sent|added|mined|executed|processed|included|confirmed|finalized)\b/,
  /\b(?:known|duplicate|duplicated|existing) (?:transaction|tx)\b/,
  /\b(?:transaction|tx) (?:\w+ ){0,2}(?:exists|known|duplicate|duplicated)\b/,
  /\bsame hash\b/,
]
const PLACE_USED = [
  /\bnonce (?:\w+ ){0,4}(?:low|old|used|below|less|lower|smaller|expired|stale)\b/,
  /\b(?:old|used|low|stale) nonce\b/,
]
const CANNOT_TELL =
  /\b(?:time ?out|timed out|upstream|unavailable|overloaded|busy|try again|temporar\w*|gateway|internal|connection|deadline|header not found|not synced|syncing|no response|rate limit\w*|too many requests|context canceled)\b/

/** @param texts the message, and those that are wrapped in its data */
export function sendRefusalOf(code: number, texts: readonly string[]): SendRefusal {
  const said = texts.map(inWords)
  const says = (patterns: readonly RegExp[]) =>
    said.some((text) => patterns.some((pattern) => pattern.test(text)))
  if (says([/\bunknown (?:transaction|tx)\b/])) return byCode(code)
  if (says(HAS_IT)) return 'has-it'
  if (says(PLACE_USED)) return 'place-used'
  if (says([CANNOT_TELL])) return 'cannot-tell'
  return byCode(code)
}

function byCode(code: number): SendRefusal {
  return REFUSAL_CODES.includes(code) ? 'refused' : 'cannot-tell'
}

/** `AlreadyKnown`, `ALREADY_EXISTS` and "already known" mean the same. */
function inWords(text: string): string {
  return text
    .slice(0, 2000)
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll(/[^a-zA-Z0-9]+/g, ' ')
    .toLowerCase()
}
