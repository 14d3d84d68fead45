import {Args, Errors, Flags} from '@oclif/core'
import {maxUint256, type Address} from 'viem'

import {parseDuration, readUnits} from '../lib/units.ts'
import {readAddress} from '../protocol/address-text.ts'
import type {Amount} from '../protocol/amount.ts'
import type {NamedChain} from '../services/network/named-chains.ts'
import {trapIds} from '../services/sending/plan.ts'
import {NEVER_FROM_ENV} from './env-names.ts'
import {passwordFlags} from './password-flags.ts'

/** An amount of METIS as decimal text; parsed to wei. */
export const metisFlag = Flags.custom<bigint>({
  helpValue: 'METIS',
  parse: async (text) => parseAmount(text),
})

/** The same as an argument. */
export const metisArg = Args.custom<bigint>({parse: async (text) => parseAmount(text)})

/** An amount of METIS: decimal text, `max`, or a share such as `25%`. */
export const amountFlag = Flags.custom<Amount>({
  helpValue: 'METIS|max|N%',
  parse: async (text) => parseAmountOrShare(text),
})

/** The same as an argument. */
export const amountArg = Args.custom<Amount>({
  parse: async (text) => parseAmountOrShare(text),
})

/** An allowance: decimal text, or `max` for unlimited. */
export const allowanceFlag = Flags.custom<bigint>({
  helpValue: 'METIS|max',
  parse: async (text) => (text.trim() === 'max' ? maxUint256 : parseAmount(text)),
})

/** An annual rate in percent, with or without the sign. Up to six decimals. */
export const percentFlag = Flags.custom<number>({
  helpValue: 'N%',
  parse: async (given) => {
    const text = given.trim()
    if (/^\d{1,4}(?:\.\d{1,6})?%?$/.test(text)) return Number(text.replace('%', ''))
    // Parsed again for the reason: a comma, an exponent, a sign.
    const read = readUnits(text.replace(/%$/, ''), 6)
    const reason = 'fault' in read ? read.fault : 'is not a rate'
    throw new Errors.CLIError(`${quote(text)} ${reason}. A rate is a number such as 20%.`)
  },
})

/** An address, see {@link readAddress}. With `layer`, the chain it is used on. */
export const addressFlag = Flags.custom<Address, {layer?: 'L1' | 'L2'}>({
  helpValue: 'ADDRESS',
  parse: async (text, context, {layer}) => parseAddress(text, context, layer),
})

/** The same as an argument. */
export const addressArg = Args.custom<Address, {layer?: 'L1' | 'L2'}>({
  parse: async (text, context, {layer}) => parseAddress(text, context, layer),
})

/** An endpoint. Its text is never echoed: it may contain an API key. */
export const urlFlag = Flags.custom<string>({
  helpValue: 'URL',
  parse: async (text) => {
    if (/^https?:\/\//.test(text) && URL.canParse(text)) return text
    throw new Errors.CLIError('An endpoint must be an http:// or https:// URL.')
  },
})

/** An address that announces blocks, or `none`. Its text is never echoed: it may contain an API key. */
export const wsUrlFlag = Flags.custom<string>({
  helpValue: 'URL|none',
  parse: async (text) => {
    if (text === 'none' || (/^wss?:\/\//.test(text) && URL.canParse(text))) return text
    throw new Errors.CLIError('It must be a ws:// or wss:// URL, or `none`.')
  },
})

/** A listen address of this machine, as a name or an address without a port. */
export const hostFlag = Flags.custom<string>({
  helpValue: 'HOST',
  parse: async (text) => {
    const isName = /^[a-z0-9](?:[a-z0-9._-]{0,251}[a-z0-9])?$/i.test(text)
    if (isName || /^[0-9a-f]{0,4}:[0-9a-f:.]{1,45}$/i.test(text)) return text
    throw new Errors.CLIError(`${quote(text)} is no host name and no IP address.`)
  },
})

/** For commands that take a node away: they ask for a window first. */
export const nowFlag = Flags.boolean({
  description: 'Go ahead even while the signer may have to produce; says what that costs.',
})

/** The number of an L2 block. */
export const blockFlag = (description: string) =>
  Flags.custom<bigint>({
    description,
    helpValue: 'BLOCK',
    parse: async (text) => parseWhole(text, 'block'),
  })()

/** A time such as `10m`, as seconds. @param shown the default as it would be typed */
export const durationFlag = (description: string, shown: string) =>
  Flags.custom<number>({
    description,
    helpValue: 'TIME',
    default: parseDuration(shown)!,
    defaultHelp: async () => shown,
    parse: async (text) => secondsIn(text),
  })()

/** The same without a default. */
export const optionalDurationFlag = Flags.custom<number>({
  helpValue: 'TIME',
  parse: async (text) => secondsIn(text),
})

function secondsIn(text: string): number {
  const seconds = parseDuration(text.trim())
  if (seconds !== undefined) return seconds
  throw new Errors.CLIError(`${quote(text)} is not a time such as 90s, 10m, 2h or 7d.`)
}

/** A positive decimal number, scaled by 1e18. */
export const ratioFlag = Flags.custom<bigint>({
  parse: async (text) => {
    const scaled = unitsIn(text)
    if (scaled > 0n) return scaled
    throw new Errors.CLIError(`${quote(text)} is not a number above zero.`)
  },
})

const GWEI_DECIMALS = 9

const gweiFlag = Flags.custom<bigint>({
  helpValue: 'GWEI',
  parse: async (text) => unitsIn(text, GWEI_DECIMALS),
})

function timeoutFlag(seconds: number) {
  return Flags.integer({
    description: 'Seconds to wait for an endpoint.',
    default: seconds,
    min: 1,
    max: 600,
    helpGroup: 'GLOBAL',
  })
}

/** Flags with the same meaning on every command. */
export const commonFlags = {
  profile: Flags.string({
    description: 'Profile to act as. Default: the active one.',
    helpGroup: 'GLOBAL',
  }),
  network: Flags.string({
    description: 'Network to use. Default: the network of the profile.',
    helpGroup: 'GLOBAL',
  }),
  timeout: timeoutFlag(10),
  'no-input': Flags.boolean({
    description: 'Never prompt; fail where an answer is needed.',
    helpGroup: 'GLOBAL',
  }),
  quiet: Flags.boolean({description: 'Print less to stderr.', helpGroup: 'GLOBAL'}),
  verbose: Flags.boolean({
    description: 'Log every request and its duration to stderr, without secrets.',
    helpGroup: 'GLOBAL',
  }),
  'no-color': Flags.boolean({description: 'No colors; same as NO_COLOR=1.', helpGroup: 'GLOBAL'}),
}

/** For status commands: a hanging source must be reported within ten seconds. */
export const lookFlags = {...commonFlags, timeout: timeoutFlag(4)}

/** Flags of every command that may send a transaction. */
export const sendFlags = {
  'dry-run': Flags.boolean({
    char: 'n',
    description: 'Check, simulate and preview the transactions, then stop.',
  }),
  yes: Flags.boolean({
    description: 'Send without asking. Required without a terminal.',
  }),
  override: Flags.option({
    env: NEVER_FROM_ENV,
    options: trapIds,
    description: 'Accept a named trap that would otherwise stop the command.',
    multiple: true,
    helpValue: 'TRAP_ID',
  })(),
  unsigned: Flags.string({
    description:
      'Write the transactions unsigned to a file (- for stdout) instead of signing them.',
    helpValue: 'FILE',
  }),
  force: Flags.boolean({
    env: NEVER_FROM_ENV,
    description: 'Overwrite the file of --unsigned if it exists.',
    dependsOn: ['unsigned'],
  }),
  format: Flags.option({
    options: ['eip1559', 'calldata', 'safe'] as const,
    description: 'Format of the unsigned file. Default: safe for a Safe, otherwise eip1559.',
  })(),
  from: addressFlag({description: 'Account that will send an unsigned transaction.'}),
  'max-fee': gweiFlag({description: 'Highest fee per gas, in gwei.'}),
  'priority-fee': gweiFlag({description: 'Fee per gas for the block producer, in gwei.'}),
  nonce: Flags.integer({
    env: NEVER_FROM_ENV,
    description:
      'Account nonce of the first transaction. Default: the next nonce; used or gapped nonces are rejected.',
    min: 0,
  }),
  wait: Flags.option({
    options: ['confirmed', 'safe', 'finalized', 'none'] as const,
    description: 'When to return: as soon as it is sent, once it is mined, or at this depth.',
    default: 'confirmed',
  })(),
  ...passwordFlags,
}

/** For irreversible commands. Must be typed: see `env-names.ts`. */
export const confirmFlag = (what: string) =>
  Flags.string({
    env: NEVER_FROM_ENV,
    description: `${what}, typed again: this cannot be undone, and --yes is not enough.`,
    helpValue: 'NAME',
  })

/** Flags of a command that replaces a transaction. */
export const replaceFlags = {
  'dry-run': sendFlags['dry-run'],
  yes: sendFlags.yes,
  'max-fee': sendFlags['max-fee'],
  'priority-fee': sendFlags['priority-fee'],
  ...passwordFlags,
}

/** Wei of a decimal amount. Throws a usage error that quotes the text. */
export function parseAmount(text: string): bigint {
  return unitsIn(text)
}

/** @throws a usage error with the reason and the possible readings */
function unitsIn(text: string, decimals?: number): bigint {
  const read = readUnits(text, decimals)
  if ('units' in read) return read.units
  throw new Errors.CLIError(`${quote(text)} ${read.fault}.`)
}

export function parseAmountOrShare(given: string): Amount {
  const text = given.trim()
  if (text === 'max') return {kind: 'max'}
  if (!text.endsWith('%')) return {kind: 'exact', wei: parseAmount(text)}
  const match = /^(\d{1,3})(?:\.(\d{1,2}))?%$/.exec(text)
  const basisPoints = match ? BigInt(match[1]! + (match[2] ?? '').padEnd(2, '0')) : 0n
  if (basisPoints > 0n && basisPoints <= 10_000n) return {kind: 'share', basisPoints}
  const read = readUnits(text.slice(0, -1), 2)
  if ('fault' in read) throw new Errors.CLIError(`${quote(text)} ${read.fault}.`)
  throw new Errors.CLIError(
    `${quote(text)} is not a share: use 0.01% to 100%, with at most 2 decimals.`,
  )
}

/** @param context the command that is parsing; it compares the chain later */
export function parseAddress(text: string, context?: unknown, layer?: 'L1' | 'L2'): Address {
  const read = readAddress(text)
  if ('fault' in read) throw new Errors.CLIError(`${quote(text)} ${read.fault}.`)
  const {address, chainId} = read
  if (chainId !== null)
    (context as {namedChains?: NamedChain[]} | undefined)?.namedChains?.push({text, chainId, layer})
  return address
}

/** A count or id in digits; parsed to bigint. */
export function parseWhole(text: string, what: string): bigint {
  if (/^\d{1,78}$/.test(text) && BigInt(text) <= maxUint256) return BigInt(text)
  throw new Errors.CLIError(`${quote(text)} is not a ${what}: use digits only.`)
}

/** User input, for an error. */
export function quote(text: string): string {
  return text.length > 60 ? 'The value' : `"${text}"`
}
