import {Args, loadHelpClass} from '@oclif/core'

import {commonFlags} from '../cli/flags.ts'
import {OperatorCommand, type Result} from '../cli/operator-command.ts'
import {unknownCommand} from '../cli/unknown-command.ts'

export default class Help extends OperatorCommand {
  static override summary = 'Show all commands, or the help of one.'

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> stake increase',
  ]

  static override strict = false

  static override args = {
    command: Args.string({description: 'Command or topic. Default: all.'}),
  }

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {argv} = await this.parse(Help)
    const words = argv.map(String)
    const id = words.join(':')
    const {config} = this
    if (words.length > 0 && !config.findCommand(id) && !config.findTopic(id)) {
      throw unknownCommand(id, config.commandIDs, 'metis-seq help')
    }
    if (this.jsonEnabled()) return {data: {commands: this.#commandsBelow(id)}, text: ''}
    const HelpClass = await loadHelpClass(config)
    const help = new HelpClass(config, config.pjson.oclif.helpOptions)
    await help.showHelp(words)
    return {data: null, text: ''}
  }

  #commandsBelow(id: string) {
    const spaced = (text: string) => text.replaceAll(':', ' ')
    return this.config.commands
      .filter((command) => command.id === id || `${command.id}:`.startsWith(id ? `${id}:` : ''))
      .filter((command) => !command.hidden && !command.aliases.includes(command.id))
      .map((command) => ({
        command: spaced(command.id),
        summary: command.summary ?? '',
        aliases: command.aliases.map(spaced),
      }))
      .toSorted((a, b) => (a.command < b.command ? -1 : 1))
  }
}
