import {Flags} from '@oclif/core'

import type {KeyAccess, NewKeyOptions} from '../services/keys.ts'
import {openConfig} from '../store/config.ts'
import {openHome} from '../store/home.ts'
import {askPassword} from './ask-password.ts'
import {commonFlags, passwordFileFlag} from './flags.ts'

/** For a password of a new file; an empty one is refused all the same. */
const allowWeakPassword = Flags.boolean({
  description: 'Accept a password that is easy to guess, for a key that guards nothing.',
})

/** Flags of commands that write or open a backup. */
export const backupPasswordFlag = Flags.string({
  description: 'File that holds the password of the backup.',
  helpValue: 'FILE',
})

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
  'allow-weak-password': allowWeakPassword,
}

/** Flags of commands that open a stored key. */
export const openKeyFlags = {...commonFlags, 'password-file': passwordFileFlag()}

/** Flags of commands that open a stored key and encrypt it anew. */
export const rewriteKeyFlags = {...openKeyFlags, 'allow-weak-password': allowWeakPassword}

export function newKeyOptions(
  name: string,
  flags: {backend: NewKeyOptions['backend']; 'remember-password-file': boolean},
): NewKeyOptions {
  return {name, backend: flags.backend, rememberPasswordFile: flags['remember-password-file']}
}

/** Access to keys, asking for a password only where someone can answer. */
export function keyAccess(
  flags: {'password-file'?: string | undefined; 'allow-weak-password'?: boolean},
  mayAsk: boolean,
): KeyAccess {
  const home = openHome()
  return {
    home,
    config: openConfig(home),
    passwordFile: flags['password-file'],
    allowWeakPassword: flags['allow-weak-password'] ?? false,
    ...(mayAsk ? {askPassword} : {}),
  }
}
