/** Rules of the execution engine from a block on. */
export interface ScheduledHardfork {
  fromBlock: number
  /** The engine's name for it: `shanghai`, `cancun`. */
  name: string
}

const knownHardforks = ['london', 'paris', 'shanghai', 'cancun', 'prague', 'osaka']

/** Default for a genesis document without a schedule: the contracts are compiled for it. */
const usualHardfork = 'shanghai'

/** The rules under which a block is executed. */
export function hardforkAt(schedule: readonly ScheduledHardfork[], block: number): string {
  const active = schedule.findLast(({fromBlock}) => fromBlock <= block)
  return (active ?? schedule[0])!.name
}

/**
 * Reads `config.hardforks` of a genesis document. It is part of the fingerprint, since every node
 * must switch rules at the same block.
 *
 * @throws {Error} not a list of known names with rising blocks
 */
export function parseHardforks(value: unknown): ScheduledHardfork[] {
  if (value === undefined) return [{fromBlock: 0, name: usualHardfork}]
  if (!Array.isArray(value) || value.length === 0) throw new Error('its hard forks are not a list')
  const schedule = value.map((item: unknown): ScheduledHardfork => {
    const {fromBlock, name} = Object(item) as Record<string, unknown>
    if (!Number.isSafeInteger(fromBlock) || Number(fromBlock) < 0) {
      throw new Error('a hard fork has no block')
    }
    if (typeof name !== 'string' || !knownHardforks.includes(name)) {
      throw new Error(`the hard fork ${String(name)} is not known`)
    }
    return {fromBlock: Number(fromBlock), name}
  })
  const rises = schedule.every(
    ({fromBlock}, index) => index === 0 || fromBlock > schedule[index - 1]!.fromBlock,
  )
  if (!rises) throw new Error('its hard forks are not sorted by block')
  return schedule
}
