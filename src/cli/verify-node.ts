import {mkdirSync, readdirSync, rmSync} from 'node:fs'
import {join, resolve} from 'node:path'

import {createChainRpc, isWrongAnswer, wrongAnswerError} from '../chain/chain-rpc.ts'
import {systemClock} from '../lib/clock.ts'
import {MetisSeqError} from '../lib/errors.ts'
import {RpcTransportError} from '../lib/json-rpc.ts'
import {silentLogger} from '../lib/log.ts'
import {makeDirectory} from '../lib/make-directory.ts'
import {redactUrl} from '../lib/redact.ts'
import {makeScratchDirectory} from '../lib/trusted-path.ts'
import {verifyFromL1, type Verification, type VerifyProgress} from '../node/verify/verify.ts'
import {endpointsOf, type Context} from '../services/context.ts'

export interface VerifySettings {
  l1Url: string
  /** Undefined: the node of the profile, otherwise the first of the network. Null: none. */
  nodeUrl: string | null | undefined
  /** Undefined for a temporary one. */
  dir: string | undefined
  timeoutMs: number
  signal: AbortSignal
  onProgress(progress: VerifyProgress): void
}

export interface NodeVerification extends Verification {
  /** Scheme and host of the node. */
  node: string | null
}

/**
 * Rebuilds the chain of the context's network from L1, in a temporary directory.
 *
 * @throws {MetisSeqError} DIRECTORY_NOT_EMPTY, ENDPOINT_UNREACHABLE and those of `verifyFromL1`
 */
export async function verifyNode(
  context: Context,
  {l1Url, nodeUrl, dir, timeoutMs, signal, onProgress}: VerifySettings,
): Promise<NodeVerification> {
  const {network, profile} = context
  const url = nodeUrl === undefined ? endpointsOf(network, profile).l2[0] : nodeUrl
  const tls = context.tls()
  const l1 = createChainRpc(l1Url, {timeoutMs, tls})
  const node = url ? createChainRpc(url, {timeoutMs, tls}) : null
  const place = openEmptyDirectory(dir)
  try {
    const verification = await verifyFromL1({
      ...{network, l1, node, dir: place.path, signal, onProgress},
      ...{clock: systemClock, logger: silentLogger},
    })
    return {...verification, node: url ? redactUrl(url) : null}
  } catch (error) {
    if (error instanceof RpcTransportError) throw unreachable(error)
    throw error
  } finally {
    l1.close()
    node?.close()
    place.empty()
  }
}

/** A directory that `empty` restores to its original state or removes. */
function openEmptyDirectory(dir: string | undefined): {path: string; empty(): void} {
  if (dir === undefined) {
    const path = makeScratchDirectory('metis-seq-verify-')
    return {path, empty: () => rmSync(path, {recursive: true, force: true})}
  }
  const root = resolve(dir)
  const created = makeDirectory(root)
  if (readdirSync(root).length > 0) throw notEmpty(root)
  const path = join(root, 'verify')
  mkdirSync(path, {mode: 0o700})
  return {path, empty: () => rmSync(created ?? path, {recursive: true, force: true})}
}

function notEmpty(dir: string): MetisSeqError {
  return new MetisSeqError({
    code: 'DIRECTORY_NOT_EMPTY',
    message: `The directory ${dir} is not empty.`,
    facts: {dir},
    hints: ['Pass an empty directory, or omit `--dir` for a temporary one.'],
  })
}

function unreachable(error: RpcTransportError): MetisSeqError {
  const {url, message, cause} = error
  if (isWrongAnswer(error)) return wrongAnswerError([redactUrl(url)], error)
  return new MetisSeqError({
    code: 'ENDPOINT_UNREACHABLE',
    message: `${redactUrl(url)} does not respond: ${message}`,
    facts: {endpoint: redactUrl(url)},
    hints: ['Check the URL, or raise `--timeout`.'],
    retryable: true,
    cause,
  })
}
