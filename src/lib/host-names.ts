/** Host names that our servers accept. One list for all of them: RPC, administration, the consensus layer's REST, the page. */
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
  const isLocal = isLoopbackHost(host)
  return (header) => {
    const name = nameOf(header)
    return names.has(name) || names.has('*') || (!isLocal && isAddress(name))
  }
}

/**
 * Whether a host is this machine: nothing said to it crosses a network.
 *
 * @param host a listen address, or the host of a URL, whose IPv6 addresses have brackets
 */
export function isLoopbackHost(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/.test(host)
}

/** Response to a request with a name that is not on the list. */
export const HOST_REFUSED =
  'The Host header is not a name of this server. Names are set with --rpc-host-name (node), --host-name (pos) or --web-host (dashboard).'

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
