import {
  as,
  constant,
  count,
  decimal,
  flag,
  hash,
  isoTime,
  list,
  nullable,
  object,
  optional,
  pattern,
  shared,
  text,
  word,
} from './build.ts'
import type {CommandSchemas} from './document.ts'

const head = object('Newest block of the snapshot.', {
  number: count('L2 block.'),
  hash: hash('Its hash.'),
})

const manifest = shared(
  'manifest',
  object('Contents of a snapshot.', {
    version: constant('Version of the snapshot format.', 1),
    network: text('Name of the network.'),
    chainId: count('Chain id of L2.'),
    fingerprint: hash('Hash of genesis, engine flags and engine version.'),
    head,
    createdAt: isoTime('Time when it was taken.'),
    engineBlock: nullable(
      count("Block of the engine's state; null when everything is re-executed."),
    ),
    files: list(
      'Its files.',
      object('A file.', {
        name: text('Path inside the snapshot.'),
        bytes: count('Size in bytes.'),
        sha256: pattern('Checksum, hex.', '[0-9a-f]{64}'),
      }),
    ),
  }),
)

const name = text('Name of the snapshot.')
const path = text('Directory of the snapshot.')

const listed = shared(
  'listedSnapshot',
  object('A snapshot.', {
    name,
    path,
    manifest: as(nullable(manifest), 'Its contents; null when it cannot be read.'),
    problem: nullable(text('Reason why it cannot be read; null when it can.')),
    bytes: count('Size in bytes.'),
  }),
)

export const snapshotSchemas: CommandSchemas = {
  'node snapshot create': {data: object('The new snapshot.', {name, path, manifest})},
  'node snapshot list': {
    data: object('The snapshots of a node.', {
      root: text('Their directory.'),
      snapshots: list('Newest first.', listed),
    }),
  },
  'node snapshot prune': {
    data: object('Snapshots to delete and to keep.', {
      kept: list('Snapshots to keep, newest first.', listed),
      removed: list('Snapshots to delete, newest first.', listed),
      freedBytes: count('Space that this frees, in bytes.'),
      pruned: flag('True when they were deleted; false for a preview.'),
    }),
  },
  'node snapshot restore': {
    data: object('Chain that the node will have.', {
      path,
      dataDir: text('Directory of the node.'),
      manifest,
      replaces: list('Existing files that are moved aside.', {type: 'string'}),
      signGuard: word(
        '`made`: it has none, so one is created for heights above the restored head.',
        ['kept', 'made'],
      ),
      signedUpTo: nullable(
        count('Highest height signed according to a kept guard; null when there is none.'),
      ),
      restored: flag('True when it was restored; false for a preview.'),
      movedTo: optional(
        nullable(
          text('New path of the old chain; null when there was none. Omitted in a preview.'),
        ),
      ),
    }),
  },
  'node snapshot verify': {
    data: object('A verified snapshot.', {
      manifest,
      firstBlock: count('First block in it.'),
      linkedBlocks: count('Blocks linked to their parent.'),
      executedFrom: count('Block from whose state the execution started.'),
      executedBlocks: count('Blocks executed.'),
      executedTransactions: count('Transactions in them.'),
      seconds: decimal('Duration in seconds.', 0),
    }),
  },
}
