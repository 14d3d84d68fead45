import type {keyJson, ScryptCost} from '../../presenters/key.ts'
import {
  address,
  hexOf,
  integer,
  isoTime,
  nullable,
  object,
  pattern,
  shared,
  word,
  type Fields,
} from '../build.ts'

export const keyName = pattern('Name of the key.', '[^/]+')

export const backend = word(
  'Where the secret is: in the OS keyring, the Secret Service, or an encrypted file.',
  ['keytar', 'secret-service', 'file'],
)

/** Mirrors `keyJson`. */
export const keyFields: Fields<ReturnType<typeof keyJson>> = {
  name: keyName,
  address: address('Account of the key.'),
  publicKey: hexOf('Public key, 64 bytes, as LockingPool wants it.', 64),
  backend,
  createdAt: isoTime('When it was made or imported.'),
  backupVerifiedAt: nullable(isoTime('When a backup of it was last opened; null for never.')),
}

export const key = shared(
  'key',
  object<ReturnType<typeof keyJson>>('A key of this machine, without its secret.', keyFields),
)

export const scrypt = shared(
  'scrypt',
  object<ScryptCost>('Cost of one guess at the password of a file.', {
    n: integer('Cost parameter N.', 1),
    r: integer('Block size r.', 1),
    p: integer('Parallelization p.', 1),
  }),
)
