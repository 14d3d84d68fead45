import {resolve} from 'node:path'

import {Flags} from '@oclif/core'

import {commonFlags} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {writeOutput} from '../../lib/files.ts'
import {grafanaDashboard} from '../../services/alerts/samples/grafana-dashboard.ts'
import {prometheusRules} from '../../services/alerts/samples/prometheus-rules.ts'

const formats = {prometheus: prometheusRules, grafana: grafanaDashboard} as const

export default class MonitorExportRules extends OperatorCommand {
  static override summary = 'Print sample alert rules for Prometheus, or a dashboard for Grafana.'

  static override examples = [
    '<%= config.bin %> <%= command.id %> > metis-seq.rules.yml',
    '<%= config.bin %> <%= command.id %> --format grafana --output my-dashboard.json',
  ]

  static override flags = {
    ...commonFlags,
    format: Flags.option({
      options: ['prometheus', 'grafana'] as const,
      description: 'Document to print.',
      default: 'prometheus',
    })(),
    output: Flags.string({description: 'Write it to this new file.', helpValue: 'FILE'}),
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(MonitorExportRules)
    const {format, output} = flags
    const document = formats[format]()
    if (output === undefined)
      return {data: {format, file: null, document}, text: document.trimEnd(), isDocument: true}
    const file = resolve(output)
    writeOutput(file, document, {replace: false})
    return {data: {format, file, document}, text: `Wrote ${file}.`}
  }
}
