import type {Address, Hex} from 'viem'

export interface KeptLog {
  address: Address
  topics: Hex[]
  data: Hex
}
