import {existsSync} from 'node:fs'
import {join} from 'node:path'

import {MetisSeqError} from '../lib/errors.ts'
import {namesIn, writeFileAtomic} from '../lib/files.ts'
import {jsonFault, stringifyJson} from '../lib/json.ts'
import {parseJson} from '../lib/parse-json.ts'
import {DOCUMENT_FILE_BYTES, readBoundedText} from '../lib/read-file.ts'
import {builtInNetworks} from '../protocol/built-in-networks.ts'
import {networkHints, parseNetwork} from '../protocol/network-document.ts'
import type {Network} from '../protocol/network.ts'
import type {Home} from './home.ts'

export interface ListedNetwork {
  network: Network
  source: 'built in' | 'file'
}

/** Built-in networks and those in the networks directory, sorted by name. */
export function listNetworks(home: Home): ListedNetwork[] {
  const builtIn = builtInNetworks.map((network): ListedNetwork => ({network, source: 'built in'}))
  const own = ownNames(home).map(
    (name): ListedNetwork => ({network: readNetworkFile(fileOf(home, name)), source: 'file'}),
  )
  return [...builtIn, ...own]
}

/** True for a network whose document is part of the program. */
export function isBuiltIn(name: string): boolean {
  return builtInNetworks.some((network) => network.name === name)
}

/** Names of all networks. Includes invalid files. */
export function networkNames(home: Home): string[] {
  return [...builtInNetworks.map(({name}) => name), ...ownNames(home)]
}

/**
 * One network by name.
 *
 * @throws {MetisSeqError} NETWORK_UNKNOWN, NETWORK_INVALID
 */
export function readNetwork(home: Home, name: string): Network {
  const builtIn = builtInNetworks.find((network) => network.name === name)
  if (builtIn) return builtIn
  const path = fileOf(home, name)
  if (isName(name) && existsSync(path)) return readNetworkFile(path)
  throw new MetisSeqError({
    code: 'NETWORK_UNKNOWN',
    message: `There is no network called ${name}.`,
    facts: {network: name, known: networkNames(home).join(', ')},
    hints: [
      ...(name === 'local' ? ['Run `metis-seq local up` to start the local network.'] : []),
      'Run `metis-seq network list` to see the networks.',
      'Run `metis-seq network add FILE` to add one.',
    ],
  })
}

/** Reads and checks a network document. */
export function readNetworkFile(path: string): Network {
  let value: unknown
  try {
    value = parseJson(readBoundedText(path, DOCUMENT_FILE_BYTES))
  } catch (cause) {
    throw new MetisSeqError({
      code: 'NETWORK_INVALID',
      message: `${path} cannot be read as JSON: ${jsonFault(cause)}.`,
      facts: {source: path},
      hints: networkHints,
      cause,
    })
  }
  return parseNetwork(value, path)
}

/**
 * Stores a network document under its own name.
 *
 * @throws {MetisSeqError} NETWORK_EXISTS for a built-in name, or for an existing one unless
 * `replace`
 */
export function saveNetwork(home: Home, network: Network, {replace}: {replace: boolean}): string {
  const path = fileOf(home, network.name)
  const builtIn = isBuiltIn(network.name)
  if (builtIn || (!replace && existsSync(path))) {
    throw new MetisSeqError({
      code: 'NETWORK_EXISTS',
      message: `A network called ${network.name} exists already.`,
      facts: {network: network.name},
      hints: builtIn
        ? ['Give the document another name.']
        : ['Pass `--replace` to overwrite it, or give the document another name.'],
    })
  }
  writeFileAtomic(path, `${stringifyJson(network, 2)}\n`, 0o644)
  return path
}

function ownNames(home: Home): string[] {
  return namesIn(home.networksDir)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .toSorted()
}

function isName(name: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,31}$/.test(name)
}

function fileOf(home: Home, name: string): string {
  return join(home.networksDir, `${name}.json`)
}
