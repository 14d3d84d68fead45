import {MetisSeqError, messageOf} from '../../lib/errors.ts'
import {KEY_SERVICE, type KeyStore} from './key-store.ts'

/** The OS keyring through keytar, an optional dependency that may not have been built. */
export async function openKeytarStore(): Promise<KeyStore> {
  const keytar = await load<{default?: KeyStore} & KeyStore>('keytar', () => import('keytar'))
  return nothingMeansNothing(keytar.default ?? keytar)
}

interface NapiKeyring {
  AsyncEntry: new (
    service: string,
    account: string,
    options: object,
  ) => {
    getPassword(): Promise<string | null | undefined>
    setPassword(password: string): Promise<void>
    deletePassword(): Promise<boolean>
  }
  findCredentials(
    service: string,
    options: object,
  ): {account: string; password: string}[] | Promise<{account: string; password: string}[]>
}

// Unpinned, the library silently falls back to the kernel keyring: keys would be gone after a
// reboot.
const pinned = {linux: {store: 'secret-service'}}

/** Only the Secret Service of a Linux desktop. */
export async function openSecretServiceStore(): Promise<KeyStore> {
  const keyring = await load<unknown>('secret-service', () => import('@napi-rs/keyring'))
  const {AsyncEntry, findCredentials} = keyring as NapiKeyring
  const entry = (service: string, account: string) => new AsyncEntry(service, account, pinned)
  return nothingMeansNothing({
    getPassword: async (service, account) => (await entry(service, account).getPassword()) ?? null,
    setPassword: async (service, account, password) =>
      entry(service, account).setPassword(password),
    deletePassword: async (service, account) => entry(service, account).deletePassword(),
    findPassword: async (service) => {
      const [first] = await findCredentials(service, pinned)
      return first?.password ?? null
    },
    findCredentials: async (service) => findCredentials(service, pinned),
  })
}

/**
 * A locked keyring reports "no such entry" and silently deletes nothing (libsecret, measured). A
 * locked key must not look like a lost one, so when no entry is found, a test entry is created and
 * removed: that fails if the keyring is locked.
 */
function nothingMeansNothing(store: KeyStore): KeyStore {
  const assertOpen = async (service: string) => {
    const account = probeName()
    await store.setPassword(service, account, 'probe')
    await store.deletePassword(service, account)
  }
  return {
    async getPassword(service, account) {
      const password = await store.getPassword(service, account)
      if (password === null) await assertOpen(service)
      return password
    },
    setPassword: (service, account, password) => store.setPassword(service, account, password),
    async deletePassword(service, account) {
      const deleted = await store.deletePassword(service, account)
      if (!deleted) await assertOpen(service)
      return deleted
    },
    findPassword: (service) => store.findPassword(service),
    findCredentials: (service) => store.findCredentials(service),
  }
}

/** Two commands may probe one keyring at the same time. */
function probeName(): string {
  return `probe-${process.pid}`
}

/**
 * Verifies that a keyring works: writes, reads and deletes a dummy entry.
 *
 * @throws {MetisSeqError} KEYRING_UNAVAILABLE
 */
export async function proveKeyring(backend: string, store: KeyStore): Promise<void> {
  const account = probeName()
  try {
    await store.setPassword(KEY_SERVICE, account, 'probe')
    const read = await store.getPassword(KEY_SERVICE, account)
    await store.deletePassword(KEY_SERVICE, account)
    if (read !== 'probe') throw new Error('it does not return what was stored')
  } catch (cause) {
    throw keyringUnavailable(backend, cause)
  }
}

export function keyringUnavailable(backend: string, cause: unknown): MetisSeqError {
  return new MetisSeqError({
    code: 'KEYRING_UNAVAILABLE',
    message: `The key backend ${backend} cannot be used here: ${firstLine(messageOf(cause))}.`,
    facts: {backend},
    hints: [
      'Run `metis-seq key where` to see which backends work on this machine.',
      'Unlock the keyring of your session, or use `--backend file` on a server.',
    ],
    cause,
  })
}

async function load<T>(backend: string, importIt: () => Promise<unknown>): Promise<T> {
  try {
    return (await importIt()) as T
  } catch (cause) {
    throw keyringUnavailable(backend, cause)
  }
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').replace(/\.$/, '')
}
