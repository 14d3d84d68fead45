import type {ChainClient} from '../../chain/connect.ts'
import {shortHex} from '../../lib/units.ts'
import {openJournal, type Journal} from '../../store/journal.ts'
import type {Context} from '../context.ts'
import type {Plan} from './plan.ts'
import {openNamedSigner} from '../signers/open-signer.ts'
import {checkEndpointAgreement} from '../network/endpoint-agreement.ts'
import type {TransactionSigner} from '../../chain/signer.ts'
import type {SendDependencies, SendReporter} from './send-dependencies.ts'
import type {SentCall} from './send-plan.ts'
import type {PasswordAccess} from './request.ts'
import {lockAccount, type LockPurpose} from './account-lock.ts'
import {pagesOf} from './explorer-pages.ts'
import type {OperationHost} from './host.ts'

/** A sending session of one account. */
export interface Session {
  context: Context
  host: OperationHost
  dependencies: SendDependencies
  /** Releases the account for other commands. Happens automatically at the end of the run. */
  release(): void
}

export interface SessionOptions {
  /** Null when nothing is sent, so no other command is blocked. */
  lock: LockPurpose | null
  signal: AbortSignal
}

/**
 * The common start of every way of sending: endpoint agreement, the account lock, and the journal.
 *
 * @throws {MetisSeqError} those of {@link proveEndpoints}, ACCOUNT_BUSY; nothing was sent
 */
export async function withSession<T>(
  context: Context,
  account: Pick<Plan, 'chain' | 'from'>,
  {lock, signal}: SessionOptions,
  host: OperationHost,
  act: (session: Session) => Promise<T>,
): Promise<T> {
  await proveAndWarn(context, account, host)
  const release = lock
    ? await lockAccount(context, account, {purpose: lock, signal, host})
    : nothing
  host.onEnd(release)
  return withJournal(context, (journal) =>
    act({
      ...{context, host, release},
      dependencies: {
        ...chainOf(context, account),
        network: context.networkName,
        reporter: reporterFor(context, account, host),
        ...{journal, signal},
      },
    }),
  )
}

function nothing(): void {}

export async function withJournal<T>(
  {home}: Context,
  act: (journal: Journal) => Promise<T> | T,
): Promise<T> {
  const journal = openJournal(home.journalFile)
  try {
    return await act(journal)
  } finally {
    journal.close()
  }
}

/** Opens the signer, with all sources of its password. */
export function openSessionSigner(
  {home, config, timeoutMs}: Context,
  name: string,
  password: PasswordAccess,
): Promise<TransactionSigner> {
  return openNamedSigner(name, {home, config, timeoutMs, ...password})
}

/** Endpoints must agree before anything is sent; lagging ones cause a warning. */
async function proveAndWarn(
  context: Context,
  wanted: Pick<Plan, 'chain'>,
  {say}: OperationHost,
): Promise<void> {
  const {stale, down} = await checkEndpointAgreement(context, wanted)
  for (const endpoint of down) {
    const message = `${endpoint} does not respond; the other endpoints of ${wanted.chain} do.`
    say({kind: 'warning', code: 'ENDPOINT_DOWN', message})
  }
  for (const {endpoint, number} of stale) {
    const message = `${endpoint} is behind the other endpoints at block ${number}; it is skipped.`
    say({kind: 'warning', code: 'ENDPOINT_BEHIND', message})
  }
}

/** The operator has seen the outcome of these. Transactions that were not waited for are reported by the next run. */
export function tellAll({home}: Context, sent: readonly SentCall[]): void {
  const journal = openJournal(home.journalFile)
  try {
    for (const {hash, receipt} of sent) {
      const entry = receipt ? journal.find({hash}) : undefined
      if (entry) journal.tell(entry.id)
    }
  } finally {
    journal.close()
  }
}

function chainOf(
  context: Context,
  {chain}: Pick<Plan, 'chain'>,
): {client: ChainClient; chainId: number} {
  return chain === 'L1'
    ? {client: context.l1().client, chainId: context.network.l1.chainId}
    : {client: context.l2().client, chainId: context.network.l2.chainId}
}

function reporterFor(
  context: Context,
  account: Pick<Plan, 'chain'>,
  {say, progress}: OperationHost,
): SendReporter {
  const pageOf = pagesOf(context, account)
  const step = (text: string) => say({kind: 'step', text})
  return {
    onSettled(label, hash, status) {
      progress(null)
      const message = `Earlier transaction (${label}, ${shortHex(hash)}): ${status}.`
      say({kind: 'warning', code: 'EARLIER_SETTLED', message})
    },
    onSimulated: (label) => step(`Simulated: ${label}.`),
    onBroadcast(label, hash) {
      const page = pageOf(hash)
      step(`Sent: ${label}, ${hash}.${page ? `\n      ${page}` : ''}`)
    },
    onWaiting: (label) => progress(`Waiting for the block of: ${label}`),
    onMined(label, {blockNumber}) {
      progress(null)
      step(`Mined in block ${blockNumber}: ${label}.`)
    },
  }
}
