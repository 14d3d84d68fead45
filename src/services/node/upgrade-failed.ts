import {MetisSeqError} from '../../lib/errors.ts'

/**
 * An upgrade that stopped the node and did not end with the new version.
 *
 * @param reason a sentence
 */
export function upgradeFailed(
  {profile, from, to}: {profile: string; from: string | null; to: string},
  reason: string,
  {isRunning, cause}: {isRunning: boolean; cause?: unknown},
): MetisSeqError {
  const standing = isRunning ? 'The node runs.' : 'The node does not run now.'
  return new MetisSeqError(
    {
      code: 'NODE_UPGRADE_FAILED',
      exit: 'precondition',
      message: `The node of profile ${profile} was stopped, and version ${to} did not take its place. ${reason} ${standing}`,
      facts: {profile, from: from ?? 'unknown', to, running: isRunning ? 'yes' : 'no'},
      hints: [
        `Run \`metis-seq node logs --profile ${profile}\` to see the last lines.`,
        isRunning
          ? `Run \`metis-seq node status --profile ${profile}\`.`
          : `Run \`metis-seq node start --profile ${profile}\` once the reason is gone.`,
        `Or install ${from ?? 'the earlier version'} again with npm, then start it.`,
      ],
      ...(cause === undefined ? {} : {cause}),
    },
    // A node that must not sign has an exit code of its own.
    cause instanceof MetisSeqError ? {code: 'NODE_UPGRADE_FAILED', exit: cause.exit} : undefined,
  )
}
