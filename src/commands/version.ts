import {commonFlags} from '../cli/flags.ts'
import {OperatorCommand, type Result} from '../cli/operator-command.ts'

export default class Version extends OperatorCommand {
  static override summary = 'Print the versions of metis-seq and Node.js.'

  static override flags = commonFlags

  static override examples = ['<%= config.bin %> <%= command.id %>']

  protected async perform(): Promise<Result> {
    await this.parse(Version)
    const {version, platform, arch, userAgent} = this.config
    return {
      data: {version, platform, arch, node: process.versions.node},
      text: userAgent,
    }
  }
}
