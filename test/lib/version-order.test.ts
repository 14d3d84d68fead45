import {expect, test} from 'vitest'

import {versionOrder} from '../../src/lib/version-order.ts'

/** From the specification of semantic versioning, section 11, and around it. */
const ascending = [
  ...['0.0.9', '0.1.0', '0.9.9', '0.10.0', '1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-alpha.beta'],
  ...['1.0.0-beta', '1.0.0-beta.2', '1.0.0-beta.11', '1.0.0-rc.1', '1.0.0', '1.0.1', '10.0.0'],
]

test('versions are ordered by their numbers, and previews come before their release', () => {
  for (const [at, one] of ascending.entries()) {
    for (const [index, other] of ascending.entries()) {
      expect([one, other, versionOrder(one, other)]).toEqual([one, other, Math.sign(at - index)])
    }
  }
})

test('a build has no order, and what is not a version has none either', () => {
  expect(versionOrder('1.0.0+one', 'v1.0.0+other')).toBe(0)
  for (const text of ['', '1', '1.0', '1.0.0.0', 'latest', '1.0.x', '1.0.0-', ' 1.0.0']) {
    expect([text, versionOrder(text, '1.0.0')]).toEqual([text, undefined])
    expect([text, versionOrder('1.0.0', text)]).toEqual([text, undefined])
  }
})
