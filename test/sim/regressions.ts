/**
 * Seeds that once broke a rule, and what they showed. A seed repeats its history only as long as nothing
 * changes when things happen, so each of these bugs also has a test of its own beside the code it was in.
 */
export interface Regression {
  seed: number
  steps: number
  showed: string
}

export const regressions: readonly Regression[] = [
  {
    seed: 10,
    steps: 2000,
    showed:
      'A takeover block that was signed before a crash was built anew: the sign guard halted the node.',
  },
  {
    seed: 13,
    steps: 2000,
    showed: 'A branch was given up for a takeover when its blocks were on their way to L1.',
  },
  {
    seed: 33,
    steps: 2000,
    showed:
      'Nodes whose blocks L1 contradicts stayed on their branch for ever, and sent batches on top of it.',
  },
  {
    seed: 40,
    steps: 2000,
    showed:
      'Blocks that only their producer had were confirmed on L1, and the others could not follow.',
  },
  {
    seed: 82,
    steps: 2000,
    showed:
      'An engine that died while the chain stood still was never noticed, and pos asked only that node.',
  },
  {
    seed: 132,
    steps: 2000,
    showed: 'A crash after a lost branch, before its transactions were accepted again, lost them.',
  },
  {
    seed: 142,
    steps: 2000,
    showed: 'A transaction stayed pending though another one with its nonce was in a block.',
  },
  {
    seed: 282,
    steps: 2000,
    showed:
      'A node that was started again halted over records of its own earlier run, which peers handed on.',
  },
  {
    seed: 408,
    steps: 2000,
    showed: 'Rewards were paid for epochs of a branch that lost later.',
  },
]
