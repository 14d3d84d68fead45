import {Flags} from '@oclif/core'

import {commonFlags, passwordFileFlag} from '../../cli/flags.ts'
import {keyAccess} from '../../cli/key-flags.ts'
import {logLevelFlag} from '../../cli/log-level-flag.ts'
import {rpcFlags, rpcOptionsOf} from '../../cli/rpc-flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'

export default class NodeRun extends OperatorCommand {
  static override summary = 'Run the sequencer node in this terminal until Ctrl-C.'

  static override description = 'Writes one JSON line per event. Use it under a service manager.'

  static override flags = {
    ...commonFlags,
    'password-file': passwordFileFlag(),
    'log-level': logLevelFlag(),
    ...rpcFlags,
    'batch-max-gas': Flags.integer({
      description: 'Price of L1 gas, in gwei, above which batches wait. 100 when left out.',
      env: 'METIS_SEQ_BATCH_MAX_GAS',
      helpValue: 'GWEI',
      min: 1,
    }),
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(NodeRun)
    const context = this.openContext(flags)
    const {runNode} = await import('../../cli/run-node.ts')
    const node = await runNode(context, keyAccess(flags, this.mayAsk), {
      level: flags['log-level'],
      rpc: rpcOptionsOf(flags),
      batchMaxGasGwei: flags['batch-max-gas'],
    })
    const {signal} = this.interrupted
    const stop = () => void node.stop()
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, {once: true})
    await node.stopped
    return {data: {stopped: true, rpcUrl: node.rpcUrl}, text: ''}
  }
}
