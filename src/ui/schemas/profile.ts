import type {Profile} from '../../services/network/profiles.ts'
import type {profileJson} from '../presenters/setup.ts'
import {address, flag, integer, list, nullable, object, shared, text} from './build.ts'
import type {CommandSchemas} from './document.ts'

const port = (description: string) => integer(description, 1)

/** Mirrors `profileJson`. */
const profile = shared(
  'profile',
  object<ReturnType<typeof profileJson>>('Your identity on a network.', {
    name: text('Name of the profile.'),
    inUse: flag('True when it is the default profile.'),
    network: text('Name of its network.'),
    owner: nullable(address('Owner; null while not set.')),
    signer: nullable(address('Signer; null while not set.')),
    rewardRecipient: nullable(address('Reward recipient on L2; null while not set.')),
    keys: object<Profile['keys']>('Names of keys or signers by role.', {
      owner: nullable(text('Key or signer of the owner; null when it is on another machine.')),
      signer: nullable(
        text("Key or signer of the sequencer's signer; null when it is on another machine."),
      ),
    }),
    endpoints: object<Required<Profile['endpoints']>>(
      'Endpoints of the profile: scheme and host.',
      {
        l1: list('L1, in order of use; empty: those of the network.', {
          type: 'string',
        }),
        l2: list('L2, in order of use; empty: those of the network.', {
          type: 'string',
        }),
        pos: nullable(text('Consensus layer; null: that of the network.')),
        l1Ws: nullable(text('WebSocket address that announces blocks of L1; null without one.')),
        l2Ws: nullable(text('WebSocket address that announces blocks of L2; null without one.')),
        caFile: nullable(
          text('PEM file of their certificate authority; null: those of the system.'),
        ),
      },
    ),
    node: nullable(
      object<NonNullable<Profile['node']>>('Its bundled node; null when none is set up.', {
        host: text('Address it listens on.'),
        rpcPort: port('Port of its RPC.'),
        peerPort: port('Port for peers.'),
        relayerKey: nullable(text('Key that relays deposits; null when there is none.')),
        batchKey: nullable(text('Key that posts transaction batches; null when there is none.')),
      }),
    ),
  }),
)

export const profileSchemas: CommandSchemas = {
  init: {data: profile},
  'profile add': {data: profile},
  'profile list': {
    data: object('The profiles of this machine.', {profiles: list('By name.', profile)}),
  },
  'profile remove': {
    data: object('The removed profile.', {removed: text('Name of the profile.')}),
  },
  'profile show': {data: profile},
  'profile use': {data: profile},
}
