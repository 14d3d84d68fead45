/** Which names a server of ours answers to. One list for all of them: RPC, administration, the consensus layer's REST. */
import {isIP} from 'node:net'

/** What every server is called on its own machine. */
const LOCAL_NAMES: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

export interface HostList {
  /** Address the server listens on. */
  host: string
  /** Names besides, that were set for it. */
  hostNames?: readonly string[] | undefined
}

/**
 * Whether a request was meant for this server. A web page can make its own name point to this machine, and then the
 * browser lets it read answers; only its Host header gives it away. A page has no such power over an address, so a
 * server that others reach answers to every address, and to no name that was not set.
 *
 * - Source: go-ethereum `node/rpcstack.go`, virtual hosts, which l2geth has as `--rpcvhosts`.
 *
 * @returns takes the Host header as it came
 */
export function createHostCheck({host, hostNames = []}: HostList): (header?: string) => boolean {
  const names = new Set([...LOCAL_NAMES, host, `[${host}]`, ...hostNames].map(lower))
  const isLocal = host === 'localhost' || host === '::1' || host.startsWith('127.')
  return (header) => {
    const name = nameOf(header)
    return names.has(name) || names.has('*') || (!isLocal && isAddress(name))
  }
}

/** What somebody is told whose name is not on the list. */
export const HOST_REFUSED =
  'The Host header is not a name of this server. Names are set with --rpc-host-name (node) or --host-name (pos).'

/** The name in a Host header, without its port. Lower-case. */
function nameOf(header: string | undefined): string {
  return lower((header ?? '').replace(/:\d+$/, ''))
}

function isAddress(name: string): boolean {
  return isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0
}

function lower(text: string): string {
  return text.toLowerCase()
}
