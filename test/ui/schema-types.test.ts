import {expect, test} from 'vitest'

import {
  anyOf,
  constant,
  count,
  digits,
  flag,
  list,
  nullable,
  object,
  text,
  word,
  type Fields,
  type JsonSchema,
} from '../../src/ui/schemas/build.ts'

interface View {
  name: string
  state: 'on' | 'off'
  amountWei: bigint
  count: number
  note: string | null
  parts: readonly {ok: boolean}[]
}

const right = {
  name: text('Name.'),
  state: word('State.', ['on', 'off']),
  amountWei: digits('Amount.'),
  count: count('Count.'),
  note: nullable(text('Note.')),
  parts: list('Parts.', object('Part.', {ok: flag('Whether it is.')})),
} satisfies Fields<View>

type Takes<Changed extends Partial<Record<keyof View, JsonSchema>>> =
  Omit<typeof right, keyof Changed> & Changed extends Fields<View> ? true : false
type Of<T> = JsonSchema<T>

/** Each line is a promise of the compiler: `npm run check` fails where one is broken. */
const compiler: Record<string, boolean> = {
  wider: true satisfies Takes<{state: Of<'on' | 'off' | 'later'>}>,
  aWordLeftOut: false satisfies Takes<{state: Of<'on'>}>,
  textForNumber: false satisfies Takes<{count: Of<string>}>,
  numberForBigint: false satisfies Takes<{amountWei: Of<number>}>,
  neverNull: false satisfies Takes<{note: Of<string>}>,
  anotherList: false satisfies Takes<{parts: Of<readonly {ok: string}[]>}>,
}

test('a schema that does not take all values of its field does not compile', () => {
  expect(Object.values(compiler).filter(Boolean)).toHaveLength(1)
  const either: JsonSchema<1 | 'two'> = anyOf('Either.', [
    constant('One.', 1),
    constant('Two.', 'two'),
  ])
  expect(object<View>('A view.', right)).toMatchObject({
    required: ['name', 'state', 'amountWei', 'count', 'note', 'parts'],
  })
  expect(either).toMatchObject({anyOf: [{const: 1}, {const: 'two'}]})
})
