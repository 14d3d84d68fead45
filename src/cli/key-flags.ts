import {Flags} from '@oclif/core'

import type {KeyAccess, NewKeyOptions} from '../services/keys/keys.ts'
import {openConfig} from '../store/config.ts'
import {openHome} from '../store/home.ts'
import {commonFlags} from './flags.ts'
import {passwordAccess, passwordFlags, type PasswordFlags} from './password-flags.ts'

/** For the password of a new file; an empty one is always rejected. */
const allowWeakPassword = Flags.boolean({
  description: 'Accept a password that is easy to guess, for a key that protects nothing.',
})

/** A descriptor can only be read once, so it is not recorded. */
export const rememberPasswordFileFlag = Flags.boolean({
  description: 'Remember the path of the password file, for an unattended node.',
  dependsOn: ['password-file'],
  exclusive: ['password-fd'],
})

/** Flags of commands that store a new key. */
export const newKeyFlags = {
  ...commonFlags,
  backend: Flags.option({
    options: ['auto', 'keytar', 'secret-service', 'file'] as const,
    description: 'Where to keep the secret. auto: the first backend that works on this machine.',
    default: 'auto',
  })(),
  ...passwordFlags,
  'remember-password-file': rememberPasswordFileFlag,
  'allow-weak-password': allowWeakPassword,
}

/** Flags of commands that open a stored key. */
export const openKeyFlags = {...commonFlags, ...passwordFlags}

/** Flags of commands that open a stored key and re-encrypt it. */
export const rewriteKeyFlags = {...openKeyFlags, 'allow-weak-password': allowWeakPassword}

export function newKeyOptions(
  name: string,
  flags: {backend: NewKeyOptions['backend']; 'remember-password-file': boolean},
): NewKeyOptions {
  return {name, backend: flags.backend, rememberPasswordFile: flags['remember-password-file']}
}

/** Access to keys, prompting for a password only on a terminal. */
export function keyAccess(
  flags: PasswordFlags & {'allow-weak-password'?: boolean},
  mayAsk: boolean,
): KeyAccess {
  const home = openHome()
  return {
    home,
    config: openConfig(home),
    ...passwordAccess(flags, mayAsk),
    allowWeakPassword: flags['allow-weak-password'] ?? false,
  }
}
