import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {openConfig} from '../../store/config.ts'
import {openHome} from '../../store/home.ts'
import {profileJson} from '../../ui/presenters/setup.ts'
import {table} from '../../ui/presenters/table.ts'

export default class ProfileList extends OperatorCommand {
  static override summary = 'List the profiles of this machine.'

  static override examples = ['<%= config.bin %> <%= command.id %>']

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    await this.parse(ProfileList)
    const {profiles, currentProfile} = openConfig(openHome()).read()
    const entries = Object.entries(profiles).map(([name, profile]) =>
      profileJson(name, profile, name === currentProfile),
    )
    const rows = entries.map(({name, network, owner, node, inUse}) => [
      inUse ? `* ${name}` : `  ${name}`,
      network,
      owner ?? 'no owner',
      node ? `node on ${node.rpcPort}` : '',
    ])
    const text = rows.length
      ? table(['  profile', 'network', 'owner', ''], rows)
      : 'No profile yet. Run `metis-seq init --network NETWORK`.'
    return {data: {profiles: entries}, text}
  }
}
