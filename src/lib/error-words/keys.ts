import type {keyCodes} from '../error-codes/keys.ts'
import type {WordsOf} from './words.ts'

const UNLOCK = 'Unlock the keyring of your session, then run the same command again.'
const OTHER_NAME = 'Choose another name; a key is never overwritten.'
const LIST = 'Run `metis-seq key list`.'
const SIGNERS = 'Run `metis-seq signer list`.'

export const keyWords: WordsOf<ReturnType<typeof keyCodes>> = {
  BACKUP_IS_THE_KEY: [
    'The path is the key file of this machine itself, which a loss of the machine takes with it.',
    'Run `metis-seq key backup NAME --output FILE`, with FILE on another disk.',
  ],
  BACKUP_NOT_ENCRYPTED: [
    'The file holds a private key in clear text: anyone who reads it has the key.',
    'Run `metis-seq key import NAME --from-file FILE`, then `metis-seq key backup NAME --output FILE`.',
  ],
  BACKUP_NOT_KEPT: [
    'The backup did not read back as it was written, and was removed.',
    'Write it to another disk: this one does not keep what it is given.',
  ],
  BACKUP_OF_OTHER_KEY: [
    'The backup opens, and holds another key than the one named.',
    'Run `metis-seq key backup NAME --output FILE` to back up the right one.',
  ],
  KEYRING_LOCKED: ['The keyring of this session does not give access to the key.', UNLOCK],
  KEYRING_UNAVAILABLE: [
    'The key backend cannot be used on this machine.',
    'Run `metis-seq key where`; on a server use `--backend file`.',
  ],
  KEYSTORE_INVALID: [
    'The key file is not a keystore that can be read.',
    'Restore it from a backup, or run `metis-seq key import NAME`.',
  ],
  KEYSTORE_UNREADABLE: [
    'The key file cannot be read.',
    'Check the owner and mode of the file and of its directory.',
  ],
  KEYS_BUSY: [
    'Another command is changing the keys.',
    'Wait for it to finish, then run the same command again.',
  ],
  KEYS_OF_ONE_KIND: [
    'Both keys belong in the same file of Themis.',
    'Run `metis-seq key list`, and name one key with an address and one with a node id.',
  ],
  KEY_CHANGED: [
    'Another command changed the key in the meantime; nothing was deleted.',
    'Run `metis-seq key show NAME`, then the same command again.',
  ],
  KEY_EXISTS: ['A key of this name exists.', OTHER_NAME],
  KEY_FILE_DAMAGED: [
    'The key file is damaged.',
    'Use another copy; while the key is stored here, `metis-seq key backup NAME --output FILE` makes one.',
  ],
  KEY_FILE_UNSUPPORTED: [
    'The key file is encrypted in a way that is not supported. The file itself may be sound.',
    'Open it with the wallet that wrote it, and write it again with scrypt and aes-128-ctr.',
  ],
  KEY_INVALID: [
    'The input is not a private key.',
    'Give 64 hex digits, or a key file of Themis, and run `metis-seq key import NAME` again.',
  ],
  KEY_IS_IDENTITY: [
    'The key is the identity of a Themis node among its peers; it has no address and signs no transaction.',
    LIST,
  ],
  KEY_LEFTOVER: [
    'The backend holds something under this name that the settings do not know.',
    OTHER_NAME,
    'A key file can be moved aside and imported with `metis-seq key import NAME --from-file FILE`.',
  ],
  KEY_MISMATCH: [
    'The backend holds another key under this name: it was damaged or replaced.',
    'Import the key from a backup under another name: `metis-seq key import NAME --from-file FILE`.',
  ],
  KEY_MISSING: [
    'The backend no longer holds the key.',
    'Run `metis-seq key delete NAME`, then `metis-seq key import NAME --from-file FILE` with a backup.',
  ],
  KEY_NAME_INVALID: [
    'A key name has 1 to 64 letters, digits, dots, dashes and underscores, and does not look like a private key.',
    'Choose another name. If a private key was typed, remove it from the history of the shell.',
  ],
  KEY_NOT_HERE: [
    'The key that has to sign is not on this machine.',
    'Pass `--unsigned FILE` and sign where the key is, or run `metis-seq key import NAME`.',
  ],
  KEY_NOT_KEPT: [
    'The backend did not keep the key.',
    'Run `metis-seq key where`, or use `--backend file`.',
  ],
  KEY_RUNNING: [
    'A node is running with this key, and would go on signing with it.',
    'Run `metis-seq node stop --profile NAME` first.',
  ],
  KEY_UNKNOWN: ['No key has this name.', LIST],
  NOT_A_SAFE: [
    'The address is not a Safe on L1 of this network.',
    'Run `metis-seq signer add NAME --safe ADDRESS` with the right address.',
  ],
  OLD_COPY_STAYS: [
    'The key was moved, and its old copy could not be deleted: the key is in two places.',
    UNLOCK,
  ],
  PASSWORDS_DIFFER: [
    'The two passwords are not the same. Nothing was written.',
    'Run the same command again.',
  ],
  PASSWORD_EMPTY: ['An empty password protects nothing.', 'Choose a password of several words.'],
  PASSWORD_FILE_UNUSABLE: [
    'The password file cannot be used.',
    'Pass a file that holds the password alone, on one line of UTF-8.',
  ],
  PASSWORD_NEEDED: [
    'A password is needed, and there is no terminal to ask on.',
    'Pass `--password-file FILE` or `--password-fd N`, or set METIS_SEQ_PASSWORD_FILE.',
  ],
  PASSWORD_UNREADABLE: [
    'The password holds characters that cannot be used.',
    'Set the terminal to UTF-8, or pass a file with the password alone, on one line.',
  ],
  PASSWORD_WEAK: [
    'The password is too easy to guess for a key that guards money.',
    'Choose a longer one; `--allow-weak-password` is for keys that guard nothing.',
  ],
  SECRET_NEEDED: [
    'No private key was given, and there is no terminal to ask on.',
    'Pass `--from-file FILE`, or `--from-fd 3` with an open descriptor.',
  ],
  SECRET_UNREADABLE: [
    'The secret cannot be read from the file or descriptor.',
    'Check the path and its permissions; `--from-fd 3 3< <(COMMAND)` reads the output of a command.',
  ],
  SIGNER_ADDRESS_NEEDED: [
    'The remote signer has several accounts, and none was selected.',
    'Pass `--address ADDRESS` with one of its accounts.',
  ],
  SIGNER_EXISTS: [
    'A signer of this name exists.',
    'Choose another name, or run `metis-seq signer remove NAME` first.',
  ],
  SIGNER_FILE_UNREADABLE: [
    'A file that the remote signer needs (token, certificate or key) cannot be read.',
    'Restore the file, or add the signer again with the right path.',
  ],
  SIGNER_IN_USE: [
    'The signer is in use: by another node that signs with it, or by the profiles named.',
    'Where two nodes sign with one key, stop one of them; otherwise give the profile another signer first.',
  ],
  SIGNER_IS_KEY: [
    'The name is a key of this machine, and removing it would delete its secret.',
    'Run `metis-seq key delete NAME` if you want that.',
  ],
  SIGNER_MISMATCH: [
    'The signer key does not belong to the address it was opened for.',
    'Run `metis-seq profile show` and `metis-seq key list` to compare the two.',
  ],
  SIGNER_NOT_FOUND: ['No key and no signer has this name.', SIGNERS],
  SIGNER_REFUSED: [
    'The remote signer refuses to sign. Nothing was sent.',
    'Check its account, token and certificate: `metis-seq signer list`.',
  ],
  SIGNER_UNKNOWN: [
    'The profile has no signer that can be used for this.',
    'Run `metis-seq init --profile NAME --replace --signer KEY`.',
  ],
  SIGNER_UNREACHABLE: [
    'The remote signer does not respond. Nothing was sent.',
    'Start it, then run the same command again.',
  ],
  SIGNER_URL_UNSAFE: [
    'The URL of the signer contains a secret, or would send a token in clear text.',
    'Use https, and put the token in a file: `--token-file FILE`.',
  ],
  SIGNER_WRONG_ANSWER: [
    'The remote signer answers with something that is not an account or a signature.',
    'Check its address, `--api` and the chain id: `metis-seq signer list`.',
  ],
  WRONG_KEY: [
    'The key that signs does not belong to the account that has to sign. Nothing was sent.',
    'Run `metis-seq profile show` and `metis-seq key list` to find the right one.',
  ],
  WRONG_PASSWORD: [
    'The password does not open the key, or the file was changed.',
    'Check the password and the file it came from.',
  ],
}
