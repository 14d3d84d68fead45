/** `alerts.json` in the home directory: where alerts go. It holds secrets, so only its owner may read it. */
import {statSync} from 'node:fs'
import {join} from 'node:path'

import {MetisSeqError, systemErrorCode} from '../../lib/errors.ts'
import {fromReadError, writeFileAtomic} from '../../lib/files.ts'
import {parseJson} from '../../lib/parse-json.ts'
import {FileRefused, readSecretText} from '../../lib/read-file.ts'
import type {Home} from '../../store/home.ts'
import {
  emptyDocument,
  faultsOf,
  OUTPUT_NAME,
  type AlertsDocument,
  type DeadManSettings,
  type OutputSettings,
  type SecretSource,
} from './document.ts'

const OTHERS_READ = 0o077

export function alertsFile({root}: Home): string {
  return join(root, 'alerts.json')
}

/**
 * The outputs; none while there is no file.
 *
 * @throws {MetisSeqError} ALERTS_INVALID, FILE_UNREADABLE
 */
export function readAlerts(home: Home): AlertsDocument {
  const path = alertsFile(home)
  let text: string
  try {
    text = readSecretText(path)
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return emptyDocument
    if (error instanceof FileRefused) throw invalid(path, error.message, error)
    throw fromReadError(error, path)
  }
  // Its URLs and tokens let their reader write to the operator's channels.
  const mode = statSync(path).mode & 0o777
  if ((mode & OTHERS_READ) !== 0)
    throw invalid(path, `other users can read it (mode ${mode.toString(8)})`)
  let value: unknown
  try {
    value = parseJson(text)
  } catch {
    // The parser's message quotes the file.
    throw invalid(path, 'it is not JSON')
  }
  const [fault] = faultsOf(value)
  if (fault !== undefined) throw invalid(path, fault)
  return value as AlertsDocument
}

/** In place of a mark while there is no file. */
export const NO_FILE = 'none'

/** Identity of the file's content, to notice changes; {@link NO_FILE} while there is none. */
export function alertsMark(home: Home): string {
  try {
    const {ino, mtimeMs, size, mode} = statSync(alertsFile(home))
    return [ino, mtimeMs, size, mode].join()
  } catch {
    return NO_FILE
  }
}

/**
 * Adds an output.
 *
 * @throws {MetisSeqError} ALERT_OUTPUT_EXISTS, ALERTS_INVALID
 */
export function addOutput(home: Home, name: string, settings: OutputSettings): void {
  const {outputs, ...rest} = readAlerts(home)
  if (Object.hasOwn(outputs, name)) {
    throw new MetisSeqError({
      code: 'ALERT_OUTPUT_EXISTS',
      message: `An output called ${name} exists already.`,
      facts: {output: name},
      hints: [`Run \`metis-seq alert output remove ${name}\` first, or choose another name.`],
    })
  }
  write(home, {...rest, outputs: {...outputs, [name]: settings}})
}

/** @throws {MetisSeqError} ALERT_OUTPUT_UNKNOWN, ALERTS_INVALID */
export function removeOutput(home: Home, name: string): OutputSettings {
  const {outputs, ...rest} = readAlerts(home)
  const {[name]: removed, ...others} = outputs
  if (!removed || !Object.hasOwn(outputs, name)) throw unknownOutput(name, Object.keys(outputs))
  write(home, {...rest, outputs: others})
  return removed
}

/** @param settings null: no ping any more */
export function setDeadMan(home: Home, settings: DeadManSettings | null): void {
  const {outputs} = readAlerts(home)
  write(home, {outputs, ...(settings ? {deadMan: settings} : {})})
}

function write(home: Home, document: AlertsDocument): void {
  const path = alertsFile(home)
  const [fault] = faultsOf(document)
  if (fault !== undefined) throw invalid(path, fault)
  writeFileAtomic(path, `${JSON.stringify(document, null, 2)}\n`, 0o600)
}

/**
 * The secret itself, without a line break at its end.
 *
 * @throws {Error} the file cannot be read, or other users can change it
 */
export function readSecretSource(source: SecretSource): string {
  const text = (typeof source === 'string' ? source : readSecretText(source.file)).trim()
  if (text === '') throw new Error('the file of the secret is empty')
  return text
}

export function unknownOutput(name: string, known: readonly string[]): MetisSeqError {
  // Whatever was typed may be a URL with a token.
  const shown = OUTPUT_NAME.test(name) ? name : '(not a name)'
  return new MetisSeqError({
    code: 'ALERT_OUTPUT_UNKNOWN',
    message: `There is no alert output called ${shown}.`,
    facts: {output: shown, known: known.join(', ') || 'none'},
    hints: ['Run `metis-seq alert output list`.'],
  })
}

/** The file that a running monitor has read is not there any more. */
export function fileGone(home: Home): MetisSeqError {
  return invalid(alertsFile(home), 'it is gone')
}

function invalid(path: string, reason: string, cause?: unknown): MetisSeqError {
  return new MetisSeqError({
    code: 'ALERTS_INVALID',
    message: `The file of alert outputs ${path} cannot be used: ${reason}.`,
    facts: {path},
    hints: [
      `Run \`chmod 600 ${path}\` if others can read or change it.`,
      'Compare it with `metis-seq alert output schema`.',
    ],
    cause,
  })
}
