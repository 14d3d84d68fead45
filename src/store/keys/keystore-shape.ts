export type KeyDerivation =
  | {kdf: 'scrypt'; kdfparams: {dklen: number; n: number; r: number; p: number; salt: string}}
  /** Of older wallets; read, never written. `c` counts rounds. */
  | {kdf: 'pbkdf2'; kdfparams: {dklen: number; c: number; prf: 'hmac-sha256'; salt: string}}

/**
 * Web3 Secret Storage, version 3: a private key encrypted with AES-128-CTR under a derived key,
 * with a keccak MAC that detects a wrong password.
 */
export interface KeystoreV3<Derivation extends KeyDerivation = KeyDerivation> {
  version: 3
  id: string
  address: string
  /** Our own extension, absent for an account. `address` is then the node id. */
  kind?: 'node-identity'
  crypto: Derivation & {
    cipher: 'aes-128-ctr'
    cipherparams: {iv: string}
    ciphertext: string
    mac: string
  }
}
