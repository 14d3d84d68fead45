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
  object('What a snapshot holds.', {
    version: constant('Version of the shape of a snapshot.', 1),
    network: text('Name of the network.'),
    chainId: count('Chain id of L2.'),
    fingerprint: hash('Hash of genesis, engine flags and engine version.'),
    head,
    createdAt: isoTime('When it was taken.'),
    engineBlock: nullable(count("Block of the engine's state; null: all is executed again.")),
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
  object('A snapshot that was found.', {
    name,
    path,
    manifest: as(nullable(manifest), 'What it holds; null when it cannot be read.'),
    problem: nullable(text('Why it cannot be read; null when it can.')),
    bytes: count('Size in bytes.'),
  }),
)

export const snapshotSchemas: CommandSchemas = {
  'node snapshot create': {data: object('The snapshot that was taken.', {name, path, manifest})},
  'node snapshot list': {
    data: object('The snapshots of a node.', {
      root: text('Directory that holds them.'),
      snapshots: list('Newest first.', listed),
    }),
  },
  'node snapshot prune': {
    data: object('Which snapshots go.', {
      kept: list('Those that stay, newest first.', listed),
      removed: list('Those that go, newest first.', listed),
      freedBytes: count('What that frees, in bytes.'),
      pruned: flag('True: they are deleted. False: this is a preview.'),
    }),
  },
  'node snapshot restore': {
    data: object('What the node gets.', {
      path,
      dataDir: text('Directory of the node.'),
      manifest,
      replaces: list('What is there and is moved aside.', {type: 'string'}),
      signGuard: word('`made`: it has none, and gets one for heights above the restored head.', [
        'kept',
        'made',
      ]),
      signedUpTo: nullable(count('Highest height that a kept guard has signed; null: none.')),
      restored: flag('True: it is done. False: this is a preview.'),
      movedTo: optional(
        nullable(text('Where the old chain is now; null: there was none. Left out in a preview.')),
      ),
    }),
  },
  'node snapshot verify': {
    data: object('A snapshot that is whole.', {
      manifest,
      firstBlock: count('First block in it.'),
      linkedBlocks: count('Blocks that follow their parent.'),
      executedFrom: count('Block whose state the execution began with.'),
      executedBlocks: count('Blocks that were executed.'),
      executedTransactions: count('Transactions in them.'),
      seconds: decimal('How long it took, in seconds.', 0),
    }),
  },
}
