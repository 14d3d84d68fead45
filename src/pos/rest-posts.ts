import type {Hash, Hex} from 'viem'

import {MetisSeqError} from '../lib/errors.ts'
import {isRecord} from '../lib/json.ts'
import {SIGN_TYPES, type SignedRequest, type SignType} from './mpc-signer.ts'
import {HttpError} from './rest-errors.ts'
import type {RestSource} from './rest-source.ts'

/** The response of a path that changes something: the whole body. */
export type PostHandler = (body: unknown) => Promise<unknown>

const VALIDATORS_COME_FROM_L1 =
  'validators join, change and leave by the events of LockingInfo on L1 only'
const NO_TRANSACTIONS = 'this consensus layer has no transactions of its own'

/** Paths of the real Themis that do not exist for a single party, and why. */
const NOT_FOR_ONE: readonly [path: RegExp, reason: string][] = [
  [/^\/metis\/propose-span$/, 'spans are proposed by this consensus layer itself'],
  [/^\/staking\/validators(\/stake)?$/, VALIDATORS_COME_FROM_L1],
  [/^\/mpc\/propose-mpc-create$/, 'the wallet is a single key; there is nothing to create'],
  [/^\/mpc\/mpc-sign$/, 'the wallet is a single key; there are no other parties to sign'],
  [/^\/bank\/accounts\/[^/]+\/transfers$/, NO_TRANSACTIONS],
  [/^\/gov\/proposals(\/[^/]+\/(deposits|votes))?$/, NO_TRANSACTIONS],
  [/^\/txs(\/encode)?$/, NO_TRANSACTIONS],
]

const SIGN_PATH = /^\/mpc\/propose-mpc-sign$/
const CHANGING = ['POST', 'PUT', 'DELETE']

/**
 * The handler of a method that changes something, or undefined if the path has none.
 *
 * Source: Themis `mpc/client/rest/tx.go` and those of the other modules.
 */
export function findPost(
  {requestSignature}: RestSource,
  method: string,
  path: string,
): PostHandler | undefined {
  if (method === 'POST' && SIGN_PATH.test(path)) {
    return async (body) => ({tx: signedHash(await grant(requestSignature, body))})
  }
  const absent = CHANGING.includes(method) && NOT_FOR_ONE.find(([pattern]) => pattern.test(path))
  if (!absent) return undefined
  return () => Promise.reject(new HttpError(501, `not implemented: ${absent[1]}`))
}

/** True for a path that only accepts methods that change something. */
export function isPostOnly(path: string): boolean {
  return SIGN_PATH.test(path) || NOT_FOR_ONE.some(([pattern]) => pattern.test(path))
}

async function grant(
  requestSignature: RestSource['requestSignature'],
  body: unknown,
): Promise<SignedRequest> {
  if (!isRecord(body)) throw new HttpError(400, 'the body is not a JSON object')
  const signMsg = body['sign_msg']
  const request = {
    signId: textOf(body, 'sign_id'),
    mpcId: textOf(body, 'mpc_id'),
    signType: signTypeOf(body['sign_type']),
    signData: hexOf(textOf(body, 'sign_data'), 'sign_data'),
    signMsg: signMsg === undefined || signMsg === '' ? null : hexOf(signMsg, 'sign_msg'),
  }
  try {
    return await requestSignature(request)
  } catch (error) {
    throw asHttpError(error)
  }
}

/** The requester's result: in the real Themis, the hash of the message that carries the request. */
function signedHash({signMsg}: SignedRequest): Hash {
  return signMsg
}

function asHttpError(error: unknown): unknown {
  if (!(error instanceof MetisSeqError)) return error
  if (error.code === 'SIGN_REQUEST_INVALID') return new HttpError(400, error.message)
  if (error.code === 'SIGN_ID_TAKEN') return new HttpError(409, error.message)
  if (error.code === 'SIGN_REFUSED') return new HttpError(403, error.message)
  return new HttpError(503, error.message)
}

function textOf(body: Record<string, unknown>, name: string): string {
  const value = body[name]
  if (typeof value !== 'string' || value === '') throw new HttpError(400, `${name} is missing`)
  return value
}

function hexOf(value: unknown, name: string): Hex {
  const digits = typeof value === 'string' ? value.replace(/^0x/, '').toLowerCase() : ''
  if (!/^([0-9a-f]{2})+$/.test(digits)) throw new HttpError(400, `${name} is not hexadecimal`)
  return `0x${digits}`
}

function signTypeOf(value: unknown): SignType {
  const found = Object.values(SIGN_TYPES).find((type) => type === Number(value))
  if (found === undefined || value === null || value === '') {
    throw new HttpError(400, `there is no sign type ${String(value)}`)
  }
  return found
}
