import {MetisSeqError} from '../../lib/errors.ts'
import {deployedLst, type LstId} from '../../protocol/lst/providers.ts'
import type {Context} from '../context.ts'
import type {ReadWarning} from '../network/l1-logs.ts'
import type {LstDescription, LstProvider} from './provider.ts'
import {openProviders} from './providers.ts'

/** The same read of several providers. */
export interface Answers<T> {
  /** By provider. */
  each: T[]
  /** One for each provider that was left out, with the reason. */
  warnings: ReadWarning[]
}

/**
 * Reads one provider, or all of them. Where all are read, those whose contracts are missing or
 * belong to others are left out with a warning, so that one of them does not hide the rest.
 *
 * @throws {MetisSeqError} LST_UNKNOWN; CONTRACT_MISCONFIGURED for a named provider without usable
 * contracts, or when no provider has any
 */
export async function ofEach<T>(
  context: Context,
  id: LstId | undefined,
  read: (provider: LstProvider) => Promise<T>,
): Promise<Answers<T>> {
  if (id === undefined) {
    const answers = await ofAvailable(context, read)
    const {each, warnings} = answers
    if (each.length > 0 || warnings.length === 0) return answers
    throw unusable('No provider can be read.', warnings.map(({message}) => message).join(' '))
  }
  const answer = await readFound(requireProvider(context, id), read)
  if ('found' in answer) return {each: [answer.found], warnings: []}
  throw unusable(`${answer.absent.name} cannot be read.`, reasonOf(answer.absent))
}

/** As {@link ofEach} for all providers, also when none of them can be read. */
export async function ofAvailable<T>(
  context: Context,
  read: (provider: LstProvider) => Promise<T>,
): Promise<Answers<T>> {
  const answers = await Promise.all(
    providersOf(context).map((provider) => readFound(provider, read)),
  )
  return {
    each: answers.flatMap((answer) => ('found' in answer ? [answer.found] : [])),
    warnings: answers.flatMap((answer) =>
      'found' in answer
        ? []
        : [
            {
              code: 'LST_LEFT_OUT',
              message: `${answer.absent.name} is left out. ${reasonOf(answer.absent)}`,
            },
          ],
    ),
  }
}

/** The contracts of the provider are those that are known, whatever they accept at the moment. */
export function isFound({state}: Pick<LstDescription, 'state'>): boolean {
  return state !== 'no-code' && state !== 'mismatch'
}

/** The state is read at the same time: a value of other contracts must not pass for an answer. */
async function readFound<T>(
  provider: LstProvider,
  read: (provider: LstProvider) => Promise<T>,
): Promise<{found: T} | {absent: LstDescription}> {
  const [description, answer] = await Promise.all([
    provider.describe(),
    read(provider).then(
      (value) => ({ok: true, value}) as const,
      (error: unknown) => ({ok: false, error}) as const,
    ),
  ])
  if (!isFound(description)) return {absent: description}
  if (!answer.ok) throw answer.error
  return {found: answer.value}
}

function reasonOf({warnings}: LstDescription): string {
  return warnings.join(' ')
}

function unusable(message: string, reason: string): MetisSeqError {
  return new MetisSeqError({
    code: 'CONTRACT_MISCONFIGURED',
    message: `${message} ${reason}`,
    facts: {condition: 'contracts-agree', seen: reason},
    hints: ['Run `metis-seq lst list` to see the state of each provider.'],
  })
}

export function idOf({about}: LstProvider): LstId {
  return about.id as LstId
}

/** The providers of the network; none are opened where none is deployed. */
export function providersOf({network, l2}: Context): LstProvider[] {
  // A network without any is not queried.
  return deployedLst(network.lst).length === 0 ? [] : openProviders(l2().client, network.lst)
}

/** @throws {MetisSeqError} LST_UNKNOWN */
export function requireProvider(context: Context, id: LstId): LstProvider {
  const found = providersOf(context).find(({about}) => about.id === id)
  if (found) return found
  throw unknownProvider(context, id)
}

export function unknownProvider({networkName}: Context, id?: LstId): MetisSeqError {
  return new MetisSeqError({
    code: 'LST_UNKNOWN',
    message:
      id === undefined
        ? `No liquid-staking provider is known on ${networkName}.`
        : `The liquid-staking provider ${id} is not known on ${networkName}.`,
    facts: {network: networkName},
    hints: ['Run `metis-seq lst list --network andromeda`.'],
  })
}
