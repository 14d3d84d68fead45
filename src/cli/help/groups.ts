/** Tasks, with their topics and commands, in the order of an operator's first day. */
export const groups: readonly {title: string; names: readonly string[]}[] = [
  {title: 'SET UP', names: ['init', 'profile', 'network']},
  {title: 'REHEARSE', names: ['local']},
  {title: 'WATCH', names: ['status', 'dashboard', 'epoch', 'duty', 'explain', 'tx']},
  {title: 'ALERTS', names: ['monitor', 'alert']},
  {title: 'STAKE', names: ['sequencer', 'stake', 'lst', 'registry']},
  {title: 'MARKETS', names: ['pool', 'lend', 'cdp']},
  {title: 'REWARDS', names: ['reward']},
  {title: 'EXIT', names: ['exit']},
  {title: 'NODE', names: ['node', 'pos']},
  {title: 'KEYS', names: ['key', 'signer']},
  {title: 'NETWORK OWNERS', names: ['governance']},
  {title: 'SCRIPTS', names: ['schema', 'completion', 'help', 'version']},
]
