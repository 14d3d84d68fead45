/** Where the alerts of a profile are kept. */
import {join} from 'node:path'

import type {Alert} from '../../health/alerts/decide.ts'
import {statOf} from '../../lib/files.ts'
import {openAlertStore, type AlertStore} from '../../store/alert-store.ts'
import type {Context} from '../context.ts'

type Named = Pick<Context, 'home' | 'profileName' | 'networkName'>

/** Directory of one profile's monitor. Without a profile it is that of the network, whose name starts with @ here. */
export function monitorDir({home, profileName, networkName}: Named): string {
  return join(home.root, 'monitor', profileName ?? `@${networkName}`)
}

export function openAlerts(context: Named): AlertStore {
  return openAlertStore(join(monitorDir(context), 'alerts.sqlite'))
}

/** Undefined where no monitor has run and nothing was silenced. */
export function openExistingAlerts(context: Named): AlertStore | undefined {
  const path = join(monitorDir(context), 'alerts.sqlite')
  return statOf(path) ? openAlertStore(path) : undefined
}

export function toAlert({document}: {document: string}): Alert {
  return JSON.parse(document) as Alert
}
