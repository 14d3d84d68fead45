import {FileRefused} from './file-refused.ts'

const BOM = '\uFEFF'
const utf8 = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true})

/**
 * The text of a file, without the byte order mark that some editors add. Invalid UTF-8 is rejected:
 * with replacement characters, two different passwords would become equal.
 *
 * @throws {FileRefused}
 */
export function decodeText(bytes: Uint8Array): string {
  const name = otherEncoding(bytes)
  if (name !== undefined) throw new FileRefused('encoding', `it is ${name} text; UTF-8 is expected`)
  try {
    return withoutBom(utf8.decode(bytes))
  } catch {
    throw new FileRefused('encoding', 'it is not UTF-8 text')
  }
}

/** A text decoded elsewhere. */
export function withoutBom(text: string): string {
  return text.startsWith(BOM) ? text.slice(BOM.length) : text
}

/** UTF-16 and UTF-32 by their byte order mark, or by alternating zero bytes at the start. */
function otherEncoding(bytes: Uint8Array): string | undefined {
  const [one, two, three, four] = bytes
  if (one === 0xff && two === 0xfe) return three === 0 && four === 0 ? 'UTF-32' : 'UTF-16'
  if (one === 0xfe && two === 0xff) return 'UTF-16'
  if (one === 0 && two === 0 && three === 0xfe && four === 0xff) return 'UTF-32'
  if (bytes.length >= 2 && bytes.length % 2 === 0 && hasZeros(bytes)) return 'UTF-16'
  return undefined
}

function hasZeros(bytes: Uint8Array): boolean {
  const pairs = Math.min(bytes.length, 64) / 2
  const zeros = (at: 0 | 1) =>
    Array.from({length: pairs}, (_none, index) => bytes[2 * index + at]).every((byte) => byte === 0)
  return zeros(0) !== zeros(1)
}
