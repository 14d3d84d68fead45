import {entriesOf} from './entry.ts'

const COMMIT = 'MetisSequencerSet.commitEpoch'
const RECOMMIT = 'MetisSequencerSet.recommitEpoch'
const POS = 'Run `metis-seq pos status` to see what the consensus layer says.'
const EPOCHS = 'Run `metis-seq epoch list` to see the committed epochs.'

/** Reasons of MetisSequencerSet on L2. Its calls are made by the MPC, not by operators. */
export const sequencerSetReasons = entriesOf(
  {
    kind: 'text',
    contracts: ['MetisSequencerSet'],
    source: 'MetisSequencerSet.sol',
    hints: [EPOCHS, POS],
    check: 'epoch',
  },
  [
    {
      subject: 'Not Mpc',
      calls: [COMMIT, RECOMMIT],
      code: 'NOT_MPC',
      message: 'Only the MPC address may commit epochs.',
      meaning: 'Epochs are decided by the consensus layer, which signs with one shared account.',
      causes: ['The MPC address was changed, or a node holds the wrong key.'],
    },
    {
      subject: 'Not Mpc or Owner',
      calls: ['MetisSequencerSet.UpdateEpochLength'],
      code: 'NOT_MPC',
      message: 'Only the MPC address or the owner of the contract may change the epoch length.',
      meaning: 'The epoch length is set by the network, not by an operator.',
      causes: ['The call came from another account.'],
    },
    {
      subject: 'The last epoch not finished',
      calls: [COMMIT],
      code: 'EPOCH_REFUSED',
      message: 'The epoch before the current one is still in progress.',
      meaning: 'A new epoch is committed at most one epoch ahead.',
      causes: ['The consensus layer is too early; it retries by itself.'],
    },
    {
      subject: 'Invalid new epoch number',
      calls: [COMMIT],
      code: 'EPOCH_REFUSED',
      message: 'The epoch is not the one after the newest.',
      meaning: 'Epochs are numbered without gaps.',
      causes: ['The same epoch was already committed, or the head moved back.'],
    },
    {
      subject: 'End block must be greater than start block',
      calls: [COMMIT, RECOMMIT],
      code: 'EPOCH_REFUSED',
      message: 'The epoch would end before it begins.',
      meaning: 'An epoch has at least two blocks.',
      causes: ['The proposal was built incorrectly, or arrived after its end.'],
    },
    {
      subject: 'Mismatch epoch length and block length',
      calls: [COMMIT],
      code: 'EPOCH_REFUSED',
      message: 'The epoch does not have the length that the contract requires.',
      meaning: 'Ordinary epochs have exactly epochLength blocks; only a respan may differ.',
      causes: ['The epoch length was changed after the proposal was made.'],
    },
    {
      subject: 'Start block must be greater than currentEpoch.endBlock by 1',
      calls: [COMMIT],
      code: 'EPOCH_REFUSED',
      message: 'The epoch does not begin right after the newest one.',
      meaning: 'Epochs follow each other without a gap, so that every block has one producer.',
      causes: ['A respan changed the end of the newest epoch after the proposal was made.'],
    },
    {
      subject: 'Invalid signer',
      calls: [COMMIT, RECOMMIT],
      code: 'EPOCH_REFUSED',
      message: 'The epoch has no signer.',
      meaning: 'The producer of an epoch cannot be the zero address.',
      causes: ['No validator is active in the consensus layer.'],
    },
    {
      subject: 'Invalid start block',
      calls: [RECOMMIT],
      code: 'EPOCH_REFUSED',
      message: 'The replacement does not begin with the block that carries it.',
      meaning:
        'A respan takes effect in the block that contains it. One block later it is rejected and must be rebuilt.',
      causes: ['The silent producer made a block after all, or the transaction arrived late.'],
    },
    {
      subject: 'Conflict on end block',
      calls: [RECOMMIT],
      code: 'EPOCH_REFUSED',
      message: 'The epoch to end early has not begun.',
      meaning: 'Only an epoch in progress can be ended early.',
      causes: ['The respan names the wrong epoch.'],
    },
    {
      subject: 'Invalid newEpochId',
      calls: [RECOMMIT],
      code: 'EPOCH_REFUSED',
      message: 'The replacement does not follow the epoch that it ends early.',
      meaning: 'The new epoch follows the old one, whether it was committed or not.',
      causes: ['Another epoch has been committed since.'],
    },
    {
      subject: 'The latest epoch producing',
      calls: [RECOMMIT],
      code: 'EPOCH_REFUSED',
      message: 'The epoch to replace is already in progress.',
      meaning: 'A committed epoch can be replaced only before its first block.',
      causes: ['The respan came too late for that epoch.'],
    },
    {
      subject: 'Invalid oldEpochId',
      calls: [RECOMMIT],
      code: 'EPOCH_REFUSED',
      message: 'The respan names an epoch that can no longer be changed.',
      meaning: 'Only the newest epoch and the one before it can end early; older ones are final.',
      causes: ['The consensus layer is behind the chain.'],
    },
    {
      subject: 'Invalid new mpc',
      calls: ['MetisSequencerSet.UpdateMpcAddress'],
      code: 'SETTING_INVALID',
      message: 'The MPC address cannot be zero.',
      meaning: 'Without an MPC address nobody could commit epochs.',
      causes: ['The call was built without the address.'],
    },
    {
      subject: 'Invalid new epoch length',
      calls: ['MetisSequencerSet.UpdateEpochLength'],
      code: 'SETTING_INVALID',
      message: 'The epoch length cannot be zero.',
      meaning: 'An epoch has at least one block.',
      causes: ['The call was built without the length.'],
    },
    {
      subject: 'Invalid block range',
      calls: ['MetisSequencerSet.initialize'],
      code: 'SETTING_INVALID',
      message: 'The first epoch must be in the future and end after it begins.',
      meaning: 'It is checked once, during initialization.',
      causes: ['The deployment took longer than planned.'],
    },
  ],
)
