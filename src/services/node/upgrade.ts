/** Replaces a running bundled node by the installed version. In: both versions and the node's files. Out: a plan. */
import {join} from 'node:path'

import {MetisSeqError, messageOf} from '../../lib/errors.ts'
import {versionOrder} from '../../lib/version-order.ts'
import {CHAIN_LOG_FORMAT, readChainLogMark} from '../../store/chain-log.ts'
import {lookAtGuard, readGuard} from '../../store/sign-guard-file.ts'
import type {Context} from '../context.ts'
import {readNodeStatus} from './node-answers.ts'
import {requireBundledNetwork, requireNode, requireRuntime} from './node-runtime.ts'

export interface UpgradePlan {
  profile: string
  kind: 'same' | 'upgrade' | 'downgrade'
  /** Version that runs; null for one that does not report it, which is older than any that does. */
  from: string | null
  /** Version that is installed. */
  to: string
  /** Process id of the running node. */
  pid: number
  /** Format of the chain log, which the installed version reads; null while there is no log. */
  chainLogFormat: number | null
}

export interface UpgradeRequest {
  /** Version of this program. */
  installed: string
  /** Accepts an older version than the one that runs. */
  mayDowngrade: boolean
  /** Fingerprint that this program computes for a genesis document. */
  fingerprintOf(genesisFile: string): string
}

/**
 * Everything that speaks against another version, found before anything is stopped.
 *
 * @throws {MetisSeqError} NODE_IS_EXTERNAL, NODE_NOT_SET_UP, PROFILE_MISSING, NODE_NOT_RUNNING,
 *   NODE_NOT_UPGRADED_HERE, NODE_SILENT, NODE_DOWNGRADE, NODE_DATA_UNKNOWN, NETWORK_HAS_NO_NODE
 */
export async function planUpgrade(context: Context, request: UpgradeRequest): Promise<UpgradePlan> {
  const {name: profile, dir} = requireNode(context)
  const {installed, mayDowngrade} = request
  const daemon = requireRuntime(context).process()
  const status = await readNodeStatus(dir)
  if (!daemon?.running) {
    throw status ? notStartedHere(profile, status.pid) : notRunning(profile, installed)
  }
  if (!status) throw silent(profile, daemon.pid)
  const {version: from, pid} = status
  const kind = kindOf(from, installed)
  const plan = {profile, from, to: installed, pid, chainLogFormat: null}
  if (kind === 'same') return {...plan, kind}
  if (kind === 'downgrade' && !mayDowngrade) throw downgrade(profile, from ?? '', installed)
  return {...plan, kind, chainLogFormat: assertReadable(context, dir, request)}
}

/** One that cannot be compared may be older, so it counts as such. */
function kindOf(from: string | null, installed: string): UpgradePlan['kind'] {
  if (from === null) return 'upgrade'
  if (from === installed) return 'same'
  const order = versionOrder(from, installed)
  return order === -1 || order === 0 ? 'upgrade' : 'downgrade'
}

/** @returns the format of the chain log; null without one */
function assertReadable(
  context: Context,
  dir: string,
  {installed, fingerprintOf}: UpgradeRequest,
): number | null {
  const {genesisFile, fingerprint} = requireBundledNetwork(context)
  if (fingerprintOf(genesisFile) !== fingerprint) {
    throw unknownData(genesisFile, installed, 'it would execute other rules than this network has')
  }
  const chainLog = join(dir, 'chain.sqlite')
  const mark = readChainLogMark(chainLog)
  if (mark && mark.format !== CHAIN_LOG_FORMAT) {
    const formats = `the chain log has format ${mark.format}, and it reads format ${CHAIN_LOG_FORMAT}`
    throw unknownData(chainLog, installed, formats)
  }
  if (mark && mark.fingerprint !== fingerprint) {
    throw unknownData(chainLog, installed, 'the chain log is of another network')
  }
  const guard = join(dir, 'sign-guard.log')
  try {
    readGuard(guard, lookAtGuard(guard))
  } catch (cause) {
    const reason = `it cannot read the sign guard: ${messageOf(cause).replace(/\.$/, '')}`
    throw unknownData(guard, installed, reason, cause)
  }
  return mark?.format ?? null
}

function notRunning(profile: string, installed: string): MetisSeqError {
  return new MetisSeqError({
    code: 'NODE_NOT_RUNNING',
    message: `The node of profile ${profile} does not run, so there is nothing to upgrade.`,
    facts: {profile, installed},
    hints: [
      `Run \`metis-seq node start --profile ${profile}\`, which starts version ${installed}.`,
    ],
  })
}

/** A service manager restarts it, and would bring it up beside ours. */
function notStartedHere(profile: string, pid: number): MetisSeqError {
  return new MetisSeqError({
    code: 'NODE_NOT_UPGRADED_HERE',
    message: `The node of profile ${profile} (pid ${pid}) was not started by \`metis-seq node start\`, so it must be restarted where it was.`,
    facts: {profile, pid: `${pid}`},
    hints: [
      `Run \`metis-seq duty wait --idle 60s --profile ${profile}\`, then restart its service, for example with systemctl.`,
      `Run \`metis-seq node status --profile ${profile}\` afterwards: it shows the version that runs.`,
    ],
  })
}

function silent(profile: string, pid: number): MetisSeqError {
  return new MetisSeqError({
    code: 'NODE_SILENT',
    message: `The node of profile ${profile} runs as process ${pid} and does not respond, so its version is unknown.`,
    facts: {profile},
    hints: [
      `Run \`metis-seq node status --profile ${profile}\`.`,
      `Run \`metis-seq node restart --profile ${profile}\` to start the installed version in its place.`,
    ],
  })
}

function downgrade(profile: string, running: string, installed: string): MetisSeqError {
  return new MetisSeqError({
    code: 'NODE_DOWNGRADE',
    message: `Nothing was stopped: version ${installed} is installed, and the node of profile ${profile} runs ${running}.`,
    facts: {profile, running, installed},
    hints: [
      `Install version ${running} or a newer one with npm.`,
      'Pass `--override downgrade` to start the older one in its place.',
    ],
  })
}

function unknownData(
  file: string,
  installed: string,
  reason: string,
  cause?: unknown,
): MetisSeqError {
  return new MetisSeqError({
    code: 'NODE_DATA_UNKNOWN',
    message: `Nothing was stopped: version ${installed} could not go on with the data of this node, because ${reason}.`,
    facts: {file, installed, reason},
    hints: ['Install a version that reads it with npm, then run the same command again.'],
    ...(cause === undefined ? {} : {cause}),
  })
}
