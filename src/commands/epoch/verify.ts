import {Flags} from '@oclif/core'

import {blockFlag, commonFlags} from '../../cli/flags.ts'
import {namesFlag} from '../../cli/names-flag.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {scanWith} from '../../cli/rotation-scan.ts'
import {readSignerNames} from '../../services/network/registry-names.ts'
import {verifyProducers} from '../../services/rotation/verify-producers.ts'
import {producerCheckText} from '../../ui/presenters/rotation.ts'

export default class EpochVerify extends OperatorCommand {
  static override summary = 'Check the producer of every block against the signer of its epoch.'

  static override description = `The signature of each block's first transaction tells who produced it. Exits with 10 when one is wrong.
Empty blocks and blocks with a deposit carry no signature, and are counted as unsigned.`

  static override examples = [
    '<%= config.bin %> <%= command.id %> --blocks 5000',
    '<%= config.bin %> <%= command.id %> --blocks 10 --network local --json',
  ]

  static override flags = {
    ...commonFlags,
    from: blockFlag('First block. Default: --blocks before the last one.'),
    to: blockFlag('Last block. Default: the head.'),
    blocks: Flags.integer({
      description: 'Number of blocks without --from.',
      default: 1000,
      min: 1,
      max: 10_000_000,
    }),
    names: namesFlag,
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(EpochVerify)
    const names = readSignerNames(flags.names)
    const range = {from: flags.from, to: flags.to, blocks: BigInt(flags.blocks)}
    const {from: _from, ...where} = flags
    const check = await verifyProducers(this.openContext(where), range, {
      ...scanWith(this.interrupted.signal, (text) => this.progress(text)),
    })
    this.endProgress()
    const {wrong, uncovered} = check.verdicts
    return {
      data: check,
      text: producerCheckText(check, names),
      ...(wrong + uncovered > 0 ? {exit: 'condition-false'} : {}),
    }
  }
}
