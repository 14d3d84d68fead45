/** Order of two versions by the rules of semantic versioning; undefined where one of them is not such a version. */
export function versionOrder(a: string, b: string): -1 | 0 | 1 | undefined {
  const [one, other] = [partsOf(a), partsOf(b)]
  if (!one || !other) return undefined
  for (const [index, number] of one.numbers.entries()) {
    const order = compare(number, other.numbers[index]!)
    if (order !== 0) return order
  }
  return preOrder(one.pre, other.pre)
}

interface Parts {
  numbers: number[]
  /** Identifiers after the dash; none for a release. */
  pre: string[]
}

/** What follows a plus is of the build and has no order. */
function partsOf(version: string): Parts | undefined {
  const match =
    /^v?(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?:-([0-9a-z.-]{1,64}))?(?:\+[0-9a-z.-]*)?$/i.exec(version)
  if (!match) return undefined
  const [, major, minor, patch, pre] = match
  return {numbers: [major, minor, patch].map(Number), pre: pre?.split('.') ?? []}
}

/** A release comes after its previews; numbers come before words. */
function preOrder(a: readonly string[], b: readonly string[]): -1 | 0 | 1 {
  if (a.length === 0 || b.length === 0) return compare(b.length, a.length)
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const [one, other] = [a[index], b[index]]
    if (one === undefined || other === undefined) return one === undefined ? -1 : 1
    if (one === other) continue
    const numbers = [one, other].map((text) => (/^\d+$/.test(text) ? Number(text) : null))
    if (numbers[0] !== null && numbers[1] !== null) return compare(numbers[0]!, numbers[1]!)
    if (numbers[0] !== numbers[1]) return numbers[0] === null ? 1 : -1
    return one < other ? -1 : 1
  }
  return 0
}

function compare(a: number, b: number): -1 | 0 | 1 {
  return a === b ? 0 : a < b ? -1 : 1
}
