/** Validation of flag values. In: parsed flags. Out: the same, or a usage error. */
import {Errors, type Interfaces} from '@oclif/core'

import {withUserHome} from '../store/home.ts'

/** Values of such flags are paths. */
const PATHS: readonly (string | undefined)[] = ['FILE', 'DIR', 'FOLDER']

/**
 * Rejects empty values, as from an unset shell variable: a command without its `--unsigned` would
 * send, one without its `--profile` would act for another. Rejects numbers that would be rounded.
 * Expands a leading `~` in paths.
 *
 * @throws a usage error
 * @throws {MetisSeqError} HOME_UNKNOWN
 */
export function checkedValues(
  given: Readonly<Record<string, unknown>>,
  flags: Interfaces.FlagInput,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      if ([value].flat().includes(''))
        throw new Errors.CLIError(
          `--${name} was given an empty value. Leave it out, or pass a value.`,
        )
      if (typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER)
        throw new Errors.CLIError(`--${name} is more than ${Number.MAX_SAFE_INTEGER}.`)
      const flag = flags[name]
      const isPath =
        flag !== undefined && 'helpValue' in flag && PATHS.includes(`${flag.helpValue}`)
      return [name, isPath ? eachPath(name, value) : value]
    }),
  )
}

function eachPath(flag: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each: unknown) => eachPath(flag, each))
  if (typeof value !== 'string') return value
  const user = /^~[^/]+/.exec(value)?.[0]
  if (user === undefined) return withUserHome(value)
  throw new Errors.CLIError(
    `--${flag}: ${user} starts with a ~ that no shell has expanded. Write the whole path, or ./${user} for a file of that name.`,
  )
}
