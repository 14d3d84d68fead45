import type {Hex} from 'viem'

import {formatCount, formatWei, isoTime} from '../../lib/units.ts'
import type {Tip, TipSource} from '../../protocol/tip.ts'
import {decodePlanned} from '../../services/sending/planned-call.ts'
import type {Preview, SentCall} from '../../services/sending/send-plan.ts'
import {fields} from './table.ts'

/** A plan before anything is sent: calls with decoded arguments, effects, cost. */
export function previewText(
  preview: Preview,
  {networkName, profileName}: {networkName: string; profileName: string | null},
): string {
  const {plan, gasLimits, likelyCostWei, maxCostWei, balanceWei, fees, tip, overridden} = preview
  const coin = plan.chain === 'L1' ? 'ETH' : 'METIS'
  const calls = plan.calls.flatMap((call, index) => {
    const {contract, functionName, args} = decodePlanned(call)
    return [
      `${index + 1}. ${call.label}`,
      fields(
        [
          ['call', `${contract}.${functionName} at ${call.to}`],
          ...args.map((arg): [string, string] => [arg.name, argText(arg)]),
          ['value', `${formatWei(call.valueWei)} ${coin}`],
          [
            'gas',
            gasLimits[index] === null
              ? `known after the previous call${call.gasAtMost ? `, at most about ${formatCount(call.gasAtMost)}` : ''}`
              : formatCount(gasLimits[index]!),
          ],
        ],
        3,
      ),
    ]
  })
  const price = fees.type === 'legacy' ? fees.gasPrice : fees.maxFeePerGas
  return [
    `${plan.title}.`,
    fields([
      ['network', `${networkName}, ${plan.chain}`],
      ['profile', profileName ?? '(none)'],
      ['from', `${plan.from} (${plan.role})`],
    ]),
    ...(plan.conditions.length > 0
      ? [`Checked: ${plan.conditions.map(({label}) => label).join('; ')}.`]
      : []),
    ...calls,
    'Effect',
    fields(
      plan.effects.map(({label, before, after}): [string, string] => [
        label,
        // What did not exist before, or stays as it is, has only an outcome.
        before === '' ? after : before === after ? `${after}, unchanged` : `${before} -> ${after}`,
      ]),
      3,
    ),
    ...overridden.map(({id, message}) => `Overridden (${id}): ${message}`),
    `Costs about ${formatWei(likelyCostWei)} ${coin} now, and at most ${formatWei(maxCostWei)} ${coin} at ${formatWei(price * 10n ** 9n)} gwei per gas; the account has ${formatWei(balanceWei)} ${coin}.`,
    ...(tip ? [tipText(tip)] : []),
  ].join('\n')
}

/** Digits of a time in seconds that a date can be: up to the year 9999. */
const TIME = /^\d{1,12}$/

function argText({name, value, display}: ReturnType<typeof decodePlanned>['args'][number]): string {
  if (display) return `${display} (${value} wei)`
  if (name === 'deadline' && TIME.test(value)) {
    return `${isoTime(BigInt(value))} (${value})`
  }
  return value || '(empty)'
}

const tipSources: Readonly<Record<TipSource, string>> = {
  chosen: 'as requested',
  history: 'the level of recent blocks',
  floor: 'the minimum offered: recent blocks paid less, or the endpoint does not report it',
  ceiling: 'the maximum offered by default: recent blocks paid more',
}

function tipText({wei, source}: Tip): string {
  return `The tip for the block producer is ${formatWei(wei * 10n ** 9n)} gwei per gas, ${tipSources[source]}.`
}

export function previewJson(preview: Preview) {
  const {plan, gasLimits, likelyCostWei, maxCostWei, balanceWei, fees, tip, overridden} = preview
  return {
    action: plan.action,
    title: plan.title,
    chain: plan.chain,
    from: plan.from,
    role: plan.role,
    calls: plan.calls.map((call, index) => {
      const {contract, functionName, args} = decodePlanned(call)
      return {
        label: call.label,
        contract,
        to: call.to,
        function: functionName,
        args: args.map(({type: _type, ...arg}) => arg),
        data: call.data,
        valueWei: call.valueWei,
        gasLimit: gasLimits[index] ?? null,
      }
    }),
    conditions: plan.conditions.map(({id, label, seen}) => ({id, label, seen})),
    effects: plan.effects,
    figures: plan.figures,
    fees,
    tip,
    likelyCostWei,
    maxCostWei,
    balanceWei,
    overridden: overridden.map(({id, message}) => ({id, message})),
  }
}

/** @param pageOf the page of a transaction in an explorer */
export function sentJson(sent: SentCall[], pageOf: (hash: Hex) => string | null) {
  return sent.map(({label, hash, receipt}) => ({
    label,
    hash,
    explorerUrl: pageOf(hash),
    blockNumber: receipt?.blockNumber ?? null,
    gasUsed: receipt?.gasUsed ?? null,
    feeWei: receipt?.feeWei ?? null,
  }))
}
