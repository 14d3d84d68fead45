import {concatHex, numberToHex, type Hex} from 'viem'

/** Code that calls a precompile with this input again and again, until its gas is used up. */
export function precompileLoop(address: number, input: Hex): Hex {
  const length = numberToHex((input.length - 2) / 2, {size: 2})
  return concatHex([
    // CODECOPY of the input, which begins at 23, to 0
    ...(['0x61', length, '0x6100175f39'] as const),
    // JUMPDEST; STATICCALL(gas, address, 0, length, 0, 0); POP; JUMP to 8
    ...([
      '0x5b5f5f61',
      length,
      '0x5f60',
      numberToHex(address, {size: 1}),
      '0x5afa50600856',
    ] as const),
    input,
  ])
}

export function modexpLoop(bytes: number, exponent: Hex = '0x03'): Hex {
  const size = numberToHex(bytes, {size: 32})
  const exponentSize = numberToHex((exponent.length - 2) / 2, {size: 32})
  const full: Hex = `0x${'ff'.repeat(bytes)}`
  return precompileLoop(5, concatHex([size, exponentSize, size, full, exponent, full]))
}

/** Creates a contract with this code: CODECOPY of what follows, and RETURN of it. */
export function deployOf(code: Hex): Hex {
  const length = numberToHex((code.length - 2) / 2, {size: 2})
  return concatHex(['0x61', length, '0x80600a5f395ff3', code])
}
