import {createInterface} from 'node:readline'
import {Writable} from 'node:stream'

import {MetisSeqError} from '../lib/errors.ts'
import {questionFor} from './output.ts'

/**
 * Prompts for a secret on the terminal without echoing it.
 *
 * @throws {MetisSeqError} INTERRUPTED on Ctrl-C and on the end of the input
 */
export function askPassword(question: string): Promise<string> {
  // The line editor echoes what is typed; a sink in its place keeps the secret off the screen.
  const sink = new Writable({write: (_chunk, _encoding, done) => done()})
  const terminal = createInterface({input: process.stdin, output: sink, terminal: true})
  process.stderr.write(questionFor(process.stderr, question))
  return new Promise((resolve, reject) => {
    let answered = false
    terminal.on('close', () => {
      process.stderr.write('\n')
      if (!answered) reject(interrupted())
    })
    terminal.question('', (answer) => {
      answered = true
      terminal.close()
      resolve(answer)
    })
  })
}

function interrupted(): MetisSeqError {
  return new MetisSeqError({
    code: 'INTERRUPTED',
    message: 'Interrupted at the question; nothing was done.',
    exit: 'sigint',
  })
}
