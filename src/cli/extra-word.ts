import type {Command} from '@oclif/core'

import {MetisSeqError} from '../lib/errors.ts'
import {looksLikeAddress, readAddress} from '../protocol/address-text.ts'
import {quote} from './flags.ts'
import {hideSecrets} from './hide-secrets.ts'

/** Flags for the account that a command is about. */
const ACCOUNT_FLAGS: readonly string[] = ['address', 'account']

/**
 * A command without arguments was given some. An address among them was meant for a flag.
 *
 * @param words of the command, as typed
 */
export function extraWord(
  words: string,
  extra: readonly string[],
  {flags}: Pick<Command.Loadable, 'flags'>,
): MetisSeqError {
  const command = `metis-seq ${words}`
  const text = hideSecrets(extra.join(' '))
  const flag = ACCOUNT_FLAGS.find((name) => Object.hasOwn(flags, name))
  // The word splitter treats the colon of a chain prefix as a space.
  const isAddress = flag !== undefined && looksLikeAddress(extra.join(':'))
  const read = isAddress ? readAddress(extra.join(':')) : undefined
  const way = `${command} --${flag} ${read && 'address' in read ? extra.join(':') : 'ADDRESS'}`
  return new MetisSeqError({
    code: 'USAGE',
    message:
      read && 'fault' in read
        ? `${quote(text)} ${read.fault}.`
        : `\`${command}\` takes ${isAddress ? `an address with \`--${flag}\`` : `no argument, and ${quote(text)} is one`}.`,
    hints: [...(isAddress ? [`Run \`${way}\`.`] : []), `Run \`${command} --help\`.`],
  })
}
