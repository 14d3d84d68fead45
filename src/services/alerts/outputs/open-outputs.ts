/** The only list of what implements an output. */
import type {AlertsDocument, OutputSettings} from '../document.ts'
import type {AlertOutput} from '../output-port.ts'
import {commandOutput} from './command-output.ts'
import {emailOutput} from './email-output.ts'
import {telegramOutput, webhookOutput} from './http-output.ts'

export function openOutputs({outputs}: AlertsDocument): AlertOutput[] {
  return Object.entries(outputs).map(([name, settings]) => openOutput(name, settings))
}

export function openOutput(name: string, settings: OutputSettings): AlertOutput {
  switch (settings.kind) {
    case 'webhook':
    case 'slack':
    case 'discord':
      return webhookOutput(name, settings)
    case 'telegram':
      return telegramOutput(name, settings)
    case 'email':
      return emailOutput(name, settings)
    case 'command':
      return commandOutput(name, settings)
  }
}
