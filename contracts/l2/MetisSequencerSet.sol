// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";

/// Who may produce which L2 block. Nodes read the epochs mapping at slot 103 and the current epoch
/// id at slot 104 straight from storage, so the order of the variables must not change.
contract MetisSequencerSet is OwnableUpgradeable {
    struct Epoch {
        uint256 number;
        address signer;
        uint256 startBlock;
        uint256 endBlock;
    }

    address public mpcAddress;
    uint256 public epochLength;
    mapping(uint256 number => Epoch) public epochs;
    uint256 private currentEpochId;

    event NewEpoch(
        uint256 indexed epochId,
        uint256 startBlock,
        uint256 endBlock,
        address signer
    );
    event ReCommitEpoch(
        uint256 indexed oldEpochId,
        uint256 indexed newEpochId,
        uint256 curEpochId,
        uint256 startBlock,
        uint256 endBlock,
        address newSigner
    );
    event MpcAddressUpdated(address _newMpcAddress);
    event EpochUpdated(uint256 _newLength);

    modifier onlyMpc() {
        require(msg.sender == mpcAddress, "Not Mpc");
        _;
    }

    constructor() {
        _disableInitializers();
    }

    function initialize(
        address _initialSequencer,
        address _mpcAddress,
        uint256 _firstStartBlock,
        uint256 _firstEndBlock,
        uint256 _epochLength
    ) external initializer {
        require(
            _firstStartBlock > block.number && _firstEndBlock > _firstStartBlock,
            "Invalid block range"
        );
        __Ownable_init();
        mpcAddress = _mpcAddress;
        epochLength = _epochLength;
        epochs[0] = Epoch(0, _initialSequencer, _firstStartBlock, _firstEndBlock);
    }

    function UpdateMpcAddress(address _newMpc) external onlyOwner {
        require(_newMpc != address(0), "Invalid new mpc");
        mpcAddress = _newMpc;
        emit MpcAddressUpdated(_newMpc);
    }

    function UpdateEpochLength(uint256 _newLength) external {
        require(msg.sender == mpcAddress || msg.sender == owner(), "Not Mpc or Owner");
        require(_newLength > 0, "Invalid new epoch length");
        epochLength = _newLength;
        emit EpochUpdated(_newLength);
    }

    function commitEpoch(
        uint256 _newEpoch,
        uint256 _startBlock,
        uint256 _endBlock,
        address _signer
    ) external onlyMpc {
        uint256 current = currentEpochId;
        if (current > 1) {
            require(
                epochs[current - 1].endBlock < block.number,
                "The last epoch not finished"
            );
        }
        require(_newEpoch == current + 1, "Invalid new epoch number");
        _requireOrder(_startBlock, _endBlock);
        require(
            _endBlock - _startBlock + 1 == epochLength,
            "Mismatch epoch length and block length"
        );
        require(
            _startBlock == epochs[current].endBlock + 1,
            "Start block must be greater than currentEpoch.endBlock by 1"
        );
        require(_signer != address(0), "Invalid signer");

        epochs[_newEpoch] = Epoch(_newEpoch, _signer, _startBlock, _endBlock);
        currentEpochId = _newEpoch;
        emit NewEpoch(_newEpoch, _startBlock, _endBlock, _signer);
    }

    /// Replaces a silent producer from this very block on. The epoch in progress is cut short and
    /// its successor is created, or overwritten when it was committed already.
    function recommitEpoch(
        uint256 _oldEpochId,
        uint256 _newEpochId,
        uint256 _startBlock,
        uint256 _endBlock,
        address _newSigner
    ) external onlyMpc {
        require(_startBlock == block.number, "Invalid start block");
        require(_newSigner != address(0), "Invalid signer");

        uint256 current = currentEpochId;
        Epoch storage latest = epochs[current];
        if (_oldEpochId == current) {
            require(latest.startBlock < block.number, "Conflict on end block");
            latest.endBlock = block.number - 1;
            require(_newEpochId == current + 1, "Invalid newEpochId");
            _requireOrder(_startBlock, _endBlock);
            currentEpochId = _newEpochId;
        } else if (_oldEpochId + 1 == current) {
            Epoch storage old = epochs[_oldEpochId];
            if (old.endBlock >= block.number) old.endBlock = block.number - 1;
            require(_newEpochId == current, "Invalid newEpochId");
            _requireOrder(_startBlock, _endBlock);
            require(latest.startBlock >= block.number, "The latest epoch producing");
        } else {
            revert("Invalid oldEpochId");
        }

        epochs[_newEpochId] = Epoch(_newEpochId, _newSigner, _startBlock, _endBlock);
        emit ReCommitEpoch(_oldEpochId, _newEpochId, current, _startBlock, _endBlock, _newSigner);
    }

    function currentEpochNumber() external view returns (uint256) {
        return currentEpochId;
    }

    function currentEpoch() external view returns (Epoch memory epoch) {
        return epochs[currentEpochId];
    }

    /// The newest epoch that lies wholly in the past and so can no longer be recommitted.
    function finalizedEpoch() public view returns (Epoch memory epoch, bool exist) {
        for (uint256 id = currentEpochId + 1; id > 0; id--) {
            if (epochs[id - 1].endBlock < block.number) return (epochs[id - 1], true);
        }
    }

    function finalizedBlock() external view returns (uint256) {
        (Epoch memory epoch, ) = finalizedEpoch();
        return epoch.endBlock;
    }

    /// The largest integer stands for "in no epoch".
    function getEpochByBlock(uint256 _number) public view returns (uint256) {
        for (uint256 id = currentEpochId + 1; id > 0; id--) {
            Epoch storage epoch = epochs[id - 1];
            if (_number >= epoch.startBlock && _number <= epoch.endBlock) return id - 1;
        }
        return type(uint256).max;
    }

    /// Blocks before the first epoch belong to its signer too.
    function getMetisSequencer(uint256 _number) external view returns (address) {
        if (_number <= epochs[0].endBlock) return epochs[0].signer;
        uint256 id = getEpochByBlock(_number);
        return id == type(uint256).max ? address(0) : epochs[id].signer;
    }

    function _requireOrder(uint256 _startBlock, uint256 _endBlock) private pure {
        require(_endBlock > _startBlock, "End block must be greater than start block");
    }
}
