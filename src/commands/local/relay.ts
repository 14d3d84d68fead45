import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {LOCAL_NETWORK} from '../../local/settings.ts'
import {relayText} from '../../ui/presenters/local.ts'

export default class LocalRelay extends OperatorCommand {
  static override summary =
    'Carry out the calls that contracts of the local network sent to the other chain.'

  static override description =
    'On Metis this happens by itself: here a call needs a transaction of its own, signed by the faucet on L2 and by governance on L1. METIS that left for L1 with a call is paid there by the faucet.'

  static override examples = ['<%= config.bin %> <%= command.id %>']

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(LocalRelay)
    const context = this.openContext({
      ...flags,
      network: flags.network ?? LOCAL_NETWORK,
      profile: undefined,
    })
    const {relayMessages} = await import('../../local/relay.ts')
    const messages = await relayMessages(context)
    return {data: {messages}, text: relayText(messages)}
  }
}
