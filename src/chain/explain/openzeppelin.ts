import {lstRefusals} from '../lst/providers.ts'
import {entriesOf} from './entry.ts'

const OWNED = [
  'LockingPool',
  'LockingInfo',
  'MetisSequencerSet',
  'AddressManager',
  'DiscountOracle',
  'GasPriceOracle',
  'L2StandardBridge',
  ...lstRefusals.owned,
  'ProxyAdmin',
]
const PROXIED = [
  'LockingPool',
  'LockingInfo',
  'L1StandardBridge',
  'MetisSequencerSet',
  'L2StandardBridge',
  ...lstRefusals.proxied,
]

/** Who may call, and set-up: Ownable, Pausable, Initializable, AccessControl and the proxies. */
const officeReasons = [
  ...entriesOf({kind: 'text', contracts: OWNED, source: 'OpenZeppelin 4.9 Ownable'}, [
    {
      subject: 'Ownable: caller is not the owner',
      code: 'NOT_CONTRACT_OWNER',
      message: 'Only the owner of the contract may make this call.',
      meaning:
        'This function changes settings for everybody, so it is reserved for the owner of the contract. That is not the owner of a sequencer.',
      causes: ['The call is not for operators.', 'The wrong account sent it.'],
      hints: [
        'Only governance changes this; use a profile with its key, or `--from OWNER --unsigned FILE`.',
        'Run `metis-seq network show` to see the contracts of the network.',
      ],
      foretoldBy: [
        {rule: 'pool-owner', code: 'NOT_POOL_OWNER'},
        {rule: 'info-owner', code: 'NOT_INFO_OWNER'},
      ],
    },
    {
      subject: 'Ownable: new owner is the zero address',
      calls: OWNED.map((name) => `${name}.transferOwnership`),
      code: 'NULL_ADDRESS',
      message: 'A contract cannot be given to the zero address.',
      meaning: 'Nobody could govern it anymore.',
      causes: ['The address was left out.'],
    },
  ]),
  ...entriesOf({kind: 'text', contracts: ['LockingPool'], source: 'OpenZeppelin 4.9 Pausable'}, [
    {
      subject: 'Pausable: paused',
      code: 'POOL_PAUSED',
      message: 'LockingPool is paused by its owner.',
      meaning:
        'While it is paused, nobody can lock, change the stake, claim or exit. The reward recipient can still be set, and rewards are still credited.',
      causes: ['Governance stopped the contract, for an upgrade or an incident.'],
      hints: ['Wait until the pool is resumed; `metis-seq sequencer eligible` shows its state.'],
      check: 'paused',
      foretoldBy: [{rule: 'not-paused'}],
    },
    {
      subject: 'Pausable: not paused',
      calls: ['LockingPool.setPause'],
      code: 'POOL_NOT_PAUSED',
      message: 'LockingPool is already running.',
      meaning: 'Only a paused contract can be resumed.',
      causes: ['Somebody else resumed it.'],
      check: 'paused',
    },
  ]),
  ...entriesOf({kind: 'text', contracts: PROXIED, source: 'OpenZeppelin 4.9 Initializable'}, [
    {
      subject: 'Initializable: contract is already initialized',
      calls: PROXIED.map((name) => `${name}.initialize`),
      code: 'ALREADY_INITIALIZED',
      message: 'The contract was already initialized.',
      meaning:
        'Initialization runs once; the implementation behind a proxy can never be initialized.',
      causes: ['A deployment ran twice.', 'The call went to the implementation.'],
      hints: ['Run `metis-seq network check` to compare the addresses.'],
    },
    {
      subject: 'Initializable: contract is not initializing',
      code: 'NOT_INITIALIZING',
      message: 'The function runs only during initialization.',
      meaning: 'It is part of the deployment.',
      causes: ['A faulty implementation.'],
    },
    {
      subject: 'Initializable: contract is initializing',
      code: 'NOT_INITIALIZING',
      message: 'The contract is being initialized.',
      meaning: 'It is part of the deployment.',
      causes: ['A faulty implementation.'],
    },
  ]),
  ...lstRefusals.roles,
  ...entriesOf(
    {kind: 'text', contracts: ['TransparentUpgradeableProxy'], source: 'OpenZeppelin 4.9 proxies'},
    [
      {
        subject: 'TransparentUpgradeableProxy: admin cannot fallback to proxy target',
        code: 'PROXY_ADMIN_CALL',
        message: 'The admin of the proxy cannot use the contract behind it.',
        meaning:
          'The admin account can only upgrade; all other calls must come from another account.',
        causes: ['The call was sent with the key of the proxy admin.'],
      },
      ...[
        'ERC1967: new implementation is not a contract',
        'ERC1967: new beacon is not a contract',
        'ERC1967: beacon implementation is not a contract',
        'ERC1967: new admin is the zero address',
        'ERC1967Upgrade: unsupported proxiableUUID',
        'ERC1967Upgrade: new implementation is not UUPS',
      ].map((subject) => ({
        subject,
        calls: [
          'TransparentUpgradeableProxy.upgradeTo',
          'TransparentUpgradeableProxy.upgradeToAndCall',
          'TransparentUpgradeableProxy.changeAdmin',
        ],
        code: 'UPGRADE_REFUSED' as const,
        message: 'The upgrade names an implementation that the proxy cannot use.',
        meaning: 'A proxy accepts only deployed, compatible code.',
        causes: ['The new contract is not deployed on this chain.'],
      })),
    ],
  ),
]

/** Helpers that other contracts call; the words are the library’s. */
const helperReasons = [
  ...lstRefusals.payments,
  ...entriesOf(
    {
      kind: 'text',
      contracts: ['LockingInfo', 'L1StandardBridge', 'ProxyAdmin'],
      source: 'OpenZeppelin 4.9 Address, SafeERC20, SafeCast, Strings, Math',
    },
    [
      'Address: insufficient balance for call',
      'Address: call to non-contract',
      'Address: low-level call failed',
      'Address: low-level call with value failed',
      'Address: low-level static call failed',
      'Address: low-level delegate call failed',
      'SafeERC20: low-level call failed',
      'SafeERC20: ERC20 operation did not succeed',
      'SafeERC20: approve from non-zero to non-zero allowance',
      'SafeERC20: decreased allowance below zero',
      'SafeERC20: permit did not succeed',
      'Strings: hex length insufficient',
      'Math: mulDiv overflow',
      'SafeCast: value must be positive',
    ].map((subject) => ({
      subject,
      code: 'CONTRACT_MISCONFIGURED',
      message: 'A call between contracts failed without a reason of its own.',
      meaning:
        'A contract called a token or another contract that does not exist or does not respond as expected.',
      causes: ['A contract was set up with a wrong address.', 'The called contract is broken.'],
      hints: ['Run `metis-seq network check` to test every address of the network.'],
    })),
  ),
  ...entriesOf(
    {
      kind: 'text',
      contracts: [...lstRefusals.casting, 'L1StandardBridge'],
      source: 'OpenZeppelin 4.9 SafeCast',
    },
    [
      {
        subject: "SafeCast: value doesn't fit in ",
        open: true,
        code: 'AMOUNT_OUT_OF_RANGE',
        message: 'A number is too large for its type.',
        meaning: 'The contract rejects the number instead of truncating it.',
        causes: ['The amount is impossibly large.'],
      },
    ],
  ),
  ...lstRefusals.queues,
]

export const openZeppelinEntries = [...officeReasons, ...helperReasons]
