import {networkShape} from './network-shape.ts'
import type {Schema} from './shape.ts'

/**
 * The shape of a network document, for editors and scripts. `parseNetwork` decides; it looks closer at
 * URLs, at the numbers in peer addresses, and at the checksums of batch senders and implementations.
 */
export const networkSchema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'metis-seq network',
  ...networkShape.schema,
}
