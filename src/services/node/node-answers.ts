import {join} from 'node:path'

import {isOfDirectory} from '../../lib/file-identity.ts'
import {exchange} from '../../lib/http.ts'
import {readBoundedText, RECORD_FILE_BYTES} from '../../lib/read-file.ts'
import {isRecord} from '../../lib/json.ts'
import type {NodeStatus} from '../../protocol/node-status.ts'
import {readNodeStatusFacts} from '../../protocol/read-node-status.ts'

/** Path of a node's pid file. */
export const NODE_DAEMON = 'node'

/**
 * Queries the node's loopback admin API; null unless the node of this very directory responds: a
 * copy of the directory has the address and token of the original.
 */
export async function readNodeStatus(dir: string): Promise<NodeStatus | null> {
  const admin = readAdminFile(dir)
  if (!admin) return null
  const answer = await exchange(`${admin.url}/status`, {
    ...{method: 'GET', timeoutMs: ADMIN_TIMEOUT_MS, maxBytes: ADMIN_BYTES},
    headers: {authorization: `Bearer ${admin.token}`},
  }).catch(() => undefined)
  if (answer?.status !== 200) return null
  try {
    const status = readNodeStatusFacts(JSON.parse(answer.text))
    return status?.pid === admin.pid ? status : null
  } catch {
    return null
  }
}

/** Whether an HTTP endpoint responds to a JSON-RPC or REST request at all. */
export async function answers(
  url: string,
  method: 'GET' | 'POST' = 'GET',
  body = '',
): Promise<boolean> {
  const options = {method, body, timeoutMs: ADMIN_TIMEOUT_MS, maxBytes: ADMIN_BYTES}
  const answer = await exchange(url, options).catch(() => undefined)
  return answer !== undefined && answer.status < 400
}

/** Time after which a silent node counts as hung. */
const ADMIN_TIMEOUT_MS = 2000
/** The status of a node with 100 peers is about 50 KB. */
const ADMIN_BYTES = 1_000_000

function readAdminFile(dir: string): {pid: number; url: string; token: string} | undefined {
  try {
    const value: unknown = JSON.parse(readBoundedText(join(dir, 'admin.json'), RECORD_FILE_BYTES))
    if (!isRecord(value)) return undefined
    const {pid, url, token, directory} = value
    if (typeof url !== 'string' || typeof token !== 'string') return undefined
    if (typeof pid !== 'number' || !isOfDirectory(directory, dir)) return undefined
    return {pid, url, token}
  } catch {
    return undefined
  }
}
