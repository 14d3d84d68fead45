import {Errors, Flags} from '@oclif/core'

import type {PasswordSource} from '../services/keys/key-password.ts'
import {askPassword} from './ask-password.ts'
import {readDescriptor} from './read-descriptor.ts'

const FILE_VARIABLE = 'METIS_SEQ_PASSWORD_FILE'
const BACKUP_FILE_VARIABLE = 'METIS_SEQ_BACKUP_PASSWORD_FILE'

/** For commands that open or create a key file. On a terminal, neither is needed: it prompts. */
export const passwordFlags = {
  'password-file': Flags.string({
    description: 'File that holds the password of an encrypted key file.',
    env: FILE_VARIABLE,
    helpValue: 'FILE',
  }),
  'password-fd': Flags.integer({
    description: 'Open file descriptor with that password, such as 3< <(pass show my-key).',
    helpValue: 'N',
    min: 3,
  }),
}

/** Of commands that write or open a backup. */
export const backupPasswordFlags = {
  'backup-password-file': Flags.string({
    description: 'File that holds the password of the backup.',
    env: BACKUP_FILE_VARIABLE,
    helpValue: 'FILE',
  }),
  'backup-password-fd': Flags.integer({
    description: 'Open file descriptor with that password.',
    helpValue: 'N',
    min: 3,
  }),
}

export interface PasswordFlags {
  'password-file'?: string | undefined
  'password-fd'?: number | undefined
}

export interface BackupPasswordFlags {
  'backup-password-file'?: string | undefined
  'backup-password-fd'?: number | undefined
}

/** Source of a stored key's password; prompted for only on a terminal. */
export function passwordAccess(
  {'password-file': file, 'password-fd': descriptor}: PasswordFlags,
  mayAsk: boolean,
): {
  passwordFile: string | undefined
  readPassword?: () => Promise<string>
  askPassword?: typeof askPassword
} {
  assertOne(file, FILE_VARIABLE, descriptor, 'password')
  return {
    // The variable is set once for many commands; a descriptor is for this one.
    passwordFile: descriptor === undefined ? file : undefined,
    ...(descriptor === undefined ? {} : {readPassword: readOnce(descriptor, '--password-fd')}),
    ...(mayAsk ? {askPassword} : {}),
  }
}

/** Source of a backup's password. */
export function backupPassword(
  {'backup-password-file': file, 'backup-password-fd': descriptor}: BackupPasswordFlags,
  mayAsk: boolean,
): Pick<PasswordSource, 'file' | 'read' | 'ask'> {
  assertOne(file, BACKUP_FILE_VARIABLE, descriptor, 'backup-password')
  return {
    file: descriptor === undefined ? file : undefined,
    read: descriptor === undefined ? undefined : readOnce(descriptor, '--backup-password-fd'),
    ask: mayAsk ? askPassword : undefined,
  }
}

function assertOne(
  file: string | undefined,
  variable: string,
  descriptor: number | undefined,
  name: string,
): void {
  if (descriptor === undefined || file === undefined || file === process.env[variable]) return
  throw new Errors.CLIError(`--${name}-file and --${name}-fd cannot be used together.`)
}

/** A descriptor can only be read once, and a command may open a key twice. */
function readOnce(
  descriptor: number,
  flag: '--password-fd' | '--backup-password-fd',
): () => Promise<string> {
  let text: Promise<string> | undefined
  return () => (text ??= readDescriptor(descriptor, flag))
}
