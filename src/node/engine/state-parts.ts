/**
 * Cuts a state into parts that an engine takes one after the other. It looks at a request anew from its
 * beginning with every piece that arrives, so that 20 MB take 4 s and ten times 2 MB take 1 s.
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
 * @param state as `anvil_dumpState` gives it
 * @param mostChars of a state that is left whole; and of what a part holds before it is compressed
 * @returns parts in the order in which they have to be loaded; only the last one names the head
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
    // An account that comes again keeps the slots it has.
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
