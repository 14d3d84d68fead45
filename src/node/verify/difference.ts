/** Where a chain that was rebuilt from L1 and something else first part. */
import type {Hash} from 'viem'

export interface Difference {
  /** L2 block. */
  block: number
  batchIndex: string
  /** The inbox transaction that holds the block, or the last piece of the batch with it. */
  l1Transaction: Hash
  l1Block: number
  /** `hash` when every part is equal and the whole is not. */
  field: string
  /** What L1 holds, or what follows from it. */
  fromL1: string
  /** What it was compared with. */
  other: 'node' | 'rules' | 'bridge'
  otherValue: string
}

/** A block of a batch breaks a rule of the network. The one who adds the place makes it a Difference. */
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
