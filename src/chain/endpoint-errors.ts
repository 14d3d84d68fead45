import type {Hash} from 'viem'

import {authorityHints} from '../lib/certificate-doubt.ts'
import {MetisSeqError} from '../lib/errors.ts'
import {RpcTransportError} from '../lib/json-rpc.ts'
import type {Endpoint} from './endpoint-shape.ts'

/** Code of the error that waiting resolves. */
export const RATE_LIMITED = 'ENDPOINT_RATE_LIMITED'

/** Why none of them responded. */
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
  // A proxy from the environment interferes, and its error has the name of the variable.
  if (failure?.cause instanceof MetisSeqError) return failure.cause
  if (failure?.reason === 'rate-limited') return limited(name, endpoints, failure)
  const {code, sentence, retryable, hints} = kindOf(name, failure)
  return new MetisSeqError({
    code,
    message: `${sentence} ${failure?.message ?? 'No endpoint is configured.'}`,
    facts: {
      chain: name,
      endpoints: endpoints.map(({source}) => source.endpoint).join(', '),
      ...(failure ? {reason: failure.reason, ...factsOfHttp(failure)} : {}),
    },
    hints: hints ?? [
      'Run `metis-seq network check` to test every endpoint of the network.',
      'On the local network, run `metis-seq local status`.',
    ],
    retryable,
    cause: failure,
  })
}

interface Kind {
  code:
    | 'ENDPOINT_ANSWER_TOO_LARGE'
    | 'ENDPOINT_DENIED'
    | 'ENDPOINT_FAILING'
    | 'ENDPOINT_NOT_JSON_RPC'
    | 'ENDPOINT_REDIRECTS'
    | 'ENDPOINT_UNREACHABLE'
    | 'ENDPOINT_UNTRUSTED'
    | 'ENDPOINT_WRONG_ANSWER'
    | 'PROXY_DENIED'
  sentence: string
  retryable: boolean
  /** Instead of the usual ones. */
  hints?: string[]
}

/** The kind of fault: an endpoint with a wrong response will return it again. */
function kindOf(name: string, failure: RpcTransportError | undefined): Kind {
  switch (failure?.reason) {
    case 'http-status':
      return kindOfStatus(name, failure)
    case 'not-json':
      return {
        code: 'ENDPOINT_NOT_JSON_RPC',
        sentence: `The ${name} endpoint does not speak JSON-RPC.`,
        retryable: false,
      }
    case 'too-large':
      return {
        code: 'ENDPOINT_ANSWER_TOO_LARGE',
        sentence: `The ${name} endpoint is not usable.`,
        retryable: false,
      }
    case 'wrong-answer':
      return {
        code: 'ENDPOINT_WRONG_ANSWER',
        sentence: `The ${name} endpoint is not usable.`,
        retryable: false,
      }
    case 'untrusted':
      return {
        code: 'ENDPOINT_UNTRUSTED',
        sentence: `The ${name} endpoint is not trusted, and nothing was sent to it.`,
        retryable: false,
        hints: [
          ...authorityHints(failure.message),
          'Run `metis-seq network check` to test every endpoint of the network.',
        ],
      }
    default:
      return {
        code: 'ENDPOINT_UNREACHABLE',
        sentence: `No ${name} endpoint answers.`,
        retryable: true,
      }
  }
}

const DENIED: readonly number[] = [401, 402, 403]
/** Status codes of servers that are busy, slow, or without a backend node. */
const PASSING: readonly number[] = [408, 425]

function kindOfStatus(name: string, {httpStatus = 0, location}: RpcTransportError): Kind {
  const check = 'Run `metis-seq network check` to test every endpoint of the network.'
  if (DENIED.includes(httpStatus))
    return {
      code: 'ENDPOINT_DENIED',
      sentence: `The ${name} endpoint denies access.`,
      retryable: false,
      hints: [
        'Check the API key in its URL, your plan with the provider, and whether it allows your IP address.',
        check,
      ],
    }
  if (httpStatus === 407)
    return {
      code: 'PROXY_DENIED',
      sentence: `The proxy before the ${name} endpoint requires a user name and password.`,
      retryable: false,
      hints: ['Add them to HTTPS_PROXY or HTTP_PROXY: `http://NAME:PASSWORD@HOST:PORT`.', check],
    }
  if (httpStatus >= 300 && httpStatus < 400)
    return {
      code: 'ENDPOINT_REDIRECTS',
      sentence: `The ${name} endpoint redirects, and redirects are never followed.`,
      retryable: false,
      hints: [
        `Set the right address in the profile or network${location === undefined ? '' : `; this one redirects to ${location}`}.`,
        check,
      ],
    }
  if (httpStatus >= 500 || PASSING.includes(httpStatus))
    return {
      code: 'ENDPOINT_FAILING',
      sentence: `The ${name} endpoint is temporarily unavailable.`,
      retryable: true,
      hints: ['Wait and run the same command again, or configure another endpoint.', check],
    }
  return {
    code: 'ENDPOINT_NOT_JSON_RPC',
    sentence: `The ${name} endpoint does not speak JSON-RPC.`,
    retryable: false,
  }
}

/** The HTTP response of an endpoint, for scripts. */
function factsOfHttp({httpStatus, words, location}: RpcTransportError): Record<string, string> {
  return {
    ...(httpStatus === undefined ? {} : {httpStatus: `${httpStatus}`}),
    ...(words === undefined ? {} : {endpointSays: words}),
    ...(location === undefined ? {} : {location}),
  }
}

/**
 * Two endpoints with different blocks at one height serve different chains, and one of them is
 * wrong.
 */
export function disagree(
  name: string,
  block: bigint,
  views: readonly {endpoint: Endpoint; hash: Hash | null}[],
): MetisSeqError {
  return new MetisSeqError({
    code: 'ENDPOINTS_DISAGREE',
    message: `The ${name} endpoints have different blocks at height ${block}: one of them serves another chain.`,
    facts: {
      chain: name,
      block: `${block}`,
      ...Object.fromEntries(
        views.map(({endpoint, hash}) => [endpoint.source.endpoint, hash ?? 'has no such block']),
      ),
    },
    hints: [
      'Compare the hash of that block with an explorer, and remove the wrong endpoint from the profile or network.',
      'Run `metis-seq network check` to test every endpoint.',
    ],
  })
}

/** A response of the right shape with an impossible value. The command adds the endpoint. */
export function wrongRead(what: string): MetisSeqError {
  return new MetisSeqError({
    code: 'ENDPOINT_WRONG_ANSWER',
    retryable: false,
    message: `The endpoint answered ${what} with an invalid response.`,
    hints: ['Run `metis-seq network check` to test every endpoint and address of the network.'],
  })
}

/** The endpoint responded, but not with a block. */
export function notABlock({endpoint}: {endpoint: string}): RpcTransportError {
  return new RpcTransportError({
    reason: 'not-json',
    url: endpoint,
    message: 'The endpoint returned no newest block.',
  })
}

function limited(name: string, endpoints: Endpoint[], failure: RpcTransportError): MetisSeqError {
  const {retryAfterMs} = failure
  return new MetisSeqError({
    code: RATE_LIMITED,
    message: `No ${name} endpoint answers. ${failure.message}`,
    facts: {
      chain: name,
      endpoints: endpoints.map(({source}) => source.endpoint).join(', '),
      reason: failure.reason,
      ...factsOfHttp(failure),
      ...(retryAfterMs === undefined ? {} : {retryAfterSeconds: `${retryAfterMs / 1000}`}),
    },
    hints: [
      'Wait and run the same command again, or set a longer `--timeout`.',
      name === 'L1'
        ? 'Public endpoints are shared: configure your own with `metis-seq init --replace --l1-rpc-url URL`.'
        : 'Public endpoints are shared: configure your own with `metis-seq init --replace --l2-rpc-url URL`.',
    ],
    cause: failure,
  })
}
