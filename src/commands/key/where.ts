import {keyAccess} from '../../cli/key-flags.ts'
import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {listKeys, probeBackends} from '../../services/keys/keys.ts'
import {backendsText, keyListText} from '../../ui/presenters/key.ts'

export default class KeyWhere extends OperatorCommand {
  static override summary = 'Show which key backends work here, and which one holds each key.'

  static override examples = ['<%= config.bin %> <%= command.id %>']

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    await this.parse(KeyWhere)
    const {home, config} = keyAccess({}, false)
    const backends = await probeBackends()
    const keys = listKeys(config)
    return {
      data: {
        backends,
        keysDir: home.keysDir,
        keys: keys.map(({name, backend}) => ({name, backend})),
      },
      text: `${backendsText(backends, home.keysDir)}\n\n${keyListText(keys)}`,
    }
  }
}
