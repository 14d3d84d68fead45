import {pathToFileURL} from 'node:url'

type Permutation = (state: Uint32Array, rounds?: number) => void

/** Lanes of the state have two words each, the lower one first. */
const LANES = Array.from({length: 25}, (_, lane) => 2 * lane)

/**
 * The permutation of Keccak written out, in place of loops with calls. A command hashes some ten addresses before the
 * engine has compiled the function, and read step by step the loops take four times as long. Same words in, same out.
 */
export const quickKeccak = {
  name: 'quick-keccak',
  async transform(code: string, id: string) {
    if (!/@noble.hashes.esm.sha3\.js$/.test(id)) return null
    const written = /export function keccakP\(s, rounds = 24\) \{[\s\S]*?\n\}\n/
    if (!written.test(code)) throw new Error('@noble/hashes has changed: keccakP is not found.')
    const {keccakP} = (await import(pathToFileURL(id).href)) as {keccakP: Permutation}
    assertSame(
      new Function(`${constantsOf(code)}\nreturn ${permutation()}`)() as Permutation,
      keccakP,
    )
    return code.replace(written, () => `export ${permutation()}\n`)
  },
}

/** The constants of the rounds, as the library computes them. */
function constantsOf(code: string): string {
  const begin = code.indexOf('const _0n')
  const end = code.indexOf('const IOTAS')
  return `${code.slice(begin, end)}
    const SHA3_IOTA_H = _SHA3_IOTA.map((n) => Number(n & 0xffffffffn))
    const SHA3_IOTA_L = _SHA3_IOTA.map((n) => Number(n >> 32n))`
}

/** The build ends when the two differ in one state of many. */
function assertSame(quick: Permutation, known: Permutation): void {
  const states = Array.from({length: 200}, () => crypto.getRandomValues(new Uint32Array(50)))
  for (const state of [new Uint32Array(50), ...states]) {
    for (const rounds of [24, 12]) {
      const [ours, theirs] = [state.slice(), state.slice()]
      quick(ours, rounds)
      known(theirs, rounds)
      if (!ours.every((word, at) => word === theirs[at])) throw new Error('keccakP differs.')
    }
  }
}

function permutation(): string {
  const words = Array.from({length: 50}, (_, at) => at)
  return [
    'function keccakP(s, rounds = 24) {',
    `  let ${words.map((at) => `a${at} = s[${at}]`).join(', ')};`,
    '  for (let round = 24 - rounds; round < 24; round++) {',
    ...theta(),
    ...rhoAndPi(),
    ...chi(),
    '    a0 ^= SHA3_IOTA_H[round];',
    '    a1 ^= SHA3_IOTA_L[round];',
    '  }',
    ...words.map((at) => `  s[${at}] = a${at};`),
    '}',
  ].join('\n')
}

function theta(): string[] {
  const columns = Array.from({length: 10}, (_, at) => at)
  const parity = (at: number) => [0, 10, 20, 30, 40].map((row) => `a${at + row}`).join(' ^ ')
  return [
    ...columns.map((at) => `    const c${at} = ${parity(at)};`),
    ...[0, 2, 4, 6, 8].flatMap((at) => {
      const [low, high] = rotated(`c${(at + 2) % 10}`, `c${(at + 3) % 10}`, 1)
      return [
        `    const d${at} = (${low}) ^ c${(at + 8) % 10}, d${at + 1} = (${high}) ^ c${(at + 9) % 10};`,
        ...[0, 10, 20, 30, 40].map(
          (row) => `    a${at + row} ^= d${at}; a${at + row + 1} ^= d${at + 1};`,
        ),
      ]
    }),
  ]
}

/** Each lane turned by its number of bits, and at the place of the next. */
function rhoAndPi(): string[] {
  const lines = ['    const b0 = a0, b1 = a1;']
  let [x, y, from] = [1, 0, 2]
  for (let step = 0; step < 24; step++) {
    ;[x, y] = [y, (2 * x + 3 * y) % 5]
    const to = 2 * (5 * y + x)
    const bits = (((step + 1) * (step + 2)) / 2) % 64
    const [low, high] = rotated(`a${from}`, `a${from + 1}`, bits)
    lines.push(`    const b${to} = ${low}, b${to + 1} = ${high};`)
    from = to
  }
  return lines
}

function chi(): string[] {
  return LANES.flatMap((lane) => {
    const row = lane - (lane % 10)
    const at = (word: number) => `b${row + (word % 10)}`
    return [lane, lane + 1].map(
      (word) => `    a${word} = b${word} ^ (~${at(word - row + 2)} & ${at(word - row + 4)});`,
    )
  })
}

/** The words of a lane that is turned to the left, as expressions. */
function rotated(low: string, high: string, bits: number): [low: string, high: string] {
  const [a, b, by] = bits > 32 ? [high, low, bits - 32] : [low, high, bits]
  const turned = (one: string, other: string) => `${one} << ${by} | ${other} >>> ${32 - by}`
  return [turned(a, b), turned(b, a)]
}
