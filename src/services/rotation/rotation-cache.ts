import type {Address} from 'viem'

import {readBlockMark, type BlockMark} from '../../chain/actions/block/read-block-mark.ts'
import {readEpoch} from '../../chain/actions/sequencer-set/read-epochs.ts'
import {isRecord, stringifyJson} from '../../lib/json.ts'
import {parseJson} from '../../lib/parse-json.ts'
import type {Epoch} from '../../protocol/epoch.ts'
import type {Recommit} from '../../protocol/rotation/records.ts'
import {openLogCache, type LogCache} from '../../store/log-cache.ts'
import type {Context} from '../context.ts'

/** What a past span keeps: its producer, its draw, and who could be drawn with which power. */
export interface SpanFact {
  producer: Address
  drawn: Address | null
  /** False where a respan or a recovery has set the producer. */
  isDrawn: boolean
  powers: ReadonlyMap<Address, number>
}

/** Epochs, spans and recommitments that can no longer change. Nothing in it is the only copy. */
export interface RotationCache {
  epochs: ReadonlyMap<bigint, Epoch>
  spans: ReadonlyMap<bigint, SpanFact>
  recommits: ReadonlyMap<bigint, Recommit>
  saveEpochs(epochs: readonly Epoch[]): void
  saveSpans(spans: readonly (readonly [bigint, SpanFact])[]): void
  saveRecommits(recommits: readonly Recommit[]): void
  close(): void
}

/**
 * Opens the cache of the context's network. A chain with another first block is another chain. A
 * cache that cannot be written makes later runs slower and does not affect this one.
 */
export async function openRotationCache(context: Context): Promise<RotationCache> {
  const {l2} = context.network
  const first = await readFirstBlock(context)
  const identity = [l2.chainId, l2.contracts.sequencerSet, first?.hash].join(' ').toLowerCase()
  const name = `${context.networkName} rotation`
  const inMemory = () => openLogCache(':memory:', name, identity)
  const cache = first ? tryTo(() => openLogCache(context.home.logCacheFile, name, identity)) : null
  return cacheOver(cache ?? inMemory())
}

/** A local network begins shortly before the rotation does, and has no block 1. */
async function readFirstBlock(context: Context): Promise<BlockMark | undefined> {
  const {client} = context.l2()
  const {sequencerSet} = context.network.l2.contracts
  const first = await readBlockMark(client, 1n)
  const start = first
    ? undefined
    : (await readEpoch(client, {sequencerSet, number: 0n}))?.startBlock
  return start === undefined ? first : readBlockMark(client, start)
}

function cacheOver(cache: LogCache): RotationCache {
  const save = (kind: string, entries: readonly (readonly [bigint, string])[]) => {
    if (entries.length === 0) return
    // They depend on no block of L1.
    const facts = entries.map(([number, value]) => ({key: `${number}`, block: 0n, value}))
    tryTo(() => cache.saveFacts(kind, facts))
  }
  return {
    epochs: readFacts(cache, 'epoch', decodeEpoch),
    spans: readFacts(cache, 'span', (_number, text) => decodeSpan(text)),
    recommits: readFacts(cache, 'recommit', decodeRecommit),
    saveEpochs: (epochs) =>
      save(
        'epoch',
        epochs.map((epoch) => [epoch.number, encodeEpoch(epoch)]),
      ),
    saveSpans: (spans) =>
      save(
        'span',
        spans.map(([number, span]) => [number, encodeSpan(span)]),
      ),
    saveRecommits: (recommits) =>
      save(
        'recommit',
        recommits.map((recommit) => [recommit.number, encodeRecommit(recommit)]),
      ),
    close: () => cache.close(),
  }
}

function readFacts<T>(
  cache: LogCache,
  kind: string,
  decode: (number: bigint, text: string) => T | undefined,
): Map<bigint, T> {
  const found = new Map<bigint, T>()
  for (const [key, text] of cache.facts(kind)) {
    const value = decode(BigInt(key), text)
    if (value !== undefined) found.set(BigInt(key), value)
  }
  return found
}

const encodeEpoch = ({signer, startBlock, endBlock}: Epoch) => `${signer} ${startBlock} ${endBlock}`

function decodeEpoch(number: bigint, text: string): Epoch | undefined {
  const [signer, startBlock, endBlock] = text.split(' ')
  if (!signer || !startBlock || !endBlock) return undefined
  return {
    number,
    signer: signer as Address,
    startBlock: BigInt(startBlock),
    endBlock: BigInt(endBlock),
  }
}

const encodeRecommit = ({wasCommitted, endBlock}: Recommit) => `${wasCommitted} ${endBlock}`

function decodeRecommit(number: bigint, text: string): Recommit | undefined {
  const [, was, end] = /^(true|false) (\d+)$/.exec(text) ?? []
  return end === undefined
    ? undefined
    : {number, wasCommitted: was === 'true', endBlock: BigInt(end)}
}

function encodeSpan(span: SpanFact): string {
  return stringifyJson({...span, powers: [...span.powers]})
}

function decodeSpan(text: string): SpanFact | undefined {
  const value = tryTo(() => parseJson(text))
  if (!isRecord(value) || !Array.isArray(value['powers'])) return undefined
  const {producer, drawn} = value
  if (typeof producer !== 'string' || (drawn !== null && typeof drawn !== 'string'))
    return undefined
  const powers = (value['powers'] as unknown[]).flatMap((pair): [Address, number][] =>
    Array.isArray(pair) && typeof pair[0] === 'string' && typeof pair[1] === 'number'
      ? [[pair[0] as Address, pair[1]]]
      : [],
  )
  return {
    producer: producer as Address,
    drawn: drawn as Address | null,
    isDrawn: value['isDrawn'] === true,
    powers: new Map(powers),
  }
}

function tryTo<T>(act: () => T): T | null {
  try {
    return act()
  } catch {
    return null
  }
}
