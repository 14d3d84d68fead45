import {MetisSeqError} from '../../lib/errors.ts'
import type {LstAbout} from '../../protocol/lst/about.ts'
import type {LstRequest} from './provider.ts'

/** For an operation outside the capabilities of a provider. */
export function cannot({id, name}: Pick<LstAbout, 'id' | 'name'>, {kind}: LstRequest) {
  return new MetisSeqError({
    code: 'LST_CANNOT',
    message: `${name} has no operation "${kind}".`,
    facts: {provider: id, operation: kind},
    hints: ['Run `metis-seq lst list` to see what each provider can do.'],
  })
}
