/** The block at which something is read; the newest one by default. */
export interface AtBlock {
  blockNumber?: bigint
}
