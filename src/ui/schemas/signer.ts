import type {signerJson, signerListJson, signerTestJson} from '../presenters/signer.ts'
import {
  address,
  count,
  digits,
  flag,
  hexOf,
  isoTime,
  list,
  nullable,
  object,
  shared,
  text,
  word,
  type Fields,
} from './build.ts'
import type {CommandSchemas} from './document.ts'
import {backend, keyName} from './parts/key.ts'

const path = (what: string) => nullable(text(`${what}; null when there is none.`))

/** Mirrors `signerJson`. */
const signerFields: Fields<ReturnType<typeof signerJson>> = {
  name: keyName,
  kind: word(
    '`keystore`: a key of this machine. `remote`: it signs over HTTP. `watch`: an address only. `safe`: a Safe on L1.',
    ['keystore', 'remote', 'watch', 'safe'],
  ),
  address: address('Account it signs for.'),
  createdAt: isoTime('Time when it was created or added.'),
  publicKey: nullable(hexOf('Public key, 64 bytes; null while unknown.', 64)),
  backend: nullable(backend),
  endpoint: nullable(text('Scheme and host of a remote signer; null for others.')),
  api: nullable(
    word('Protocol of a remote signer; null for others.', ['eth_signTransaction', 'web3signer']),
  ),
  tokenFile: path('File with the bearer token'),
  caFile: path("PEM of the signer's certificate authority"),
  certFile: path('PEM of our certificate'),
  keyFile: path('PEM of the key of our certificate'),
}

const signer = shared(
  'signer',
  object<ReturnType<typeof signerJson>>('A key or signer, without its secret.', signerFields),
)

type Listed = ReturnType<typeof signerListJson>['signers'][number]

export const signerSchemas: CommandSchemas = {
  'signer add': {data: signer},
  'signer list': {
    data: object('Keys and signers.', {
      signers: list(
        'By name.',
        object<Listed>('A key or signer.', {
          ...signerFields,
          usedBy: list(
            'Profiles that use it.',
            object<Listed['usedBy'][number]>('A profile.', {
              profile: text('Name of the profile.'),
              role: word('Role.', ['owner', 'signer']),
            }),
          ),
        }),
      ),
    }),
  },
  'signer remove': {data: signer},
  'signer test': {
    data: object<ReturnType<typeof signerTestJson>>('Result of a test.', {
      signer,
      canSign: flag('True when it just signed with the right key.'),
      elapsedMs: nullable(
        count('Duration of the signature in milliseconds; null when nothing was signed.'),
      ),
      safe: nullable(
        object('Owners and threshold of a Safe; null for others.', {
          owners: list('Owners of the Safe.', address('An owner.')),
          threshold: digits('Signatures required per transaction.'),
          version: text('Version of the contract.'),
        }),
      ),
    }),
  },
}
