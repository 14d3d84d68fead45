// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IRatios {
    function getNominalICR(address _asset, address _borrower) external view returns (uint256);
}

/// The chests of an asset, the one with the highest ratio first.
contract SortedChests {
    struct Node {
        bool exists;
        address prev;
        address next;
    }

    struct List {
        address head;
        address tail;
        uint256 size;
        mapping(address id => Node) nodes;
    }

    address public immutable borrowerOperationsAddress;
    IRatios public immutable chestManager;
    mapping(address asset => List) private lists;

    event NodeAdded(address _asset, address _id, uint256 _NICR);
    event NodeRemoved(address _asset, address _id);

    constructor(address _operations, address _manager) {
        borrowerOperationsAddress = _operations;
        chestManager = IRatios(_manager);
    }

    modifier onlyOurs() {
        require(
            msg.sender == borrowerOperationsAddress || msg.sender == address(chestManager),
            "SortedChests: Caller is neither BO nor ChestM"
        );
        _;
    }

    function insert(
        address _asset,
        address _id,
        uint256 _NICR,
        address _prevId,
        address _nextId
    ) external onlyOurs {
        _insert(_asset, _id, _NICR, _prevId, _nextId);
    }

    function remove(address _asset, address _id) external onlyOurs {
        _remove(_asset, _id);
    }

    function reInsert(
        address _asset,
        address _id,
        uint256 _newNICR,
        address _prevId,
        address _nextId
    ) external onlyOurs {
        _remove(_asset, _id);
        _insert(_asset, _id, _newNICR, _prevId, _nextId);
    }

    function contains(address _asset, address _id) external view returns (bool) {
        return lists[_asset].nodes[_id].exists;
    }

    function isEmpty(address _asset) external view returns (bool) {
        return lists[_asset].size == 0;
    }

    function getSize(address _asset) external view returns (uint256) {
        return lists[_asset].size;
    }

    function getFirst(address _asset) external view returns (address) {
        return lists[_asset].head;
    }

    function getLast(address _asset) external view returns (address) {
        return lists[_asset].tail;
    }

    function getNext(address _asset, address _id) external view returns (address) {
        return lists[_asset].nodes[_id].next;
    }

    function getPrev(address _asset, address _id) external view returns (address) {
        return lists[_asset].nodes[_id].prev;
    }

    function validInsertPosition(
        uint256 _NICR,
        address _asset,
        address _prevId,
        address _nextId
    ) public view returns (bool) {
        List storage list = lists[_asset];
        if (_prevId == address(0) && _nextId == address(0)) return list.size == 0;
        if (_prevId == address(0)) {
            return list.head == _nextId && _NICR >= _ratio(_asset, _nextId);
        }
        if (_nextId == address(0)) {
            return list.tail == _prevId && _NICR <= _ratio(_asset, _prevId);
        }
        return
            list.nodes[_prevId].next == _nextId &&
            _ratio(_asset, _prevId) >= _NICR &&
            _NICR >= _ratio(_asset, _nextId);
    }

    /// Walks from a hint in the right direction; without a usable one, from the head.
    function findInsertPosition(
        uint256 _NICR,
        address _asset,
        address _prevId,
        address _nextId
    ) public view returns (address, address) {
        List storage list = lists[_asset];
        address prev = list.nodes[_prevId].exists ? _prevId : address(0);
        if (prev == address(0) && list.nodes[_nextId].exists) prev = list.nodes[_nextId].prev;
        while (prev != address(0) && _ratio(_asset, prev) < _NICR) prev = list.nodes[prev].prev;
        address next = prev == address(0) ? list.head : list.nodes[prev].next;
        while (next != address(0) && _ratio(_asset, next) > _NICR) {
            prev = next;
            next = list.nodes[next].next;
        }
        return (prev, next);
    }

    function _insert(
        address _asset,
        address _id,
        uint256 _NICR,
        address _prevId,
        address _nextId
    ) private {
        List storage list = lists[_asset];
        require(!list.nodes[_id].exists, "SortedChests: List already contains the node");
        require(_id != address(0), "SortedChests: Id cannot be zero");
        require(_NICR > 0, "SortedChests: NICR must be positive");
        if (!validInsertPosition(_NICR, _asset, _prevId, _nextId)) {
            (_prevId, _nextId) = findInsertPosition(_NICR, _asset, _prevId, _nextId);
        }
        list.nodes[_id] = Node(true, _prevId, _nextId);
        if (_prevId == address(0)) list.head = _id;
        else list.nodes[_prevId].next = _id;
        if (_nextId == address(0)) list.tail = _id;
        else list.nodes[_nextId].prev = _id;
        list.size++;
        emit NodeAdded(_asset, _id, _NICR);
    }

    function _remove(address _asset, address _id) private {
        List storage list = lists[_asset];
        Node memory node = list.nodes[_id];
        require(node.exists, "SortedChests: List does not contain the id");
        if (node.prev == address(0)) list.head = node.next;
        else list.nodes[node.prev].next = node.next;
        if (node.next == address(0)) list.tail = node.prev;
        else list.nodes[node.next].prev = node.prev;
        delete list.nodes[_id];
        list.size--;
        emit NodeRemoved(_asset, _id);
    }

    function _ratio(address _asset, address _id) private view returns (uint256) {
        return chestManager.getNominalICR(_asset, _id);
    }
}
