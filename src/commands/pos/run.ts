import {Flags} from '@oclif/core'
import {join} from 'node:path'

import {commonFlags, hostFlag} from '../../cli/flags.ts'
import {keyAccess} from '../../cli/key-flags.ts'
import {logLevelFlag} from '../../cli/log-level-flag.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {passwordFlags} from '../../cli/password-flags.ts'

export default class PosRun extends OperatorCommand {
  static override summary = 'Run the consensus layer (pos) in this terminal until Ctrl-C.'

  static override description =
    'Selects the signer of each epoch and pays rewards; serves the REST API of Themis.'

  static override examples = [
    '<%= config.bin %> <%= command.id %> --network local --mpc-key local-mpc',
  ]

  static override flags = {
    ...commonFlags,
    'data-dir': Flags.string({description: 'Directory of its state.', helpValue: 'DIR'}),
    host: hostFlag({description: 'Address to listen on.', default: '127.0.0.1'}),
    'host-name': Flags.string({
      description: 'Name that clients may use in a Host header besides the address.',
      multiple: true,
    }),
    port: Flags.integer({description: 'Port of the REST API.', default: 1317, min: 1, max: 65_535}),
    'mpc-key': Flags.string({description: 'Key of the MPC account.', required: true}),
    'reward-batch-epochs': Flags.integer({
      description: 'Finished epochs per reward batch.',
      default: 2,
      min: 2,
    }),
    'respan-extension': Flags.integer({
      description: 'Blocks by which a respan extends past the epoch that it replaces.',
      default: 100,
      min: 1,
    }),
    ...passwordFlags,
    'log-level': logLevelFlag(),
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(PosRun)
    const context = this.openContext(flags)
    const {runPos} = await import('../../cli/run-pos.ts')
    const pos = await runPos(context, keyAccess(flags, this.mayAsk), {
      dataDir: flags['data-dir'] ?? join(context.home.root, 'pos', context.networkName),
      host: flags.host,
      hostNames: flags['host-name'] ?? [],
      port: flags.port,
      mpcKey: flags['mpc-key'],
      rewardBatchEpochs: flags['reward-batch-epochs'],
      respanExtensionBlocks: flags['respan-extension'],
      level: flags['log-level'],
    })
    const {signal} = this.interrupted
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve()
      else signal.addEventListener('abort', () => resolve(), {once: true})
    })
    await pos.stop()
    return {data: {stopped: true, restUrl: pos.restUrl}, text: ''}
  }
}
