import {once} from 'node:events'

import {Flags} from '@oclif/core'

import {startWeb, webFlags, type WebFlags} from '../cli/dashboard-web.ts'
import {
  liveSource,
  recordedSource,
  replaySource,
  type SnapshotSource,
} from '../cli/dashboard-source.ts'
import {lookFlags} from '../cli/flags.ts'
import {healthExit} from '../cli/health-exit.ts'
import {OperatorCommand, type Result} from '../cli/operator-command.ts'
import {printDocument, printText} from '../cli/output.ts'
import {recordTo, type Recorder} from '../cli/record-file.ts'
import {systemClock} from '../lib/clock.ts'
import {messageOf} from '../lib/errors.ts'
import {stringifyJson} from '../lib/json.ts'
import {movesCursor, readsScreenAloud} from '../lib/terminal.ts'
import type {SnapshotStore} from '../lib/snapshot-store.ts'
import type {Context} from '../services/context.ts'
import {watchRateHistories, type RateHistories} from '../services/live/rate-histories.ts'
import {startDashboard, type Dashboard as DashboardFeeds} from '../services/live/dashboard.ts'
import {feedsOf, isAsking, sourcesOf} from '../services/live/live.ts'
import {toDashboardData} from '../ui/dashboard/data.ts'
import {changedText, spokenFrame, textFrame, titleOf} from '../ui/dashboard/text-frame.ts'
import type {DashboardView} from '../ui/dashboard/view.ts'
import {themeNames, type ThemeName} from '../ui/theme.ts'

export default class Dashboard extends OperatorCommand {
  static override summary =
    'Live dashboard: production, rotation, restart window, duty, stake, rewards and events.'

  static override aliases = ['top']

  static override description = `Read-only. ? shows every key.
Without a terminal, and on one that cannot move its cursor (TERM=dumb), it prints a text frame every --refresh
seconds; with --json one document of values per line. With INK_SCREEN_READER=true only what has changed is printed.
--web serves the same as a page for a browser instead, until Ctrl-C; on other addresses than the loopback interface it
needs --web-token-file, and is opened once as http://HOST:PORT/?token=TOKEN. --record and --replay work with it too.`

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --once --profile seq-2',
    '<%= config.bin %> <%= command.id %> --web 127.0.0.1:8090',
    '<%= config.bin %> <%= command.id %> --record night.gz',
    '<%= config.bin %> <%= command.id %> --replay night.gz',
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
    theme: Flags.custom<ThemeName>({
      description: 'Colors. `auto` follows the background of the terminal where it tells.',
      options: [...themeNames],
      default: 'auto',
    })(),
    ascii: Flags.boolean({description: 'Draw with ASCII letters only.'}),
    record: Flags.string({
      description: 'Write every second of the session to this new file: some 200 MB a day.',
      helpValue: 'FILE',
    }),
    replay: Flags.string({
      description: 'Show a recorded session instead of the network; the arrow keys move in it.',
      helpValue: 'FILE',
      exclusive: ['record'],
    }),
    ...webFlags,
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(Dashboard)
    const stop = new AbortController()
    let recorder: Recorder | null = null
    try {
      const {source: opened, dashboard, context} = this.open(flags, stop.signal)
      recorder = flags.record === undefined ? null : recordTo(flags.record, opened.frame)
      const source = recorder ? recordedSource(opened, recorder) : opened
      if (flags.web) {
        const rates =
          context && dashboard
            ? watchRateHistories(context, dashboard.pollers.lst.store, stop.signal)
            : null
        return await this.serve(source, flags.web, flags, rates)
      }
      if (flags.once) return await this.once(source, dashboard)
      const reads = readsScreenAloud(process.env)
      if (!movesCursor(process.stdout, process.env) || this.jsonEnabled() || reads)
        return await this.stream(source, dashboard, flags.refresh, reads)
      const {showDashboard} = await import('../ui/screens/dashboard.tsx')
      await showDashboard(source, this.interrupted.signal, {
        theme: flags.theme,
        ...(flags.ascii ? {unicode: false} : {}),
      })
      const view = source.view()
      return {
        data: this.dataOf(source),
        text: [
          `${titleOf(view.title, source.mode)}: ${view.state.word}, ${view.state.text}.`,
          `next: ${view.nextAction}`,
        ].join('\n'),
      }
    } finally {
      stop.abort()
      await recorder?.close()
      const trouble = recorder?.trouble() ?? null
      if (trouble !== null) this.say(trouble)
    }
  }

  private open(
    flags: {replay?: string | undefined} & Parameters<OperatorCommand['openContext']>[0],
    signal: AbortSignal,
  ): {source: SnapshotSource; dashboard: DashboardFeeds | null; context: Context | null} {
    if (flags.replay !== undefined) {
      return {source: replaySource(flags.replay), dashboard: null, context: null}
    }
    const context = this.openContext(flags)
    const dashboard = startDashboard(context, signal)
    return {source: liveSource(context, dashboard), dashboard, context}
  }

  private dataOf(source: SnapshotSource) {
    const {snapshot, now} = source.frame()
    return toDashboardData(snapshot, now, source.mode)
  }

  private async once(source: SnapshotSource, dashboard: DashboardFeeds | null): Promise<Result> {
    if (dashboard) {
      await settled(dashboard, this.interrupted.signal, Object.keys(dashboard.extras) as Extra[])
    }
    const view = source.view()
    return {
      data: this.dataOf(source),
      text: textFrame(view, source.mode),
      exit: healthExit(view.health),
    }
  }

  private async serve(
    source: SnapshotSource,
    listen: NonNullable<WebFlags['web']>,
    flags: WebFlags,
    rates: SnapshotStore<RateHistories> | null,
  ): Promise<Result> {
    const server = await startWeb(source, listen, {
      root: this.config.root,
      hostNames: flags['web-host'],
      tokenFile: flags['web-token-file'],
      rates,
      onError: (error) => this.say(`A request failed: ${messageOf(error)}`),
    })
    const {url} = server
    try {
      if (this.jsonEnabled()) printDocument(stringifyJson({type: 'serving', url}))
      else printText(`The dashboard is at ${url} until Ctrl-C.`)
      const {signal} = this.interrupted
      if (!signal.aborted) await once(signal, 'abort')
    } finally {
      await server.close()
    }
    return {data: {url}, text: '', ...this.endOfStream}
  }

  private async stream(
    source: SnapshotSource,
    dashboard: DashboardFeeds | null,
    refreshSeconds: number,
    onlyChanges: boolean,
  ): Promise<Result> {
    const signal = this.watching
    if (dashboard) await settled(dashboard, signal)
    let frames = 0
    let before: DashboardView | undefined
    while (!signal.aborted) {
      const view = source.view()
      if (this.jsonEnabled()) process.stdout.write(`${stringifyJson(this.dataOf(source))}\n`)
      else if (before && onlyChanges) printText(changedText(before, view))
      else printText(`${(onlyChanges ? spokenFrame : textFrame)(view, source.mode)}\n`)
      before = view
      frames++
      await systemClock.sleep(refreshSeconds * 1000, signal).catch(() => {})
    }
    return {data: {frames}, text: '', ...this.endOfStream}
  }
}

const SETTLE_MS = 12_000

type Extra = keyof DashboardFeeds['extras']

/** Those that take a scan of history come with a later frame of a stream; a single frame has no later one. */
const FIRST_EXTRAS: readonly Extra[] = ['rotation', 'wallets']

function isWithoutExtras(
  {pollers, yields, extras}: DashboardFeeds,
  wanted: readonly Extra[],
): boolean {
  const {value} = pollers.lst.store.get()
  const isYieldMissing =
    value?.providers.some(({id, state}) => state !== null && !yields.get().has(id)) ?? false
  const isMissing = wanted.some((name) => {
    const feed = extras[name].store.get()
    return feed.periodMs > 0 && feed.value === null && feed.error === null
  })
  return isYieldMissing || isMissing
}

/** Waits until every source has responded or failed once, so that the first frame is useful. */
async function settled(
  dashboard: DashboardFeeds,
  signal: AbortSignal,
  extras: readonly Extra[] = FIRST_EXTRAS,
): Promise<void> {
  const deadline = performance.now() + SETTLE_MS
  while (
    (isAsking(sourcesOf(feedsOf(dashboard.pollers))) || isWithoutExtras(dashboard, extras)) &&
    performance.now() < deadline &&
    !signal.aborted
  ) {
    await systemClock.sleep(25, signal).catch(() => {})
  }
}
