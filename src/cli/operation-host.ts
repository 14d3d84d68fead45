import type {Context} from '../services/context.ts'
import type {OperationHost, Proposal} from '../services/sending/host.ts'
import {pagesOf} from '../services/sending/explorer-pages.ts'
import type {SignedBatch} from '../services/sending/send-signed.ts'
import {previewJson, previewText, sentJson} from '../ui/presenters/plan.ts'
import {replacementJson, replacementText} from '../ui/presenters/replacement.ts'
import {decodedText} from '../ui/presenters/transaction.ts'
import type {Warning} from './output.ts'

/** Host of an operation: output, prompts and progress of a command. */
export interface CommandHost {
  say(text: string): void
  /** Start of a possibly long wait, until `arrived`. */
  waitFor(text: string): void
  arrived(): void
  confirm(question: string): Promise<void>
  /** For irreversible operations. */
  confirmName(question: string, name: string): Promise<void>
  warn(warning: Warning): void
  keepForFailure(data: unknown): void
  /** Runs after the command has shown its result. */
  atSuccess(act: () => void): void
  /** Runs when the command ends, with or without an error. */
  atEnd(release: () => void): void
  mayAsk: boolean
  signal: AbortSignal
  /** The arguments and flags that define the operation, normalized. */
  asked: string
}

/** Terminal text and `--json` documents for the events of an operation. */
export function operationHost(context: Context, host: CommandHost): OperationHost {
  return {
    say(news) {
      switch (news.kind) {
        case 'step':
          return host.say(news.text)
        case 'warning':
          return host.warn({code: news.code, message: news.message})
        case 'proposed':
          host.say(proposalText(news.proposal, context))
          return host.keepForFailure(proposalJson(news.proposal))
        case 'sent': {
          const transactions = sentJson(news.sent, pagesOf(context, news.preview.plan))
          return host.keepForFailure({...previewJson(news.preview), transactions})
        }
      }
    },
    ask: ({text, typed}) =>
      typed === undefined ? host.confirm(text) : host.confirmName(text, typed),
    progress: (text) => (text === null ? host.arrived() : host.waitFor(text)),
    onShown: (act) => host.atSuccess(act),
    onEnd: (release) => host.atEnd(release),
  }
}

export function proposalText(proposal: Proposal, context: Context): string {
  switch (proposal.kind) {
    case 'plan':
      return previewText(proposal.preview, context)
    case 'replacement':
      return replacementText(proposal.replacement, proposal.chain)
    case 'signed':
      return decodedText(proposal.input)
  }
}

export function proposalJson(proposal: Proposal): object {
  switch (proposal.kind) {
    case 'plan':
      return previewJson(proposal.preview)
    case 'replacement':
      return replacementJson(proposal.replacement)
    case 'signed':
      return signedJson(proposal.batch)
  }
}

/** Without the signed bytes: a reader of the log could send them. */
function signedJson({transactions, ...rest}: SignedBatch): object {
  return {...rest, transactions: transactions.map(({raw: _raw, ...each}) => each)}
}
