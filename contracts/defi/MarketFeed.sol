// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

/// A price feed with the interface of Chainlink's aggregators. Its owner answers instead of a
/// network of oracles, so that a price can be moved in a rehearsal.
contract MarketFeed is Ownable {
    struct Round {
        int256 answer;
        uint256 updatedAt;
    }

    uint8 public immutable decimals;
    string public description;
    uint256 public constant version = 4;
    uint80 private latest;
    mapping(uint80 roundId => Round) private rounds;

    event AnswerUpdated(int256 indexed current, uint256 indexed roundId, uint256 updatedAt);

    constructor(string memory _description, uint8 _decimals, int256 _answer, address _owner) {
        description = _description;
        decimals = _decimals;
        _answerWith(_answer);
        _transferOwnership(_owner);
    }

    function setAnswer(int256 answer) external onlyOwner {
        _answerWith(answer);
    }

    /// The older way to ask, which some vaults still use.
    function latestAnswer() external view returns (int256) {
        return rounds[latest].answer;
    }

    function latestRoundData()
        external
        view
        returns (
            uint80 roundId,
            int256 answer,
            uint256 startedAt,
            uint256 updatedAt,
            uint80 answeredInRound
        )
    {
        return _round(latest);
    }

    function getRoundData(
        uint80 roundId
    )
        external
        view
        returns (
            uint80 roundId_,
            int256 answer,
            uint256 startedAt,
            uint256 updatedAt,
            uint80 answeredInRound
        )
    {
        require(rounds[roundId].updatedAt != 0, "No data present");
        return _round(roundId);
    }

    function _answerWith(int256 answer) private {
        latest++;
        rounds[latest] = Round(answer, block.timestamp);
        emit AnswerUpdated(answer, latest, block.timestamp);
    }

    function _round(
        uint80 roundId
    ) private view returns (uint80, int256, uint256, uint256, uint80) {
        Round memory round = rounds[roundId];
        return (roundId, round.answer, round.updatedAt, round.updatedAt, roundId);
    }
}
