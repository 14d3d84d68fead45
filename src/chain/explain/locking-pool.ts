import {entriesOf} from './entry.ts'

const OWNER_CALLS = [
  'LockingPool.relock',
  'LockingPool.withdraw',
  'LockingPool.withdrawRewards',
  'LockingPool.unlock',
  'LockingPool.unlockClaim',
  'LockingPool.setSequencerRewardRecipient',
]
const LOCK_CALLS = ['LockingPool.lockFor', 'LockingPool.lockWithRewardRecipient']
const RECIPIENT_CALLS = [
  'LockingPool.withdrawRewards',
  'LockingPool.unlock',
  'LockingPool.unlockClaim',
  'LockingPool.forceUnlock',
]
const SHOW = 'Run `metis-seq sequencer show` to see the record: owner, signer, status.'

/** Custom errors of LockingPool. */
export const lockingPoolErrors = entriesOf(
  {kind: 'error', contracts: ['LockingPool'], source: 'LockingPool.sol'},
  [
    {
      subject: 'NotWhitelisted()',
      calls: [...LOCK_CALLS, ...OWNER_CALLS, 'LockingPool.setSequencerOwner'],
      code: 'NOT_WHITELISTED',
      message: 'The owner is not on the whitelist of LockingPool.',
      meaning:
        'Almost every call of LockingPool requires a whitelisted owner: locking, changing the stake, claiming rewards and claiming the stake. An owner removed from the whitelist during an exit cannot finish it.',
      causes: [
        'The owner was never whitelisted, or was removed.',
        'The call came from an account other than the owner: the sender is what is checked.',
        'For a change of owner: the new owner is not whitelisted (rule of the published source).',
      ],
      hints: [
        'Apply through governance; on the local network run `metis-seq local fund`.',
        'Run `metis-seq sequencer eligible` to see every condition.',
      ],
      source: 'LockingPool._requireWhitelisted',
      check: 'whitelist',
      foretoldBy: [
        {rule: 'whitelisted'},
        {
          rule: 'new-owner-whitelisted',
          code: 'NEW_OWNER_NOT_WHITELISTED',
          remedy:
            'Ask governance to whitelist it; on your own network run `metis-seq sequencer allow ADDRESS`.',
        },
      ],
    },
    {
      subject: 'NoRewardRecipient()',
      calls: RECIPIENT_CALLS,
      code: 'REWARD_RECIPIENT_UNSET',
      message: 'The sequencer has no reward recipient.',
      meaning:
        'Rewards are paid on L2, so the contract must know an address there before anything can be claimed or an exit begun. It is set once at registration or later by the owner, and never after an exit has begun.',
      causes: ['The sequencer was registered with lockFor, which sets no recipient.'],
      hints: [
        'Run `metis-seq sequencer set-recipient --recipient ADDRESS`, before any claim or exit.',
        SHOW,
      ],
      source: 'LockingPool._recipientOf',
      check: 'recipient',
      foretoldBy: [{rule: 'recipient-set'}],
    },
    {
      subject: 'NoSuchSeq()',
      calls: ['LockingPool.batchSubmitRewards'],
      code: 'SEQUENCER_UNKNOWN',
      message: 'A signer in the call has no active sequencer.',
      meaning:
        'A reward batch names signers, and one of them no longer belongs to a sequencer. The whole batch reverts, not just that entry.',
      causes: [
        'The signer was replaced by a signer update, or burned by an exit, before its blocks were paid.',
      ],
      hints: ['Run `metis-seq sequencer list` to see the signers that are known.'],
      source: 'LockingPool._credit',
      check: 'signer',
    },
    {
      subject: 'NotSeqOwner()',
      calls: [...OWNER_CALLS, 'LockingPool.setSequencerOwner'],
      code: 'NOT_SEQUENCER_OWNER',
      message: 'The sending account is not the owner of this sequencer.',
      meaning: 'Only the account that locked the METIS, or became the owner later, may do this.',
      causes: [
        'The profile acts for another owner.',
        'The sequencer id belongs to somebody else.',
        'The owner was changed, or the exit is complete and the record was released.',
      ],
      hints: ['Run `metis-seq profile list` to find the profile of that owner.', SHOW],
      source: 'LockingPool._activeOwned',
      check: 'owner',
      foretoldBy: [{rule: 'owner'}],
    },
    {
      subject: 'NotSeqSigner()',
      calls: ['LockingPool.updateSigner'],
      code: 'NOT_SEQUENCER_SIGNER',
      message: 'The sending account is not the signer of this sequencer.',
      meaning:
        'Only the current signer can replace itself: it must send the call and pay its gas. The owner cannot.',
      causes: ['The call was sent with the owner key.', 'The signer was replaced already.'],
      hints: [
        'Replacing a signer needs the key of the signer, not of the owner.',
        SHOW,
        'Run `metis-seq key list` to see which keys are on this machine.',
      ],
      source: 'LockingPool.updateSigner',
      check: 'signer',
      foretoldBy: [{rule: 'signer'}],
    },
    {
      subject: 'NullAddress()',
      calls: ['LockingPool.setSequencerRewardRecipient', 'LockingPool.setSequencerOwner'],
      code: 'NULL_ADDRESS',
      message: 'An address in the call is the zero address.',
      meaning: 'The zero address belongs to nobody: rewards or ownership sent there would be lost.',
      causes: ['The address was omitted, so zero was sent instead.'],
      hints: ['Give the address of an account you control.', 'Check the preview with `--dry-run`.'],
      source: 'LockingPool.setSequencerRewardRecipient, LockingPool.setSequencerOwner',
      foretoldBy: [{rule: 'not-zero'}],
    },
    {
      subject: 'OwnedSequencer()',
      calls: [...LOCK_CALLS, 'LockingPool.setSequencerOwner'],
      code: 'OWNER_HAS_SEQUENCER',
      message: 'The owner already has an active sequencer; one owner can have only one.',
      meaning:
        'Sequencers are looked up by owner, so an owner can have only one until its exit is claimed.',
      causes: ['The registration was done before.', 'An exit of this owner is not claimed yet.'],
      hints: ['Run `metis-seq sequencer show`.'],
      source: 'LockingPool._lock, LockingPool.setSequencerOwner',
      check: 'owned',
      foretoldBy: [
        {rule: 'owner-free'},
        {
          rule: 'new-owner-free',
          remedy: 'One owner can have one sequencer; choose another account.',
        },
      ],
    },
    {
      subject: 'SeqNotActive()',
      calls: [...OWNER_CALLS, 'LockingPool.updateSigner', 'LockingPool.setSequencerOwner'],
      code: 'SEQUENCER_NOT_ACTIVE',
      message: 'The sequencer is not active.',
      meaning:
        'Stake, rewards, signer, owner and recipient can be changed only while the sequencer is active. After an exit has begun only the final claim is left.',
      causes: [
        'The exit has begun (status exiting) or is complete.',
        'The sequencer id was never assigned.',
      ],
      hints: ['Run `metis-seq sequencer show` to see its status.'],
      source: 'LockingPool._activeOwned',
      check: 'status',
      foretoldBy: [{rule: 'active'}],
    },
    {
      subject: 'SignerExisted()',
      calls: [...LOCK_CALLS, 'LockingPool.updateSigner'],
      code: 'SIGNER_USED',
      message: 'The signer was used before; a signer address can never be used again.',
      meaning:
        'Each signer address belongs to one sequencer for good: after a signer update or an exit it is burned.',
      causes: [
        'The key currently signs for a sequencer.',
        'The key was replaced or exited earlier.',
      ],
      hints: ['Create another signer with `metis-seq key create NAME`.'],
      source: 'LockingPool._lock, LockingPool.updateSigner',
      check: 'signer',
      foretoldBy: [{rule: 'signer-new'}],
    },
  ],
)

/** Reasons of LockingPool that its users meet. */
export const lockingPoolReasons = entriesOf(
  {kind: 'text', contracts: ['LockingPool'], source: 'LockingPool.sol'},
  [
    {
      subject: 'invalid pubkey',
      calls: [...LOCK_CALLS, 'LockingPool.updateSigner'],
      code: 'PUBKEY_INVALID',
      message: 'The public key is not 64 bytes long.',
      meaning:
        'The contract takes the 64 bytes of an uncompressed secp256k1 key without the leading 04.',
      causes: ['The key has a leading 04 (65 bytes), or is compressed (33 bytes).'],
      hints: ['Run `metis-seq key export-public NAME`; the commands drop the 04 themselves.'],
      source: 'LockingPool._addressOf',
    },
    {
      subject: 'empty address',
      calls: [...LOCK_CALLS, 'LockingPool.updateSigner'],
      code: 'PUBKEY_INVALID',
      message: 'The public key hashes to the zero address.',
      meaning: 'No real key does that; the bytes in the call are not a public key.',
      causes: ['The call was built by hand with wrong bytes.'],
      hints: ['Run `metis-seq key export-public NAME` to see the correct bytes.'],
      source: 'LockingPool._addressOf',
    },
    {
      subject: 'pubkey and address mismatch',
      calls: LOCK_CALLS,
      code: 'PUBKEY_MISMATCH',
      message: 'The public key does not belong to the signer address.',
      meaning:
        'The contract derives the signer address from the key and compares them, so that nobody registers a key they do not own.',
      causes: ['Address and key come from different keys.', 'The key lost its first bytes.'],
      hints: ['Run `metis-seq key export-public NAME` and compare the address.'],
      source: 'LockingPool._lock',
    },
    {
      subject: 'withdraw throttle',
      calls: ['LockingPool.withdraw'],
      code: 'WITHDRAW_THROTTLED',
      message:
        'Only one withdrawal or signer update is allowed per reward batch, and this batch already had one.',
      meaning:
        'The stake can be lowered once per reward batch, but not in the batch of the registration or of a signer update. The next batch usually comes after about two weeks.',
      causes: [
        'The sequencer registered in this batch.',
        'It already had a withdrawal or signer update.',
      ],
      hints: ['Wait for the next reward batch; `metis-seq stake show` shows the current one.'],
      source: 'LockingPool.withdraw: currentBatch > updatedBatch',
      check: 'throttle',
      foretoldBy: [{rule: 'withdraw-throttle'}],
    },
    {
      subject: 'signer updating throttle',
      calls: ['LockingPool.updateSigner'],
      code: 'SIGNER_UPDATE_THROTTLED',
      message:
        'The signer cannot be updated yet: too few reward batches have passed since the last change.',
      meaning:
        'Signer updates and withdrawals share one rate limit: signerUpdateThrottle batches since the last of either.',
      causes: [
        'A withdrawal or signer update was done in this batch.',
        'The sequencer joined in it.',
      ],
      hints: ['Wait for the next reward batch; `metis-seq stake show` shows the current one.'],
      source: 'LockingPool.updateSigner: currentBatch >= updatedBatch + signerUpdateThrottle',
      check: 'throttle',
      foretoldBy: [{rule: 'signer-throttle'}],
    },
    {
      subject: 'Not allowed to cliam',
      calls: ['LockingPool.unlockClaim'],
      code: 'EXIT_NOT_FINISHED',
      message: 'The exit delay has not passed, or no exit was started.',
      meaning:
        'An exit has two steps: start it, wait (21 days on mainnet), then claim. The typo is the contract’s.',
      causes: [
        'The exit delay is not over.',
        'No exit was started.',
        'The stake was claimed already.',
      ],
      hints: [
        'Run `metis-seq exit status` to see how long it will take.',
        'On the local network run `metis-seq local warp 21d`.',
      ],
      source: 'LockingPool.unlockClaim: status Inactive and now >= unlockClaimTime',
      check: 'exit',
      foretoldBy: [{rule: 'exiting', code: 'EXIT_NOT_STARTED'}, {rule: 'exit-delay'}],
    },
    {
      subject: 'BFT restriction',
      calls: ['LockingPool.unlock'],
      code: 'BFT_RESTRICTION',
      message: 'Too many sequencers are exiting at once, so this exit must wait.',
      meaning:
        'On mainnet an exit is rejected if it would bring the exiting sequencers to more than a third of all active and exiting ones: the rest could not reach consensus.',
      causes: ['Others have begun their exit and have not claimed yet.'],
      hints: ['Run `metis-seq sequencer list` to see who is exiting; try again after a claim.'],
      source: 'LockingPool._startExit under mainnet rules: exiting x 3 <= active + exiting',
      check: 'bft',
      foretoldBy: [{rule: 'bft'}],
    },
  ],
)

/** Reasons of calls that only the MPC or the owner of the contract makes. */
export const lockingPoolOfficeReasons = entriesOf(
  {
    kind: 'text',
    contracts: ['LockingPool'],
    calls: ['LockingPool.batchSubmitRewards'],
    source: 'LockingPool.batchSubmitRewards',
  },
  [
    {
      subject: 'not MPC',
      code: 'NOT_MPC',
      message: 'Only the MPC address may submit reward batches.',
      meaning: 'The consensus layer signs reward batches together, with one shared account.',
      causes: ['The MPC address was changed, or a node holds the wrong key.'],
      hints: ['Run `metis-seq pos status` to see what the consensus layer says.'],
    },
    {
      subject: 'mismatch length',
      code: 'REWARD_BATCH_INVALID',
      message: 'The lists of the reward batch are empty or differ in length.',
      meaning: 'Every signer needs its number of blocks.',
      causes: ['The batch was built incorrectly.'],
      hints: ['Run `metis-seq pos status`.'],
    },
    {
      subject: 'invalid batch id',
      code: 'REWARD_BATCH_INVALID',
      message: 'The reward batch does not follow the last one.',
      meaning: 'Batches are numbered without gaps: the next id is the current one plus one.',
      causes: ['The same batch was sent twice, or one in between is missing.'],
      hints: ['Run `metis-seq stake show` to see the current reward batch.'],
      check: 'throttle',
    },
    {
      subject: 'invalid startEpoch',
      code: 'REWARD_BATCH_INVALID',
      message: 'The reward batch does not begin with the epoch after the last paid one.',
      meaning: 'Every epoch is paid once, so a batch begins where the previous one ended.',
      causes: ['Batches were built from stale state.'],
      hints: ['Run `metis-seq reward show` to see up to which epoch rewards are paid.'],
    },
    {
      subject: 'invalid endEpoch',
      code: 'REWARD_BATCH_INVALID',
      message: 'The reward batch ends before its second epoch.',
      meaning: 'A batch spans at least two epochs: the end must be above the start.',
      causes: ['The batch was built for a single epoch.'],
      hints: ['Wait for one more epoch to finish; see `metis-seq epoch list`.'],
    },
    {
      subject: 'invalid newReward',
      calls: ['LockingPool.updateBlockReward'],
      code: 'SETTING_INVALID',
      message: 'The reward per block cannot be zero.',
      meaning: 'Only the owner of LockingPool changes it, and it must stay above zero.',
      causes: ['A governance proposal contains a zero.'],
      hints: ['Pass the reward as `--per-block`: with nothing locked, any rate gives zero.'],
      source: 'LockingPool.updateBlockReward',
      foretoldBy: [{rule: 'reward-above-zero'}],
    },
    {
      subject: 'dalayTime==0',
      calls: ['LockingPool.updateWithdrawDelayTimeValue'],
      code: 'SETTING_INVALID',
      message: 'The exit delay cannot be zero.',
      meaning: 'Only the owner of LockingPool changes it. The typo is the contract’s.',
      causes: ['A governance proposal contains a zero.'],
      source: 'LockingPool.updateWithdrawDelayTimeValue',
    },
  ],
)
