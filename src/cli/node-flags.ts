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

/** Flags for a node's connections: its public RPC, other nodes, and L1. */
export const nodeFlags = {
  'ws-port': Flags.integer({
    description: 'Separate RPC port for clients that expect WebSocket on its own port.',
    min: 1,
    max: 65_535,
  }),
  'rpc-host-name': Flags.string({
    description: 'Host name that clients may use besides the address. Repeatable.',
    multiple: true,
  }),
  'rpc-cors-origin': Flags.string({
    description: 'Web origin that may use the RPC, as https://name; * for any. Repeatable.',
    multiple: true,
  }),
  'rpc-token-file': Flags.string({
    description: 'File with the bearer token that RPC clients must send.',
    helpValue: 'FILE',
  }),
  'peer-advertise': peerAddressFlag({
    description: 'Address at which other nodes reach this one, when it is behind NAT.',
  }),
  'peer-bootnode': peerAddressFlag({
    description: 'Additional bootnode besides those of the network document. Repeatable.',
    multiple: true,
  }),
  'peer-follower': addressFlag({
    description:
      'Signer allowed to read blocks from this node without being registered. Repeatable.',
    multiple: true,
  }),
  alone: Flags.boolean({
    description:
      'Seal without hearing from other nodes or L1. Only when no other node of the network runs and no other host has the signer key: two such nodes would sign conflicting blocks.',
  }),
  'batch-max-gas': Flags.integer({
    description: 'L1 gas price, in gwei, above which transaction batches wait. Default: 100.',
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
  /** Silence of peers and of L1 has no meaning. */
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
