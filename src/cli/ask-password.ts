import {stdin, stderr} from 'node:process'
import {createInterface} from 'node:readline'
import {Writable} from 'node:stream'

/** Asks for a secret on the terminal without showing it. */
export function askPassword(question: string): Promise<string> {
  // The line editor echoes what is typed; a sink in its place keeps the secret off the screen.
  const sink = new Writable({write: (_chunk, _encoding, done) => done()})
  const terminal = createInterface({input: stdin, output: sink, terminal: true})
  stderr.write(question)
  return new Promise((resolve) => {
    terminal.question('', (answer) => {
      terminal.close()
      stderr.write('\n')
      resolve(answer)
    })
  })
}
