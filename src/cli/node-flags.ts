import {Errors, Flags} from '@oclif/core'
import type {Address} from 'viem'

import type {RpcOptions} from '../node/node-options.ts'
import {parsePeerAddress} from '../protocol/peer-address.ts'
import {addressFlag, quote} from './flags.ts'

const peerAddressFlag = Flags.custom<string>({
  helpValue: 'MULTIADDR',
  parse: async (text) => {
    if (parsePeerAddress(text) !== undefined) return text
    throw new Errors.CLIError(
      `${quote(text)} is not a multiaddr such as /ip4/192.0.2.1/tcp/30303, nor host:port.`,
    )
  },
})

/** How a node meets the world: its public RPC, other nodes, and L1. */
export const nodeFlags = {
  'ws-port': Flags.integer({
    description: 'Second RPC port, for clients that expect WebSocket on one of its own.',
    min: 1,
    max: 65_535,
  }),
  'rpc-host-name': Flags.string({
    description: 'Name that clients may use in a Host header besides the address. Repeatable.',
    multiple: true,
  }),
  'rpc-cors-origin': Flags.string({
    description: 'Web page that may use the RPC, as https://name; * for any. Repeatable.',
    multiple: true,
  }),
  'rpc-token-file': Flags.string({
    description: 'File with the bearer token that clients of the RPC have to show.',
    helpValue: 'FILE',
  }),
  'peer-advertise': peerAddressFlag({
    description: 'Address under which other nodes reach this one, when it is behind NAT.',
  }),
  'peer-bootnode': peerAddressFlag({
    description: 'Node to look for besides those of the network document. Repeatable.',
    multiple: true,
  }),
  'peer-follower': addressFlag({
    description: 'Signer that may read blocks from this node without being registered. Repeatable.',
    multiple: true,
  }),
  alone: Flags.boolean({
    description:
      'Seal without a word from other nodes or from L1. Only where no other node of the network runs, and no other host has the signer key: two such nodes sign twice.',
  }),
  'batch-max-gas': Flags.integer({
    description: 'Price of L1 gas, in gwei, above which batches wait. 100 when left out.',
    helpValue: 'GWEI',
    min: 1,
  }),
}

export interface NodeFlags {
  alone?: boolean | undefined
  'ws-port'?: number | undefined
  'rpc-host-name'?: string[] | undefined
  'rpc-cors-origin'?: string[] | undefined
  'rpc-token-file'?: string | undefined
  'peer-advertise'?: string | undefined
  'peer-bootnode'?: string[] | undefined
  'peer-follower'?: Address[] | undefined
  'batch-max-gas'?: number | undefined
}

export interface NodeSettings {
  /** The silence of peers and of L1 means nothing. */
  alone?: boolean
  rpc: Omit<RpcOptions, 'host' | 'port'>
  advertiseAddress?: string
  bootnodes: string[]
  followers: Address[]
  /** Price of L1 gas above which batches wait. */
  batchMaxGasGwei?: number
}

export function nodeSettingsOf(flags: NodeFlags): NodeSettings {
  const {'ws-port': wsPort, 'rpc-token-file': tokenFile} = flags
  const {'peer-advertise': advertiseAddress, 'batch-max-gas': batchMaxGasGwei} = flags
  return {
    rpc: {
      hostNames: flags['rpc-host-name'] ?? [],
      corsOrigins: flags['rpc-cors-origin'] ?? [],
      ...(wsPort === undefined ? {} : {wsPort}),
      ...(tokenFile === undefined ? {} : {tokenFile}),
    },
    ...(advertiseAddress === undefined ? {} : {advertiseAddress}),
    ...(flags.alone ? {alone: true} : {}),
    bootnodes: flags['peer-bootnode'] ?? [],
    followers: flags['peer-follower'] ?? [],
    ...(batchMaxGasGwei === undefined ? {} : {batchMaxGasGwei}),
  }
}

/** The same flags for the process in the background. */
export function nodeArguments(flags: NodeFlags): string[] {
  const names = Object.keys(nodeFlags) as (keyof NodeFlags)[]
  return names.flatMap((name) =>
    [flags[name] ?? []]
      .flat()
      .flatMap((value) => (value === true ? [`--${name}`] : [`--${name}`, String(value)])),
  )
}
