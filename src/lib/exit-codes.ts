/**
 * The exit codes of every command, in one place. They are part of the public contract: scripts and
 * service managers branch on them, so a number never changes its meaning.
 */
export const exitCodes = {
  ok: 0,
  internal: 1,
  usage: 2,
  config: 3,
  'not-found': 4,
  precondition: 5,
  reverted: 6,
  'tx-unknown': 7,
  unreachable: 8,
  declined: 9,
  'condition-false': 10,
  degraded: 11,
  critical: 12,
  signer: 13,
  interlock: 14,
  busy: 15,
  stale: 16,
  timeout: 124,
  sigint: 130,
  sigterm: 143,
} as const

export type ExitName = keyof typeof exitCodes

export function isExitName(text: string): text is ExitName {
  return Object.hasOwn(exitCodes, text)
}
