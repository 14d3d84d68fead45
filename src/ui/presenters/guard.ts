import {counted} from '../../lib/units.ts'
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
  const known =
    learned === 0
      ? ''
      : ` ${counted(learned, 'block')} ${learned === 1 ? 'was' : 'were'} added from the chain log.`
  const l1 = l1Problem
    ? `L1 was not read: ${l1Problem} The node will read it before it signs.`
    : signedOnL1 === null
      ? 'L1 has no block signed with the key.'
      : `The newest block on L1 signed with the key is ${signedOnL1}.`
  return [
    `The sign guard ${path} signs nothing below block ${floor}.${known}`,
    l1,
    ...(movedTo ? [`The damaged file was moved to ${movedTo}.`] : []),
    'Next: `metis-seq node start`.',
  ].join('\n')
}
