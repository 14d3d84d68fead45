import type {WebFrame} from '../../src/ui/web/frame.ts'

/** A frame with little on it. */
export function webFrame(overrides: Partial<WebFrame> = {}): WebFrame {
  const live = {isLive: true, note: '', ageMs: 100, staleMs: 4000}
  return {
    ...{atMs: Date.UTC(2026, 0, 1, 12), build: 'one', mode: 'LIVE', network: 'local'},
    ...{profile: 'seq-1', nextAction: 'nothing to do', cost: null, issues: []},
    state: {word: 'OK', text: 'in order', tone: 'ok'},
    fresh: {chain: live, rotation: live, rewards: live, duty: live, node: live},
    headBlock: '1041',
    epoch: {
      ...{number: '42', startBlock: '1000', endBlock: '1199', producer: '0x2222…2222'},
      ...{isMine: false, done: 41, blocks: 200, left: '5 min', endsAtMs: null},
    },
    turn: {number: '44', blocksAway: '358', text: 'in 12 min, epoch 44', startsAtMs: null},
    ...{turnText: 'in 12 min, epoch 44', window: null, timeline: {cells: [], legend: []}},
    charts: {blockTime: [], lag: [], rewards: null, duty: null},
    ...{notes: {rewards: '', duty: ''}, panels: [], pictures: [], sources: []},
    ...overrides,
  }
}
