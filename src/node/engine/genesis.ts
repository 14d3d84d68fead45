import {resolve} from 'node:path'

import {keccak256, toHex, type Hex} from 'viem'

import {MetisSeqError} from '../../lib/errors.ts'
import {isRecord} from '../../lib/json.ts'
import {parseJson} from '../../lib/parse-json.ts'
import {DOCUMENT_FILE_BYTES, readBoundedText} from '../../lib/read-file.ts'
import {ENGINE_VERSION} from '../../process/find-engine.ts'
import {ENGINE_HISTORY_BLOCKS, ENGINE_RECEIPT_BLOCKS} from '../limits.ts'
import {parseHardforks, type ScheduledHardfork} from './hardforks.ts'

export interface Genesis {
  file: string
  chainId: number
  gasLimit: bigint
  /** Number of the genesis block. */
  number: number
  /** Rules by block, oldest first. */
  hardforks: readonly ScheduledHardfork[]
  /** What nodes compare before they talk. */
  fingerprint: Hex
}

/**
 * Reads a genesis document.
 *
 * @throws {MetisSeqError} GENESIS_UNREADABLE
 */
export function readGenesis(file: string): Genesis {
  try {
    const text = readBoundedText(file, DOCUMENT_FILE_BYTES)
    const value: unknown = parseJson(text)
    if (!isRecord(value) || !isRecord(value['config'])) throw new Error('it has no config')
    const chainId = Number(value['config']['chainId'])
    if (!Number.isSafeInteger(chainId) || chainId <= 0) throw new Error('it has no chain id')
    const gasLimit = BigInt(String(value['gasLimit']))
    const number = Number(BigInt(String(value['number'] ?? '0x0')))
    const hardforks = parseHardforks(value['config']['hardforks'])
    // The schedule is in the text already; the flag of the first rules stands for it.
    const flags = consensusFlags({chainId, gasLimit}, hardforks[0]!.name)
    return {
      ...{file, chainId, gasLimit, number, hardforks},
      fingerprint: fingerprint(text, flags, ENGINE_VERSION),
    }
  } catch (cause) {
    throw new MetisSeqError({
      code: 'GENESIS_UNREADABLE',
      message: `The genesis document ${file} cannot be used.`,
      facts: {file},
      hints: ['Copy the genesis document of the network again.'],
      cause,
    })
  }
}

/** Fingerprint of the network that a genesis document starts with this version of the engine. */
export function genesisFingerprint(file: string): Hex {
  return readGenesis(file).fingerprint
}

/**
 * One hash over everything that decides block hashes. The genesis block hash is not enough: it does
 * not commit to the balances and code in the document.
 */
export function fingerprint(genesisText: string, flags: readonly string[], version: string): Hex {
  return keccak256(toHex(JSON.stringify([genesisText, flags, version])))
}

/** Flags that change a block's hash. */
export function consensusFlags(
  {chainId, gasLimit}: {chainId: number; gasLimit: bigint},
  hardfork: string,
): string[] {
  return [
    ...['--chain-id', String(chainId), '--gas-limit', String(gasLimit), '--base-fee', '0'],
    // Without `--accounts 0` ten publicly known keys would be rich.
    ...['--hardfork', hardfork, '--accounts', '0'],
  ]
}

/** Flags of a node's own engine; `--chain-id` is left out because the process module sets it. */
export function engineFlags(genesis: Genesis, hardfork: string): string[] {
  return [
    ...consensusFlags(genesis, hardfork).slice(2),
    ...['--init', resolve(genesis.file), '--no-mining', '--order', 'fifo'],
    ...['--prune-history', String(ENGINE_HISTORY_BLOCKS)],
    ...['--transaction-block-keeper', String(ENGINE_RECEIPT_BLOCKS)],
    // The pool checks balances at the head, where a payment in the same block is not yet seen.
    '--disable-pool-balance-checks',
    ...['--no-cors', '--no-request-size-limit'],
  ]
}
