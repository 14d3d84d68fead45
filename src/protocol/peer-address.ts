/**
 * Where a node listens for its peers, as text: a multiaddr such as `/ip4/127.0.0.1/tcp/30303` or
 * `/dns4/seq.example/tcp/30303`, with `/p2p/ID` at the end when the peer id is known.
 */

const PORT = '(?<port>[0-9]{1,5})'
const NAME = '(?<name>[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?)'
const MULTIADDR = new RegExp(
  `^/(?:ip4/(?<ip4>[0-9.]+)|ip6/(?<ip6>[0-9A-Fa-f:]+)|(?<dns>dns[46]?)/${NAME})/tcp/${PORT}(?:/p2p/(?<id>[1-9A-HJ-NP-Za-km-z]{30,64}))?$`,
)
const IP6_AND_PORT = new RegExp(`^\\[(?<ip6>[0-9A-Fa-f:]+)\\]:${PORT}$`)
const HOST_AND_PORT = new RegExp(`^${NAME}:${PORT}$`)

/** @returns the multiaddr of a multiaddr or of `host:port`; undefined when it is neither */
export function parsePeerAddress(text: string): string | undefined {
  const match = MULTIADDR.exec(text) ?? IP6_AND_PORT.exec(text) ?? HOST_AND_PORT.exec(text)
  const {ip4, ip6, dns, name, port, id} = match?.groups ?? {}
  const number = Number(port)
  if (!match || number < 1 || number > 65_535) return undefined
  const host = ip6 === undefined ? hostPart(ip4 ?? name ?? '', dns) : ip6Part(ip6)
  if (host === undefined || (ip4 !== undefined && !isIp4(ip4))) return undefined
  return `${host}/tcp/${number}${id === undefined ? '' : `/p2p/${id}`}`
}

export function formatPeerAddress(host: string, port: number): string {
  const part = host.includes(':') ? `/ip6/${host}` : hostPart(host, undefined)
  return `${part}/tcp/${port}`
}

function hostPart(host: string, dns: string | undefined): string | undefined {
  if (isIp4(host)) return `/ip4/${host}`
  // Four numbers that are not an IPv4 address are a typo, not a name.
  if (/^[0-9.]+$/.test(host)) return undefined
  return `/${dns ?? 'dns'}/${host}`
}

function ip6Part(ip6: string): string | undefined {
  return URL.canParse(`http://[${ip6}]/`) ? `/ip6/${ip6.toLowerCase()}` : undefined
}

function isIp4(text: string): boolean {
  const parts = text.split('.')
  return (
    parts.length === 4 &&
    parts.every((part) => /^(?:0|[1-9][0-9]{0,2})$/.test(part) && Number(part) < 256)
  )
}
