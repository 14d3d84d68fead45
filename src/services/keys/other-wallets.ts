/** Wallets that this program does not open, and how to use their keys anyway. */

/** Lengths of a mnemonic of BIP-39. */
const MNEMONIC_WORDS: readonly number[] = [12, 15, 18, 21, 24]

const ELSEWHERE = [
  'Or keep the key where it is: `metis-seq signer add NAME --watch ADDRESS`, then `--unsigned FILE` writes the transactions for that wallet to sign.',
  'Anything that signs unattended, such as a node, needs a remote signer: `metis-seq signer add NAME --url URL`.',
] as const

/**
 * The kind of a wallet secret that is not a private key, as the end of a sentence, with
 * alternatives that work. Echoes nothing of the text. Undefined for other texts.
 */
export function otherSecret(text: string): {what: string; hints: string[]} | undefined {
  const words = text.trim().split(/[\s,]+/u)
  if (
    MNEMONIC_WORDS.includes(words.length) &&
    words.every((word) => /^\p{L}+\p{M}*$/u.test(word.normalize('NFC')))
  )
    return {
      what: `is a mnemonic of ${words.length} words, from which a wallet derives many keys; a single private key is needed`,
      hints: [
        'Export the private key, or its key file, of the one account from the wallet, then import that.',
        ...ELSEWHERE,
      ],
    }
  if (/^[xyztuv](?:prv|pub)[1-9a-z]{20,}$/i.test(text.trim()))
    return {
      what: 'is an extended key, from which a wallet derives many keys; a single private key is needed',
      hints: ['Derive the private key of the one account, then import that.', ...ELSEWHERE],
    }
  if (/^-----BEGIN [A-Z ]+-----/.test(text.trim()))
    return {
      what: 'is PEM, which Ethereum accounts do not use; 32 bytes in hex are needed',
      hints: [...ELSEWHERE],
    }
  return undefined
}

/** Hints for a name that means a hardware wallet or a derivation path; undefined for other names. */
export function whereSecretsLie(name: string): string[] | undefined {
  const isDevice = /ledger|trezor|keystone|gridplus|hardware|yubi|hsm|usb:/i.test(name)
  if (!isDevice && !/^m\/\d/.test(name)) return undefined
  return [
    'Hardware wallets are not supported directly: pass the ADDRESS instead, and `--unsigned FILE` writes the transactions for the wallet to sign.',
    ELSEWHERE[1],
  ]
}
