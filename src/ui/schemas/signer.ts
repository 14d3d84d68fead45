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

const path = (what: string) => nullable(text(`${what}; null: none.`))

/** Mirrors `signerJson`. */
const signerFields: Fields<ReturnType<typeof signerJson>> = {
  name: keyName,
  kind: word(
    '`keystore`: a key of this machine. `remote`: it signs over HTTP. `watch`: an address only. `safe`: a Safe on L1.',
    ['keystore', 'remote', 'watch', 'safe'],
  ),
  address: address('Account it signs for.'),
  createdAt: isoTime('When it was made or added.'),
  publicKey: nullable(hexOf('Public key, 64 bytes; null where it is not known.', 64)),
  backend: nullable(backend),
  endpoint: nullable(text('Scheme and host of a remote signer; null for others.')),
  api: nullable(
    word('How a remote signer is asked; null for others.', ['eth_signTransaction', 'web3signer']),
  ),
  tokenFile: path('File with the bearer token'),
  caFile: path('PEM of the authority that vouches for the signer'),
  certFile: path('PEM of our certificate'),
  keyFile: path('PEM of the key of our certificate'),
}

const signer = shared(
  'signer',
  object<ReturnType<typeof signerJson>>('What signs, without a secret.', signerFields),
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
            'Profiles that name it.',
            object<Listed['usedBy'][number]>('A profile.', {
              profile: text('Name of the profile.'),
              role: word('As what.', ['owner', 'signer']),
            }),
          ),
        }),
      ),
    }),
  },
  'signer remove': {data: signer},
  'signer test': {
    data: object<ReturnType<typeof signerTestJson>>('What a test showed.', {
      signer,
      canSign: flag('True: it signed just now, with the right key.'),
      elapsedMs: nullable(count('Time the signature took in milliseconds; null: nothing signed.')),
      safe: nullable(
        object('Who signs for a Safe; null for others.', {
          owners: list('Owners of the Safe.', address('An owner.')),
          threshold: digits('Signatures that a transaction needs.'),
          version: text('Version of the contract.'),
        }),
      ),
    }),
  },
}
