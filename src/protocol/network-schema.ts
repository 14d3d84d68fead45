import {networkShape, providerShape} from './network-shape.ts'
import type {Schema} from './shape.ts'

/**
 * The schema of a network document, for editors and scripts. `parseNetwork` is authoritative; it is
 * stricter about URLs, the numbers in peer addresses, and the checksums of batch senders and
 * implementations.
 */
export const networkSchema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'metis-seq network',
  ...networkShape.schema,
}

/** The schema of a provider for `governance provider add`. */
export const providerSchema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'metis-seq provider',
  ...providerShape.schema,
}
