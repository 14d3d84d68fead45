import type {KeyAccess} from '../keys/key-access.ts'
import type {UnsignedFormat} from './unsigned.ts'
import type {WaitGoal} from './wait-hash.ts'

/** Target of a plan's transactions instead of the chain. */
export interface UnsignedTarget {
  /** Path; `-` for the caller of the operation. */
  file: string
  /** Overwrites an existing file. */
  replace: boolean
}

/** How to carry out an operation, as requested by the operator. */
export interface SendRequest {
  /** True to check and show only. */
  dryRun: boolean
  unsigned: UnsignedTarget | undefined
  /** Format of the unsigned file. Undefined: a batch if a Safe sends, otherwise `eip1559`. */
  format: UnsignedFormat | undefined
  /** Overridden traps. */
  overrides: readonly string[]
  maxFeeWei: bigint | undefined
  priorityFeeWei: bigint | undefined
  nonce: number | undefined
  /** Required confirmation level of the last transaction; `none` returns after its broadcast. */
  wait: WaitGoal | 'none'
  /** The arguments and flags that define the operation, normalized. */
  asked: string
  password: PasswordAccess
  signal: AbortSignal
}

/** Source of a stored key's password. */
export type PasswordAccess = Pick<KeyAccess, 'passwordFile' | 'readPassword' | 'askPassword'>

/** True when nothing is sent. */
export function looksOnly({dryRun, unsigned}: Pick<SendRequest, 'dryRun' | 'unsigned'>): boolean {
  return dryRun || unsigned !== undefined
}
