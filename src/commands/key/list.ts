import {keyAccess} from '../../cli/key-flags.ts'
import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {listKeys} from '../../services/keys/keys.ts'
import {keyJson, keyListText} from '../../ui/presenters/key.ts'

export default class KeyList extends OperatorCommand {
  static override summary = 'List the keys of this machine, without opening any.'

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --json',
  ]

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    await this.parse(KeyList)
    const keys = listKeys(keyAccess({}, false).config)
    return {data: {keys: keys.map(keyJson)}, text: keyListText(keys)}
  }
}
