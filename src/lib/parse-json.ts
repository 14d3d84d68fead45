import {withoutBom} from './decode-text.ts'

/** No real document is nested this deeply; recursive functions over a value may recurse this deep. */
export const MOST_LEVELS = 64

/**
 * The value of an untrusted JSON text.
 *
 * A leading byte order mark is ignored. A text nested deeper than {@link MOST_LEVELS} is rejected
 * before parsing: printing, comparing or copying it would overflow the stack.
 *
 * @throws {SyntaxError} as `JSON.parse`
 */
export function parseJson(given: string): unknown {
  const text = withoutBom(given)
  if (isDeeperThan(text, MOST_LEVELS))
    throw new SyntaxError(`it is nested deeper than ${MOST_LEVELS} levels`)
  return JSON.parse(text) as unknown
}

function isDeeperThan(text: string, most: number): boolean {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfString(text, at)
    else if (code === OPEN_OBJECT || code === OPEN_ARRAY) depth++
    else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) depth--
    if (depth > most) return true
  }
  return false
}

/** The end of the string that starts here; the end of the text if it is unterminated. */
function endOfString(text: string, begin: number): number {
  for (let at = begin + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === BACKSLASH) at++
    else if (code === QUOTE) return at
  }
  return text.length
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c]
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d]
