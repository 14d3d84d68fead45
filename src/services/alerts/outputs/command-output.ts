/** A program of the operator's own, for everything that has no output here. */
import {stringifyJson} from '../../../lib/json.ts'
import {runProgram} from '../../../process/run-program.ts'
import type {CommandOutput} from '../document.ts'
import {headlineOf, leadOf, placeOf} from '../message.ts'
import {DELIVERY_MS, DeliveryError, type AlertOutput} from '../output-port.ts'

/** The message as JSON on standard input; the worst notice also in the environment, for one-line scripts. */
export function commandOutput(name: string, settings: CommandOutput): AlertOutput {
  const {kind, minSeverity = 'warn', command} = settings
  return {
    ...{name, kind, minSeverity},
    async deliver(message, signal) {
      const lead = leadOf(message)
      const end = await runProgram(command as [string, ...string[]], {
        input: `${stringifyJson(message)}\n`,
        env: {
          METIS_SEQ_ALERT_TYPE: lead.type,
          METIS_SEQ_ALERT_RULE: lead.rule,
          METIS_SEQ_ALERT_SEVERITY: lead.severity,
          METIS_SEQ_ALERT_TEXT: `${placeOf(message)}: ${headlineOf(lead)}`,
        },
        signal,
        timeoutMs: DELIVERY_MS,
      })
      if ('reason' in end)
        throw new DeliveryError(`its program ended without a result (${end.code})`)
      if (end.exitCode !== 0) throw new DeliveryError(`its program exits with ${end.exitCode}`)
    },
  }
}
