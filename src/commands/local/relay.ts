import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {LOCAL_NETWORK} from '../../local/settings.ts'
import {relayText} from '../../ui/presenters/local.ts'

export default class LocalRelay extends OperatorCommand {
  static override summary = 'Carry out the calls that contracts on the local L1 sent to L2.'

  static override description =
    'On Metis this happens by itself: here a call needs a transaction of its own, signed by the faucet.'

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
