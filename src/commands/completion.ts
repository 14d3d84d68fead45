import {Args} from '@oclif/core'

import {bashScript} from '../cli/completion/bash.ts'
import {fishScript} from '../cli/completion/fish.ts'
import {toCompletionModel, type CompletionModel} from '../cli/completion/model.ts'
import {zshScript} from '../cli/completion/zsh.ts'
import {commonFlags} from '../cli/flags.ts'
import {OperatorCommand, type Result} from '../cli/operator-command.ts'

const scripts: Record<string, (model: CompletionModel) => string> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
}

export default class Completion extends OperatorCommand {
  static override summary = 'Print a shell completion script for commands, flags and names.'

  static override description = `In ~/.bashrc: eval "$(metis-seq completion bash)"
In ~/.zshrc: eval "$(metis-seq completion zsh)"
In ~/.config/fish/config.fish: metis-seq completion fish | source
Tab also completes the names of profiles, networks and keys, without any network request.`

  static override examples = [
    'eval "$(<%= config.bin %> <%= command.id %> bash)"',
    '<%= config.bin %> <%= command.id %> fish | source',
  ]

  static override args = {
    shell: Args.string({description: 'Shell.', options: Object.keys(scripts), required: true}),
  }

  static override flags = commonFlags

  protected async perform(): Promise<Result> {
    const {args} = await this.parse(Completion)
    const script = scripts[args.shell]!(toCompletionModel(this.config))
    return {data: {shell: args.shell, script}, text: script, isDocument: true}
  }
}
