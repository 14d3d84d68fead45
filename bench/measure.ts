import {spawn} from 'node:child_process'
import {once} from 'node:events'

/**
 * Wall time of a whole program, in milliseconds. Not spawnSync: a chain of this process that nobody reads from stops
 * at a full pipe.
 */
export async function timeCommand(
  file: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<number> {
  const started = performance.now()
  const child = spawn(file, args, {
    env: {...process.env, ...env},
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const [code] = (await once(child, 'close')) as [number | null]
  const elapsed = performance.now() - started
  if (code !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${code}: ${stderr}`)
  return elapsed
}

/** Runs two things in turn, A B A B, and gives both medians and the median of the pairwise ratios. */
export async function comparePairs(
  runs: number,
  subject: () => number | Promise<number>,
  baseline: () => number | Promise<number>,
): Promise<{subject: number; baseline: number; ratio: number}> {
  await subject()
  await baseline()
  const pairs: {subject: number; baseline: number}[] = []
  for (let run = 0; run < runs; run++) {
    pairs.push({subject: await subject(), baseline: await baseline()})
  }
  return {
    subject: median(pairs.map((pair) => pair.subject)),
    baseline: median(pairs.map((pair) => pair.baseline)),
    ratio: median(pairs.map((pair) => pair.subject / pair.baseline)),
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
