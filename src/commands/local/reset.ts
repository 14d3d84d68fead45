import {Flags} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {openHome} from '../../store/home.ts'

export default class LocalReset extends OperatorCommand {
  static override summary = 'Delete the local network: its chains, its keys and its profiles.'

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --yes',
  ]

  static override flags = {
    ...commonFlags,
    yes: Flags.boolean({description: 'Delete without asking.'}),
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(LocalReset)
    const {planReset, applyReset} = await import('../../local/reset.ts')
    const home = openHome()
    const plan = planReset(home)
    if (plan.nothing) return {data: plan, text: 'There is no local network.'}
    this.say(
      `Deletes the chains in ${home.localDir}, ${plan.profiles.length} profiles (${plan.profiles.join(', ')}) and ${plan.keys.length} keys of the local network.`,
    )
    await this.confirm('Delete the local network?', flags.yes)
    const deleting = applyReset(home, plan, (text) => this.say(text))
    await this.during('Stopping and deleting the local network', deleting)
    return {data: plan, text: 'The local network is deleted.'}
  }
}
