/** Host names that our servers accept. One list for all of them: RPC, administration, the consensus layer's REST. */
import {isIP} from 'node:net'

/** Names of every server on its own machine. */
const LOCAL_NAMES: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

export interface HostList {
  /** Address the server listens on. */
  host: string
  /** Additional configured names. */
  hostNames?: readonly string[] | undefined
}

/**
 * Whether a request was meant for this server. A web page can point its own name at this machine
 * (DNS rebinding), and the browser then lets it read responses; only its Host header gives it away.
 * It cannot do that with an IP address, so a server reachable by others accepts every address, and
 * only configured names.
 *
 * - Source: go-ethereum `node/rpcstack.go`, virtual hosts, which l2geth has as `--rpcvhosts`.
 *
 * @returns a check of the raw Host header
 */
export function createHostCheck({host, hostNames = []}: HostList): (header?: string) => boolean {
  const names = new Set([...LOCAL_NAMES, host, `[${host}]`, ...hostNames].map(lower))
  const isLocal = host === 'localhost' || host === '::1' || host.startsWith('127.')
  return (header) => {
    const name = nameOf(header)
    return names.has(name) || names.has('*') || (!isLocal && isAddress(name))
  }
}

/** Whether a host of a URL is this machine: nothing said to it crosses a network. */
export function isLoopbackHost(hostname: string): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)
}

/** Response to a request with a name that is not on the list. */
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
