/**
 * Store of secrets, with keytar's five calls, so that every backend is used alike. A secret is a
 * private key as 64 hex characters; `account` is the key's name.
 */
export interface KeyStore {
  getPassword(service: string, account: string): Promise<string | null>
  setPassword(service: string, account: string, password: string): Promise<void>
  deletePassword(service: string, account: string): Promise<boolean>
  findPassword(service: string): Promise<string | null>
  findCredentials(service: string): Promise<{account: string; password: string}[]>
}

export const KEY_SERVICE = 'metis-seq'
