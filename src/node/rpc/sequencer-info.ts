import type {Address} from 'viem'

export interface SequencerInfo {
  sequencerAddress: Address
  sequencerUrl: string
  sequencerHeight: number
}
