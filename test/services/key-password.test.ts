import {writeFileSync} from 'node:fs'

import {expect, test} from 'vitest'

import {existingPassword, newPassword, weaknessOf} from '../../src/services/keys/key-password.ts'
import {makeTempHome} from '../helpers/temp-home.ts'

/** Someone at a terminal who types these answers, and what was asked. */
function person(...answers: string[]) {
  const questions: string[] = []
  const ask = (question: string) => {
    questions.push(question)
    return Promise.resolve(answers.shift() ?? '')
  }
  return {questions, source: {subject: 'key hot', flag: '--password-file' as const, ask}}
}

test.each([
  ['short', 'elevenchars'],
  ['the same character', 'zzzzzzzzzzzzzzzzzz'],
  ['few different characters', 'acacacacacacacac'],
  ['a row of digits', '123456789012345'],
  ['a row of the alphabet, backwards', 'zyxwvutsrqponmlk'],
  ['a row of the keyboard', 'qwertyuiopasdfghjkl'],
  ['the word everybody takes', 'password1234'],
])('%s is weak, and the text does not quote it', (_what, password) => {
  expect(weaknessOf(password)).toMatch(/^(?:has|is) /)
  expect(weaknessOf(password)).not.toContain(password)
})

test.each(['correct horse', 'päss wörd ünd mehr', '4f9c1be2a07d', 'k7#Vq2!mXw9@'])(
  '%s is strong enough',
  (password) => expect(weaknessOf(password)).toBeUndefined(),
)

test('a new password is asked for twice, and taken when both are the same', async () => {
  const {questions, source} = person('correct horse', 'correct horse')

  expect(await newPassword(source, false)).toBe('correct horse')
  expect(questions).toEqual(['New password of key hot: ', 'The same password again: '])
})

test('a typing error, a weak and an empty one are told and asked for again, three times in all', async () => {
  const {questions, source} = person('correct horse', 'correct hors', 'short', '')

  await expect(newPassword(source, false)).rejects.toMatchObject({code: 'PASSWORD_EMPTY'})
  expect(questions).toEqual([
    'New password of key hot: ',
    'The same password again: ',
    expect.stringMatching(/^The two passwords .* do not match\.\nNew password of key hot: $/),
    expect.stringMatching(/^The password for key hot has 5 characters.*\nNew password/),
  ])
})

test('the last complaint is the error: two different passwords', async () => {
  const {source} = person('correct horse', 'a', 'correct horse', 'b', 'correct horse', 'c')

  await expect(newPassword(source, false)).rejects.toMatchObject({
    code: 'PASSWORDS_DIFFER',
    exit: 'usage',
  })
})

test('a file is held to the same rules, unless a weak one is accepted; an empty one never', async () => {
  using temp = makeTempHome()
  const file = temp.path('password')
  const source = {subject: 'key hot', flag: '--password-file' as const, file}

  writeFileSync(file, 'short\n')
  await expect(newPassword(source, false)).rejects.toMatchObject({code: 'PASSWORD_WEAK'})
  expect(await newPassword(source, true)).toBe('short')
  expect(await existingPassword(source), 'an old key keeps its password').toBe('short')

  writeFileSync(file, '\n')
  await expect(newPassword(source, true)).rejects.toMatchObject({code: 'PASSWORD_FILE_UNUSABLE'})
  const {source: typed} = person()
  await expect(newPassword(typed, true)).rejects.toMatchObject({code: 'PASSWORD_EMPTY'})
})

test('where nobody can be asked, the error names the flag that helps', async () => {
  const source = {subject: 'the backup of key hot', flag: '--backup-password-file' as const}

  await expect(newPassword(source, false)).rejects.toMatchObject({
    code: 'PASSWORD_NEEDED',
    exit: 'signer',
    hints: ['Pass `--backup-password-file FILE` or `--backup-password-fd N`.'],
  })
})
