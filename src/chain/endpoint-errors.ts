import type {Hash} from 'viem'

import {authorityHints} from '../lib/certificate-doubt.ts'
import {MetisSeqError} from '../lib/errors.ts'
import {RpcTransportError} from '../lib/json-rpc.ts'
import type {Endpoint} from './endpoint-shape.ts'

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
  // A proxy of the environment stands in the way, and its error names the variable.
  if (failure?.cause instanceof MetisSeqError) return failure.cause
  if (failure?.reason === 'rate-limited') return limited(name, endpoints, failure)
  const {code, sentence, retryable, hints} = kindOf(name, failure)
  return new MetisSeqError({
    code,
    message: `${sentence} ${failure?.message ?? 'None is set.'}`,
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

/** What kind of fault it is: one that answers, and wrongly, does so the next time as well. */
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
        sentence: `The ${name} endpoint cannot be used.`,
        retryable: false,
      }
    case 'wrong-answer':
      return {
        code: 'ENDPOINT_WRONG_ANSWER',
        sentence: `The ${name} endpoint cannot be used.`,
        retryable: false,
      }
    case 'untrusted':
      return {
        code: 'ENDPOINT_UNTRUSTED',
        sentence: `The ${name} endpoint is not believed, and nothing was sent to it.`,
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
/** Of servers that are busy, late, or have no node behind them now. */
const PASSING: readonly number[] = [408, 425]

function kindOfStatus(name: string, {httpStatus = 0, location}: RpcTransportError): Kind {
  const check = 'Run `metis-seq network check` to test every endpoint of the network.'
  if (DENIED.includes(httpStatus))
    return {
      code: 'ENDPOINT_DENIED',
      sentence: `The ${name} endpoint does not let us in.`,
      retryable: false,
      hints: [
        'Check the key in its URL, what your plan with the provider covers, and whether it takes this address of yours.',
        check,
      ],
    }
  if (httpStatus === 407)
    return {
      code: 'PROXY_DENIED',
      sentence: `The proxy before the ${name} endpoint wants a name and a password.`,
      retryable: false,
      hints: ['Put them into HTTPS_PROXY or HTTP_PROXY: `http://NAME:PASSWORD@HOST:PORT`.', check],
    }
  if (httpStatus >= 300 && httpStatus < 400)
    return {
      code: 'ENDPOINT_REDIRECTS',
      sentence: `The ${name} endpoint sends us elsewhere, and nothing is sent on to an address that nobody named.`,
      retryable: false,
      hints: [
        `Name the right address in the profile or network${location === undefined ? '' : `; this one points to ${location}`}.`,
        check,
      ],
    }
  if (httpStatus >= 500 || PASSING.includes(httpStatus))
    return {
      code: 'ENDPOINT_FAILING',
      sentence: `The ${name} endpoint is there and cannot answer now.`,
      retryable: true,
      hints: ['Wait, then run the same command again, or name another endpoint.', check],
    }
  return {
    code: 'ENDPOINT_NOT_JSON_RPC',
    sentence: `The ${name} endpoint does not speak JSON-RPC.`,
    retryable: false,
  }
}

/** What an endpoint said by HTTP, for scripts. */
function factsOfHttp({httpStatus, words, location}: RpcTransportError): Record<string, string> {
  return {
    ...(httpStatus === undefined ? {} : {httpStatus: `${httpStatus}`}),
    ...(words === undefined ? {} : {endpointSays: words}),
    ...(location === undefined ? {} : {location}),
  }
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

/** An answer of the right shape that no contract would give. The command adds which endpoint it was. */
export function wrongRead(what: string): MetisSeqError {
  return new MetisSeqError({
    code: 'ENDPOINT_WRONG_ANSWER',
    retryable: false,
    message: `The endpoint answers ${what} with something that is no answer to it.`,
    hints: ['Run `metis-seq network check` to test every endpoint and address of the network.'],
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
    facts: {
      chain: name,
      endpoints: endpoints.map(({source}) => source.endpoint).join(', '),
      reason: failure.reason,
      ...factsOfHttp(failure),
      ...(retryAfterMs === undefined ? {} : {retryAfterSeconds: `${retryAfterMs / 1000}`}),
    },
    hints: [
      'Wait, then run the same command again; a longer `--timeout` waits for you.',
      name === 'L1'
        ? 'Public endpoints are shared: name one of your own with `metis-seq init --replace --l1-rpc-url URL`.'
        : 'Public endpoints are shared: name one of your own with `metis-seq init --replace --l2-rpc-url URL`.',
    ],
    cause: failure,
  })
}
