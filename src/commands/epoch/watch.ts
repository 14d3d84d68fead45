import {Flags} from '@oclif/core'

import {lookFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {printDocument, printText} from '../../cli/output.ts'
import {stringifyJson} from '../../lib/json.ts'
import {watchEpochs} from '../../services/rotation/watch-epochs.ts'
import {eventText} from '../../ui/presenters/epoch.ts'

export default class EpochWatch extends OperatorCommand {
  static override summary = 'Stream rotation and health changes, one line each, until Ctrl-C.'

  static override aliases = ['rotation']

  static override description =
    'The first line is the current state of the rotation. With --json each line is one JSON document; the last one is the envelope.'

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --count 5 --json',
  ]

  static override flags = {
    ...lookFlags,
    count: Flags.integer({description: 'Stop after this many changes.', min: 1}),
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(EpochWatch)
    const context = this.openContext(flags)
    const signal = this.watching
    let seen = 0
    for await (const event of watchEpochs(context, signal)) {
      if (this.jsonEnabled()) printDocument(stringifyJson(event))
      else printText(eventText(event))
      // The first line is the current state, not a change.
      if (event.type !== 'current') seen++
      if (seen === flags.count) break
    }
    return {data: {events: seen}, text: '', ...(signal.aborted ? this.endOfStream : {})}
  }
}
