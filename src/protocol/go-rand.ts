import {cookedTable} from './go-rand-table.ts'

const LENGTH = 607
const TAP = 273
/** 2^31 - 1, the modulus of the seeding generator. */
const MODULUS = 2_147_483_647
const MULTIPLIER = 48_271
const TWO_31 = 2_147_483_648
const TWO_32 = 4_294_967_296
/** Replacement that Go uses for a seed that is 0 modulo 2^31 - 1, with which the generator would never change. */
const SEED_FOR_ZERO = 89_482_311

/** One seeded stream. Every method advances it exactly as the Go method of that name does. */
export interface GoRand {
  /** 0 to 2^64 - 1. */
  uint64(): bigint
  /** 0 to 2^63 - 1. */
  int63(): bigint
  /** 0 to 2^31 - 1. */
  int31(): number
  /** 0 to `n` - 1, `n` from 1 to 2^31 - 1. @throws {RangeError} where Go panics */
  int31n(n: number): number
  /** 0 to `n` - 1, `n` from 1 to 2^63 - 1. @throws {RangeError} where Go panics */
  int63n(n: bigint): bigint
  /** 0 to `n` - 1, `n` a safe integer from 1. @throws {RangeError} where Go panics */
  intn(n: number): number
}

/** High and low words of the table, decoded by the first generator: most programs never create one. */
let cooked: {high: Uint32Array; low: Uint32Array} | undefined

/**
 * Go's `rand.New(rand.NewSource(seed))`: an additive lagged Fibonacci generator, bit for bit.
 *
 * Source: math/rand (not v2) of Go, `rngSource` and `Rand`.
 *
 * @param seed taken modulo 2^64 as a signed integer, as Go's `int64` conversion does
 */
export function createGoRand(seed: bigint): GoRand {
  const high = new Uint32Array(LENGTH)
  const low = new Uint32Array(LENGTH)
  fillState(seed, high, low)
  let tap = 0
  let feed = LENGTH - TAP
  let outHigh = 0
  let outLow = 0

  // 64-bit words in two halves: a forecast seeds a thousand streams, and bigint arrays cost 30 times as much.
  function step(): void {
    tap = tap === 0 ? LENGTH - 1 : tap - 1
    feed = feed === 0 ? LENGTH - 1 : feed - 1
    const sum = low[feed]! + low[tap]!
    outLow = sum >>> 0
    outHigh = (high[feed]! + high[tap]! + (sum >= TWO_32 ? 1 : 0)) >>> 0
    low[feed] = outLow
    high[feed] = outHigh
  }

  function uint64(): bigint {
    step()
    return (BigInt(outHigh) << 32n) | BigInt(outLow)
  }
  const int63 = () => BigInt.asUintN(63, uint64())
  function int31(): number {
    step()
    return outHigh & 0x7fff_ffff
  }
  function int31n(n: number): number {
    if (!Number.isInteger(n) || n <= 0 || n > MODULUS) throw new RangeError(`int31n: ${n}`)
    if ((n & (n - 1)) === 0) return int31() & (n - 1)
    const largest = TWO_31 - 1 - (TWO_31 % n)
    let value = int31()
    while (value > largest) value = int31()
    return value % n
  }
  function int63n(n: bigint): bigint {
    if (n <= 0n || n >= 1n << 63n) throw new RangeError(`int63n: ${n}`)
    if ((n & (n - 1n)) === 0n) return int63() & (n - 1n)
    const largest = (1n << 63n) - 1n - ((1n << 63n) % n)
    let value = int63()
    while (value > largest) value = int63()
    return value % n
  }
  function intn(n: number): number {
    if (!Number.isSafeInteger(n)) throw new RangeError(`intn: ${n}`)
    return n <= MODULUS ? int31n(n) : Number(int63n(BigInt(n)))
  }
  return {uint64, int63, int31, int31n, int63n, intn}
}

function fillState(seed: bigint, high: Uint32Array, low: Uint32Array): void {
  const added = (cooked ??= decodeTable(cookedTable))
  let x = Number(BigInt.asIntN(64, seed) % BigInt(MODULUS))
  if (x < 0) x += MODULUS
  if (x === 0) x = SEED_FOR_ZERO
  for (let warmUp = 0; warmUp < 20; warmUp++) x = nextSeed(x)
  for (let index = 0; index < LENGTH; index++) {
    const a = (x = nextSeed(x))
    const b = (x = nextSeed(x))
    const c = (x = nextSeed(x))
    // (a << 40) ^ (b << 20) ^ c, of 31-bit numbers, as two 32-bit words.
    high[index] = (a << 8) ^ (b >>> 12) ^ added.high[index]!
    low[index] = (b << 20) ^ c ^ added.low[index]!
  }
}

/** x * 48271 modulo 2^31 - 1. The product stays below 2^47, so a double holds it exactly. */
function nextSeed(x: number): number {
  const product = x * MULTIPLIER
  const upper = Math.floor(product / TWO_31)
  const folded = upper + (product - upper * TWO_31)
  return folded >= MODULUS ? folded - MODULUS : folded
}

function decodeTable(base64: string): {high: Uint32Array; low: Uint32Array} {
  const bytes = Buffer.from(base64, 'base64')
  const high = new Uint32Array(LENGTH)
  const low = new Uint32Array(LENGTH)
  for (let index = 0; index < LENGTH; index++) {
    high[index] = bytes.readUInt32BE(index * 8)
    low[index] = bytes.readUInt32BE(index * 8 + 4)
  }
  return {high, low}
}
