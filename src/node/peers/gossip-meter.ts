/**
 * Watches the raw bytes of a gossip stream, which the library reads too: size, rate, shape, speed.
 */
import type {Stream} from '@libp2p/interface'

import type {Clock} from '../../lib/clock.ts'
import {
  GOSSIP_BYTE_RATE,
  GOSSIP_FRAME_BYTES,
  GOSSIP_FRAME_RATE,
  PEER_REQUEST_MS,
} from '../peer-limits.ts'
import {listenToFrames, GiantFrameError} from './frames.ts'
import type {Offence} from './peer-scores.ts'
import {TokenBucket} from './token-bucket.ts'

export function meterGossip(
  stream: Stream,
  clock: Clock,
  offend: (offence: Offence, detail: string) => void,
): void {
  const now = clock.monotonicMs()
  const frames = new TokenBucket(GOSSIP_FRAME_RATE, now)
  const bytes = new TokenBucket(GOSSIP_BYTE_RATE, now)
  let unfinished: NodeJS.Timeout | undefined
  const onBytes = (count: number) => {
    if (!bytes.take(count, clock.monotonicMs())) offend('flood', 'too many bytes of gossip')
    unfinished ??= setTimeout(
      () => offend('byte by byte', 'a gossip message was not completed in time'),
      PEER_REQUEST_MS,
    )
  }
  const finish = () => {
    clearTimeout(unfinished)
    unfinished = undefined
  }
  // Before the splitter, so that a frame which ends in this chunk stops the timer again.
  stream.addEventListener('message', ({data}) => onBytes(data.byteLength))
  listenToFrames(stream, GOSSIP_FRAME_BYTES, {
    onFrame: (frame) => {
      finish()
      if (!frames.take(1, clock.monotonicMs())) offend('flood', 'too many messages of gossip')
      else if (!looksLikeFields(frame)) offend('garbage', 'a malformed gossip message')
    },
    onEnd: (error) => {
      finish()
      if (error instanceof GiantFrameError) offend('giant message', error.message)
    },
  })
}

/**
 * True for the outer form of a gossip message: length-delimited fields 1 to 3, to the last byte.
 */
export function looksLikeFields(frame: Uint8Array): boolean {
  let at = 0
  while (at < frame.length) {
    const tag = frame[at++]!
    if (tag !== 0x0a && tag !== 0x12 && tag !== 0x1a) return false
    let length = 0
    let shift = 1
    for (;;) {
      const byte = frame[at++]
      if (byte === undefined || shift > 2 ** 28) return false
      length += (byte & 127) * shift
      if (byte < 128) break
      shift *= 128
    }
    at += length
  }
  return at === frame.length
}
