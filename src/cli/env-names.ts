import {Errors, type Interfaces} from '@oclif/core'

/** The environment name of a flag: `METIS_SEQ_MAX_FEE` for `--max-fee`. Every flag has one, but for NEVER_FROM_ENV. */
export function envNameOf(flag: string): string {
  return `METIS_SEQ_${flag.toUpperCase().replaceAll('-', '_')}`
}

/**
 * For a flag that lets a secret out, passes a trap, replaces a file or names one transaction: it is meant for one
 * command, and an exported name would hold for all that follow.
 */
export const NEVER_FROM_ENV = ''

/** Names of such flags, on whatever command they are: one that is added later is not forgotten. */
const TYPED_ONLY: readonly string[] = [
  'allow-weak-password',
  'confirm',
  'force',
  'nonce',
  'override',
  'replace',
  'reveal',
]

/** Agrees to what a command shows. From the environment only where nobody is there to be shown anything, on purpose. */
const AGREES = 'yes'

/** Set to 1 by whoever runs commands without a person: METIS_SEQ_YES counts then. */
export const UNATTENDED_VARIABLE = 'METIS_SEQ_ALLOW_UNATTENDED'

/**
 * The same flags, each read from the environment where the command line does not name it.
 *
 * @param unattended false: what agrees to something is typed
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
 * The words of a command line with what the environment says of flags that take several values: the parser reads
 * one from there, and here more are joined by commas. What the command line names wins.
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
  // Behind the arguments, which a flag that takes several would swallow.
  return [...own, ...lists, ...argv.slice(own.length)]
}

/**
 * The parser looks flags up in an object, and takes what every object has (`--toString`) for one of them.
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
