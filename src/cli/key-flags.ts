import {Flags} from '@oclif/core'

import type {KeyAccess, NewKeyOptions} from '../services/keys.ts'
import {openConfig} from '../store/config.ts'
import {openHome} from '../store/home.ts'
import {askPassword} from './ask-password.ts'
import {commonFlags, passwordFileFlag} from './flags.ts'

/** Flags of commands that store a new key. */
export const newKeyFlags = {
  ...commonFlags,
  backend: Flags.option({
    options: ['auto', 'keytar', 'secret-service', 'file'] as const,
    description: 'Where the secret is kept. auto: the first that works on this machine.',
    default: 'auto',
  })(),
  'password-file': passwordFileFlag(),
  'remember-password-file': Flags.boolean({
    description: 'Note the path of the password file, for an unattended node.',
    dependsOn: ['password-file'],
  }),
}

export function newKeyOptions(
  name: string,
  flags: {backend: NewKeyOptions['backend']; 'remember-password-file': boolean},
): NewKeyOptions {
  return {name, backend: flags.backend, rememberPasswordFile: flags['remember-password-file']}
}

/** Access to keys, asking for a password only where someone can answer. */
export function keyAccess(
  flags: {'password-file'?: string | undefined},
  mayAsk: boolean,
): KeyAccess {
  const home = openHome()
  return {
    home,
    config: openConfig(home),
    passwordFile: flags['password-file'],
    ...(mayAsk ? {askPassword} : {}),
  }
}
