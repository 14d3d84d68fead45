import {keccak256, toHex, type Hex} from 'viem'

import {MetisSeqError} from '../../lib/errors.ts'
import {isRecord} from '../../lib/json.ts'
import {parseJson} from '../../lib/parse-json.ts'
import {DOCUMENT_FILE_BYTES, readBoundedText} from '../../lib/read-file.ts'
import {parseHardforks, type ScheduledHardfork} from './hardforks.ts'

export interface Genesis {
  file: string
  chainId: number
  gasLimit: bigint
  /** Number of the genesis block. */
  number: number
  /** Rules by block, oldest first. */
  hardforks: readonly ScheduledHardfork[]
  /** METIS moves as an ERC-20 too: see ADR 45. */
  nativeToken: boolean
  /** Compared by nodes before they exchange data. */
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
    const rules = {chainId, gasLimit, hardfork: hardforks[0]!.name, version: RULES_VERSION}
    return {
      ...{file, chainId, gasLimit, number, hardforks},
      nativeToken: value['config']['nativeToken'] === true,
      fingerprint: fingerprint(text, rules),
    }
  } catch (cause) {
    throw new MetisSeqError({
      code: 'GENESIS_UNREADABLE',
      message: `The genesis document ${file} is not usable.`,
      facts: {file},
      hints: ['Copy the genesis document of the network again.'],
      cause,
    })
  }
}

/** Fingerprint of the network that a genesis document starts. */
export function genesisFingerprint(file: string): Hex {
  return readGenesis(file).fingerprint
}

/** Everything besides the genesis document that determines block hashes. */
export interface GenesisRules {
  chainId: number
  gasLimit: bigint
  /** Of the genesis block; the schedule of the later ones is in the document. */
  hardfork: string
  /** Version of the execution rules: nodes with other rules get other hashes. */
  version: string
}

/**
 * The rules that each of our engines must execute; raised when the same block gets another hash.
 */
export const RULES_VERSION = '1.7.1'

/**
 * One hash over everything that determines block hashes. The genesis block hash is not enough: it
 * does not commit to the balances and code in the document.
 *
 * The rules are encoded as the flags of the first engine, permanently: data, snapshots and peers of
 * every network are identified by this value, regardless of which engine executes them and how it
 * is started.
 */
export function fingerprint(genesisText: string, rules: GenesisRules): Hex {
  const {chainId, gasLimit, hardfork, version} = rules
  const spelled = [
    ...['--chain-id', String(chainId), '--gas-limit', String(gasLimit), '--base-fee', '0'],
    ...['--hardfork', hardfork, '--accounts', '0'],
  ]
  return keccak256(toHex(JSON.stringify([genesisText, spelled, version])))
}
