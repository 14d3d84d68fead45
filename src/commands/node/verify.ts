import {Flags} from '@oclif/core'

import {commonFlags, urlFlag} from '../../cli/flags.ts'
import {OperatorCommand, type Result} from '../../cli/operator-command.ts'
import {MetisSeqError} from '../../lib/errors.ts'
import {
  differenceFacts,
  verificationText,
  verifyProgressText,
} from '../../ui/presenters/verification.ts'
import {counted} from '../../lib/units.ts'

export default class NodeVerify extends OperatorCommand {
  static override summary = 'Rebuild the chain from L1 alone and compare every block with a node.'

  static override description = `Reads the transaction batches in the L1 inbox, executes every block from genesis, and checks the
signer of each and the deposits of the L1 bridge. Needs no key and no node: without a node it prints the head that it
reached.

Exits 0 when every block is equal, 12 at the first difference, which it names, and 10 when all blocks of the node
are equal but L1 has more.`

  static override examples = [
    '<%= config.bin %> <%= command.id %> --from-l1 http://127.0.0.1:18545',
    '<%= config.bin %> <%= command.id %> --from-l1 http://127.0.0.1:18545 --network local --no-node --json',
  ]

  static override flags = {
    ...commonFlags,
    'from-l1': urlFlag({description: 'L1 endpoint with all blocks.', required: true}),
    node: urlFlag({
      description: 'L2 endpoint to compare with. Default: that of the profile or network.',
      exclusive: ['no-node'],
    }),
    'no-node': Flags.boolean({description: 'Only rebuild; compare with nothing.'}),
    dir: Flags.string({
      description:
        'Empty directory to work in; emptied again afterwards. Default: a temporary one.',
      helpValue: 'DIR',
    }),
  }

  protected async perform(): Promise<Result> {
    const {flags} = await this.parse(NodeVerify)
    const context = this.openContext(flags)
    const {verifyNode} = await import('../../cli/verify-node.ts')
    const found = await verifyNode(context, {
      l1Url: flags['from-l1'],
      nodeUrl: flags['no-node'] ? null : flags.node,
      dir: flags.dir,
      timeoutMs: flags.timeout * 1000,
      signal: this.interrupted.signal,
      onProgress: (progress) => this.progress(verifyProgressText(progress)),
    })
    this.endProgress()
    const {difference, blocks, equalBlocks, node} = found
    if (difference) {
      this.keepForFailure(found)
      throw new MetisSeqError({
        code: 'CHAIN_DIFFERS',
        message: `Block ${difference.block} differs from L1: ${difference.field} differs.`,
        facts: differenceFacts(difference),
        hints: [
          'Stop the node and compare with another one: `metis-seq node verify --from-l1 URL --node URL`.',
        ],
      })
    }
    if (equalBlocks !== null && equalBlocks < blocks) {
      this.warnAbout({
        code: 'NODE_BEHIND',
        message: `${node} has ${equalBlocks} of the ${counted(blocks, 'block')} on L1.`,
      })
      return {data: found, text: verificationText(found), exit: 'condition-false'}
    }
    return {data: found, text: verificationText(found)}
  }
}
