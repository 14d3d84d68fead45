/** Contracts of a mixed load, each a few instructions of our own. */
import {concatHex, keccak256, type Address, type Hex} from 'viem'

/** Slots of one caller: few, so that state does not grow without end. */
const SWAP_SLOTS = 12

/**
 * What a swap costs an engine: twelve cold slots read and written, three events. About 85,000 gas. Callers share 64 sets of
 * slots.
 */
function swapCode(): Hex {
  // base = (caller & 63) * 16
  const base: Hex = '0x33603f1660041b'
  // DUP1, ADD index, DUP1 SLOAD, ADD 1, SWAP1 SSTORE
  const touch = (index: number): Hex =>
    concatHex(['0x80', push(index), '0x01', '0x80', '0x54', '0x6001', '0x01', '0x90', '0x55'])
  const event = concatHex(['0x7f', keccak256('0x01'), '0x60405fa1'])
  const slots = Array.from({length: SWAP_SLOTS}, (_, index) => touch(index))
  return concatHex([base, ...slots, event, event, event, '0x00'])
}

function push(value: number): Hex {
  return `0x60${value.toString(16).padStart(2, '0')}`
}

/** JUMPDEST, JUMP to it: all gas, and the transaction fails. */
const burnsAll: Hex = '0x5b5f56'
const burnsNothing: Hex = '0x00'
/** For eight blocks nothing, then for eight blocks all: NUMBER >> 3 & 1, JUMPI to the loop. */
const changesItsWays: Hex = '0x4360031c600116600b57005b600b56'

/** Code of each, at an address without a meaning. */
export const contracts = {
  swap: {address: '0x000000000000000000000000000000000005a125', code: swapCode()},
  burnsAll: {address: '0x00000000000000000000000000000000000b0a11', code: burnsAll},
  burnsNothing: {address: '0x00000000000000000000000000000000000b0000', code: burnsNothing},
  changesItsWays: {address: '0x00000000000000000000000000000000000c4a26', code: changesItsWays},
} satisfies Record<string, {address: Address; code: Hex}>

/** A token; its code is put there by the scene. */
export const TOKEN: Address = '0x00000000000000000000000000000000000e2c20'
