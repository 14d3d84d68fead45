// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ChestManager} from "./ChestManager.sol";
import {SortedChests} from "./SortedChests.sol";
import {ChestMath} from "./StablisParts.sol";

/// Finds a chest near a ratio, from which the place in the list is a short walk.
contract HintHelpers {
    ChestManager public immutable chestManager;
    SortedChests public immutable sortedChests;

    constructor(address _manager, address _sorted) {
        chestManager = ChestManager(_manager);
        sortedChests = SortedChests(_sorted);
    }

    /// Looks at the first `_numTrials` of the list; the real one looks at random places.
    function getApproxHint(
        address _asset,
        uint256 _CR,
        uint256 _numTrials,
        uint256 _inputRandomSeed
    ) external view returns (address hintAddress, uint256 diff, uint256 latestRandomSeed) {
        latestRandomSeed = uint256(keccak256(abi.encodePacked(_inputRandomSeed)));
        hintAddress = sortedChests.getLast(_asset);
        if (hintAddress == address(0)) return (hintAddress, 0, latestRandomSeed);
        diff = _distance(_asset, hintAddress, _CR);
        address next = sortedChests.getFirst(_asset);
        for (uint256 i; i < _numTrials && next != address(0); i++) {
            uint256 distance = _distance(_asset, next, _CR);
            if (distance < diff) (hintAddress, diff) = (next, distance);
            next = sortedChests.getNext(_asset, next);
        }
    }

    function computeNominalCR(uint256 _coll, uint256 _debt) external pure returns (uint256) {
        return ChestMath.nominal(_coll, _debt);
    }

    function computeCR(
        uint256 _coll,
        uint256 _debt,
        uint256 _price
    ) external pure returns (uint256) {
        return ChestMath.ratio(_coll, _debt, _price);
    }

    function _distance(address _asset, address id, uint256 ratio) private view returns (uint256) {
        uint256 own = chestManager.getNominalICR(_asset, id);
        return own > ratio ? own - ratio : ratio - own;
    }
}
