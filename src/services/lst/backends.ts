/** The only list of the operators' sides of providers. Nothing else outside their folders mentions one. */
import type {LstId} from '../../protocol/lst/providers.ts'
import {openArtemisBackend} from './artemis/backend.ts'
import type {BackendSite, LstBackend} from './backend-port.ts'
import {openEnkiBackend} from './enki/backend.ts'
import {openStakelinkBackend} from './stakelink/backend.ts'

/** Those of a registered provider. Null where its contracts are not known. */
export function openBackends(site: BackendSite): Record<LstId, LstBackend | null> {
  return {
    artemis: openArtemisBackend(site),
    enki: openEnkiBackend(site),
    stakelink: openStakelinkBackend(site),
  }
}
