const named = (prefix: string, names: string) =>
  names.split(/\s+/).map((name) => `${prefix}_${name}`)

/** Methods of the engine, by its own names, that no client may reach. */
export const hostileMethods: readonly string[] = [
  ...named(
    'anvil',
    `addBalance autoImpersonateAccount dealERC20 dropAllTransactions dropTransaction dumpState getAutomine
     getBlobByHash getBlobsByBlockId getBlobsByTransactionHash getGenesisTime getIntervalMining
     impersonateAccount impersonateSignature increaseTime loadState metadata mine mine_detailed nodeInfo
     removeBlockTimestampInterval removePoolTransactions reorg reset revert rollback setAutomine setBalance
     setBlock setBlockGasLimit setBlockTimestampInterval setChainId setCode setCoinbase setERC20Allowance
     setERC20Balance setFeeAmmLiquidity setFeeToken setIntervalMining setLoggingEnabled setMinGasPrice
     setNextBlockBaseFeePerGas setNextBlockTimestamp setNonce setRpcUrl setStorageAt setTime
     setValidatorFeeToken snapshot stopImpersonatingAccount enableTraces`,
  ),
  ...named(
    'hardhat',
    `addBalance autoImpersonateAccount dealERC20 dropAllTransactions dropTransaction dumpState getAutomine
     impersonateAccount loadState metadata mine reset setBalance setCode setCoinbase setLoggingEnabled
     setMinGasPrice setNextBlockBaseFeePerGas setNonce setPrevRandao setStorageAt stopImpersonatingAccount
     intervalMine`,
  ),
  ...named(
    'evm',
    `increaseTime mine mine_detailed revert setAccountBalance setAccountNonce setAutomine setBlockGasLimit
     setIntervalMining setNextBlockTimestamp setTime snapshot`,
  ),
  ...named('tenderly', 'addBalance setBalance setErc20Balance setCode setNonce setStorageAt'),
  ...named(
    'debug',
    `codeByHash dbGet getRawTransaction traceBlockByHash traceBlockByNumber traceCall traceTransaction
     setHead storageRangeAt`,
  ),
  ...named('trace', 'block call filter get replayBlockTransactions replayTransaction transaction'),
  ...named(
    'ots',
    `getApiLevel getBlockDetails getBlockDetailsByHash getBlockTransactions getContractCreator
     getInternalOperations getTransactionBySenderAndNonce getTransactionError hasCode
     searchTransactionsAfter searchTransactionsBefore traceTransaction`,
  ),
  ...named(
    'eth',
    `blobBaseFee coinbase config createAccessList fillTransaction getAccount getAccountInfo
     getBlockAccessListByBlockHash getBlockAccessListByBlockNumber getBlockAccessListRaw getProof
     getRawTransactionByBlockHashAndIndex getStorageValues getTransactionBySenderAndNonce
     getUncleByBlockHashAndIndex getUncleByBlockNumberAndIndex getWork networkId requestAccounts
     sendRawTransactionConditional sendRawTransactionSync sendTransaction sendTransactionSync
     sendUnsignedTransaction sign signTransaction signTypedData signTypedData_v3 signTypedData_v4
     simulateV1 submitHashrate submitWork`,
  ),
  ...named('personal', 'importRawKey sendTransaction sign unlockAccount'),
  ...named('wallet', 'getCapabilities sendTransaction'),
  ...[
    'erigon_getHeaderByNumber',
    'anvil_addCapability',
    'anvil_setExecutor',
    'rollup_personal_setL2GasPrice',
  ],
  ...[
    'miner_start',
    'miner_stop',
    'admin_addPeer',
    'engine_newPayloadV3',
    'engine_forkchoiceUpdatedV3',
  ],
]
