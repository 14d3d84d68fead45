/**
 * Splits a state into parts that the engine loads one by one. The engine rescans a request from the
 * start with every piece that arrives, so 20 MB take 4 s but ten times 2 MB take 1 s.
 */
import {gunzipSync, gzipSync} from 'node:zlib'

import type {Hex} from 'viem'

import {STATE_UNPACKED_BYTES} from '../limits.ts'

interface Dump {
  accounts: Record<string, {storage: Record<string, unknown>}>
  blocks: unknown[]
  transactions: unknown[]
}

/**
 * @param state as returned by `anvil_dumpState`
 * @param mostChars up to which a state is not split; also the uncompressed size limit of a part
 * @returns parts in the order in which they must be loaded; only the last one has the head
 */
export function splitState(state: string, mostChars: number): string[] {
  if (state.length <= mostChars) return [state]
  const packed = Buffer.from(state.slice(2), 'hex')
  const text = gunzipSync(packed, {maxOutputLength: STATE_UNPACKED_BYTES}).toString('utf8')
  const dump = JSON.parse(text) as Dump
  const parts: Hex[] = []
  let part: Dump = {accounts: {}, blocks: [], transactions: []}
  let chars = 0
  const add = (size: number, put: (into: Dump) => void) => {
    if (chars > 0 && chars + size > mostChars) {
      parts.push(pack({...dump, ...part, block: null, best_block_number: null}))
      part = {accounts: {}, blocks: [], transactions: []}
      chars = 0
    }
    put(part)
    chars += size
  }
  for (const [address, account] of Object.entries(dump.accounts)) {
    const {storage, ...rest} = account
    // An account that is loaded again keeps its slots.
    add(sizeOf(rest), ({accounts}) => (accounts[address] = {...rest, storage: {}}))
    for (const [slot, value] of Object.entries(storage)) {
      add(SLOT_CHARS, ({accounts}) => {
        accounts[address] ??= {...rest, storage: {}}
        accounts[address].storage[slot] = value
      })
    }
  }
  for (const block of dump.blocks) add(sizeOf(block), ({blocks}) => blocks.push(block))
  for (const sent of dump.transactions) {
    add(sizeOf(sent), ({transactions}) => transactions.push(sent))
  }
  parts.push(pack({...dump, ...part}))
  return parts
}

/** Two words in hex, with quotes and signs. */
const SLOT_CHARS = 138

function sizeOf(value: unknown): number {
  return JSON.stringify(value).length
}

function pack(dump: unknown): Hex {
  return `0x${gzipSync(JSON.stringify(dump), {level: 1}).toString('hex')}`
}
