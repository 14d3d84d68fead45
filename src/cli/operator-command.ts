import {join} from 'node:path'
import {createInterface} from 'node:readline/promises'

import {Command, Errors, type Interfaces} from '@oclif/core'
import type {Address} from 'viem'

import type {SourceState} from '../chain/connect.ts'
import {MetisSeqError} from '../lib/errors.ts'
import {watchExchanges} from '../lib/http.ts'
import {stringifyJson} from '../lib/json.ts'
import {exitCodes, type ExitName} from '../lib/exit-codes.ts'
import {watchSlowWork} from '../lib/slow-work.ts'
import {openContext, type Context} from '../services/context.ts'
import {assertChains, type NamedChain} from '../services/network/named-chains.ts'
import type {Unreachable} from '../services/sending/transactions.ts'
import {actingHints, type Acting} from './acting-hints.ts'
import {
  assertNoInheritedFlag,
  envNameOf,
  UNATTENDED_VARIABLE,
  withEnvNames,
  withListsFromEnv,
} from './env-names.ts'
import {checkedValues} from './given-values.ts'
import {exitCodeOf, toErrorReport, type ErrorReport} from './error-report.ts'
import {commonFlags, sendFlags} from './flags.ts'
import {onSignals} from './interrupt.ts'
import {exchangeText} from './exchange-text.ts'
import {
  printDocument,
  printJson,
  printText,
  questionFor,
  tellText,
  toEnvelope,
  type Warning,
} from './output.ts'
import {flagNamesOf} from './only-command.ts'
import type {CommandHost} from './operation-host.ts'
import {Progress} from './progress.ts'
import {readerGone} from './stdout-state.ts'

/** The result of a command, for people and for scripts. */
export interface Result {
  /** The `data` of the JSON document. */
  data: unknown
  /** Human-readable lines. */
  text: string
  /** The text is a document for programs, so no line is wrapped. */
  isDocument?: boolean
  /** Set when the exit code is part of the result, such as an unmet precondition. */
  exit?: ExitName
}

/** Every command extends this: one JSON document, one report and one exit code per error. */
export abstract class OperatorCommand extends Command {
  static override enableJsonFlag = true

  /** Aborted by SIGINT and SIGTERM. */
  protected readonly interrupted = new AbortController()
  /** For read-only commands: also aborted when nobody reads their output. */
  protected readonly watching = AbortSignal.any([this.interrupted.signal, readerGone])
  /** Chain prefixes of addresses; filled by the parser, and checked once the network is known. */
  readonly namedChains: NamedChain[] = []
  private readonly startedMs = performance.now()
  private readonly warnings: Warning[] = []
  private profileName: string | null = null
  private networkName: string | null = null
  private acting: Acting = {}
  private readSources: () => SourceState[] = () => []
  private failureData: unknown = null
  private asksNothing = false
  private isQuiet = false
  private mayLook = false
  private asked = ''
  private readonly working = new Progress({
    screen: process.stderr,
    env: process.env,
    tell: tellText,
  })
  private readonly closers: (() => void)[] = []
  private readonly successes: (() => void)[] = []

  /** Does the work. Separate from oclif's `run`, so that output is in one place. */
  protected abstract perform(): Promise<Result>

  override async run(): Promise<void> {
    const release = onSignals(this.interrupted)
    watchSlowWork((text, work) => (this.isSilent ? work : this.working.within(text, work)))
    try {
      const {data, text: said, isDocument = false, exit} = await this.perform()
      const text = isDocument ? said : this.forProfile(said)
      if (exit) process.exitCode = exitCodes[exit]
      if (this.jsonEnabled()) this.printEnvelope(data, null)
      else if (text) (isDocument ? printDocument : printText)(text)
      for (const act of this.successes) act()
    } finally {
      watchSlowWork(undefined)
      this.working.done()
      for (const close of this.closers) close()
      release()
    }
  }

  /** How an endless stream ended: by Ctrl-C, or because its reader is gone, which is not a failure. */
  protected get endOfStream(): {exit?: ExitName} {
    return this.interrupted.signal.aborted ? {exit: 'sigint'} : {}
  }

  /** Resolves profile and network, and adds both to the JSON document. */
  protected openContext(flags: {
    profile?: string | undefined
    network?: string | undefined
    from?: Address | undefined
    role?: 'owner' | 'signer'
    networksOwn?: boolean
    timeout: number
  }): Context {
    const context = openContext({
      profile: flags.profile,
      network: flags.network,
      from: flags.from,
      role: flags.role,
      networksOwn: flags.networksOwn,
      timeoutSeconds: flags.timeout,
      signal: this.interrupted.signal,
    })
    assertChains(this.namedChains, context.network)
    this.profileName = context.profileName
    this.networkName = context.networkName
    const {currentProfile} = context.config.read()
    this.acting =
      flags.profile === undefined
        ? {network: context.profileName === null ? flags.network : undefined}
        : {profile: flags.profile === currentProfile ? undefined : flags.profile}
    this.readSources = context.sources
    this.closers.push(context.close)
    return context
  }

  /** Adds profile and network to the JSON document of a command without a connection. */
  protected describeProfile(profile: string, network: string): void {
    this.profileName = profile
    this.networkName = network
  }

  /** Command line to start this program in the background. */
  protected get self(): {file: string; args: string[]} {
    return {file: process.execPath, args: [join(this.config.root, 'bin', 'run.cjs')]}
  }

  /** What starting a node needs of its command. */
  protected get nodeHost() {
    const during = <T>(text: string, work: Promise<T>) => this.during(text, work)
    return {self: this.self, signal: this.interrupted.signal, during}
  }

  /** Adds `--no-input` and `--quiet` to every command, and an environment variable to every flag, in one place. */
  protected override async parse<
    F extends Interfaces.OutputFlags<Interfaces.FlagInput>,
    B extends Interfaces.OutputFlags<Interfaces.FlagInput>,
    A extends Interfaces.OutputArgs<Interfaces.ArgInput>,
  >(
    options?: Interfaces.Input<F, B, A>,
    argv?: string[],
  ): Promise<Interfaces.ParserOutput<F, B, A>> {
    const flags = options?.flags
    const words = argv ?? this.argv
    assertNoInheritedFlag(words)
    const parsed = await (flags
      ? super.parse(
          // A class inherits flags and arguments; a copy must list them.
          {
            ...options,
            ...(options.args && {args: options.args}),
            enableJsonFlag: options.enableJsonFlag ?? false,
            flags: withEnvNames(flags, isTruthy(process.env[UNATTENDED_VARIABLE])),
          },
          withListsFromEnv(words, flags, process.env),
        )
      : super.parse(options, argv))
    const given: Record<string, unknown> = flags
      ? Object.assign(parsed.flags, checkedValues(parsed.flags, flags))
      : parsed.flags
    this.asksNothing = given['no-input'] === true
    this.isQuiet = given['quiet'] === true
    if (given['no-color'] === true) process.env['NO_COLOR'] = '1'
    if (given['verbose'] === true) watchExchanges((exchanged) => tellText(exchangeText(exchanged)))
    this.asked = askedOf({...parsed.args, ...given})
    this.mayLook = flags !== undefined && 'dry-run' in flags
    return parsed
  }

  override jsonEnabled(): boolean {
    return super.jsonEnabled() || isTruthy(process.env[envNameOf('json')])
  }

  protected get mayAsk(): boolean {
    return !this.asksNothing && !this.jsonEnabled() && process.stdin.isTTY === true
  }

  /** Progress and remarks for people, on stderr. */
  protected say(text: string): void {
    if (this.isSilent) return
    this.working.clear()
    tellText(text)
  }

  private get isSilent(): boolean {
    return this.jsonEnabled() || this.isQuiet
  }

  /** A step of long work: see {@link Progress}. */
  protected progress(text: string): void {
    if (!this.isSilent) this.working.step(text)
  }

  /** Ends the progress line, so that further output starts on its own line. */
  protected endProgress(): void {
    this.working.end()
  }

  /** Lines of an ongoing result, on stdout. */
  protected show(text: string): void {
    if (this.jsonEnabled()) return
    this.working.clear()
    printText(text)
  }

  /** Reports a wait when it takes long. */
  protected during<T>(text: string, work: Promise<T>): Promise<T> {
    return this.isSilent ? work : this.working.during(text, work)
  }

  protected warnAbout(warning: Warning): void {
    this.warnings.push(warning)
    this.say(`warning: ${warning.message}`)
  }

  /** A warning that `--quiet` does not silence: a secret is about to leave its encryption. */
  protected warnOfSecret(warning: Warning): void {
    this.warnings.push(warning)
    this.working.clear()
    if (!this.jsonEnabled()) tellText(`warning: ${warning.message}`)
  }

  /** Unreachable sources that the result does not depend on. */
  protected warnAboutUnreachable(unreachable: readonly Unreachable[]): void {
    for (const {layer, error} of unreachable) {
      this.warnAbout({code: error.code, message: `${layer} could not be reached. ${error.message}`})
    }
  }

  /** Stores data for the JSON document in case the command fails, such as a preview. */
  protected keepForFailure(data: unknown): void {
    this.failureData = data
  }

  /** Prompts on a terminal; otherwise requires `--yes`. Returns only after a yes. */
  protected async confirm(question: string, yes: boolean): Promise<void> {
    if (yes) return
    if (!this.mayAsk) {
      const ignored = process.env[envNameOf('yes')] !== undefined
      throw confirmationNeeded([
        `Pass \`--yes\` to go on${this.mayLook ? ', or `--dry-run` to preview only' : ''}.`,
        ...(ignored ? [`METIS_SEQ_YES counts only with ${UNATTENDED_VARIABLE}=1.`] : []),
      ])
    }
    if ((await this.ask(`${question} [y/N] `)).toLowerCase() === 'y') return
    throw declined('the answer was not y')
  }

  /**
   * For irreversible operations: the name of the subject must be typed, at the prompt or with
   * `--confirm`. `--yes` alone is too easy.
   */
  protected async confirmName(
    question: string,
    name: string,
    given: string | undefined,
  ): Promise<void> {
    if (given === name) return
    if (given !== undefined) throw declined(`\`--confirm\` does not match ${name}`)
    if (!this.mayAsk) {
      throw confirmationNeeded([
        `This cannot be undone: pass \`--confirm ${name}\` to go on${this.mayLook ? ', or `--dry-run` to preview only' : ''}.`,
      ])
    }
    if ((await this.ask(`${question} This cannot be undone: type ${name} to go on. `)) === name)
      return
    throw declined(`the answer was not ${name}`)
  }

  private async ask(question: string): Promise<string> {
    const terminal = createInterface({input: process.stdin, output: process.stderr})
    try {
      const shown = questionFor(process.stderr, question)
      const answer = await terminal.question(shown, {signal: this.interrupted.signal})
      return answer.trim()
    } catch (error) {
      // What follows must not continue the line of the question.
      process.stderr.write('\n')
      throw error
    } finally {
      terminal.close()
    }
  }

  /** The host that a command provides to an operation. */
  protected sendHost(yes: boolean, confirm?: string): CommandHost {
    return {
      say: (text) => this.say(text),
      waitFor: (text) => void (this.isSilent || this.working.wait(text)),
      arrived: () => this.working.done(),
      confirm: (question) => this.confirm(question, yes),
      confirmName: (question, name) => this.confirmName(question, name, confirm),
      warn: (warning) => this.warnAbout(warning),
      keepForFailure: (data) => this.keepForFailure(data),
      atSuccess: (act) => void this.successes.push(act),
      atEnd: (release) => void this.closers.push(release),
      mayAsk: this.mayAsk,
      signal: this.interrupted.signal,
      asked: this.asked,
    }
  }

  protected override async catch(thrown: Error): Promise<void> {
    if (thrown instanceof Errors.ExitError) throw thrown
    this.working.done()
    const report = this.named(
      toErrorReport(
        this.interrupted.signal.aborted ? interruption(thrown, this.interrupted.signal) : thrown,
        this.words,
      ),
    )
    // The profile in use may be another one when a hint about a process in the background is read.
    if (report.code === 'DIRECTORY_LOCKED' && this.profileName !== null)
      this.acting = {profile: this.profileName}
    report.hints = report.hints.map((hint) => this.forProfile(hint))
    process.exitCode = exitCodeOf(report)
    if (this.jsonEnabled()) this.printEnvelope(this.failureData, report)
    else tellText(errorText(report))
  }

  /** The same text with commands for the same profile and network. */
  protected forProfile(text: string): string {
    return actingHints(text, this.acting, (words) => {
      const ids = words.map((_word, index) => words.slice(0, index + 1).join(':'))
      return flagNamesOf(this.config, ids.toReversed())
    })
  }

  /** Adds the endpoint to its error, even if the library that raised it does not know it. */
  private named(report: ErrorReport): ErrorReport {
    const isOfEndpoint = ['ENDPOINT_ERROR', 'ENDPOINT_WRONG_ANSWER'].includes(report.code)
    if (!isOfEndpoint || report.facts['endpoints'] !== undefined) return report
    const used = this.readSources().filter(({state}) => state !== 'unused')
    const endpoints = used.map(({name, endpoint}) => `${name} ${endpoint}`).join(', ')
    return {...report, facts: {...report.facts, endpoints}}
  }

  private get words(): string {
    return `${this.config.bin} ${this.commandWords}`
  }

  private get commandWords(): string {
    return (this.id ?? '').replaceAll(':', ' ')
  }

  private printEnvelope(data: unknown, report: ErrorReport | null): void {
    printJson(
      toEnvelope({
        command: this.commandWords,
        profile: this.profileName,
        network: this.networkName,
        data,
        warnings: this.warnings,
        error: report ? {...report, exitCode: exitCodeOf(report)} : null,
        sources: this.readSources(),
        startedMs: this.startedMs,
      }),
    )
  }
}

/** Flags that affect how an operation is done, not which one. */
const HOW: ReadonlySet<string> = new Set([
  ...Object.keys(commonFlags),
  ...Object.keys(sendFlags),
  ...['json', 'confirm'],
])

/** Arguments and flags, normalized, without those of {@link HOW}. */
function askedOf(given: Record<string, unknown>): string {
  const which = Object.entries(given).filter(
    ([name, value]) => !HOW.has(name) && value !== undefined,
  )
  return stringifyJson(Object.fromEntries(which.toSorted(([a], [b]) => (a < b ? -1 : 1))))
}

function confirmationNeeded(hints: string[]): MetisSeqError {
  return new MetisSeqError({
    code: 'CONFIRMATION_NEEDED',
    message: 'Nothing was changed or sent: there is no terminal to ask on.',
    hints,
  })
}

function declined(why: string): MetisSeqError {
  return new MetisSeqError({
    code: 'DECLINED',
    message: `Nothing was changed or sent: ${why}.`,
  })
}

/** How the parser reads a boolean flag from the environment. */
function isTruthy(value: string | undefined): boolean {
  return ['1', 'true', 'y', 'yes'].includes(value?.toLowerCase() ?? '')
}

/** The error after Ctrl-C: operator errors keep their facts, others become INTERRUPTED. */
function interruption(thrown: unknown, {reason}: AbortSignal): unknown {
  return thrown instanceof MetisSeqError && thrown.exit !== 'internal' ? thrown : reason
}

function errorText({code, message, facts, hints}: ErrorReport): string {
  const lines = [`error: ${message} [${code}]`]
  const shown = Object.entries(facts).filter(([name]) => name !== 'stack')
  for (const [name, value] of shown) lines.push(`  ${name}: ${value.replaceAll('\n', '\n    ')}`)
  if (facts['stack']) lines.push(facts['stack'])
  for (const hint of hints) lines.push(`hint: ${hint}`)
  return lines.join('\n')
}
