import {MetisSeqError, messageOf} from '../../lib/errors.ts'
import {readSecretText} from '../../lib/read-file.ts'

/** Source of the password of one encrypted file. */
export interface PasswordSource {
  /** The file it opens, within a sentence: `key hot`, `the backup of key hot`. */
  subject: string
  /** Path of a file with the password; takes precedence over prompting. */
  file?: string | null | undefined
  /** Reads it from another source, such as a descriptor; takes precedence over a file. */
  read?: (() => Promise<string>) | undefined
  /** The flag for this file, for hints. */
  flag: '--password-file' | '--backup-password-file'
  /** Prompts for it. Undefined without a terminal. */
  ask?: ((question: string) => Promise<string>) | undefined
}

/** 12 characters, 8 of them unpredictable: about 2^40 guesses at half a second each. */
export const MIN_PASSWORD_LENGTH = 12
const MIN_SURPRISING = 8
const MIN_DIFFERENT = 6
const ATTEMPTS = 3

const KEYBOARD_ROWS = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm']

/**
 * The password of an existing encrypted file.
 *
 * @throws {MetisSeqError} PASSWORD_NEEDED, PASSWORD_FILE_UNUSABLE, PASSWORD_UNREADABLE
 */
export async function existingPassword(source: PasswordSource): Promise<string> {
  const given = await givenPassword(source)
  if (given !== undefined) return given
  if (source.ask) return assertTyped(await source.ask(`Password of ${source.subject}: `))
  throw passwordNeeded(source)
}

/**
 * A password for a new encrypted file: typed twice at a terminal, or from a file.
 *
 * @param allowWeak accepts a weak one; an empty one is never accepted
 * @throws {MetisSeqError} PASSWORD_WEAK, PASSWORD_EMPTY, PASSWORDS_DIFFER, PASSWORD_NEEDED,
 *   PASSWORD_FILE_UNUSABLE
 */
export async function newPassword(source: PasswordSource, allowWeak: boolean): Promise<string> {
  const given = await givenPassword(source)
  if (given !== undefined) {
    const problem = problemOf(given, source.subject, allowWeak)
    if (problem) throw problem
    return given
  }
  if (!source.ask) throw passwordNeeded(source)
  let problem: MetisSeqError | undefined
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const remark = problem ? `${problem.message}\n` : ''
    const password = assertTyped(await source.ask(`${remark}New password of ${source.subject}: `))
    problem = problemOf(password, source.subject, allowWeak)
    if (problem) continue
    const again = await source.ask('The same password again: ')
    if (again.normalize('NFC') === password.normalize('NFC')) return password
    problem = passwordsDiffer(source.subject)
  }
  throw problem
}

/** Why a password is weak, as the end of a sentence, or undefined when it is not. */
export function weaknessOf(password: string): string | undefined {
  const characters = [...password]
  if (characters.length < MIN_PASSWORD_LENGTH)
    return `has ${characters.length} characters, and ${MIN_PASSWORD_LENGTH} are required`
  if (new Set(characters).size < MIN_DIFFERENT)
    return `is made of ${new Set(characters).size} different characters, and ${MIN_DIFFERENT} are required`
  const surprising = characters.filter((character, at) => !follows(characters[at - 1], character))
  if (surprising.length < MIN_SURPRISING)
    return 'is mostly a repetition, or a sequence of the alphabet or keyboard'
  return undefined
}

/** True when the character is predictable from the previous one: `aa`, `ab`, `21`, `qw`. */
function follows(before: string | undefined, character: string): boolean {
  if (before === undefined) return false
  const [one, two] = [before.toLowerCase(), character.toLowerCase()]
  if (Math.abs((two.codePointAt(0) ?? 0) - (one.codePointAt(0) ?? 0)) <= 1) return true
  return KEYBOARD_ROWS.some((row) => row.includes(one + two) || row.includes(two + one))
}

function problemOf(
  password: string,
  subject: string,
  allowWeak: boolean,
): MetisSeqError | undefined {
  if (password === '') return passwordEmpty(subject)
  const weakness = allowWeak ? undefined : weaknessOf(password)
  if (weakness === undefined) return undefined
  return new MetisSeqError({
    code: 'PASSWORD_WEAK',
    message: `The password for ${subject} ${weakness}.`,
    hints: [
      'Choose a longer one; several random words are easy to remember.',
      'Pass `--allow-weak-password` for a key that protects nothing.',
    ],
  })
}

function passwordEmpty(subject: string): MetisSeqError {
  return new MetisSeqError({
    code: 'PASSWORD_EMPTY',
    message: `An empty password does not protect ${subject}.`,
    hints: ['Choose a password; several random words are easy to remember.'],
  })
}

function passwordsDiffer(subject: string): MetisSeqError {
  return new MetisSeqError({
    code: 'PASSWORDS_DIFFER',
    message: `The two passwords for ${subject} do not match.`,
    hints: ['Run the same command again; nothing was written.'],
  })
}

/** The password from a non-interactive source; undefined when only prompting is left. */
async function givenPassword({
  read,
  file,
  flag,
  subject,
}: PasswordSource): Promise<string | undefined> {
  if (read) {
    const line = onlyLine(await read())
    if ('fault' in line) throw passwordUnusable(subject, line.fault, flag)
    if (line.text) return line.text
    throw passwordEmpty(subject)
  }
  return file ? readPasswordFile(file, flag) : undefined
}

/**
 * An editor adds a newline to a password, which is not part of it. Further lines are neither joined
 * nor dropped: another program may have used the first line, or all of them.
 */
function onlyLine(text: string): {text: string} | {fault: string} {
  const [line = '', ...more] = text.replace(/\r?\n$/, '').split(/\r\n|[\r\n]/)
  if (more.length > 0)
    return {fault: `it has ${more.length + 1} lines; a password is a single line`}
  if (line.includes('\0')) return {fault: 'it contains a NUL character, as UTF-16 text does'}
  return {text: line}
}

/** Input in another encoding arrives as the replacement character, identical for every letter. */
function assertTyped(password: string): string {
  if (!password.includes('\uFFFD')) return password
  throw new MetisSeqError({
    code: 'PASSWORD_UNREADABLE',
    message: 'The terminal sent characters that are not UTF-8, so the password could not be read.',
    hints: ['Set the terminal to UTF-8, or pass `--password-file FILE` with a file in UTF-8.'],
  })
}

function readPasswordFile(file: string, flag: PasswordSource['flag']): string {
  let line: ReturnType<typeof onlyLine>
  try {
    line = onlyLine(readSecretText(file))
  } catch (cause) {
    throw passwordFileUnusable(file, messageOf(cause), flag)
  }
  if ('fault' in line) throw passwordFileUnusable(file, line.fault, flag)
  if (line.text) return line.text
  throw passwordFileUnusable(file, 'it is empty', flag)
}

function passwordUnusable(
  subject: string,
  reason: string,
  flag: PasswordSource['flag'],
): MetisSeqError {
  return new MetisSeqError({
    code: 'PASSWORD_UNREADABLE',
    message: `The password of ${subject} cannot be used: ${reason}.`,
    hints: [`Give only the password, in one line; the same goes for a file for \`${flag}\`.`],
  })
}

function passwordFileUnusable(
  file: string,
  reason: string,
  flag: PasswordSource['flag'],
): MetisSeqError {
  return new MetisSeqError({
    code: 'PASSWORD_FILE_UNUSABLE',
    message: `The password file ${file} cannot be used: ${reason}.`,
    facts: {path: file},
    hints: [
      `Pass \`${flag} FILE\` with a file that contains only the password, in one line of UTF-8.`,
    ],
  })
}

function passwordNeeded({subject, flag}: PasswordSource): MetisSeqError {
  return new MetisSeqError({
    code: 'PASSWORD_NEEDED',
    message: `A password is needed for ${subject}, and there is no terminal to ask for it.`,
    facts: {subject},
    hints: [
      flag === '--password-file'
        ? 'Pass `--password-file FILE` or `--password-fd N`, or set METIS_SEQ_PASSWORD_FILE.'
        : 'Pass `--backup-password-file FILE` or `--backup-password-fd N`.',
    ],
  })
}
