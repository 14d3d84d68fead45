import {formatDuration} from '../../lib/units.ts'
import type {DutyWindow} from '../../services/duty/window.ts'
import type {UpgradePlan} from '../../services/node/upgrade.ts'
import {windowText} from './duty.ts'
import {fields} from './table.ts'

/** A node after its start. */
interface Started {
  pid: number
  phase: string
  syncing: boolean
}

/** @param started null when nothing was stopped */
export function upgradeJson({profile, from, to, pid}: UpgradePlan, started: Started | null) {
  const after = {phase: started?.phase ?? null, syncing: started?.syncing ?? null}
  return {profile, upgraded: started !== null, from, to, pid: started?.pid ?? pid, ...after}
}

export function keptText({profile, to, pid}: UpgradePlan): string {
  return `The node of ${profile} (pid ${pid}) runs version ${to}, which is the installed one. Nothing was done.`
}

/**
 * What is about to happen.
 *
 * @param window null where the signer has no turns, or they are unknown
 */
export function upgradeText(
  {profile, kind, from, to, pid, chainLogFormat}: UpgradePlan,
  window: DutyWindow | null,
  idleSeconds: number,
): string {
  const data =
    chainLogFormat === null
      ? `no chain log yet, and a sign guard that ${to} reads`
      : `chain log of format ${chainLogFormat} and sign guard, both read by ${to}`
  const rows: [string, string][] = [
    ['runs', `${from ?? 'an earlier version, which does not report it'} (pid ${pid})`],
    ['installed', to],
    ['data', data],
    ['steps', 'it finishes its slot, hands over its pool and stops; then the installed one starts'],
    ['away', `about ${formatDuration(idleSeconds)}`],
    ...(window ? [['window', windowText(window)] as [string, string]] : []),
  ]
  const word = kind === 'downgrade' ? 'Downgrade' : 'Upgrade'
  return `${word} of the node of ${profile}\n${fields(rows, 2)}`
}
