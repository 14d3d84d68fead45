/** An external node behind the first L2 endpoint of a profile: queried, never started or stopped. */
import {readExternalNode} from '../../chain/read-external-node.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import {redactUrl} from '../../lib/redact.ts'
import {capabilitiesOf} from '../../protocol/node-runtime.ts'
import type {Context} from '../context.ts'
import type {NodeRuntime} from './runtime-port.ts'

export interface ExternalRuntime extends NodeRuntime {
  kind: 'external'
  /** Scheme and host. */
  endpoint: string
}

/** @param urls its own first, then the endpoints to compare it with */
export function createExternalRuntime(
  {network, timeoutMs, tls}: Pick<Context, 'network' | 'timeoutMs' | 'tls'>,
  profile: string,
  [url, ...otherUrls]: readonly [string, ...string[]],
): ExternalRuntime {
  const endpoint = redactUrl(url)
  const isElsewhere = () => nodeIsExternal(profile, endpoint)
  const rejects = () => Promise.reject(isElsewhere())
  const throws = () => {
    throw isElsewhere()
  }
  return {
    ...{kind: 'external', capabilities: capabilitiesOf.external, profile, endpoint},
    async status() {
      const {chainId} = network.l2
      const shared = {name: 'L2', chainId, timeoutMs, tls: tls()}
      const others = otherUrls.map((other) => ({...shared, url: other}))
      const external = await readExternalNode({...shared, url}, others)
      return {external, process: null, status: null, halt: null}
    },
    process: () => null,
    ...{start: rejects, stop: rejects, restart: rejects, upgrade: rejects},
    ...{logs: throws, logFile: throws},
  }
}

export function nodeIsExternal(profile: string, endpoint: string): MetisSeqError {
  return new MetisSeqError({
    code: 'NODE_IS_EXTERNAL',
    message: `The node of profile ${profile} runs behind ${endpoint}, and metis-seq neither starts nor stops it.`,
    facts: {profile, endpoint},
    hints: [
      'Start and stop it on its own machine, with the tool it was set up with: Docker Compose, systemd.',
      `Run \`metis-seq node status --profile ${profile}\` to see its state.`,
      'A second node with the same signer key can sign a conflicting block: never run one beside it.',
    ],
  })
}
