import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {keccak256, toHex, type Hex} from 'viem'
import {afterEach, beforeEach, expect, test} from 'vitest'

import type {SealedBlock} from '../../src/protocol/block.ts'
import {ChainLog} from '../../src/store/chain-log.ts'
import {canMount, onSmallDisk} from '../helpers/small-disk.ts'

const network = {chainId: 108_800, fingerprint: keccak256('0x01')}
let dir: string
let path: string
let log: ChainLog

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'metis-seq-log-'))
  path = join(dir, 'chain.sqlite')
  log = ChainLog.open(path, network)
})

afterEach(() => {
  log.close()
  rmSync(dir, {recursive: true, force: true})
})

function reopen(): void {
  log.close()
  log = ChainLog.open(path, network)
}

const hashOf = (branch: string, number: number) => keccak256(toHex(`${branch} ${number}`))

function block(
  number: number,
  branch = 'a',
  parent = branch,
  transactions: Hex[] = [],
): SealedBlock {
  return {
    number,
    hash: hashOf(branch, number),
    parentHash: hashOf(parent, number - 1),
    stateRoot: keccak256('0x03'),
    timestamp: 1_700_000_000 + number,
    transactions,
    signer: '0x00000000000000000000000000000000000000aa',
    signature: `0x${'22'.repeat(65)}`,
    seqSign: transactions.length === 0 ? null : `0x${'33'.repeat(65)}`,
  }
}

test('blocks come back as they were written, also after a restart', () => {
  const full = block(102, 'a', 'a', ['0xaa', `0x${'bb'.repeat(5000)}`, '0xcc'])
  log.append(block(101))
  log.append(full)
  reopen()
  expect(log.head).toEqual(full)
  expect(log.block(102)).toEqual(full)
  expect(log.hashOf(101)).toBe(hashOf('a', 101))
  expect(log.block(103)).toBeUndefined()
  expect(log.range(1, 1000)).toEqual([block(101), full])
})

test('only the next block on the same branch is taken', () => {
  log.append(block(101))
  for (const wrong of [block(101), block(103), block(102, 'b')]) {
    expect(() => log.append(wrong)).toThrow('does not continue')
  }
  expect(log.head).toEqual(block(101))
  log.append(block(102))
})

test('a branch is exchanged for another in one step', () => {
  for (const number of [101, 102, 103]) log.append(block(number))
  const others = [block(102, 'b', 'a'), block(103, 'b')]
  expect(log.replaceAfter(101, others)).toEqual([block(102), block(103)])
  expect(log.range(101, 200)).toEqual([block(101), ...others])
  // A branch that does not fit leaves everything as it was.
  expect(() => log.replaceAfter(101, [block(102, 'c', 'c')])).toThrow('does not continue')
  expect(log.head).toEqual(others[1])
  reopen()
  expect(log.head).toEqual(others[1])
})

test('truncating removes and gives back what was above', () => {
  for (const number of [101, 102, 103]) log.append(block(number))
  expect(log.truncateAfter(101)).toEqual([block(102), block(103)])
  expect(log.head).toEqual(block(101))
  log.append(block(102, 'b', 'a'))
})

test('there is one candidate, and appending a block ends it', () => {
  const {signer: _a, signature: _b, seqSign: _c, ...candidate} = block(101, 'a', 'a', ['0xaa'])
  log.saveCandidate({...candidate, transactions: []})
  log.saveCandidate(candidate)
  reopen()
  expect(log.candidate()).toEqual(candidate)
  log.append(block(101))
  expect(log.candidate()).toBeUndefined()
})

test('a range for a peer ends before it gets too large, and holds one block at least', () => {
  for (const number of [101, 102, 103]) {
    log.append(block(number, 'a', 'a', [`0x${'aa'.repeat(10_000)}`]))
  }
  expect(log.rangeUpTo(101, 103, 45_000).map(({number}) => number)).toEqual([101, 102])
  expect(log.rangeUpTo(101, 103, 10).map(({number}) => number)).toEqual([101])
  expect(log.rangeUpTo(104, 200, 10)).toEqual([])
})

test('a log of another network is refused', () => {
  log.close()
  const other = {...network, fingerprint: keccak256('0x02')}
  expect(() => ChainLog.open(path, other)).toThrow(
    expect.objectContaining({code: 'CHAIN_LOG_MISMATCH', exit: 'config'}),
  )
  log = ChainLog.open(path, network)
})

/** Runs on a file system of 2 MiB: fills it, frees some space, and goes on. */
const fillDisk = `
  const {ChainLog} = await import(process.env.MODULE)
  const {openSync, writeSync, rmSync, closeSync} = await import('node:fs')
  const disk = process.env.DISK
  const spare = openSync(disk + '/spare', 'w')
  writeSync(spare, Buffer.alloc(700_000))
  closeSync(spare)
  const word = (n) => '0x' + n.toString(16).padStart(64, '0')
  const block = (number) => ({
    number, hash: word(number), parentHash: word(number - 1), stateRoot: word(0), timestamp: number,
    transactions: ['0x' + 'ab'.repeat(100_000)], signer: '0xaa', signature: '0xbb', seqSign: '0xcc',
  })
  const network = {chainId: 1, fingerprint: '0x01'}
  const log = ChainLog.open(disk + '/chain.sqlite', network)
  let next = 1
  let failure
  while (!failure) {
    try { log.append(block(next)); next++ } catch (error) { failure = error }
  }
  const headAfterFailure = log.head.number
  rmSync(disk + '/spare')
  log.append(block(next))
  log.close()
  const again = ChainLog.open(disk + '/chain.sqlite', network)
  console.log(JSON.stringify({
    code: failure.code, retryable: failure.retryable, next, headAfterFailure,
    head: again.head.number, blocks: again.range(1, next).length,
  }))`

test.skipIf(!canMount())(
  'a full disk refuses the block and loses nothing; with space it goes on',
  async () => {
    const script = `"$NODE" --input-type=module -e "$SCRIPT"`
    const {stdout, stderr} = await onSmallDisk(2048, script, {
      NODE: process.execPath,
      PATH: process.env['PATH'] ?? '',
      SCRIPT: fillDisk,
      MODULE: new URL('../../src/store/chain-log.ts', import.meta.url).href,
    })
    expect(stderr).toBe('')
    const result = JSON.parse(stdout) as Record<string, number | string | boolean>
    const {next} = result
    expect(Number(next)).toBeGreaterThan(2)
    expect(result).toMatchObject({
      ...{code: 'DISK_FULL', retryable: true},
      ...{headAfterFailure: Number(next) - 1, head: next, blocks: next},
    })
  },
)

test('a file that is no database is reported as such', () => {
  log.close()
  rmSync(`${path}-wal`, {force: true})
  writeFileSync(path, Buffer.alloc(8192, 7))
  expect(() => ChainLog.open(path, network)).toThrow(
    expect.objectContaining({code: 'STORE_DAMAGED'}),
  )
  rmSync(path)
  log = ChainLog.open(path, network)
})
