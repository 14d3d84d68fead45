export const backingVerdicts = ['backed', 'below', 'below-or-in-transit', 'unknown'] as const
/**
 * `below-or-in-transit`: what is known does not cover the liabilities, and METIS in transit between
 * the chains cannot be read. `unknown`: the sequencers of the provider are not registered.
 */
export type BackingVerdict = (typeof backingVerdicts)[number]
