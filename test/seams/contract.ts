import {describe, expect, test} from 'vitest'

/** One sentence of a contract, true of every implementation of a seam. */
export interface Rule<S> {
  rule: string
  /** @throws when the implementation in the scene breaks it */
  holds(scene: S): Promise<void>
}

/** A scene may hold processes: whoever opens it closes it. */
export type OpenScene<S> = () => Promise<S & AsyncDisposable>

export interface Seam<S> {
  name: string
  rules: readonly Rule<S>[]
  implementations: Readonly<Record<string, OpenScene<S>>>
  /** Implementations that are wrong on purpose. A contract that lets one pass promises nothing. */
  broken: readonly {fault: string; caughtBy: string; open: OpenScene<S>}[]
}

/** Every rule against every implementation, and every broken one against the rule that has to catch it. */
export function describeSeam<S>({name, rules, implementations, broken}: Seam<S>): void {
  for (const [implementation, open] of Object.entries(implementations)) {
    describe(`${name}: ${implementation}`, () => {
      test.each(rules.map((rule) => [rule.rule, rule] as const))('%s', async (_name, rule) => {
        await using scene = await open()
        await rule.holds(scene)
      })
    })
  }

  test.each(broken.map((each) => [each.fault, each] as const))(
    `${name}: the contract catches one that %s`,
    async (_name, {caughtBy, open}) => {
      const rule = rules.find((each) => each.rule === caughtBy)
      expect(rule, `no rule says "${caughtBy}"`).toBeDefined()
      await using scene = await open()
      // A failed assertion, and not a scene that fell over.
      await expect(rule!.holds(scene)).rejects.toMatchObject({name: 'AssertionError'})
    },
  )
}
