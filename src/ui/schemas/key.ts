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

const scryptOfFile = as(nullable(scrypt), 'Cost of one guess at the password; null without a file.')

const newKey = object('A key that was stored, without its secret.', {
  ...keyFields,
  scrypt: scryptOfFile,
})

const keyFile = (description: string) =>
  object<KeyFile>(description, {
    path: text('Path of the file.'),
    isReadable: flag('True when it is there and can be read.'),
  })

const account = address('Account of the key.')

/** What names a key of either kind. */
const whose = {kind: publicHalf.kind, address: publicHalf.address, nodeId: publicHalf.nodeId}

const spelling = word('How it is written.', spellings)
const spelledKey = hex('Public key, written so.')

const themisFile = {name: keyName, ...whose, file: text('Path of the file.')}

const use = object<KeyDeletion['uses'][number]>('Where the key is used.', {
  profile: nullable(text('Profile; null: the local network itself.')),
  network: text('Name of the network.'),
  role: word('As what.', ['owner', 'signer', 'deposit relayer', 'batch poster', 'part of it']),
})

const registration = object<KeyDeletion['registrations'][number]>('What the chain says of it.', {
  profile: text('Profile that names the key.'),
  network: text('Name of the network.'),
  role: word('As what.', ['owner', 'signer']),
  sequencerId: nullable(digits('Id of the sequencer; null: none, or not known.')),
  status: nullable(sequencerStatus),
  amountMetisWei: nullable(wei('METIS locked; null: none, or not known.')),
  reason: nullable(text('Why it is not known; null when it is.')),
})

/** Mirrors `deletionJson`. */
const deletion = shared(
  'deletion',
  object<ReturnType<typeof deletionJson>>('What the deletion of a key takes away.', {
    ...keyFields,
    uses: list('Profiles and networks that use it.', use),
    registrations: list('Sequencers that are registered with it.', registration),
    running: list('Profiles whose node runs with it at this moment.', {type: 'string'}),
  }),
)

export const keySchemas: CommandSchemas = {
  'key backup': {
    data: object<ReturnType<typeof backupJson>>('The backup that was written.', {
      name: keyName,
      ...whose,
      file: text('Absolute path of the backup.'),
      scrypt,
      onSameDisk: flag('True when one broken disk takes the key and the backup.'),
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
        'The three ways in which it is written.',
        object<SpelledKey>('One way.', {
          spelling,
          bytes: integer('Length in bytes.', 33),
          use: text('Who wants it so.'),
          publicKey: spelledKey,
        }),
      ),
    }),
  },
  'key export-themis': {
    data: object('What was written for Themis; the first key stands at the top as well.', {
      ...themisFile,
      files: list('The files that were written.', object('A file.', themisFile)),
    }),
  },
  'key import': {data: newKey},
  'key list': {data: object('The keys of this machine.', {keys: list('By name.', key)})},
  'key move': {
    data: object<ReturnType<typeof movedJson>>('The key where it is now.', {
      ...keyFields,
      removedFrom: list('Backends that no longer hold it.', backend),
    }),
  },
  'key show': {
    data: object('A key of this machine.', {
      ...keyFields,
      publicKeys: nullable(
        object<PublicKeySpellings>('The public key in every spelling; null for an identity.', {
          raw: hexOf('64 bytes, as LockingPool wants it.', 64),
          uncompressed: hexOf('65 bytes with the 04 prefix, as Themis prints it.', 65),
          compressed: hexOf('33 bytes, for wallets and libraries.', 33),
        }),
      ),
      keyFile: nullable(keyFile('Where the encrypted key lies; null in a keyring.')),
      passwordFile: nullable(
        keyFile('Where its password lies; null where that is asked for, and in a keyring.'),
      ),
      scrypt: scryptOfFile,
      privateKey: optional(hash('The secret, 32 bytes; only with `--reveal` and a yes.')),
    }),
  },
  'key verify-backup': {
    data: object<ReturnType<typeof verifiedJson>>('What a backup brings back.', {
      file: text('Path of the backup.'),
      ...publicHalf,
      keys: list('Keys of this machine that it brings back.', key),
    }),
  },
  'key where': {
    data: object('Where keys are kept.', {
      backends: list(
        'The backends, the first that is usable wins.',
        object<BackendReport>('A backend.', {
          backend,
          usable: flag('True when it works here.'),
          reason: nullable(text('Why it does not; null when it does.')),
        }),
      ),
      keysDir: text('Directory of encrypted files.'),
      keys: list('Which backend holds each key.', object('A key.', {name: keyName, backend})),
    }),
  },
}
