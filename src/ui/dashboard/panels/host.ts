import {answerOf} from '../../../health/snapshot.ts'
import {formatDuration} from '../../../lib/units.ts'
import {toSource} from '../../../services/live/feeds.ts'
import type {HostLook} from '../../../services/live/host.ts'
import type {Around, Row} from '../model.ts'
import {row, toneOf} from '../rows.ts'

export function hostRows(look: HostLook, {snapshot, health, now}: Around): Row[] {
  const {cpuShare, cores, load, memoryUsedBytes, memoryBytes, diskUsedBytes, diskBytes} = look
  const node = answerOf(toSource(snapshot.feeds.node), now)
  const skew = node.known ? node.value.status?.clockSkewMs : null
  return [
    row(
      'CPU',
      `${cpuShare === null ? 'measuring' : percent(cpuShare)} of ${cores} cores, load ${load.toFixed(1)}`,
    ),
    row('memory', `${gigabytes(memoryUsedBytes)} of ${gigabytes(memoryBytes)} GB`),
    row(
      'disk',
      `${gigabytes(diskUsedBytes)} of ${gigabytes(diskBytes)} GB${fullText(look)}`,
      toneOf(health.issues, ['disk-low']) ?? 'plain',
    ),
    row(
      'clock',
      skew === undefined || skew === null
        ? 'not compared'
        : `${Math.abs(skew)} ms ${skew < 0 ? 'behind' : 'ahead'}`,
      toneOf(health.issues, ['clock-skew']) ?? 'plain',
    ),
  ]
}

function fullText({diskDaysLeft}: HostLook): string {
  return diskDaysLeft === null ? '' : `, full in ${formatDuration(diskDaysLeft * 86_400)}`
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`
}

function gigabytes(bytes: number): string {
  return (bytes / 1024 ** 3).toFixed(1)
}
