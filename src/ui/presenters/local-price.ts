import type {Address, Hash} from 'viem'

import {dollars} from '../../services/defi/dollars.ts'

interface MovedPrice {
  feed: string
  address: Address
  before: bigint
  after: bigint
  hash: Hash
}

export function priceText({feed, before, after}: MovedPrice): string {
  return `${feed} is ${dollars(after)}; it was ${dollars(before)}.`
}

export function priceJson({feed, address, before, after, hash}: MovedPrice) {
  return {feed, address, beforeE8: before, afterE8: after, hash}
}
