import type {Context} from '../context.ts'
import type {Plan} from './plan.ts'
import {runOperation, type Operation, type Outcome, type Verification} from './run-operation.ts'

/**
 * An operation that this program decides on by itself, on a network of its own: nobody is asked, and nothing is shown.
 * Its keys have their passwords on record.
 *
 * @throws {MetisSeqError} those of {@link runOperation}
 */
export async function runUnattended<P extends Plan, V extends Verification>(
  context: Context,
  operation: Operation<P, V>,
  signal: AbortSignal,
): Promise<Outcome> {
  const releases: (() => void)[] = []
  try {
    return await runOperation(
      context,
      operation,
      {
        ...{dryRun: false, unsigned: undefined, format: undefined, overrides: []},
        ...{maxFeeWei: undefined, priorityFeeWei: undefined, nonce: undefined},
        ...{wait: 'confirmed', asked: '', password: {}, signal},
      },
      {
        say() {},
        ask: () => Promise.resolve(),
        progress() {},
        onShown: (act) => act(),
        onEnd: (release) => void releases.push(release),
      },
    )
  } finally {
    for (const release of releases) release()
  }
}
