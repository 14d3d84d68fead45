import {Flags} from '@oclif/core'

import {lookFlags} from '../cli/flags.ts'
import {failOnFlag, healthExit} from '../cli/health-exit.ts'
import {createLivePage} from '../cli/live-page.ts'
import {OperatorCommand, type Result} from '../cli/operator-command.ts'
import {printDocument} from '../cli/output.ts'
import {systemClock} from '../lib/clock.ts'
import type {ExitName} from '../lib/exit-codes.ts'
import {stringifyJson} from '../lib/json.ts'
import type {Context} from '../services/context.ts'
import {readStatus, watchStatus, type StatusView} from '../services/health/status.ts'
import {statusText} from '../ui/presenters/status.ts'

export default class Status extends OperatorCommand {
  static override summary =
    'One page: your sequencer, the chain, your node, your money, and the next step.'

  static override description = `Exits 0 when something could be read, and 8 when nothing could.
With --fail-on it exits 11 for warnings and 12 for critical issues.
With --watch the page refreshes until Ctrl-C; with --json each line is one page and the last line is the envelope.
The exit code is then 0, or with --fail-on that of the last page.`

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --fail-on warn --json',
    '<%= config.bin %> <%= command.id %> --watch --refresh 5',
  ]

  static override flags = {
    ...lookFlags,
    'fail-on': failOnFlag(),
    watch: Flags.boolean({description: 'Refresh the page until Ctrl-C.'}),
    refresh: Flags.integer({
      description: 'Seconds between refreshes of --watch.',
      default: 10,
      min: 1,
      max: 3600,
    }),
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(Status)
    const context = this.openContext(flags)
    const failOn = flags['fail-on']
    if (flags.watch) {
      const {pages, last} = await this.watchPages(context, flags.refresh)
      return {
        data: {pages},
        text: '',
        exit: failOn && last ? healthExit(last.health, failOn) : 'ok',
      }
    }
    const view = await this.during('Asking L1, L2 and the node', readStatus(context))
    const exit: ExitName = failOn ? healthExit(view.health, failOn) : isRead(view)
    return {data: view, text: statusText(view), exit}
  }

  /** Until Ctrl-C, or until the reader is gone. */
  private async watchPages(
    context: Context,
    refreshSeconds: number,
  ): Promise<{pages: number; last: StatusView | undefined}> {
    const show = createLivePage(process.stdout, process.env)
    const read = watchStatus(context)
    let pages = 0
    let last: StatusView | undefined
    while (!this.watching.aborted) {
      const view = await read().catch((error: unknown) => {
        if (!this.watching.aborted) throw error
      })
      // A page interrupted by Ctrl-C is not shown.
      if (!view || this.watching.aborted) break
      last = view
      pages++
      if (this.jsonEnabled()) printDocument(stringifyJson(view))
      else show(this.forProfile(statusText(view)))
      await systemClock.sleep(refreshSeconds * 1000, this.watching).catch(() => {})
    }
    return {pages, last}
  }
}

function isRead({rotation, money}: StatusView): ExitName {
  return rotation.ok || money?.ok === true ? 'ok' : 'unreachable'
}
