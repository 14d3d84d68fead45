import type {Hash} from 'viem'

import {MetisSeqError} from '../lib/errors.ts'
import {RpcTransportError} from '../lib/json-rpc.ts'
import type {Endpoint} from './endpoint.ts'

/** Code of the error that waiting mends. */
export const RATE_LIMITED = 'ENDPOINT_RATE_LIMITED'

/** Why none of them answered. */
export function firstFailure(
  name: string,
  endpoints: Endpoint[],
  asked: readonly PromiseSettledResult<unknown>[],
): unknown {
  const [reason] = asked.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []))
  return reason instanceof RpcTransportError ? unreachable(name, endpoints, reason) : reason
}

export function unreachable(
  name: string,
  endpoints: Endpoint[],
  failure: RpcTransportError | undefined,
): MetisSeqError {
  if (failure?.reason === 'rate-limited') return limited(name, endpoints, failure)
  const notRpc = failure?.reason === 'not-json' || failure?.reason === 'http-status'
  return new MetisSeqError({
    code: notRpc ? 'ENDPOINT_NOT_JSON_RPC' : 'ENDPOINT_UNREACHABLE',
    message: notRpc
      ? `The ${name} endpoint does not speak JSON-RPC. ${failure.message}`
      : `No ${name} endpoint answers. ${failure?.message ?? 'None is set.'}`,
    exit: 'unreachable',
    facts: {
      chain: name,
      endpoints: endpoints.map(({source}) => source.endpoint).join(', '),
      ...(failure ? {reason: failure.reason} : {}),
    },
    hints: [
      'Run `metis-seq network check` to test every endpoint of the network.',
      'On the local network, run `metis-seq local status`.',
    ],
    retryable: !notRpc,
    cause: failure,
  })
}

/** Two endpoints that name different blocks at one height serve different chains, and one of them is wrong. */
export function disagree(
  name: string,
  block: bigint,
  views: readonly {endpoint: Endpoint; hash: Hash | null}[],
): MetisSeqError {
  return new MetisSeqError({
    code: 'ENDPOINTS_DISAGREE',
    message: `The ${name} endpoints name different blocks at height ${block}: one of them serves another chain.`,
    exit: 'unreachable',
    facts: {
      chain: name,
      block: `${block}`,
      ...Object.fromEntries(
        views.map(({endpoint, hash}) => [endpoint.source.endpoint, hash ?? 'has no such block']),
      ),
    },
    hints: [
      'Compare the hash of that block with an explorer, and take the wrong endpoint out of the profile or network.',
      'Run `metis-seq network check` to test every endpoint.',
    ],
  })
}

/** The endpoint answered, and not with a block. */
export function notABlock({endpoint}: {endpoint: string}): RpcTransportError {
  return new RpcTransportError({
    reason: 'not-json',
    url: endpoint,
    message: 'The endpoint has no newest block.',
  })
}

function limited(name: string, endpoints: Endpoint[], failure: RpcTransportError): MetisSeqError {
  const {retryAfterMs} = failure
  return new MetisSeqError({
    code: RATE_LIMITED,
    message: `No ${name} endpoint answers. ${failure.message}`,
    exit: 'unreachable',
    facts: {
      chain: name,
      endpoints: endpoints.map(({source}) => source.endpoint).join(', '),
      reason: failure.reason,
      ...(retryAfterMs === undefined ? {} : {retryAfterSeconds: `${retryAfterMs / 1000}`}),
    },
    hints: [
      'Wait, then run the same command again; a longer `--timeout` waits for you.',
      'Public endpoints are shared: name one of your own with `--l1-rpc-url` or `--l2-rpc-url` of `metis-seq init`.',
    ],
    retryable: true,
    cause: failure,
  })
}
