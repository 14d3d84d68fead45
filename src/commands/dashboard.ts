import {Flags} from '@oclif/core'

import {lookFlags} from '../cli/flags.ts'
import {healthExit} from '../cli/health-exit.ts'
import {OperatorCommand, type Result} from '../cli/operator-command.ts'
import {printText} from '../cli/output.ts'
import {systemClock} from '../lib/clock.ts'
import {stringifyJson} from '../lib/json.ts'
import {movesCursor} from '../lib/terminal.ts'
import {startDashboard, type Dashboard as DashboardFeeds} from '../services/live/dashboard.ts'
import {feedsOf, isAsking, sourcesOf} from '../services/live/live.ts'
import {textFrame} from '../ui/dashboard/text-frame.ts'
import {takeSnapshot, toDashboardView, type DashboardView} from '../ui/dashboard/view.ts'

export default class Dashboard extends OperatorCommand {
  static override summary = 'Live dashboard: production, rotation, sync, stake, rewards and events.'

  static override aliases = ['top']

  static override description = `Keys: q quit, ? help, Tab next panel, r refresh, p pause, 1-5 one panel (6 with liquid staking), 0 all.
Without a terminal, and on one that cannot move its cursor (TERM=dumb), it prints a text frame every --refresh seconds; with --json one document per line.`

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --once --profile seq-2',
  ]

  static override flags = {
    ...lookFlags,
    once: Flags.boolean({
      description: 'Print one frame and exit: 0 in order, 11 with warnings, 12 critical.',
    }),
    refresh: Flags.integer({
      description: 'Seconds between text frames.',
      default: 10,
      min: 1,
      max: 3600,
    }),
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(Dashboard)
    const context = this.openContext(flags)
    const stop = new AbortController()
    const dashboard = startDashboard(context, stop.signal)
    try {
      if (flags.once) return await this.once(dashboard)
      if (!movesCursor(process.stdout, process.env) || this.jsonEnabled())
        return await this.stream(dashboard, flags.refresh)
      const {showDashboard} = await import('../ui/screens/dashboard.tsx')
      await showDashboard(dashboard, this.interrupted.signal)
      const view = viewNow(dashboard)
      return {data: view, text: `${view.title}: ${view.state.word}, ${view.state.text}.`}
    } finally {
      stop.abort()
    }
  }

  private async once(dashboard: DashboardFeeds): Promise<Result> {
    await settled(dashboard, this.interrupted.signal)
    const view = viewNow(dashboard)
    return {data: view, text: textFrame(view), exit: healthExit(view.health)}
  }

  private async stream(dashboard: DashboardFeeds, refreshSeconds: number): Promise<Result> {
    const signal = this.watching
    await settled(dashboard, signal)
    let frames = 0
    while (!signal.aborted) {
      const view = viewNow(dashboard)
      if (this.jsonEnabled()) process.stdout.write(`${stringifyJson(view)}\n`)
      else printText(`${textFrame(view)}\n`)
      frames++
      await systemClock.sleep(refreshSeconds * 1000, signal).catch(() => {})
    }
    return {data: {frames}, text: '', ...this.endOfStream}
  }
}

function viewNow(dashboard: DashboardFeeds): DashboardView {
  return toDashboardView(takeSnapshot(dashboard), {
    wallMs: Date.now(),
    monotonicMs: performance.now(),
  })
}

const SETTLE_MS = 12_000

/** Yields are read after everything else. */
function isWithoutYield({pollers, yields}: DashboardFeeds): boolean {
  const {value} = pollers.lst.store.get()
  return value?.providers.some(({id, state}) => state !== null && !yields.get().has(id)) ?? false
}

/** Waits until every source has responded or failed once, so that the first frame is useful. */
async function settled(dashboard: DashboardFeeds, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + SETTLE_MS
  while (
    (isAsking(sourcesOf(feedsOf(dashboard.pollers))) || isWithoutYield(dashboard)) &&
    performance.now() < deadline &&
    !signal.aborted
  ) {
    await systemClock.sleep(25, signal).catch(() => {})
  }
}
