/** The only list of the operators' sides of providers. Nothing else outside their folders mentions one. */
import type {LstId} from '../../protocol/lst/providers.ts'
import {openArtemisBackend} from './artemis/backend.ts'
import type {BackendSite, LstBackend} from './backend-port.ts'
import {openEnkiBackend} from './enki/backend.ts'

/** Those of a registered provider. Null where a contract on L1 is not registered. */
export function openBackends(site: BackendSite): Record<LstId, LstBackend | null> {
  return {
    artemis: openArtemisBackend(site),
    enki: openEnkiBackend(site),
    // What its operator does is open to everybody, or decided elsewhere.
    stakelink: null,
  }
}
