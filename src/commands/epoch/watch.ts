import {Flags} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {printText} from '../../cli/output.ts'
import {systemClock} from '../../lib/clock.ts'
import {stringifyJson} from '../../lib/json.ts'
import {watchEpochs} from '../../services/epochs.ts'
import {rotationEventText} from '../../ui/presenters/epoch.ts'

export default class EpochWatch extends OperatorCommand {
  static override summary = 'Stream changes of the rotation, one line each, until Ctrl-C.'

  static override aliases = ['rotation']

  static override description =
    'With --json each line is one JSON document; the last is the envelope.'

  static override flags = {
    ...commonFlags,
    count: Flags.integer({description: 'Stop after this many changes.', min: 1}),
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(EpochWatch)
    const context = this.openContext(flags)
    const {signal} = this.interrupted
    const sleep = (ms: number) => systemClock.sleep(ms, signal).catch(() => {})
    let seen = 0
    for await (const event of watchEpochs(context, {pollMs: 500, sleep, signal})) {
      const line = this.jsonEnabled() ? stringifyJson(event) : rotationEventText(event)
      printText(line)
      if (++seen === flags.count || process.stdout.destroyed) break
    }
    return {data: {events: seen}, text: '', ...(signal.aborted ? {exit: 'sigint' as const} : {})}
  }
}
