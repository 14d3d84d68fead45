import {Args} from '@oclif/core'

import {commonFlags} from '../cli/flags.ts'
import {OperatorCommand, type Result} from '../cli/operator-command.ts'
import {unknownCommand} from '../cli/unknown-command.ts'
import {stringifyJson} from '../lib/json.ts'
import {schemaListText} from '../ui/presenters/schema.ts'
import {findSchema, listSchemas} from '../ui/schemas/index.ts'

export default class Schema extends OperatorCommand {
  static override summary = 'Print the JSON Schema of a command’s --json document.'

  static override description =
    'Without a command it lists all commands. Schemas are draft 2020-12; every field is described with its unit.'

  static override examples = [
    '<%= config.bin %> <%= command.id %> reward show > reward-show.schema.json',
    '<%= config.bin %> <%= command.id %> --json',
  ]

  static override args = {
    command: Args.string({description: 'Command, or one of its aliases.', multiple: true}),
  }

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {args} = await this.parse(Schema)
    const words = args.command ?? []
    if (words.length === 0) {
      const commands = listSchemas()
      return {data: {commands}, text: schemaListText(commands)}
    }
    const {listed, jsonSchema} = this.find(words.join(' '))
    return {data: {...listed, jsonSchema}, text: stringifyJson(jsonSchema, 2)}
  }

  /** Words may be one argument or several, or an alias. */
  private find(words: string) {
    const id = words
      .trim()
      .split(/[\s:]+/)
      .join(':')
    const command = this.config.commands.find((each) => each.id === id || each.aliases.includes(id))
    const found = command && findSchema(command.id.replaceAll(':', ' '))
    if (found) return found
    throw unknownCommand(id, this.config.commandIDs, 'metis-seq schema')
  }
}
