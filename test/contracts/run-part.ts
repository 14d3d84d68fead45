import {
  type Abi,
  type Address,
  type Hex,
  decodeErrorResult,
  encodeFunctionData,
  numberToHex,
  parseEventLogs,
} from 'viem'

import {type Chain, receiptOf} from './chain.ts'

export interface Mined {
  ok: boolean
  /** Name of the custom error, the revert string, or 'Panic 17'. */
  reason: string
  events: {name: string; args: unknown}[]
  hash: Hex
}

type Parts<Part extends string> = Readonly<Record<Part, {to: Address; abi: Abi}>>

const gas = numberToHex(4_000_000)

/** Mines calls to the contracts of one system, whether they succeed or not; they cost nothing. */
export function runOn<Part extends string>(chain: Chain, parts: Parts<Part>) {
  const all = Object.values<{to: Address; abi: Abi}>(parts)
  // For reverts that pass through more than one contract.
  const errors = all.flatMap(({abi}) => abi.filter(({type}) => type === 'error'))
  return async (
    from: Address,
    part: Part,
    fn: string,
    args: readonly unknown[] = [],
    value = 0n,
  ): Promise<Mined> => {
    const {to, abi} = parts[part]
    const data = encodeFunctionData({abi, functionName: fn, args})
    const call = {from, to, data, gas, gasPrice: '0x0', value: numberToHex(value)}
    const hash = (await chain.request('eth_sendTransaction', call)) as Hex
    const {status, logs} = await receiptOf(chain, hash)
    const ok = status === '0x1'
    const events = all.flatMap((each) =>
      logs
        .filter(({address}) => address.toLowerCase() === each.to.toLowerCase())
        .flatMap((log) => parseEventLogs({abi: each.abi, logs: [log as never]}))
        .map(({eventName, args: values, logIndex}) => ({
          ...{name: eventName, args: values, index: Number(logIndex)},
        })),
    )
    const inOrder = events.sort((a, b) => a.index - b.index)
    return {
      ...{ok, hash, reason: ok ? 'ok' : await reasonOf(chain, hash, errors)},
      events: inOrder.map(({name, args: values}) => ({name, args: values})),
    }
  }
}

/** Of the mined transaction itself: a call after it would have another time. */
async function reasonOf(chain: Chain, hash: Hex, errors: Abi): Promise<string> {
  const trace = await chain.request('debug_traceTransaction', hash, {tracer: 'callTracer'})
  const {output = '0x'} = trace as {output?: Hex}
  if (output === '0x') return 'no reason'
  const {errorName, args} = decodeErrorResult({abi: errors, data: output})
  if (errorName === 'Error') return String(args?.[0])
  return errorName === 'Panic' ? `Panic ${String(args?.[0])}` : errorName
}
