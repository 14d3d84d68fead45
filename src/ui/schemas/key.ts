import {spellings, type PublicKeySpellings, type SpelledKey} from '../../protocol/public-key.ts'
import type {KeyDeletion} from '../../services/keys/key-delete.ts'
import type {KeyFile} from '../../services/keys/key-files.ts'
import type {BackendReport} from '../../services/keys/keys.ts'
import type {
  backupJson,
  deletionJson,
  movedJson,
  publicKeyJson,
  verifiedJson,
} from '../presenters/key.ts'
import {
  address,
  as,
  digits,
  flag,
  hash,
  hex,
  hexOf,
  integer,
  list,
  nullable,
  object,
  optional,
  shared,
  text,
  wei,
  word,
} from './build.ts'
import type {CommandSchemas} from './document.ts'
import {backend, key, keyFields, keyName, publicHalf, scrypt} from './parts/key.ts'
import {sequencerStatus} from './parts/sequencer.ts'

const scryptOfFile = as(nullable(scrypt), 'Scrypt cost of one password guess; null without a file.')

const newKey = object('A key that was stored, without its secret.', {
  ...keyFields,
  scrypt: scryptOfFile,
})

const keyFile = (description: string) =>
  object<KeyFile>(description, {
    path: text('Path of the file.'),
    isReadable: flag('True when it exists and can be read.'),
  })

const account = address('Account of the key.')

/** Fields that identify a key of either kind. */
const whose = {kind: publicHalf.kind, address: publicHalf.address, nodeId: publicHalf.nodeId}

const spelling = word('Encoding.', spellings)
const spelledKey = hex('Public key in this encoding.')

const themisFile = {name: keyName, ...whose, file: text('Path of the file.')}

const use = object<KeyDeletion['uses'][number]>('A use of the key.', {
  profile: nullable(text('Profile; null for the local network itself.')),
  network: text('Name of the network.'),
  role: word('Role.', ['owner', 'signer', 'deposit relayer', 'batch poster', 'part of it']),
})

const registration = object<KeyDeletion['registrations'][number]>('Its sequencer on chain.', {
  profile: text('Profile that uses the key.'),
  network: text('Name of the network.'),
  role: word('Role.', ['owner', 'signer']),
  sequencerId: nullable(digits('Id of the sequencer; null when there is none or it is unknown.')),
  status: nullable(sequencerStatus),
  amountMetisWei: nullable(wei('METIS locked; null when there are none or the amount is unknown.')),
  reason: nullable(text('Reason why it is unknown; null when it is known.')),
})

/** Mirrors `deletionJson`. */
const deletion = shared(
  'deletion',
  object<ReturnType<typeof deletionJson>>('Consequences of deleting a key.', {
    ...keyFields,
    uses: list('Profiles and networks that use it.', use),
    registrations: list('Sequencers registered with it.', registration),
    running: list('Profiles whose node is running with it now.', {type: 'string'}),
  }),
)

export const keySchemas: CommandSchemas = {
  'key backup': {
    data: object<ReturnType<typeof backupJson>>('The backup that was written.', {
      name: keyName,
      ...whose,
      file: text('Absolute path of the backup.'),
      scrypt,
      onSameDisk: flag('True when key and backup are on the same disk.'),
    }),
  },
  'key create': {data: newKey},
  'key delete': {data: deletion, failureData: deletion},
  'key export-public': {
    data: object<ReturnType<typeof publicKeyJson>>('The public key of a key.', {
      name: keyName,
      address: account,
      spelling,
      publicKey: spelledKey,
      spellings: list(
        'Its three encodings.',
        object<SpelledKey>('An encoding.', {
          spelling,
          bytes: integer('Length in bytes.', 33),
          use: text('Programs that expect this encoding.'),
          publicKey: spelledKey,
        }),
      ),
    }),
  },
  'key export-themis': {
    data: object('Files written for Themis; the first key is repeated at the top level.', {
      ...themisFile,
      files: list('The files that were written.', object('A file.', themisFile)),
    }),
  },
  'key import': {data: newKey},
  'key list': {data: object('The keys of this machine.', {keys: list('By name.', key)})},
  'key move': {
    data: object<ReturnType<typeof movedJson>>('The key in its new backend.', {
      ...keyFields,
      removedFrom: list('Backends it was removed from.', backend),
    }),
  },
  'key show': {
    data: object('A key of this machine.', {
      ...keyFields,
      publicKeys: nullable(
        object<PublicKeySpellings>('The public key in every encoding; null for an identity.', {
          raw: hexOf('64 bytes, as LockingPool expects it.', 64),
          uncompressed: hexOf('65 bytes with the 04 prefix, as Themis prints it.', 65),
          compressed: hexOf('33 bytes, for wallets and libraries.', 33),
        }),
      ),
      keyFile: nullable(keyFile('Path of the encrypted key; null in a keyring.')),
      passwordFile: nullable(
        keyFile(
          'Path of its password file; null when the password is prompted for or the key is in a keyring.',
        ),
      ),
      scrypt: scryptOfFile,
      privateKey: optional(hash('The secret, 32 bytes; only with `--reveal` and a confirmation.')),
    }),
  },
  'key verify-backup': {
    data: object<ReturnType<typeof verifiedJson>>('Keys that a backup restores.', {
      file: text('Path of the backup.'),
      ...publicHalf,
      keys: list('Keys of this machine that it restores.', key),
    }),
  },
  'key where': {
    data: object('Storage of the keys.', {
      backends: list(
        'The backends in order of preference; the first usable one is used.',
        object<BackendReport>('A backend.', {
          backend,
          usable: flag('True when it is usable here.'),
          reason: nullable(text('Reason why it is not; null when it is.')),
        }),
      ),
      keysDir: text('Directory of the encrypted files.'),
      keys: list('Backend of each key.', object('A key.', {name: keyName, backend})),
    }),
  },
}
