import type {keyJson, ScryptCost} from '../../presenters/key.ts'
import {
  address,
  integer,
  isoTime,
  nullable,
  object,
  pattern,
  shared,
  word,
  type EachOf,
  type Fields,
} from '../build.ts'

export const keyName = pattern('Name of the key.', '[^/]+')

export const backend = word(
  'Storage of the secret: the OS keyring, the Secret Service, or an encrypted file.',
  ['keytar', 'secret-service', 'file'],
)

type Half = Pick<EachOf<ReturnType<typeof keyJson>>, 'kind' | 'address' | 'nodeId' | 'publicKey'>

/** The public part of a key of either kind. */
export const publicHalf: Fields<Half> = {
  kind: word('`account`: a signing key. `node-identity`: the identity of a Themis node.', [
    'account',
    'node-identity',
  ]),
  address: nullable(address('Account of the key; null for an identity.')),
  nodeId: nullable(pattern('Id of the node, 20 bytes; null for an account.', '[0-9a-f]{40}')),
  publicKey: pattern(
    'Public key: 64 bytes for an account, as LockingPool expects it; 32 bytes for an identity.',
    '0x(?:[0-9a-f]{128}|[0-9a-f]{64})',
  ),
}

/** Mirrors `keyJson`. */
export const keyFields: Fields<EachOf<ReturnType<typeof keyJson>>> = {
  name: keyName,
  ...publicHalf,
  backend,
  createdAt: isoTime('Time when it was created or imported.'),
  backupVerifiedAt: nullable(
    isoTime('Time when a backup of it was last verified; null for never.'),
  ),
}

export const key = shared(
  'key',
  object<ReturnType<typeof keyJson>>('A key of this machine, without its secret.', keyFields),
)

export const scrypt = shared(
  'scrypt',
  object<ScryptCost>('Scrypt cost of one password guess.', {
    n: integer('Cost parameter N.', 1),
    r: integer('Block size r.', 1),
    p: integer('Parallelization p.', 1),
  }),
)
