import {counted} from '../../lib/units.ts'
import {fields, table} from './table.ts'

interface Manifest {
  network: string
  head: {number: number; hash: string}
  createdAt: string
  engineBlock: number | null
  files: readonly {bytes: number}[]
}

interface Listed {
  name: string
  path: string
  manifest: Manifest | null
  problem: string | null
  bytes: number
}

export function createdText({path, manifest}: {path: string; manifest: Manifest}): string {
  const rows = [
    ['path', path],
    ...manifestRows(manifest),
    ['without', 'keys, pool and sign guard: they belong to a single node'],
  ] as const
  return ['The snapshot is complete.', fields(rows)].join('\n')
}

export function listedText(snapshots: readonly Listed[], root: string): string {
  if (snapshots.length === 0) return `There is no snapshot in ${root}.`
  return table(
    ['NAME', 'HEAD', 'CREATED', 'SIZE', 'PROBLEM'],
    snapshots.map(({name, manifest, problem, bytes}) => [
      name,
      manifest ? String(manifest.head.number) : '',
      manifest?.createdAt ?? '',
      manifest ? megabytes(bytes) : '',
      problem ?? '',
    ]),
  )
}

export function snapshotProgressText(progress: {
  block: number
  head: number
  blocks: number
  transactions: number
  seconds: number
  etaSeconds: number | null
}): string {
  const {block, head, blocks, transactions, seconds, etaSeconds} = progress
  const perSecond = (count: number) => Math.round(count / Math.max(seconds, 0.001))
  return [
    `block ${block} of ${head}`,
    `${perSecond(blocks)} blocks/s, ${perSecond(transactions)} tx/s`,
    etaSeconds === null ? '' : `${etaSeconds} s left`,
  ]
    .filter((part) => part !== '')
    .join(', ')
}

export function verifiedText(found: {
  manifest: Manifest
  firstBlock: number
  linkedBlocks: number
  executedFrom: number
  executedBlocks: number
  executedTransactions: number
  seconds: number
}): string {
  const {manifest, firstBlock, linkedBlocks, executedFrom, executedBlocks} = found
  const executed = `${counted(executedBlocks, 'block')} with ${counted(found.executedTransactions, 'transaction')}, from block ${executedFrom}`
  const rows = [
    ...manifestRows(manifest),
    ['linked', `${counted(linkedBlocks, 'block')} without a gap, from ${firstBlock}`],
    ['executed', executed],
    ['took', `${found.seconds.toFixed(1)} s`],
  ] as const
  return ['The snapshot is valid.', fields(rows)].join('\n')
}

export interface RestorePreview {
  path: string
  dataDir: string
  manifest: Manifest
  replaces: readonly string[]
  signGuard: 'kept' | 'made'
  signedUpTo: number | null
}

export function restorePlanText(plan: RestorePreview): string {
  const {path, dataDir, manifest, replaces} = plan
  const rows = [
    ['from', path],
    ['into', dataDir],
    ...manifestRows(manifest),
    ['moved aside', replaces.length === 0 ? 'nothing' : replaces.join(', ')],
    ['sign guard', signGuardText(plan)],
  ] as const
  return fields(rows)
}

export function restoredText(plan: RestorePreview, movedTo: string | null): string {
  const {number} = plan.manifest.head
  const moved = movedTo === null ? [] : [`The previous files are in ${movedTo}.`]
  return [
    `The node now has the chain up to block ${number}. ${signGuardText(plan)}`,
    ...moved,
    'After its start it seals nothing until it has caught up with its peers. Make sure that no other node runs with its signer key.',
  ].join('\n')
}

function signGuardText({signGuard, signedUpTo, manifest}: RestorePreview): string {
  if (signGuard === 'made') {
    return `There is no sign guard, so a new one will reject every height up to ${manifest.head.number}.`
  }
  const upTo = signedUpTo === null ? 'it has signed nothing' : `it has signed up to ${signedUpTo}`
  return `The sign guard of this node is kept: ${upTo}.`
}

export function prunePlanText(plan: {
  kept: readonly Listed[]
  removed: readonly Listed[]
  freedBytes: number
}): string {
  const {kept, removed, freedBytes} = plan
  if (removed.length === 0) return `Nothing to remove: there are ${kept.length} snapshots.`
  return fields([
    ['kept', kept.map(({name}) => name).join(', ')],
    ['removed', removed.map(({name}) => name).join(', ')],
    ['frees', megabytes(freedBytes)],
  ])
}

function manifestRows({network, head, createdAt, engineBlock, files}: Manifest) {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  return [
    ['network', network],
    ['head', `${head.number} ${head.hash}`],
    ['created', createdAt],
    [
      'engine state',
      engineBlock === null ? 'none: everything is re-executed' : `block ${engineBlock}`,
    ],
    ['size', `${counted(files.length, 'file')}, ${megabytes(bytes)}`],
  ] as const
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}
