import {Errors, type Interfaces} from '@oclif/core'

/** The environment variable of a flag: `METIS_SEQ_MAX_FEE` for `--max-fee`. Every flag has one, except NEVER_FROM_ENV. */
export function envNameOf(flag: string): string {
  return `METIS_SEQ_${flag.toUpperCase().replaceAll('-', '_')}`
}

/**
 * For a flag that reveals a secret, overrides a trap, replaces a file or selects a transaction: it
 * is meant for one command, and an exported variable would apply to all that follow.
 */
export const NEVER_FROM_ENV = ''

/** Names of these flags on any command, so that later commands are covered too. */
const TYPED_ONLY: readonly string[] = [
  'allow-weak-password',
  'confirm',
  'force',
  'nonce',
  'override',
  'replace',
  'reveal',
]

/** Confirms what a command shows. From the environment only in deliberately unattended use. */
const AGREES = 'yes'

/** Set to 1 for unattended use: METIS_SEQ_YES then counts. */
export const UNATTENDED_VARIABLE = 'METIS_SEQ_ALLOW_UNATTENDED'

/**
 * The same flags, each read from the environment where the command line lacks it.
 *
 * @param unattended false: confirmations must be typed
 */
export function withEnvNames<F extends Record<string, {env?: string}>>(
  flags: F,
  unattended = true,
): F {
  const mustBeTyped = (name: string) =>
    TYPED_ONLY.includes(name) || (name === AGREES && !unattended)
  return Object.fromEntries(
    Object.entries(flags).map(([name, flag]) => [
      name,
      {...flag, env: mustBeTyped(name) ? NEVER_FROM_ENV : (flag.env ?? envNameOf(name))},
    ]),
  ) as F
}

/**
 * The words of a command line, plus multi-value flags from the environment: the parser only reads
 * one value there, so several are separated by commas. The command line takes precedence.
 */
export function withListsFromEnv(
  argv: readonly string[],
  flags: Interfaces.FlagInput,
  env: Readonly<Record<string, string | undefined>>,
): string[] {
  const end = argv.indexOf('--')
  const own = end < 0 ? argv : argv.slice(0, end)
  const lists = Object.entries(flags).flatMap(([name, flag]) => {
    if (!('multiple' in flag) || flag.multiple !== true || flag.env === NEVER_FROM_ENV) return []
    if (TYPED_ONLY.includes(name)) return []
    const value = env[envNameOf(name)]
    const isNamed = own.some((word) => word === `--${name}` || word.startsWith(`--${name}=`))
    if (isNamed || !value) return []
    return value.split(',').map((each) => `--${name}=${each.trim()}`)
  })
  // After the arguments, which a multi-value flag would swallow.
  return [...own, ...lists, ...argv.slice(own.length)]
}

/**
 * The parser looks up flags in an object, and would accept inherited properties (`--toString`).
 *
 * @throws a usage error, as for every other flag that is unknown
 */
export function assertNoInheritedFlag(argv: readonly string[]): void {
  for (const word of argv) {
    if (word === '--') return
    const name = /^--(?:no-)?([^=]+)/.exec(word)?.[1]
    if (name !== undefined && name in Object.prototype)
      throw new Errors.CLIError(`Nonexistent flag: --${name}`)
  }
}
