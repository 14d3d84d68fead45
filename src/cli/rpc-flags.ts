import {Flags} from '@oclif/core'

import type {RpcOptions} from '../node/node-options.ts'

/** How a node's public RPC is opened beyond its address. */
export const rpcFlags = {
  'ws-port': Flags.integer({
    description: 'Second RPC port, for clients that expect WebSocket on one of its own.',
    env: 'METIS_SEQ_WS_PORT',
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
    env: 'METIS_SEQ_RPC_TOKEN_FILE',
    helpValue: 'FILE',
  }),
}

export interface RpcFlags {
  'ws-port'?: number | undefined
  'rpc-host-name'?: string[] | undefined
  'rpc-cors-origin'?: string[] | undefined
  'rpc-token-file'?: string | undefined
}

export function rpcOptionsOf(flags: RpcFlags): Omit<RpcOptions, 'host' | 'port'> {
  const {'ws-port': wsPort, 'rpc-token-file': tokenFile} = flags
  return {
    hostNames: flags['rpc-host-name'] ?? [],
    corsOrigins: flags['rpc-cors-origin'] ?? [],
    ...(wsPort === undefined ? {} : {wsPort}),
    ...(tokenFile === undefined ? {} : {tokenFile}),
  }
}

/** The same flags for the process in the background. */
export function rpcArguments(flags: RpcFlags): string[] {
  const {'ws-port': wsPort, 'rpc-token-file': tokenFile} = flags
  return [
    ...(wsPort === undefined ? [] : ['--ws-port', String(wsPort)]),
    ...(flags['rpc-host-name'] ?? []).flatMap((name) => ['--rpc-host-name', name]),
    ...(flags['rpc-cors-origin'] ?? []).flatMap((origin) => ['--rpc-cors-origin', origin]),
    ...(tokenFile === undefined ? [] : ['--rpc-token-file', tokenFile]),
  ]
}
