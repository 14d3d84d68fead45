import {Flags} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {liveSource} from '../../cli/dashboard-source.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {formatDuration} from '../../lib/units.ts'
import {movesCursor} from '../../lib/terminal.ts'
import {openContext} from '../../services/context.ts'
import {openHome} from '../../store/home.ts'

export default class LocalDemo extends OperatorCommand {
  static override summary = 'Walk through the whole life of a sequencer on a fresh local network.'

  static override description = `Starts L1, a sequencer and those of the liquid-staking providers; an operator joins, produces, earns, claims and delegates. Each
step is the command you would type and is checked against the chain. Ends in the dashboard. Takes 3 minutes, or 6 to 8 on a busy machine. Uses a directory of its own and touches nothing else.`

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --base-port 30000 --keep',
  ]

  static override flags = {
    ...commonFlags,
    'base-port': Flags.integer({
      description:
        'First port, used by L1; the others follow. Default: the first free multiple of 1,000.',
      min: 1024,
      max: 65_000,
    }),
    keep: Flags.boolean({description: 'Leave the network running at the end.'}),
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(LocalDemo)
    const {demoHome, runDemo, DEMO_PROFILE} = await import('../../local/demo/demo.ts')
    const {bringDown} = await import('../../local/processes.ts')
    const home = demoHome(openHome())
    const {signal} = this.interrupted
    const print = (line: string) => this.show(line)
    try {
      const {elapsedMs} = await runDemo({
        ...{home, self: this.self, print, signal},
        during: (what, work) => this.during(what, work),
        basePort: flags['base-port'],
      })
      print(`\nThe demo took ${formatDuration(elapsedMs / 1000)}; every step was checked.`)
      const mayDraw = movesCursor(process.stdout, process.env) && process.stdin.isTTY === true
      if (mayDraw && !this.jsonEnabled()) await this.openDashboard(home, DEMO_PROFILE)
      const data = {elapsedMs, home: home.root, kept: flags.keep}
      const hint = `METIS_SEQ_HOME=${home.root} metis-seq local down`
      return {data, text: flags.keep ? `The network still runs; stop it with \`${hint}\`.` : ''}
    } finally {
      if (!flags.keep) {
        const stopping = bringDown(home, () => {})
        await this.during('Stopping the network of the demo', stopping)
      }
    }
  }

  private async openDashboard(home: ReturnType<typeof openHome>, profile: string): Promise<void> {
    const {startDashboard} = await import('../../services/live/dashboard.ts')
    const {showDashboard} = await import('../../ui/screens/dashboard.tsx')
    const context = openContext({home, profile})
    const stop = new AbortController()
    try {
      const source = liveSource(context, startDashboard(context, stop.signal))
      await showDashboard(source, this.interrupted.signal, {theme: 'auto'})
    } finally {
      stop.abort()
      context.close()
    }
  }
}
