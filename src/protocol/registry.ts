import {isAddress, type Address, type Hex} from 'viem'

import {cleanText} from '../lib/clean-text.ts'
import {isRecord} from '../lib/json.ts'
import {addressOfPublicKey} from './public-key.ts'
import type {ImageFacts} from './registry-image.ts'

/**
 * The public list of sequencers, MetisProtocol/metis-sequencer-resources: an array of entries in
 * `sequencers/<chain id>/all.json`, with logos in `assets` beside it.
 *
 * Source: README.md, index.js (`npm test`) and the prettier check (`npm run lint`) of that repository.
 */
export interface RegistryEntry {
  name: string
  /** `{BASEDIR}/assets/NAME.png`; their website replaces the first part with the network's folder. */
  avatar: string
  desc: string
  /** Owner, as on the whitelist. */
  address: Address
  /** Signer. */
  seq_addr: Address
  /** 64 bytes, without the 04 prefix, in lower case. */
  pubkey: Hex
  url: string
  lst_name?: string
  lst_url?: string
}

/** One rule and its result. */
export interface RuleCheck {
  id: string
  label: string
  ok: boolean
  seen: string
  remedy: string
  /** `ci`: enforced by their CI. `readme`: required only by their README. */
  enforcedBy: 'ci' | 'readme'
}

export const MAX_NAME = 24
export const MAX_DESCRIPTION = 200
export const MAX_LOGO_BYTES = 24 * 1024
const LOGO_PIXELS = {least: 128, most: 256}

/** Metadata of a logo. `undefined`: the folder has no such file. */
export interface Logo {
  sizeBytes: number
  /** Null: neither a PNG nor an SVG. */
  image: ImageFacts | null
}

/** Rules for a single entry. Fields of the wrong type count as missing. */
export function checkEntry(value: unknown): RuleCheck[] {
  if (!isRecord(value)) {
    return [
      rule('entry-object', 'ci', 'the entry is an object', false, kindOf(value), 'Write {…}.'),
    ]
  }
  const field = (key: keyof RegistryEntry) => textOf(value, key)
  const [name, desc, url] = [field('name'), field('desc'), field('url')]
  return [
    filled('name', name),
    filled('desc', desc),
    addressRule('address', field('address'), 'the owner, as on the whitelist'),
    addressRule('seq_addr', field('seq_addr'), 'the signer'),
    ...keyRules(field('pubkey'), field('seq_addr')),
    httpsRule('url', 'ci', url),
    filled('avatar', field('avatar')),
    avatarRule(field('avatar'), name),
    lengthRule('name', name, MAX_NAME),
    lengthRule('desc', desc, MAX_DESCRIPTION),
    ...(value['lst_name'] === undefined
      ? []
      : [lengthRule('lst_name', field('lst_name'), MAX_NAME)]),
    ...(value['lst_url'] === undefined ? [] : [httpsRule('lst_url', 'readme', field('lst_url'))]),
  ]
}

/** Rules for the logo of an entry. */
export function checkLogo(avatar: string, logo: Logo | undefined): RuleCheck[] {
  const exists = rule(
    'logo-exists',
    'ci',
    'the logo is in the folder',
    logo !== undefined,
    logo ? `${logo.sizeBytes} bytes` : `no file ${cleanText(avatar)}`,
    'Put the logo into `assets`, under the name that `avatar` has.',
  )
  if (!logo) return [exists]
  const {image, sizeBytes} = logo
  const {least, most} = LOGO_PIXELS
  const inRange = (pixels: number) => pixels >= least && pixels <= most
  const size = image ? `${image.width} x ${image.height}` : 'not known'
  return [
    exists,
    rule(
      'logo-kind',
      'readme',
      'the type of the logo matches its file name, PNG or SVG',
      image !== null && avatar.toLowerCase().endsWith(`.${image.kind}`),
      image ? image.kind.toUpperCase() : 'neither',
      'Export it as PNG or SVG, with the matching file extension.',
    ),
    rule(
      'logo-square',
      'readme',
      'the logo is square',
      image !== null && image.width === image.height,
      size,
      'Give it the same width and height.',
    ),
    rule(
      'logo-pixels',
      'readme',
      `the logo has ${least} to ${most} pixels a side`,
      image !== null && (image.scales || (inRange(image.width) && inRange(image.height))),
      image?.scales ? `${size}, without an intrinsic size` : size,
      `Scale it to ${most} x ${most}.`,
    ),
    rule(
      'logo-bytes',
      'readme',
      `the logo has at most ${MAX_LOGO_BYTES} bytes`,
      sizeBytes <= MAX_LOGO_BYTES,
      `${sizeBytes}`,
      'Reduce its colors, or draw it as SVG.',
    ),
  ]
}

const UNIQUE = ['name', 'address', 'seq_addr'] as const

/** Rules for one entry among all: no other has its name or addresses. */
export function checkUnique(entries: readonly unknown[], index: number): RuleCheck[] {
  const own = entries[index]
  if (!isRecord(own)) return []
  return UNIQUE.map((key) => {
    const wanted = textOf(own, key)
    const others = entries.flatMap((other, at) =>
      at !== index && isRecord(other) && wanted !== '' && same(textOf(other, key), wanted)
        ? [`entry ${at + 1} (${cleanText(textOf(other, 'name'), 40)})`]
        : [],
    )
    return rule(
      `${idOf(key)}-unique`,
      'ci',
      `no other entry has this ${key}`,
      others.length === 0,
      others.length === 0 ? 'no other' : others.join(', '),
      key === 'name' ? 'Choose a different name.' : 'Change that entry instead of adding one.',
    )
  })
}

/** The path in the network's folder that an `avatar` refers to; undefined when it is outside. */
export function logoPathOf(avatar: string): string | undefined {
  const path = /^\{BASEDIR\}\/([^\\\0]+)$/.exec(avatar)?.[1]
  const inside = path?.split('/').every((part) => !['', '.', '..'].includes(part))
  return inside ? path : undefined
}

/** File name of a logo in `assets`. */
export function logoNameOf(name: string, kind: 'png' | 'svg'): string {
  const letters = name.replaceAll(/[^\p{L}\p{N}._\s-]/gu, '')
  const stem = letters.trim().replaceAll(/[\s-]+/g, '-')
  return `${stem}.${kind}`
}

function filled(key: 'name' | 'desc' | 'avatar', text: string): RuleCheck {
  return rule(
    `${key}-set`,
    'ci',
    `${key} is set`,
    text.trim() !== '',
    text.trim() === '' ? 'nothing' : cleanText(text, 60),
    `Fill in \`${key}\`.`,
  )
}

function addressRule(key: 'address' | 'seq_addr', text: string, whose: string): RuleCheck {
  return rule(
    `${idOf(key)}-valid`,
    'ci',
    `${key} is an address`,
    isAddress(text),
    text === '' ? 'nothing' : cleanText(text, 60),
    `Write the address of ${whose}, with a valid checksum or in lower case.`,
  )
}

function keyRules(pubkey: string, signer: string): RuleCheck[] {
  const ok = /^0x[0-9a-f]{128}$/.test(pubkey)
  const derived = ok ? addressOfPublicKey(pubkey as Hex) : undefined
  return [
    rule(
      'pubkey-shape',
      'ci',
      'pubkey is 64 bytes in lower-case hex, without the 04 prefix',
      ok,
      pubkey === '' ? 'nothing' : `${(pubkey.length - 2) / 2} bytes`,
      'Take it from `metis-seq key export-public NAME`.',
    ),
    rule(
      'seq-addr-matches',
      'ci',
      'seq_addr is the address of pubkey',
      derived !== undefined && same(derived, signer),
      derived ? `pubkey belongs to ${derived}` : 'pubkey has no address',
      derived ? `Write ${derived}, or the key of ${cleanText(signer, 60)}.` : 'Fix pubkey first.',
    ),
  ]
}

function httpsRule(
  key: 'url' | 'lst_url',
  enforcedBy: RuleCheck['enforcedBy'],
  text: string,
): RuleCheck {
  const ok = URL.canParse(text) && new URL(text).protocol === 'https:'
  const seen = text === '' ? 'nothing' : cleanText(text, 80)
  return rule(
    `${idOf(key)}-https`,
    enforcedBy,
    `${key} starts with https://`,
    ok,
    seen,
    'Use https.',
  )
}

/** Only letters and digits are compared: their own entries write spaces in several ways. */
function avatarRule(avatar: string, name: string): RuleCheck {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '')
  const file = /^assets\/([^/]+)$/.exec(logoPathOf(avatar) ?? '')?.[1]
  const ok =
    file !== undefined &&
    /\.(?:png|svg)$/i.test(file) &&
    plain(name) !== '' &&
    plain(file).startsWith(plain(name))
  return rule(
    'avatar-path',
    'readme',
    'avatar is {BASEDIR}/assets/ and a PNG or SVG whose name starts with that of the entry',
    ok,
    avatar === '' ? 'nothing' : cleanText(avatar, 80),
    `Write {BASEDIR}/assets/${cleanText(logoNameOf(name, 'png'), 60)}.`,
  )
}

function lengthRule(key: 'name' | 'desc' | 'lst_name', text: string, most: number): RuleCheck {
  const length = [...text].length
  return rule(
    `${idOf(key)}-length`,
    'readme',
    `${key} has at most ${most} characters`,
    length > 0 && length <= most,
    `${length}`,
    'Shorten it.',
  )
}

function rule(
  id: string,
  enforcedBy: RuleCheck['enforcedBy'],
  label: string,
  ok: boolean,
  seen: string,
  remedy: string,
): RuleCheck {
  return {id, label, ok, seen, remedy: ok ? '' : remedy, enforcedBy}
}

function textOf(record: Record<string, unknown>, key: string): string {
  const value = record[key]
  return typeof value === 'string' ? value : ''
}

function idOf(key: string): string {
  return key.replaceAll('_', '-')
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value
}
