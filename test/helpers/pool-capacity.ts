import type {PoolCapacity} from '../../src/node/mempool/admission-control.ts'

/** Room for so many that wait, at one millisecond each, and no other bound. */
export function capacityFor(waiting: number): PoolCapacity {
  return {
    ...{count: 10 ** 6, gas: 10 ** 9, bytes: 10 ** 9, sealMs: 10 ** 9},
    ...{
      ms: waiting,
      leastMs: 0,
      stageMs: 1,
      backlogMs: 10 ** 9,
      baseMs: 0,
      isNext: false,
      isLate: false,
      retryAfterMs: 700,
    },
  }
}

/** Counts gas as it is declared, and no time for sealing. */
export const costsNoTime = {
  costOf: ({gasLimit, intrinsicGas}: {gasLimit: bigint; intrinsicGas: bigint}) => ({
    gas: Number(gasLimit - intrinsicGas),
    ms: 0,
  }),
}
