import type {settingsCodes} from '../error-codes/settings.ts'
import type {WordsOf} from './words.ts'

export const settingsWords: WordsOf<ReturnType<typeof settingsCodes>> = {
  ADDRESS_INVALID: [
    'The address is malformed: it has the wrong length, a letter that is not hex, or a wrong checksum.',
    'Copy the address again from its source, and compare its first and last digits.',
  ],
  ADDRESS_OF_OTHER_CHAIN: [
    'The address carries the prefix of another chain (EIP-3770), and a contract there need not exist here.',
    'Omit the prefix if the account is the same on both chains; a Safe or another contract is not.',
  ],
  COMMAND_UNKNOWN: ['No command has this name.', 'Run `metis-seq --help`.'],
  CONFIG_INVALID: [
    'The settings file cannot be used, so commands that need it fail. The file was not changed.',
    'Repair the file named in `path`, or move it away and run `metis-seq init --network NETWORK`.',
  ],
  CONFIRMATION_NEEDED: [
    'The command would change or send something, but has no terminal to ask on. Nothing was done.',
    'Run it with `--dry-run` to see the plan, then with `--yes` to confirm it.',
  ],
  CONTRACTS_DISAGREE: [
    'The contracts of the network document do not refer to each other, so one address is wrong. Nothing was sent.',
    'Run `metis-seq network check`.',
  ],
  DECLINED: [
    'The confirmation was declined or not answered. Nothing was changed or sent.',
    'Run the same command again and confirm it.',
  ],
  DESCRIPTOR_CLOSED: [
    'The file descriptor to read a secret from is not open.',
    'Open it on the same command line, as in `--password-fd 3 3<FILE`, or pass the file itself.',
  ],
  EXPLAIN_UNKNOWN: [
    'This program cannot explain the input.',
    'Run `metis-seq explain --list` to see every refusal it knows; the codes of errors are in docs/errors.md.',
  ],
  HOME_INVALID: [
    'METIS_SEQ_HOME is a relative path, so keys and journals would depend on the current directory.',
    'Set METIS_SEQ_HOME to an absolute path.',
  ],
  HOME_UNKNOWN: [
    'This user has no home directory, so there is no place for settings and keys.',
    'Set METIS_SEQ_HOME to a directory of this user.',
  ],
  INTERRUPTED: [
    'The command was interrupted. A transaction sent before, named by `hash`, may still be mined.',
    'Run the same command again: it first settles what was sent and sends nothing twice.',
  ],
  NETWORK_EXISTS: [
    'A network of this name exists and was not overwritten.',
    'Pass `--replace`, or give the document another name; a built-in network keeps its name.',
  ],
  NETWORK_HAS_NO_NODE: [
    'The network document has no genesis, so the bundled node cannot take part.',
    'Use l2geth on that network, or rehearse with `metis-seq local up`.',
  ],
  NETWORK_INVALID: [
    'The network document is not valid. `problems` lists every fault.',
    'Compare it with docs/schemas/network.schema.json, then run `metis-seq network add FILE`.',
  ],
  NETWORK_MISSING: [
    'No network is chosen.',
    'Pass `--network NAME`, or run `metis-seq init --network NAME` to create a profile that remembers it.',
  ],
  NETWORK_UNKNOWN: ['No network has this name.', 'Run `metis-seq network list`.'],
  NOT_LOCAL: [
    'The command works only on a local network: others have no faucet and no warp.',
    'Pass `--network local`.',
  ],
  OWNER_UNKNOWN: [
    'The profile has no owner, and the command acts for one.',
    'Run `metis-seq init --profile NAME --replace --owner KEY_OR_ADDRESS`.',
  ],
  PLACE_UNKNOWN: [
    'No contract or function of this name is known here.',
    'Run `metis-seq explain --list` to see the contracts, or omit `--contract` and `--function`.',
  ],
  PRICE_FILE_INVALID: [
    'A line of the price file is wrong; `line` says which.',
    'Write one price of METIS per line: `2026-01-31,28.50,USD`.',
  ],
  PRICE_FILE_UNREADABLE: [
    'The price file cannot be read.',
    'Check the path and the permissions of the file.',
  ],
  RECORDING_INVALID: [
    'The file is not a recorded session of the dashboard, or another version wrote it.',
    'Record one with `metis-seq dashboard --record FILE`.',
  ],
  PROFILE_EXISTS: [
    'A profile of this name exists and was not overwritten.',
    'Pass `--replace`, or choose another name.',
  ],
  PROFILE_MISSING: [
    'No profile is active.',
    'Run `metis-seq profile list`, then `metis-seq profile use NAME` or `metis-seq init --network NETWORK`.',
  ],
  PROFILE_NAME_INVALID: [
    'A profile name has 1 to 32 lower-case letters, digits and dashes.',
    'Choose another name.',
  ],
  PROFILE_NETWORK_MISMATCH: [
    'The profile belongs to another network than the one asked for.',
    'Omit `--network`, or choose a profile of that network.',
  ],
  PROFILE_RUNNING: [
    'The node of the profile is running and would lose its settings.',
    'Run `metis-seq node stop --profile NAME` first.',
  ],
  PROFILE_UNKNOWN: ['No profile has this name.', 'Run `metis-seq profile list`.'],
  PROVIDER_INVALID: [
    'The file is not a liquid-staking provider. `problems` lists every fault.',
    'Compare it with the output of `metis-seq governance provider schema`.',
  ],
  REGISTRY_INVALID: [
    'The file is not a list of sequencers.',
    'Compare it with an all.json of MetisProtocol/metis-sequencer-resources.',
  ],
  REGISTRY_UNREADABLE: [
    'The registry file cannot be read.',
    'Pass a logo, an all.json, a single entry, or a folder with an all.json.',
  ],
  REVEAL_NEEDED: [
    'The command would reveal a secret, so nothing was written.',
    'Pass `--reveal`, or run `metis-seq key backup NAME --output FILE` for an encrypted copy.',
  ],
  USAGE: [
    'The command line is not valid: an unknown flag, a missing or extra argument, or a value that does not fit.',
    'Run the same command with `--help`.',
  ],
}
