import {isAddress} from 'viem'

import {MetisSeqError} from '../lib/errors.ts'
import {isRecord} from '../lib/json.ts'
import {lstProviders} from './lst/providers.ts'
import type {Network} from './network.ts'
import {parsePeerAddress} from './peer-address.ts'

/** Where to look when a document is not in order. */
export const networkHints = [
  'Check it against the output of `metis-seq network schema`.',
  'Compare it with the output of `metis-seq network show andromeda --json`.',
]

/**
 * Checks an untrusted network document field by field.
 *
 * @param source where it came from, for the error
 * @throws {MetisSeqError} NETWORK_INVALID with every wrong field named
 */
export function parseNetwork(value: unknown, source: string): Network {
  const problems: string[] = []
  const root = record(value, '', problems)
  if (root['version'] !== 1) problems.push('version must be 1')
  text(root, 'name', '', problems, /^[a-z0-9][a-z0-9-]{0,31}$/)
  if (root['$schema'] !== undefined && typeof root['$schema'] !== 'string') {
    problems.push('$schema must be text')
  }
  if (!isOneOf(root['kind'], ['main', 'test', 'local'])) {
    problems.push('kind must be main, test or local')
  }
  checkL1(record(root['l1'], 'l1', problems), problems)
  checkL2(record(root['l2'], 'l2', problems), problems)
  urlOrNull(root, 'posRestUrl', '', problems)
  if (root['caFile'] !== undefined) text(root, 'caFile', '', problems, /^\//)
  const lst = record(root['lst'], 'lst', problems)
  for (const {id, contracts} of lstProviders) {
    if (lst[id] === null) continue
    const path = `lst.${id}`
    addresses(record(lst[id], path, problems), path, Object.keys(contracts), problems)
  }
  if (problems.length > 0) throw networkInvalid(source, problems)
  return value as Network
}

function checkL1(l1: Record<string, unknown>, problems: string[]): void {
  whole(l1, 'chainId', 'l1', problems, 1)
  whole(l1, 'deploymentBlock', 'l1', problems, 0)
  whole(l1, 'confirmations', 'l1', problems, 0)
  if (l1['staleAfterSeconds'] !== undefined) whole(l1, 'staleAfterSeconds', 'l1', problems, 1)
  urls(l1, 'l1', problems)
  urlOrNull(l1, 'explorerUrl', 'l1', problems)
  addresses(
    record(l1['contracts'], 'l1.contracts', problems),
    'l1.contracts',
    ['metis', 'lockingPool', 'lockingInfo', 'bridge', 'addressManager', 'batchInbox'],
    problems,
  )
  checkImplementations(l1['poolImplementations'], problems)
  addressList(l1, 'infoImplementations', 'l1', problems)
  const senders = l1['batchSenders']
  if (
    !Array.isArray(senders) ||
    !senders.every((sender) => typeof sender === 'string' && isAddress(sender))
  ) {
    problems.push('l1.batchSenders must be a list of addresses')
  }
}

function checkImplementations(value: unknown, problems: string[]): void {
  if (value === undefined) return
  const known = Object.entries(record(value, 'l1.poolImplementations', problems))
  if (known.every(([address, rules]) => isAddress(address) && isRules(rules))) return
  problems.push('l1.poolImplementations must map addresses to published, mainnet or unknown')
}

function isOneOfTypes(value: unknown, types: readonly string[]): boolean {
  return types.includes(typeof value)
}

function addressList(
  from: Record<string, unknown>,
  key: string,
  path: string,
  problems: string[],
): void {
  const value = from[key]
  if (value === undefined) return
  if (Array.isArray(value) && value.every((each) => typeof each === 'string' && isAddress(each)))
    return
  problems.push(`${path}.${key} must be a list of addresses`)
}

function isRules(value: unknown): boolean {
  return isOneOf(value, ['published', 'mainnet', 'unknown'])
}

function checkL2(l2: Record<string, unknown>, problems: string[]): void {
  whole(l2, 'chainId', 'l2', problems, 1)
  whole(l2, 'phase2Block', 'l2', problems, 0)
  whole(l2, 'slotMs', 'l2', problems, 50)
  whole(l2, 'respanDelaySeconds', 'l2', problems, 1)
  whole(l2, 'batchMarginBlocks', 'l2', problems, 0)
  if (typeof l2['emptyBlocks'] !== 'boolean') problems.push('l2.emptyBlocks must be true or false')
  urls(l2, 'l2', problems)
  urlOrNull(l2, 'explorerUrl', 'l2', problems)
  addresses(
    record(l2['contracts'], 'l2.contracts', problems),
    'l2.contracts',
    ['sequencerSet', 'bridge', 'metis', 'gasPriceOracle'],
    problems,
  )
  if (!isOneOfTypes(l2['legacyTransactions'], ['boolean', 'undefined']))
    problems.push('l2.legacyTransactions must be true or false')
  addressList(l2, 'sequencerSetImplementations', 'l2', problems)
  if (l2['bundled'] === null) return
  const bundled = record(l2['bundled'], 'l2.bundled', problems)
  text(bundled, 'genesisFile', 'l2.bundled', problems, /^\//)
  text(bundled, 'fingerprint', 'l2.bundled', problems, /^0x[0-9a-f]{64}$/)
  addresses(bundled, 'l2.bundled', ['relayer'], problems)
  if (!isOneOf(bundled['followers'], ['registered', 'anyone'])) {
    problems.push('l2.bundled.followers must be registered or anyone')
  }
  const bootnodes = bundled['bootnodes']
  if (!Array.isArray(bootnodes) || !bootnodes.every(isPeerAddress)) {
    problems.push(
      'l2.bundled.bootnodes must be a list of multiaddrs such as /ip4/192.0.2.1/tcp/30303, or of host:port',
    )
  }
}

/** As it is, and not as text: a list of one word reads like the word. */
function isOneOf(value: unknown, words: readonly string[]): boolean {
  return typeof value === 'string' && words.includes(value)
}

function record(value: unknown, path: string, problems: string[]): Record<string, unknown> {
  if (isRecord(value)) return value
  problems.push(`${path || 'the document'} must be an object`)
  return {}
}

function text(
  from: Record<string, unknown>,
  key: string,
  path: string,
  problems: string[],
  pattern: RegExp,
): void {
  const value = from[key]
  if (typeof value !== 'string' || !pattern.test(value)) {
    problems.push(`${join(path, key)} must match ${pattern.source}`)
  }
}

function whole(
  from: Record<string, unknown>,
  key: string,
  path: string,
  problems: string[],
  minimum: number,
): void {
  const value = from[key]
  if (!Number.isSafeInteger(value) || (value as number) < minimum) {
    problems.push(`${join(path, key)} must be a whole number of at least ${minimum}`)
  }
}

function urls(from: Record<string, unknown>, path: string, problems: string[]): void {
  const value = from['rpcUrls']
  if (!Array.isArray(value) || value.length === 0 || !value.every(isUrl)) {
    problems.push(`${path}.rpcUrls must be a list of http or https URLs`)
  }
}

function urlOrNull(
  from: Record<string, unknown>,
  key: string,
  path: string,
  problems: string[],
): void {
  if (from[key] !== null && !isUrl(from[key])) {
    problems.push(`${join(path, key)} must be a URL or null`)
  }
}

function addresses(
  from: Record<string, unknown>,
  path: string,
  keys: readonly string[],
  problems: string[],
): void {
  for (const key of keys) {
    const value = from[key]
    if (typeof value !== 'string' || !isAddress(value, {strict: false})) {
      problems.push(`${join(path, key)} must be an address`)
    }
  }
}

function isPeerAddress(value: unknown): boolean {
  return typeof value === 'string' && parsePeerAddress(value) !== undefined
}

function isUrl(value: unknown): boolean {
  return typeof value === 'string' && /^https?:\/\//.test(value) && URL.canParse(value)
}

function join(path: string, key: string): string {
  return path ? `${path}.${key}` : key
}

function networkInvalid(source: string, problems: string[]): MetisSeqError {
  return new MetisSeqError({
    code: 'NETWORK_INVALID',
    message: `${source} is not a valid network document: ${problems[0]}.`,
    exit: 'config',
    facts: {source, problems: problems.join('; ')},
    hints: networkHints,
  })
}
