/* A process of its own, inside the session of a keyring: keeps a secret, reads it and deletes it. */
import process from 'node:process'

import {KEY_SERVICE} from '../../src/store/keys/key-store.ts'
import {
  openKeytarStore,
  openSecretServiceStore,
  proveKeyring,
} from '../../src/store/keys/keyring-stores.ts'

const backend = process.argv[2] ?? ''
const store = await (backend === 'keytar' ? openKeytarStore() : openSecretServiceStore())
await proveKeyring(backend, store)
const before = await store.getPassword(KEY_SERVICE, 'hot')
await store.setPassword(KEY_SERVICE, 'hot', 'ab'.repeat(32))
const after = await store.getPassword(KEY_SERVICE, 'hot')
const deleted = [
  await store.deletePassword(KEY_SERVICE, 'hot'),
  await store.deletePassword(KEY_SERVICE, 'hot'),
]
const gone = await store.getPassword(KEY_SERVICE, 'hot')
process.stdout.write(JSON.stringify({before, after, deleted, gone}))
