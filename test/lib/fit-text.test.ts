import {expect, test} from 'vitest'

import {textFor} from '../../src/cli/output.ts'
import {fitText} from '../../src/lib/fit-text.ts'
import {fields, table} from '../../src/ui/presenters/table.ts'

const ADDRESS = '0x7598E8590C7C67435D9Fd4F4AcBc5D8983b48A6f'
const HASH = `0x${'ab'.repeat(32)}`

const rows = [1, 2, 3].map((id) => [
  ...[`${id}`, 'active', ADDRESS, '20,000', '33.3 %', '0.0456'],
  id === 1 ? 'YOU' : '',
])
const sequencers = table(['id', 'status', 'owner', 'locked', 'share', 'claimable', ''], rows)

const texts = [
  sequencers,
  fields([
    ['address', ADDRESS],
    ['hash', HASH],
    ['kept', 'until the reward batch of the epoch in which it was made is paid, and no longer'],
  ]),
  `error: Locking more is refused: "owner holds the METIS on L1" does not hold; seen: 0 of 1 METIS. [METIS_BALANCE_LOW]
  account: ${ADDRESS}
hint: Send METIS to ${ADDRESS} on L1, then run \`metis-seq stake increase 1 --amount 25% --dry-run\` again.`,
  `ok    the account owns sequencer 1: owner ${ADDRESS}, account ${ADDRESS}\nok    yes`,
  `Mined in block 12: ${HASH}.\n\n- one thing that takes more than a line of a narrow terminal\n`,
]

test.each([60, 80, 120])('at %i columns no line is longer, unless it is one word', (width) => {
  for (const text of texts) {
    const fitted = fitText(text, width)
    const tooLong = fitted.split('\n').filter((line) => [...line].length > width)
    expect(tooLong.filter((line) => /\S\s/.test(line.trim()))).toEqual([])
    expect(fitted.split(/\s+/)).toEqual(text.split(/\s+/))
  }
})

test('what fits is not touched', () => {
  for (const text of texts) expect(fitText(text, 300)).toBe(text)
})

test('each row of a table goes on in a second line at the same column, its heading too', () => {
  expect(fitText(sequencers, 70)).toBe(
    `
id  status  owner                                       locked  share
    claimable
1   active  0x7598E8590C7C67435D9Fd4F4AcBc5D8983b48A6f  20,000  33.3 %
    0.0456     YOU
2   active  0x7598E8590C7C67435D9Fd4F4AcBc5D8983b48A6f  20,000  33.3 %
    0.0456
3   active  0x7598E8590C7C67435D9Fd4F4AcBc5D8983b48A6f  20,000  33.3 %
    0.0456
`.trim(),
  )
})

test('a value continues under itself, an error and a hint under their first word', () => {
  const text = fields([
    ['node', 'following'],
    ['next action', 'wait until the trap is gone'],
  ])
  expect(fitText(text, 30)).toBe(
    `
node         following
next action  wait until the
             trap is gone`.trimStart(),
  )
  expect(fitText('hint: Wait until its turn is over.', 24)).toBe(
    'hint: Wait until its\n      turn is over.',
  )
})

test('a row is not joined to what stands around the table', () => {
  const before = fields([['latest span', '14, blocks 16500111 to 16500120']])
  const after = 'Nothing to do, as the sequencer is in order and its node is as well.'
  const lines = fitText(`${before}\n${sequencers}\n${after}`, 70).split('\n')
  expect([lines[0], lines.at(-1)]).toEqual([before, after])
})

test('only a terminal has a width: what is piped stays as it is, and so does JSON', () => {
  const long = 'word '.repeat(40).trim()
  expect(textFor({columns: 60}, long)).toBe(long)
  expect(textFor({isTTY: true, columns: 60}, long)).toBe(fitText(long, 60))
  expect(textFor({isTTY: true, columns: 60}, `{\n  "text": "${long}"\n}`)).toContain(long)
})
