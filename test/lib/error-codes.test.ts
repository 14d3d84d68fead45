import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'

import {expect, test} from 'vitest'

import {
  entryOf,
  errorCodes,
  type ErrorCode,
  type MetisSeqErrorOptions,
} from '../../src/lib/error-codes/index.ts'
import {wordsOf} from '../../src/lib/error-words/index.ts'
import {MetisSeqError} from '../../src/lib/errors.ts'
import {exitCodes, isExitName} from '../../src/lib/exit-codes.ts'

const codes = Object.keys(errorCodes()) as ErrorCode[]

type Compiles<Options> = Options extends MetisSeqErrorOptions ? true : false
type Busy = {code: 'ACCOUNT_BUSY'; message: string}
type Signer = {code: 'SIGNER_UNKNOWN'; message: string; facts: {profile: string}}

/** Each line is a promise of the compiler: `npm run check` fails where one is broken. */
const compiler: Record<string, boolean> = {
  allFacts: true satisfies Compiles<Busy & {facts: {account: '0x1'; pid: string}}>,
  noFacts: false satisfies Compiles<Busy>,
  oneFactMissing: false satisfies Compiles<Busy & {facts: {account: '0x1'}}>,
  aSentenceForAnAddress: false satisfies Compiles<Busy & {facts: {account: string; pid: string}}>,
  aNumberUnspelled: false satisfies Compiles<Busy & {facts: {account: '0x1'; pid: number}}>,
  anotherExit: false satisfies Compiles<
    Busy & {facts: {account: '0x1'; pid: string}; exit: 'usage'}
  >,
  itsOwnRetry: false satisfies Compiles<
    Busy & {facts: {account: '0x1'; pid: string}; retryable: false}
  >,
  unknownCode: false satisfies Compiles<{code: 'NO_SUCH_CODE'; message: string}>,
  oneOfTwoExits: true satisfies Compiles<Signer & {exit: 'config'}>,
  neitherOfTwoExits: false satisfies Compiles<Signer>,
  aThirdExit: false satisfies Compiles<Signer & {exit: 'usage'}>,
}

test('an error is made with its code, the facts of that code, and no exit code of its own', () => {
  expect(Object.values(compiler)).toHaveLength(11)
  const busy = new MetisSeqError({
    code: 'ACCOUNT_BUSY',
    message: 'Busy.',
    facts: {account: '0x01', pid: '7'},
  })
  expect(busy).toMatchObject({exit: 'busy', exitCode: 15, retryable: true, hints: []})
  expect(new MetisSeqError({code: 'DECLINED', message: 'No.'})).toMatchObject({
    ...{exitCode: 9, retryable: false, facts: {}},
  })
  const told = new MetisSeqError(
    {code: 'NODE_ENDED', message: 'It ended.', facts: {profile: 'op'}},
    {code: 'DOUBLE_SIGN', exit: 'interlock'},
  )
  expect(told).toMatchObject({code: 'DOUBLE_SIGN', exitCode: 14, facts: {profile: 'op'}})
})

test('every code has an exit code of a failure, and is made somewhere', () => {
  const source = readdirSync('src', {recursive: true, encoding: 'utf8'})
    .filter((name) => /\.tsx?$/.test(name) && !/^lib\/error-(?:codes|words)\//.test(name))
    .map((name) => readFileSync(join('src', name), 'utf8'))
    .join('\n')
  const dead = codes.filter((code) => !source.includes(`'${code}'`))
  const exits = codes.flatMap((code) => entryOf(code).exit)
  expect(codes.length).toBeGreaterThan(270)
  expect(dead).toEqual([])
  expect(exits.filter((exit) => !isExitName(exit) || exitCodes[exit] === 0)).toEqual([])
})

// That the commands in them exist, `hints.test.ts` looks for in every text of the program.
test('every code is told in sentences, with a next step', () => {
  const texts = codes.flatMap((code) => {
    const {meaning, next} = wordsOf(code)
    return [meaning, next[0], ...next.slice(1)].map((text) => ({code, text}))
  })
  expect(texts.filter(({text}) => !/^[A-Z].*[.]$/.test(text ?? ''))).toEqual([])
})
