import {keccak256, stringToHex, type Hex} from 'viem'

import type {Plan} from './plan.ts'

/** A batch as the transaction builder of a Safe exports and imports it. */
export interface SafeBatch {
  version: '1.0'
  chainId: string
  /** Milliseconds since 1970. */
  createdAt: number
  meta: {
    name: string
    description: string
    createdFromSafeAddress: string
    createdFromOwnerAddress: string
    /** Checksum of everything but the name. Without it the builder warns that the file was changed. */
    checksum?: Hex
  }
  /** Calls in order. `data` is complete, so no method is given. */
  transactions: {
    to: string
    /** Wei. */
    value: string
    data: Hex
    contractMethod: null
    contractInputsValues: null
  }[]
}

/** The calls of a plan for the owners of a Safe. */
export function toSafeBatch(plan: Plan, chainId: number, createdAt: number): SafeBatch {
  const batch: SafeBatch = {
    version: '1.0',
    chainId: String(chainId),
    createdAt,
    meta: {
      name: plan.title,
      description: `metis-seq ${plan.action}`,
      createdFromSafeAddress: plan.from,
      createdFromOwnerAddress: '',
    },
    transactions: plan.calls.map(({to, valueWei, data}) => ({
      ...{to, value: `${valueWei}`, data},
      ...{contractMethod: null, contractInputsValues: null},
    })),
  }
  return {...batch, meta: {...batch.meta, checksum: checksumOf(batch)}}
}

/** keccak256 over the batch without its name, as the transaction builder computes it. */
export function checksumOf({meta, ...rest}: SafeBatch): Hex {
  const {checksum: _checksum, ...others} = meta
  return keccak256(stringToHex(canonical({...rest, meta: {...others, name: null}})))
}

/** Keys of an object as a sorted list, then its values in that order, each followed by a comma. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const names = Object.keys(value).toSorted()
  const values = names.map((name) => `${canonical((value as Record<string, unknown>)[name])},`)
  return `{${JSON.stringify(names)}${values.join('')}}`
}
