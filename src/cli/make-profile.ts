import {Flags} from '@oclif/core'
import type {Address} from 'viem'

import {MetisSeqError} from '../lib/errors.ts'
import {createProfile} from '../services/profiles.ts'
import {openConfig} from '../store/config.ts'
import {openHome} from '../store/home.ts'
import {profileJson, profileText} from '../ui/presenters/setup.ts'
import {addressFlag, urlFlag} from './flags.ts'
import type {Result} from './operator-command.ts'

/** What a profile is made of, as flags. */
export const profileFlags = {
  owner: Flags.string({
    description: 'Owner: a key or signer by name, or an address whose key is elsewhere.',
    helpValue: 'NAME|ADDRESS',
  }),
  signer: Flags.string({
    description: 'Signer: a key or signer by name, or an address whose key is elsewhere.',
    helpValue: 'NAME|ADDRESS',
  }),
  recipient: addressFlag({description: 'Reward recipient on L2. Default: the owner.'}),
  'l1-rpc-url': urlFlag({
    description: 'L1 endpoint of one’s own; give several, and the next is asked when one is down.',
    multiple: true,
  }),
  'l2-rpc-url': urlFlag({
    description: 'L2 endpoint of one’s own; give several, and the next is asked when one is down.',
    multiple: true,
  }),
  'pos-url': urlFlag({description: 'Consensus layer of one’s own.'}),
  'node-port': Flags.integer({
    description: 'Set up a bundled node with this RPC port; the next port is for peers.',
    min: 1,
    max: 65_534,
  }),
  'node-host': Flags.string({description: 'Address the node listens on.', default: '127.0.0.1'}),
  'relayer-key': Flags.string({
    description: 'Key that relays deposits, on a network of one’s own.',
  }),
  'batch-key': Flags.string({description: 'Key that posts transaction batches to L1.'}),
  replace: Flags.boolean({description: 'Overwrite a profile of that name.'}),
}

export interface ProfileFlags {
  network?: string | undefined
  owner?: string | undefined
  signer?: string | undefined
  recipient?: Address | undefined
  'l1-rpc-url'?: string[] | undefined
  'l2-rpc-url'?: string[] | undefined
  'pos-url'?: string | undefined
  'node-port'?: number | undefined
  'node-host': string
  'relayer-key'?: string | undefined
  'batch-key'?: string | undefined
  replace: boolean
}

/** Makes a profile from flags and says what was made. */
export function makeProfile(name: string, flags: ProfileFlags): Result {
  if (flags.network === undefined) {
    throw new MetisSeqError({
      code: 'NETWORK_MISSING',
      message: 'A profile belongs to a network, and none is chosen.',
      exit: 'config',
      hints: ['Pass `--network andromeda`, `--network sepolia` or `--network local`.'],
    })
  }
  const home = openHome()
  const port = flags['node-port']
  const profile = createProfile(home, openConfig(home), {
    name,
    network: flags.network,
    owner: flags.owner,
    signer: flags.signer,
    rewardRecipient: flags.recipient,
    endpoints: {
      l1: flags['l1-rpc-url'] ?? [],
      l2: flags['l2-rpc-url'] ?? [],
      pos: flags['pos-url'] ?? null,
    },
    node:
      port === undefined
        ? null
        : {
            host: flags['node-host'],
            rpcPort: port,
            peerPort: port + 1,
            relayerKey: flags['relayer-key'] ?? null,
            batchKey: flags['batch-key'] ?? null,
          },
    replace: flags.replace,
  })
  return {
    data: profileJson(name, profile, true),
    text: `${profileText(name, profile, true)}\nNext: \`metis-seq status\`.`,
  }
}
