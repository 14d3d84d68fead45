import type {Hex} from 'viem'

/** First topic of its log. */
export const EVENT_TOPIC: Hex = `0x${'2a'.padStart(64, '0')}`

/**
 * Creation code of a contract that logs the first word it is called with as second topic, and gives 42.
 *
 * 600035 calldata word, 602a topic, 60206000a2 log; 602a60005260206000f3 return 42.
 */
export const eventContract: Hex = '0x601480600b6000396000f3600035602a60206000a2602a60005260206000f3'

/** What it is called with. */
export function word(value: number): Hex {
  return `0x${value.toString(16).padStart(64, '0')}`
}
