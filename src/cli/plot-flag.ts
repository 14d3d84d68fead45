import {Flags} from '@oclif/core'

/** For commands with a history: its picture as a file. @param what is drawn */
export const plotFlag = (what: string) =>
  Flags.string({description: `Also draw ${what} into this SVG file.`, helpValue: 'FILE'})

/** After the text of the command. */
export function withPlotNote(text: string, plot: string | null): string {
  return plot === null ? text : `${text}\nDrew it into ${plot}.`
}
