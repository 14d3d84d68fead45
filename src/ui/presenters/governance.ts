import {counted, formatDuration, formatWei, formatWeiShort} from '../../lib/units.ts'
import {lstName} from '../../protocol/lst/providers.ts'
import type {ProviderDocument} from '../../protocol/lst/registry.ts'
import type {GovernanceView} from '../../services/governance/governance.ts'
import {fields} from './table.ts'

export function governanceText({governance, cover, ...view}: GovernanceView): string {
  const {offices, pool, payer, production} = governance
  return [
    fields([
      ['owner of LockingPool', offices.poolOwner],
      ['owner of LockingInfo', offices.infoOwner],
      ['MPC address', offices.mpcAddress],
      ['paused', pool.paused ? 'YES' : 'no'],
      [
        'a sequencer may lock',
        `${formatWeiShort(pool.minLockMetisWei, 18)} to ${formatWeiShort(pool.maxLockMetisWei, 18)} METIS`,
      ],
      ['exit delay', formatDuration(Number(pool.exitDelaySeconds))],
      [
        'signer update throttle',
        counted(pool.signerUpdateThrottle, 'reward batch', 'reward batches'),
      ],
    ]),
    '',
    fields([
      ['reward per block', `${formatWei(pool.rewardPerBlockMetisWei)} METIS`],
      [
        'yearly rate',
        `${view.ratePercent.toFixed(2)} % of ${formatWeiShort(pool.totalLockedMetisWei)} METIS locked (target ${view.targetRatePercent} %), ${view.intervalText}`,
      ],
      ['not submitted', owedText({governance, cover})],
    ]),
    '',
    fields([
      ['reward payer', payer.address ?? 'not set: every reward batch reverts'],
      ['holds', `${formatWeiShort(payer.balanceMetisWei)} METIS`],
      ['LockingInfo may take', view.allowanceText],
      ['which covers', `${counted(cover.blocks, 'block')}${batchesText(cover)}`],
      [
        'unsubmitted rewards',
        cover.coversOwed === null ? 'not known' : cover.coversOwed ? 'covered' : 'NOT covered',
      ],
    ]),
    ...(production.unsubmitted && cover.coversOwed === false
      ? ['Next: `metis-seq governance approve-payer --amount METIS`, with METIS on the payer.']
      : []),
  ].join('\n')
}

function owedText({governance, cover}: Pick<GovernanceView, 'governance' | 'cover'>): string {
  const {unsubmitted} = governance.production
  if (!unsubmitted || cover.owedMetisWei === null) return 'unknown: L2 does not respond'
  return `${formatWeiShort(cover.owedMetisWei)} METIS: ${counted(unsubmitted.blocks, 'block')} since epoch ${unsubmitted.fromEpoch}`
}

function batchesText({batches, batchEpochs}: GovernanceView['cover']): string {
  return batches === null
    ? ''
    : `, ${counted(batches, 'batch', 'batches')} of ${counted(batchEpochs, 'epoch')}`
}

export function governanceJson({governance, cover, ...view}: GovernanceView) {
  const {offices, pool, payer, production, lastBatchEpochs} = governance
  return {
    lockingPoolOwner: offices.poolOwner,
    lockingInfoOwner: offices.infoOwner,
    mpcAddress: offices.mpcAddress,
    paused: pool.paused,
    minLockMetisWei: pool.minLockMetisWei,
    maxLockMetisWei: pool.maxLockMetisWei,
    totalLockedMetisWei: pool.totalLockedMetisWei,
    exitDelaySeconds: pool.exitDelaySeconds,
    signerUpdateThrottle: pool.signerUpdateThrottle,
    rewardPerBlockMetisWei: pool.rewardPerBlockMetisWei,
    rewardedUntilEpoch: pool.rewardedUntilEpoch,
    lastBatchEpochs,
    payer,
    cover,
    ...production,
    ratePercent: view.ratePercent,
    targetRatePercent: view.targetRatePercent,
  }
}

/** After `governance provider add`. */
export function replacedContractsText(
  changed: readonly {name: string; before: string | null; after: string}[],
): string {
  return fields(changed.map(({name, before, after}) => [name, `${before ?? 'none'} -> ${after}`]))
}

export function providerAddedText({provider}: ProviderDocument, network: string): string {
  return `${lstName(provider)} is a provider of ${network}. Next: \`metis-seq lst list --network ${network}\`.`
}
