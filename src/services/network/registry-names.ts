import {isAddress} from 'viem'

import {cleanText} from '../../lib/clean-text.ts'
import {isRecord} from '../../lib/json.ts'
import {MAX_NAME} from '../../protocol/registry.ts'
import {readRegistry} from './registry.ts'

/** Names of signers, by lower-case address. */
export type SignerNames = ReadonlyMap<string, string>

export const noNames: SignerNames = new Map()

/**
 * Names from a public list of sequencers. Anybody may be in it: names are cleaned and shortened to
 * what the list allows, and entries without a signer are left out.
 *
 * @param file undefined: no names
 * @throws {MetisSeqError} REGISTRY_UNREADABLE, REGISTRY_INVALID
 */
export function readSignerNames(file: string | undefined): SignerNames {
  if (file === undefined) return noNames
  const named = readRegistry(file).entries.flatMap((entry): [string, string][] => {
    if (!isRecord(entry)) return []
    const {name, seq_addr: signer} = entry
    if (typeof name !== 'string' || typeof signer !== 'string' || !isAddress(signer)) return []
    return [[signer.toLowerCase(), [...cleanText(name)].slice(0, MAX_NAME).join('')]]
  })
  return new Map(named)
}
