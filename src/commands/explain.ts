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
    'Decode an error, selector or failed transaction, and say how to fix it.'

  static override description =
    'Accepts one of our error codes, a revert text, an error name, a selector or topic (0x), revert or call data (0x), an address, or a transaction hash. Works without a network; with one it also checks the current state and replays a failed transaction to find the reason.'

  static override examples = [
    "<%= config.bin %> <%= command.id %> 'withdraw throttle'",
    '<%= config.bin %> <%= command.id %> 0x584a7938',
    '<%= config.bin %> <%= command.id %> --list',
  ]

  static override args = {
    input: Args.string({
      description: 'Error code, revert, selector, call data, transaction hash or address.',
    }),
  }

  static override flags = {
    ...commonFlags,
    list: Flags.boolean({description: 'List every refusal that it can explain.'}),
    contract: Flags.string({
      description: 'Contract that reverted, when one text has several meanings.',
      exclusive: ['list'],
      helpValue: 'NAME',
    }),
    function: Flags.string({
      description: 'Function that was called.',
      dependsOn: ['contract'],
      helpValue: 'NAME',
    }),
    offline: Flags.boolean({description: 'Contact no endpoint.'}),
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
      throw new Errors.CLIError('Pass something to explain, or --list.')
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

  /** Undefined without a network: only built-in knowledge is then used. */
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
