import {getBlock} from 'viem/actions'

import type {Context} from '../context.ts'

/** Values that the operator confirmed. A plan that is made again after a long confirmation keeps them. */
export interface Agreed<T> {
  /** @param choose runs for the first plan only */
  once(choose: () => T | Promise<T>): Promise<T>
}

export function agreement<T>(): Agreed<T> {
  let agreed: {value: T} | undefined
  return {
    async once(choose) {
      agreed ??= {value: await choose()}
      return agreed.value
    },
  }
}

/** A deadline in the clock of L2, in seconds since 1970. */
export async function deadlineIn({l2}: Context, minutes: number): Promise<bigint> {
  const {timestamp} = await getBlock(l2().client)
  return timestamp + BigInt(minutes * 60)
}
