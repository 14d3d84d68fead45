import type {KeyAccess} from '../keys/key-access.ts'
import type {UnsignedFormat} from './unsigned.ts'
import type {WaitGoal} from './wait-hash.ts'

/** Where the transactions of a plan go instead of to the chain. */
export interface UnsignedTarget {
  /** Path; `-` for whoever ran the operation. */
  file: string
  /** Writes over a file that is there. */
  replace: boolean
}

/** How an operation is to be carried out, as the operator asked for it. */
export interface SendRequest {
  /** True: checked and shown, nothing more. */
  dryRun: boolean
  unsigned: UnsignedTarget | undefined
  /** Shape of the unsigned file. Undefined: a batch where a Safe sends, `eip1559` for all others. */
  format: UnsignedFormat | undefined
  /** Traps that are named and stepped over. */
  overrides: readonly string[]
  maxFeeWei: bigint | undefined
  priorityFeeWei: bigint | undefined
  nonce: number | undefined
  /** How deep in the chain the last transaction must be; `none` returns after its broadcast. */
  wait: WaitGoal | 'none'
  /** The arguments and flags that say what is wanted, in one spelling. */
  asked: string
  password: PasswordAccess
  signal: AbortSignal
}

/** Where the password of a stored key comes from. */
export type PasswordAccess = Pick<KeyAccess, 'passwordFile' | 'readPassword' | 'askPassword'>

/** True: nothing leaves from here. */
export function looksOnly({dryRun, unsigned}: Pick<SendRequest, 'dryRun' | 'unsigned'>): boolean {
  return dryRun || unsigned !== undefined
}
