import {Args, Errors, Flags} from '@oclif/core'

import {commonFlags} from '../cli/flags.ts'
import {OperatorCommand, type Result} from '../cli/operator-command.ts'
import {explainAnything, type Explanation} from '../services/explain/explain-anything.ts'
import {listRefusals} from '../services/explain/explain.ts'
import {chosenNetwork, type Context} from '../services/context.ts'
import {openHome} from '../store/home.ts'
import {
  explainedJson,
  explainedText,
  explainedTransactionJson,
  explainedTransactionText,
  refusalJson,
  refusalListText,
} from '../ui/presenters/explain.ts'

export default class Explain extends OperatorCommand {
  static override summary =
    'Explain an error code, a refusal, a selector, revert data or a transaction.'

  static override description =
    'Takes the code of an error, a text, an error name, a selector or topic (0x), revert or call data (0x), an address or the hash of a transaction. Works without a network; with one it also says what the chain shows now, and runs a failed transaction again to find the reason.'

  static override examples = [
    "<%= config.bin %> <%= command.id %> 'withdraw throttle'",
    '<%= config.bin %> <%= command.id %> 0x584a7938',
    '<%= config.bin %> <%= command.id %> --list',
  ]

  static override args = {
    input: Args.string({description: 'What to explain.'}),
  }

  static override flags = {
    ...commonFlags,
    list: Flags.boolean({description: 'List every refusal that can be explained.'}),
    contract: Flags.string({
      description: 'Contract that refused, where one text has several meanings.',
      exclusive: ['list'],
      helpValue: 'NAME',
    }),
    function: Flags.string({
      description: 'Function that was called.',
      dependsOn: ['contract'],
      helpValue: 'NAME',
    }),
    offline: Flags.boolean({description: 'Ask no endpoint.'}),
  }

  protected async perform(): Promise<Result> {
    const {args, flags} = await this.parse(Explain)
    if (flags.list) {
      const refusals = listRefusals()
      return {
        data: {refusals: refusals.map(refusalJson)},
        text: refusalListText(refusals),
      }
    }
    if (args.input === undefined) {
      throw new Errors.CLIError('Name what to explain, or pass --list.')
    }
    const home = openHome()
    const explanation = await explainAnything(home, args.input, {
      place: {contract: flags.contract, functionName: flags.function},
      open: (network) => this.contextOf(flags, network),
      onProgress: (text) => this.progress(text),
    })
    this.endProgress()
    return this.present(explanation)
  }

  /** Undefined where no network is chosen: then only what this program knows by itself is told. */
  private contextOf(
    flags: {
      offline: boolean
      network: string | undefined
      profile: string | undefined
      timeout: number
    },
    network: string | undefined,
  ): Context | undefined {
    if (flags.offline) return undefined
    const chosen = flags.network ?? network ?? chosenNetwork(openHome(), flags)
    return chosen === undefined ? undefined : this.openContext({...flags, network: chosen})
  }

  private present({subject, state, unreachable}: Explanation): Result {
    this.warnAboutUnreachable(unreachable)
    return subject.kind === 'transaction'
      ? {
          data: explainedTransactionJson(subject.explained, state),
          text: explainedTransactionText(subject.explained, state),
        }
      : {
          data: explainedJson(subject.explained, state),
          text: explainedText(subject.explained, state),
        }
  }
}
