/** The first difference between a chain rebuilt from L1 and another one. */
import type {Hash} from 'viem'

export interface Difference {
  /** L2 block. */
  block: number
  batchIndex: string
  /** The inbox transaction with the block, or the last piece of its batch. */
  l1Transaction: Hash
  l1Block: number
  /** `hash` when all parts are equal but the hash is not. */
  field: string
  /** The value on L1, or derived from it. */
  fromL1: string
  /** The value it was compared with. */
  other: 'node' | 'rules' | 'bridge'
  otherValue: string
}

/**
 * A block of a batch breaks a rule of the network. The caller adds the location and turns it into a
 * Difference.
 */
export class BrokenRule extends Error {
  readonly field: string
  readonly fromL1: string
  readonly other: Difference['other']
  readonly otherValue: string

  constructor(options: Pick<Difference, 'field' | 'fromL1' | 'otherValue'> & {bridge?: boolean}) {
    super(`${options.field}: ${options.fromL1}, not ${options.otherValue}`)
    this.name = 'BrokenRule'
    this.field = options.field
    this.fromL1 = options.fromL1
    this.other = options.bridge ? 'bridge' : 'rules'
    this.otherValue = options.otherValue
  }
}
