/** A test message to outputs, now and without a queue. */
import {randomUUID} from 'node:crypto'

import {commandFor} from '../../health/rule.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import type {Context} from '../context.ts'
import {openExistingAlerts} from './alert-home.ts'
import type {OutputKind} from './document.ts'
import type {AlertMessage} from './message.ts'
import {DeliveryError, type AlertOutput} from './output-port.ts'
import {openOutputs} from './outputs/open-outputs.ts'
import {alertsFile, readAlerts, unknownOutput} from './outputs-file.ts'

export interface OutputTest {
  output: string
  kind: OutputKind
  isDelivered: boolean
  /** Why not; null when it was. */
  reason: string | null
  elapsedMs: number
}

/**
 * @param name one of them; undefined: all
 * @throws {MetisSeqError} ALERT_OUTPUT_MISSING, ALERT_OUTPUT_UNKNOWN, ALERTS_INVALID
 */
export async function testOutputs(
  context: Context,
  name: string | undefined,
  nowMs: number,
  signal: AbortSignal,
): Promise<OutputTest[]> {
  const outputs = openOutputs(readAlerts(context.home))
  const wanted = outputs.filter((output) => name === undefined || output.name === name)
  if (name !== undefined && wanted.length === 0)
    throw unknownOutput(
      name,
      outputs.map((output) => output.name),
    )
  if (wanted.length === 0) throw noOutput(alertsFile(context.home))
  const message = testMessage(context, nowMs)
  const tests = await Promise.all(wanted.map((output) => testOne(output, message, signal)))
  forgetFailures(context, tests)
  return tests
}

/** A monitor that told nobody because of them is working again. */
function forgetFailures(context: Context, tests: readonly OutputTest[]): void {
  try {
    const store = openExistingAlerts(context)
    if (!store) return
    try {
      for (const {output, isDelivered} of tests) if (isDelivered) store.forgetFailure(output)
    } finally {
      store.close()
    }
  } catch {
    // It is busy or full, and the next delivery says the same.
  }
}

async function testOne(
  output: AlertOutput,
  message: AlertMessage,
  signal: AbortSignal,
): Promise<OutputTest> {
  const {name, kind} = output
  const startedMs = performance.now()
  const reason = await output.deliver(message, signal).then(
    () => null,
    (error: unknown) => (error instanceof DeliveryError ? error.message : 'it fails unexpectedly'),
  )
  signal.throwIfAborted()
  const elapsedMs = Math.round(performance.now() - startedMs)
  return {output: name, kind, isDelivered: reason === null, reason, elapsedMs}
}

function testMessage({profileName, networkName}: Context, nowMs: number): AlertMessage {
  const at = new Date(nowMs).toISOString()
  return {
    schema: 'metis-seq.alerts/1',
    ...{profile: profileName, network: networkName, dropped: 0},
    notices: [
      {
        ...{id: randomUUID(), type: 'test', at, since: at, count: 1},
        ...{rule: 'test', subject: null, severity: 'warn'},
        text: 'this is a test, and nothing is wrong',
        cost: 'Alerts of this profile arrive here.',
        remedy: commandFor({profile: profileName, network: networkName}, 'alert list'),
      },
    ],
  }
}

export function noOutput(path: string): MetisSeqError {
  return new MetisSeqError({
    code: 'ALERT_OUTPUT_MISSING',
    message: 'There is no alert output.',
    facts: {path},
    hints: ['Run `metis-seq alert output add NAME --kind webhook --secret-file FILE`.'],
  })
}
