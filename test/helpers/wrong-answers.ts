/** Answers that no method gives: what is wrong with each, and how it is made of the right one. */
const word = 'f'.repeat(64)

export const wrongAnswers: [string, (result: unknown) => unknown][] = [
  ['null', () => null],
  ['a number', () => 7],
  ['true', () => true],
  ['an object', () => ({})],
  ['a list', () => [null, {}, 'x']],
  ['no hex', () => '0xzz'],
  ['words', () => 'out of \u001b[31m order'],
  ['no bytes', () => '0x'],
  ['half a byte', () => '0x1'],
  ['too few bytes', () => '0x1234'],
  ['ones', (result) => ones(result)],
  ['many words', () => `0x${word.repeat(40)}`],
  ['zeros', () => `0x${'0'.repeat(64 * 40)}`],
  ['small offsets', () => `0x${`${'0'.repeat(62)}20`.repeat(40)}`],
  ['a field that is missing', (result) => without(result)],
]

/** The same shape with every digit at its highest. */
function ones(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/(?<=^0x[\da-f]*)[\da-f]/gi, 'f')
  if (Array.isArray(value)) return value.map(ones)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, ones(each)]))
}

function without(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).filter((_, index) => index % 2 === 0))
}
