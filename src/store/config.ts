import {createRequire} from 'node:module'
import {join} from 'node:path'

import type Conf from 'conf'

import {systemErrorCode} from '../lib/errors.ts'
import {fromFileError, fromReadError} from '../lib/files.ts'
import {makeDirectory} from '../lib/make-directory.ts'
import {parseJson} from '../lib/parse-json.ts'
import {DOCUMENT_FILE_BYTES, readBoundedText} from '../lib/read-file.ts'
import {configInvalid, emptyConfig, parseConfig, type Config} from './config-document.ts'
import type {Home} from './home.ts'

export type {
  AccountKey,
  Config,
  KeyBackend,
  KeyRecord,
  NodeIdentity,
  NodeProfile,
  Profile,
  RemoteSignerRecord,
  RuleChoice,
  SignerRecord,
  StoredKey,
} from './config-document.ts'

export interface ConfigStore {
  path: string
  /** @throws {MetisSeqError} CONFIG_INVALID; the file stays as it is */
  read(): Config
  /**
   * Changes the document in one atomic write.
   *
   * @throws {MetisSeqError} CONFIG_INVALID, DISK_FULL, FILE_NOT_WRITABLE; the file is then
   * unchanged
   */
  update(change: (config: Config) => Config): void
}

/**
 * Opens the operator's settings. A broken file is reported and left in place: wiping it would lose
 * settings.
 */
export function openConfig(home: Home): ConfigStore {
  const path = join(home.configDir, 'config.json')
  // One command reads the settings several times, and validating costs more than reading.
  let last: {text: string; config: Readonly<Config>} | undefined
  return {
    path,
    read() {
      const text = readText(path)
      if (text === undefined) return emptyConfig
      if (last?.text !== text) last = {text, config: parseText(text, path)}
      return last.config
    },
    update(change) {
      const text = readText(path)
      const now = text === undefined ? emptyConfig : parseText(text, path)
      const next = parseConfig(change(now), path)
      try {
        makeDirectory(home.configDir)
        openConf(home).store = next
      } catch (error) {
        throw fromFileError(error, path)
      }
    },
  }
}

/** Undefined: no file exists yet. */
function readText(path: string): string | undefined {
  try {
    return readBoundedText(path, DOCUMENT_FILE_BYTES)
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined
    throw fromReadError(error, path)
  }
}

function parseText(text: string, path: string): Config {
  let value: unknown
  try {
    value = parseJson(text)
  } catch {
    // The parser's message quotes the file, which may contain data that must not be shown.
    throw configInvalid(path, 'it is not JSON')
  }
  return parseConfig(value, path)
}

/** Loaded only for writing: every command reads, and this library is not cheap to load. */
function openConf(home: Home): Conf<Config> {
  const loaded = createRequire(import.meta.url)('conf') as {default: typeof Conf}
  return new loaded.default<Config>({
    cwd: home.configDir,
    configName: 'config',
    projectName: 'metis-seq',
    projectSuffix: '',
    clearInvalidConfig: false,
    configFileMode: 0o600,
  })
}
