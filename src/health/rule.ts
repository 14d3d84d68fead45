import {redactUrls} from '../lib/redact.ts'
import {capabilitiesOf, type RuntimeCapabilities} from '../protocol/node-runtime.ts'
import {
  answerOf,
  wallClockOf,
  type Answer,
  type HealthSnapshot,
  type Now,
  type Setting,
} from './snapshot.ts'
import type {Issue, IssueId, Severity, SourceName} from './issue.ts'

/** The snapshot as the rules see it: each source decided once. */
export interface View {
  setting: Setting
  now: Now
  l2: Answer<AnswerIn<'l2'>>
  l1: Answer<AnswerIn<'l1'>>
  money: Answer<AnswerIn<'money'>>
  lst: Answer<AnswerIn<'lst'>>
  pos: Answer<AnswerIn<'pos'>>
  node: Answer<AnswerIn<'node'>>
  machine: Answer<AnswerIn<'machine'>>
  endpoints: Answer<AnswerIn<'endpoints'>>
}

type AnswerIn<K extends Exclude<keyof HealthSnapshot, 'setting'>> =
  Extract<HealthSnapshot[K], {state: 'answered'}> extends {value: infer T} ? T : never

/** The finding of a rule. `sinceMs` only where the facts include its start. */
export interface Finding {
  id: IssueId
  severity: Severity
  text: string
  cost: string
  remedy: string
  sources: SourceName[]
  subject?: string
  /** Wall clock, milliseconds since 1970. */
  sinceMs?: number
}

/** Pure. Reports nothing where its facts are unknown: a silent source is a separate finding. */
export type Rule = (view: View) => Finding[]

export function viewOf(snapshot: HealthSnapshot, now: Now): View {
  return {
    setting: snapshot.setting,
    now,
    l2: answerOf(snapshot.l2, now),
    l1: answerOf(snapshot.l1, now),
    money: answerOf(snapshot.money, now),
    lst: answerOf(snapshot.lst, now),
    pos: answerOf(snapshot.pos, now),
    node: answerOf(snapshot.node, now),
    machine: answerOf(snapshot.machine, now),
    endpoints: answerOf(snapshot.endpoints, now),
  }
}

export function toIssue(finding: Finding, known: Issue | undefined, first: number | null): Issue {
  const {sinceMs = known?.sinceMs ?? first, subject = null, text, cost, ...rest} = finding
  // Reasons come from endpoints, nodes and logs: API keys in them are redacted here.
  return {...rest, text: redactUrls(text), cost: redactUrls(cost), subject, sinceMs}
}

/**
 * Seconds that L2 had been silent when it was read; null while L2 is unknown. Never negative.
 * Measured at the time of the read: a slow source beside it must not make L2 look stalled.
 */
export function silentSeconds(view: Pick<View, 'l2' | 'now'>): number | null {
  const {l2, now} = view
  if (!l2.known) return null
  const {moved, headTimestampSeconds} = l2.value
  const byItsClock = headAgeSeconds(view) ?? 0
  if (moved === null) return byItsClock
  const observed = Math.max(0, Math.floor((l2.atMs - moved.atMs) / 1000))
  // A head that came from the future: the clock here is slow, and would hide a stall for as long as it is.
  if (Number(headTimestampSeconds) > wallClockOf(moved.atMs, now) / 1000) return observed
  // A moving head is not silent, whatever the clocks say.
  return Math.min(byItsClock, observed)
}

/** Seconds between the newest block's timestamp and the time L2 was read. */
export function headAgeSeconds({l2, now}: Pick<View, 'l2' | 'now'>): number | null {
  if (!l2.known) return null
  const readAt = Math.floor(wallClockOf(l2.atMs, now) / 1000)
  return Math.max(0, readAt - Number(l2.value.headTimestampSeconds))
}

/** The start of the silence, for a source without a current response. */
export function isSilent<T>(answer: Answer<T>): answer is Extract<Answer<T>, {known: false}> {
  return !answer.known && (answer.why === 'failing' || answer.why === 'stale')
}

/** When a source stopped responding; undefined if not observed. */
export function silentSince<T>(
  answer: Extract<Answer<T>, {known: false}>,
  {now}: View,
): {sinceMs?: number} {
  return answer.sinceMs === null ? {} : {sinceMs: wallClockOf(answer.sinceMs, now)}
}

/** The reason, unless the text already contains it. */
export function andReason(cost: string, text: string, reason: string): string {
  return reason.toLowerCase() === `${text}.`.toLowerCase() ? cost : `${cost} ${reason}`.trim()
}

/** A command for the profile being checked, whatever profile is in use. */
export function commandFor(
  {profile, network}: Pick<Setting, 'profile' | 'network'>,
  words: string,
): string {
  const acting = profile === null ? `--network ${network}` : `--profile ${profile}`
  return `metis-seq ${words} ${acting}`
}

/** The capabilities of the operator's node; null when the profile has none. */
export function canDo({
  nodeRuntime,
}: Pick<Setting, 'nodeRuntime'>): Readonly<RuntimeCapabilities> | null {
  return nodeRuntime && capabilitiesOf[nodeRuntime]
}

/** The command that diagnoses why a part of the network does not respond. */
export function lookAfter({setting}: View, answer: {isSilent: boolean}): string {
  // `local up` may start a node with the key of one that is running elsewhere.
  const isForeign = canDo(setting)?.control === false
  if (setting.kind !== 'local' || isForeign) return commandFor(setting, 'network check')
  // A dead process is restarted; a hanging one must be inspected first.
  return answer.isSilent ? 'metis-seq local status' : 'metis-seq local up --detach'
}

/** The same for the consensus layer. */
export function lookAfterPos(view: View, answer: {isSilent: boolean}): string {
  return view.setting.kind === 'local'
    ? lookAfter(view, answer)
    : commandFor(view.setting, 'pos status')
}

/** The command that shows the files of an unreadable signer key, which comes first; undefined while it is readable. */
export function keyRemedy({machine}: Pick<View, 'machine'>): string | undefined {
  if (!machine.known || machine.value.signerKey !== 'unreadable') return undefined
  const name = machine.value.unreadableKey
  return name === undefined ? 'metis-seq key list' : `metis-seq key show ${name}`
}
