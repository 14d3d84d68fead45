/**
 * Nodes in network namespaces of their own, on one bridge, so that one can be cut off from everybody:
 * its peers, the consensus layer and L1. Needs root.
 */
import {execFile, execFileSync} from 'node:child_process'
import {once} from 'node:events'
import {connect, createServer, type Server} from 'node:net'
import {join} from 'node:path'
import {promisify} from 'node:util'

import {createRpcClient} from '../../src/lib/json-rpc.ts'
import {openConfig} from '../../src/store/config.ts'
import {readNetwork, saveNetwork} from '../../src/store/networks.ts'
import {until} from '../e2e/local.ts'
import {signalIfThere, type LocalNetwork} from './local-network.ts'

const IP = '/usr/sbin/ip'
const BRIDGE = 'mseq-bridge'
const OURS = '10.77.29.254'
const program = join(import.meta.dirname, '..', '..', 'bin', 'metis-seq')

/** Its packets vanish, as when a cable is pulled: no connection is refused or ended. */
export function cutOff(node: string): void {
  ip(`link set ${linkOf(node)} down`)
}

export function reconnect(node: string): void {
  ip(`link set ${linkOf(node)} up`)
}

/** Moves the nodes of a running network into namespaces; L1 and the consensus layer stay outside. */
export async function moveIntoNamespaces(
  network: LocalNetwork,
): Promise<{remove(): Promise<void>}> {
  const {cli, nodes, home} = network
  for (const {name} of nodes) await cli.data(`node stop --now --profile ${name}`)
  const posDir = join(home.localDir, 'pos')
  signalIfThere(network.pidOf(posDir, 'pos')!, 'SIGTERM')
  await until('the consensus layer is down', 20_000, () =>
    network.pidOf(posDir, 'pos') === undefined ? true : undefined,
  )
  const relays: Server[] = []
  const remove = async () => {
    for (const relay of relays) relay.close()
    // The processes inside would keep the namespaces alive.
    await cli.run('local down')
    removeLinks(nodes.map(({name}) => name))
  }
  try {
    makeLinks(nodes.map(({name}) => name))
    for (const url of rewriteAddresses(network)) relays.push(await relay(Number(new URL(url).port)))
    for (const node of nodes) {
      await startInside(home.root, node.name)
      node.rpc.close()
      const {port} = new URL(node.rpc.url)
      node.rpc = createRpcClient(`http://${addressOf(node.name)}:${port}`, {timeoutMs: 5000})
    }
    await cli.data('local up --detach')
    return {remove}
  } catch (error) {
    await remove()
    throw error
  }
}

/** Not synchronous: the node asks L1 through a relay in this very process. */
async function startInside(home: string, name: string): Promise<void> {
  const words = `netns exec ${spaceOf(name)} ${program} node start --profile ${name}`
  const env = {...process.env, METIS_SEQ_HOME: home}
  await promisify(execFile)(IP, words.split(' '), {env})
}

/** @returns the addresses of what stays outside, which listens on loopback only */
function rewriteAddresses({home, nodes}: LocalNetwork): string[] {
  const network = readNetwork(home, 'local')
  const outside = (url: string) => url.replace('127.0.0.1', OURS)
  const inside = (text: string, index: number) =>
    text.replace('127.0.0.1', addressOf(nodes[index]!.name))
  const l1Urls = network.l1.rpcUrls.map(outside)
  const posUrl = outside(network.posRestUrl!)
  const bundled = network.l2.bundled!
  saveNetwork(
    home,
    {
      ...network,
      l1: {...network.l1, rpcUrls: l1Urls},
      l2: {
        ...network.l2,
        rpcUrls: network.l2.rpcUrls.map(inside),
        bundled: {...bundled, bootnodes: bundled.bootnodes.map(inside)},
      },
      posRestUrl: posUrl,
    },
    {replace: true},
  )
  openConfig(home).update((all) => ({
    ...all,
    profiles: Object.fromEntries(
      Object.entries(all.profiles).map(([name, profile]) => [
        name,
        profile.node ? {...profile, node: {...profile.node, host: addressOf(name)}} : profile,
      ]),
    ),
  }))
  return [...l1Urls, posUrl]
}

async function relay(port: number): Promise<Server> {
  const server = createServer((client) => {
    const target = connect(port, '127.0.0.1')
    const end = () => {
      client.destroy()
      target.destroy()
    }
    client.on('error', end).on('close', end)
    target.on('error', end).on('close', end)
    client.pipe(target).pipe(client)
  })
  server.listen(port, OURS)
  await once(server, 'listening')
  return server
}

function makeLinks(names: readonly string[]): void {
  removeLinks(names)
  ip(`link add ${BRIDGE} type bridge`)
  ip(`addr add ${OURS}/24 dev ${BRIDGE}`)
  ip(`link set ${BRIDGE} up`)
  for (const name of names) {
    const space = spaceOf(name)
    ip(`netns add ${space}`)
    ip(`link add ${linkOf(name)} type veth peer name eth0 netns ${space}`)
    ip(`link set ${linkOf(name)} master ${BRIDGE} up`)
    ip(`-n ${space} addr add ${addressOf(name)}/24 dev eth0`)
    ip(`-n ${space} link set eth0 up`)
    ip(`-n ${space} link set lo up`)
  }
}

function removeLinks(names: readonly string[]): void {
  for (const name of names) {
    tryIp(`netns del ${spaceOf(name)}`)
    tryIp(`link del ${linkOf(name)}`)
  }
  tryIp(`link del ${BRIDGE}`)
}

function ip(words: string): void {
  execFileSync(IP, words.split(' '), {stdio: ['ignore', 'ignore', 'pipe']})
}

function tryIp(words: string): void {
  try {
    ip(words)
  } catch {
    // It was not there.
  }
}

const numberOf = (name: string) => Number(name.replace('seq-', ''))
const spaceOf = (name: string) => `mseq-${name}`
const linkOf = (name: string) => `mseqv${numberOf(name)}`
const addressOf = (name: string) => `10.77.29.${numberOf(name)}`
