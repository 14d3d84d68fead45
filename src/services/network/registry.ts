import {existsSync, globSync, statSync} from 'node:fs'
import {basename, dirname, extname, join, resolve} from 'node:path'

import type {Address, Hex} from 'viem'

import {decodeText} from '../../lib/decode-text.ts'
import {MetisSeqError, messageOf} from '../../lib/errors.ts'
import {assertMayWrite, statOf, writeFileAtomic, writeOutput} from '../../lib/files.ts'
import {isRecord, jsonFault, stringifyJson} from '../../lib/json.ts'
import {parseJson} from '../../lib/parse-json.ts'
import {DOCUMENT_FILE_BYTES, readBoundedFile} from '../../lib/read-file.ts'
import {
  checkEntry,
  checkLogo,
  checkUnique,
  logoNameOf,
  logoPathOf,
  MAX_LOGO_BYTES,
  type Logo,
  type RegistryEntry,
  type RuleCheck,
} from '../../protocol/registry.ts'
import {readImage} from '../../protocol/registry-image.ts'
import {appendEntry, formatJson} from '../../protocol/registry-text.ts'

export interface CheckedEntry {
  name: string
  checks: RuleCheck[]
}

export interface CheckedFile {
  file: string
  entries: CheckedEntry[]
  /** Rules of the file as a whole. */
  checks: RuleCheck[]
}

/** A logo is read completely only up to a sane size. */
const MAX_READ_BYTES = MAX_LOGO_BYTES * 64

/**
 * Checks a list of sequencers, a single entry, or every list in a folder, with the logos beside them.
 *
 * @throws {MetisSeqError} REGISTRY_UNREADABLE, REGISTRY_INVALID
 */
export function validateRegistry(path: string): CheckedFile[] {
  return filesOf(path).map((file) => {
    const {text, entries, isList} = readRegistry(file)
    return {
      file,
      entries: entries.map((entry, index) => ({
        name: nameOf(entry, index),
        checks: [
          ...checkEntry(entry),
          ...checkLogo(avatarOf(entry), readLogo(dirname(file), avatarOf(entry))),
          ...(isList ? checkUnique(entries, index) : []),
        ],
      })),
      checks: [formatRule(text)],
    }
  })
}

/** Input of an entry. */
export interface EntryRequest {
  owner: Address
  signer: Address
  publicKey: Hex
  name: string
  desc: string
  url: string
  logo: string
  lstName?: string | undefined
  lstUrl?: string | undefined
  /** List to append to. */
  into?: string | undefined
  /** Folder to write entry and logo to. */
  output?: string | undefined
  /** Chain id of the profile; the folder of a list is named after it. */
  l2ChainId: number
  replace: boolean
}

export interface BuiltEntry {
  entry: RegistryEntry
  checks: RuleCheck[]
  /** True when every rule is met; otherwise nothing is written. */
  ok: boolean
  written: string[]
}

/**
 * Creates the entry of a sequencer, checks every rule, and writes it to a folder or appends it to a
 * list. The logo is copied beside it first.
 *
 * @throws {MetisSeqError} REGISTRY_UNREADABLE, REGISTRY_INVALID, FILE_EXISTS, FILE_NOT_WRITABLE
 */
export function buildEntry(request: EntryRequest): BuiltEntry {
  const {into, output} = request
  const logoBytes = readBytes(request.logo)
  const logo = logoOf(logoBytes)
  const kind = logo.image?.kind ?? (extname(request.logo) === '.svg' ? 'svg' : 'png')
  const entry = toEntry(request, logoNameOf(request.name, kind))
  const list = into === undefined ? undefined : readRegistry(into)
  if (list && !list.isList) throw invalid(into!, 'it contains one entry, not a list')
  const all = [...(list?.entries ?? []), entry]
  const checks = [
    ...checkEntry(entry),
    ...checkLogo(entry.avatar, logo),
    ...checkUnique(all, all.length - 1),
    ...(into === undefined ? [] : [folderRule(into, request.l2ChainId)]),
  ]
  const ok = checks.every((check) => check.ok)
  if (!ok) return {entry, checks, ok, written: []}
  const written: string[] = []
  const write = (path: string, act: () => void) => {
    act()
    written.push(path)
  }
  if (output !== undefined) {
    const path = join(output, `${basename(entry.avatar, extname(entry.avatar))}.json`)
    assertMayWrite(path, request)
    const asset = assetOf(output, entry)
    write(asset, () => copyLogo(asset, logoBytes, request))
    write(path, () => writeOutput(path, `${stringifyJson(entry, 2)}\n`, request))
  }
  if (into !== undefined && list) {
    const asset = assetOf(dirname(into), entry)
    write(asset, () => copyLogo(asset, logoBytes, request))
    write(into, () => writeFileAtomic(into, appendEntry(list.text, entry), 0o644))
  }
  return {entry, checks, ok, written}
}

function toEntry(request: EntryRequest, logoName: string): RegistryEntry {
  const {name, desc, owner, signer, publicKey, url, lstName, lstUrl} = request
  return {
    ...{name, avatar: `{BASEDIR}/assets/${logoName}`, desc},
    ...{address: owner, seq_addr: signer, pubkey: publicKey.toLowerCase() as Hex, url},
    ...(lstName === undefined ? {} : {lst_name: lstName}),
    ...(lstUrl === undefined ? {} : {lst_url: lstUrl}),
  }
}

function assetOf(folder: string, {avatar}: RegistryEntry): string {
  return join(folder, 'assets', basename(avatar))
}

/** A logo from an earlier run is identical; a different one is only replaced on request. */
function copyLogo(path: string, bytes: Uint8Array, {replace}: {replace: boolean}): void {
  if (existsSync(path) && Buffer.compare(readBytes(path), bytes) === 0) return
  assertMayWrite(path, {replace})
  writeFileAtomic(path, bytes, 0o644)
}

/** Lists in a folder: of one network, of all networks, or of the whole repository. */
function filesOf(path: string): string[] {
  if (!isFolder(path)) return [path]
  const found = ['all.json', '*/all.json', 'sequencers/*/all.json']
    .flatMap((pattern) => globSync(pattern, {cwd: path}))
    .toSorted()
  if (found.length > 0) return found.map((name) => join(path, name))
  throw unreadable(path, 'it contains no all.json')
}

export function readRegistry(file: string): {text: string; entries: unknown[]; isList: boolean} {
  const bytes = readBytes(file)
  let text: string
  try {
    text = decodeText(bytes)
  } catch (cause) {
    throw invalid(file, messageOf(cause), cause)
  }
  let value: unknown
  try {
    value = parseJson(text)
  } catch (cause) {
    throw invalid(file, jsonFault(cause), cause)
  }
  if (Array.isArray(value)) return {text, entries: value as unknown[], isList: true}
  if (isRecord(value)) return {text, entries: [value], isList: false}
  throw invalid(file, 'it is neither a list nor an entry')
}

function readLogo(folder: string, avatar: string): Logo | undefined {
  const name = logoPathOf(avatar)
  const path = name === undefined ? undefined : join(folder, name)
  if (path === undefined || !existsSync(path) || isFolder(path)) return undefined
  const {size} = statSync(path)
  return size > MAX_READ_BYTES ? {sizeBytes: size, image: null} : logoOf(readBytes(path))
}

function logoOf(bytes: Uint8Array): Logo {
  return {sizeBytes: bytes.length, image: readImage(bytes)}
}

function formatRule(text: string): RuleCheck {
  const ok = text === formatJson(text)
  return {
    id: 'format',
    label: 'the file is formatted as the lint of the repository requires',
    ok,
    seen: ok ? 'two spaces, one field per line' : 'something else',
    remedy: ok ? '' : 'Run `npx prettier --write` on the file.',
    enforcedBy: 'ci',
  }
}

/** Source: the folders of the repository are named after the chain id of L2. */
function folderRule(file: string, l2ChainId: number): RuleCheck {
  const folder = basename(dirname(resolve(file)))
  const ok = !/^\d+$/.test(folder) || folder === String(l2ChainId)
  return {
    id: 'folder-of-network',
    label: `the list is that of chain ${l2ChainId}`,
    ok,
    seen: `folder ${folder}`,
    remedy: ok ? '' : 'Pass the list of that network, or another `--profile`.',
    enforcedBy: 'readme',
  }
}

function nameOf(entry: unknown, index: number): string {
  const name = isRecord(entry) ? entry['name'] : undefined
  return typeof name === 'string' && name !== '' ? name : `entry ${index + 1}`
}

function avatarOf(entry: unknown): string {
  const avatar = isRecord(entry) ? entry['avatar'] : undefined
  return typeof avatar === 'string' ? avatar : ''
}

function isFolder(path: string): boolean {
  return statOf(path)?.isDirectory() ?? false
}

/** @throws {MetisSeqError} REGISTRY_UNREADABLE */
function readBytes(path: string): Uint8Array {
  try {
    return readBoundedFile(path, DOCUMENT_FILE_BYTES)
  } catch (cause) {
    throw unreadable(path, messageOf(cause), cause)
  }
}

function unreadable(path: string, reason: string, cause?: unknown): MetisSeqError {
  return new MetisSeqError({
    code: 'REGISTRY_UNREADABLE',
    message: `${path} cannot be read: ${reason}.`,
    facts: {path},
    hints: ['Pass a logo, an all.json, a single entry, or a folder with an all.json.'],
    cause,
  })
}

function invalid(path: string, reason: string, cause?: unknown): MetisSeqError {
  return new MetisSeqError({
    code: 'REGISTRY_INVALID',
    message: `${path} is not a list of sequencers: ${reason}.`,
    facts: {path},
    hints: ['Compare it with an all.json of MetisProtocol/metis-sequencer-resources.'],
    cause,
  })
}
