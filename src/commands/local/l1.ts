import {commonFlags} from '../../cli/flags.ts'
import {logLevelFlag} from '../../cli/log-level-flag.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {createLogger} from '../../lib/log.ts'
import {openLogSink} from '../../lib/log-file.ts'
import {LOCAL_L1_CHAIN_ID, localPaths, localPorts, readLocalState} from '../../local/settings.ts'
import {openHome} from '../../store/home.ts'

export default class LocalL1 extends OperatorCommand {
  static override summary = 'Run the L1 of the local network; `local up` starts it.'

  static override hidden = true

  static override examples = ['<%= config.bin %> <%= command.id %>']

  static override flags = {...commonFlags, 'log-level': logLevelFlag()}

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(LocalL1)
    const home = openHome()
    const state = readLocalState(home)
    if (!state) return {data: null, text: 'There is no local network.', exit: 'not-found'}
    const {runL1Host} = await import('../../local/l1-host.ts')
    const {ownL1Contracts} = await import('../../local/own-contracts.ts')
    const paths = localPaths(home)
    await runL1Host({
      dir: paths.l1Dir,
      chainId: LOCAL_L1_CHAIN_ID,
      port: localPorts(state.settings).l1,
      blockSeconds: state.settings.l1BlockSeconds,
      genesisFile: paths.l1GenesisFile,
      contracts: ownL1Contracts(home),
      logger: createLogger({part: 'l1', level: flags['log-level'], write: openLogSink()}),
      signal: this.interrupted.signal,
    })
    return {data: {stopped: true}, text: ''}
  }
}
