/** How every rule is reported for a profile, and how that is changed. */
import {
  timesOf,
  isIssueId,
  type AlertChoices,
  type AlertSeverity,
} from '../../health/alerts/settings.ts'
import {issueIds, type IssueId} from '../../health/issue.ts'
import {isLimitedRule, limitsOf} from '../../health/thresholds.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import {nearest} from '../../lib/nearest.ts'
import type {ConfigStore, Profile, RuleChoice} from '../../store/config.ts'

export interface RuleView {
  rule: IssueId
  /** Fixed by the profile; null: that of the issue. */
  severity: AlertSeverity | null
  off: boolean
  holdSeconds: number
  /** By severity; 0: no reminders. */
  repeatSeconds: {warn: number; critical: number}
  /** Of the rule itself; empty where it has none that can be replaced. */
  limits: Record<string, number>
  /** The profile replaces a default. */
  isChanged: boolean
}

/** A change of one rule; undefined leaves a field as it is. */
export interface RuleChange extends RuleChoice {
  /** First drops every choice about the rule. */
  isReset: boolean
}

/** Every rule, with what holds for it. Pure. */
export function ruleViews(profile: Profile | null): RuleView[] {
  return issueIds.map((rule) => ruleView(rule, profile?.rules))
}

export function ruleView(rule: IssueId, rules: Profile['rules'] = {}): RuleView {
  const choice = Object.hasOwn(rules, rule) ? rules[rule]! : {}
  const repeat = (severity: AlertSeverity) => {
    const {repeatMs} = timesOf(choice, severity)
    return repeatMs === null ? 0 : repeatMs / 1000
  }
  return {
    rule,
    severity: choice.severity ?? null,
    off: choice.off ?? false,
    holdSeconds: timesOf(choice, 'warn').holdMs / 1000,
    repeatSeconds: {warn: repeat('warn'), critical: repeat('critical')},
    limits: isLimitedRule(rule)
      ? limitsOf({limits: choice.limits ? {[rule]: choice.limits} : {}}, rule)
      : {},
    isChanged: Object.keys(choice).length > 0,
  }
}

/** The choices of a profile about alerts. Pure. */
export function choicesOf(profile: Pick<Profile, 'rules'> | null): AlertChoices {
  return (profile?.rules ?? {}) as AlertChoices
}

/**
 * Changes the choices about one rule.
 *
 * @throws {MetisSeqError} ALERT_RULE_UNKNOWN, ALERT_LIMIT_UNKNOWN
 */
export function changeRule(
  config: ConfigStore,
  profileName: string,
  rule: IssueId,
  {isReset, limits, ...change}: RuleChange,
): RuleView {
  assertLimits(rule, limits ?? {})
  let rules: Profile['rules'] = {}
  config.update((all) => {
    const profile = all.profiles[profileName]!
    const {[rule]: before = {}, ...others} = profile.rules ?? {}
    const kept: RuleChoice = isReset ? {} : before
    const next: RuleChoice = {...kept, ...change}
    if (limits) next.limits = {...kept.limits, ...limits}
    rules = {...others, ...(Object.keys(next).length > 0 ? {[rule]: next} : {})}
    const {rules: _before, ...rest} = profile
    const changed: Profile = Object.keys(rules).length > 0 ? {...rest, rules} : rest
    return {...all, profiles: {...all.profiles, [profileName]: changed}}
  })
  return ruleView(rule, rules)
}

function assertLimits(rule: IssueId, limits: Readonly<Record<string, number>>): void {
  const known = isLimitedRule(rule) ? Object.keys(limitsOf({}, rule)) : []
  const stranger = Object.keys(limits).find((name) => !known.includes(name))
  if (stranger === undefined) return
  throw new MetisSeqError({
    code: 'ALERT_LIMIT_UNKNOWN',
    message:
      known.length === 0
        ? `The rule ${rule} has no limit that can be changed.`
        : `The rule ${rule} has no limit called ${stranger}.`,
    facts: {rule, limit: stranger, known: known.join(', ') || 'none'},
    hints: ['Run `metis-seq monitor rules`.'],
  })
}

/** @throws {MetisSeqError} ALERT_RULE_UNKNOWN */
export function parseRule(text: string): IssueId {
  if (isIssueId(text)) return text
  const [near] = nearest(text, issueIds)
  throw new MetisSeqError({
    code: 'ALERT_RULE_UNKNOWN',
    message: 'There is no health rule of this name.',
    facts: {given: text.slice(0, 60)},
    hints: [
      ...(near === undefined ? [] : [`Did you mean \`${near}\`?`]),
      'Run `metis-seq monitor rules`.',
    ],
  })
}
