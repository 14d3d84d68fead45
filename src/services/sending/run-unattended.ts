import type {Context} from '../context.ts'
import type {Plan} from './plan.ts'
import {runOperation, type Operation, type Outcome, type Verification} from './run-operation.ts'

/**
 * An operation that this program runs unattended on its own local network: no prompts, no output.
 * The passwords of its keys are stored.
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
