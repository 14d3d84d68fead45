import {MetisSeqError, messageOf} from '../lib/errors.ts'
import {readSecretText} from '../lib/read-file.ts'
import {askPassword} from './ask-password.ts'
import {readDescriptor, readStream} from './read-descriptor.ts'

/**
 * Reads text with a private key from a file, a file descriptor or a prompt; never from the command line.
 *
 * @returns the unchanged text and a name for its origin
 * @throws {MetisSeqError} SECRET_NEEDED, SECRET_UNREADABLE, DESCRIPTOR_CLOSED
 */
export async function readSecret(
  source: string | number | undefined,
  mayAsk: boolean,
  signal: AbortSignal,
): Promise<{from: string; text: string}> {
  if (typeof source === 'number')
    return {from: `Descriptor ${source}`, text: await readDescriptor(source, '--from-fd')}
  if (source === '-') return {from: 'Standard input', text: await readInput(signal)}
  if (source !== undefined) return {from: source, text: readText(source)}
  if (mayAsk) return {from: 'The prompt', text: await askPassword('Private key (not shown): ')}
  throw new MetisSeqError({
    code: 'SECRET_NEEDED',
    message: 'No private key was given, and there is no terminal to ask on.',
    hints: ['Pass `--from-file FILE`, or `--from-fd 3` with an open descriptor.'],
  })
}

async function readInput(signal: AbortSignal): Promise<string> {
  try {
    return await readStream(process.stdin, signal)
  } catch (cause) {
    throw cause instanceof MetisSeqError ? cause : unreadable(cause)
  }
}

function readText(path: string): string {
  try {
    return readSecretText(path)
  } catch (cause) {
    throw unreadable(cause)
  }
}

function unreadable(cause: unknown): MetisSeqError {
  return new MetisSeqError({
    code: 'SECRET_UNREADABLE',
    message: `The private key cannot be read: ${messageOf(cause)}.`,
    hints: [
      'Check the path and its permissions; `--from-fd 3 3< <(COMMAND)` reads the output of a command.',
    ],
    cause,
  })
}
