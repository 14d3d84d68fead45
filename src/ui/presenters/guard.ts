export interface GuardView {
  path: string
  floor: number
  learned: number
  movedTo: string | null
  signedOnL1: number | null
  l1Problem: string | null
}

export function guardText({
  path,
  floor,
  learned,
  movedTo,
  signedOnL1,
  l1Problem,
}: GuardView): string {
  const known = learned === 0 ? '' : ` It learned ${learned} blocks of the chain log.`
  const l1 = l1Problem
    ? `L1 was not read: ${l1Problem} The node reads it before it signs.`
    : signedOnL1 === null
      ? 'L1 holds no signature of the key.'
      : `The newest signature of the key on L1 is of block ${signedOnL1}.`
  return [
    `The sign guard ${path} signs nothing below block ${floor}.${known}`,
    l1,
    ...(movedTo ? [`The damaged file is ${movedTo}.`] : []),
    'Next: `metis-seq node start`.',
  ].join('\n')
}
