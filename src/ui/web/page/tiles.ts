import type {Tone} from '../../dashboard/model.ts'
import type {WebFrame, WebIssue} from '../frame.ts'
import {make, setRows, setText, setTone, the} from './dom.ts'
import {countdown} from './times.ts'

const glyphs: Readonly<Record<string, string>> = {OK: '✔', WARN: '▲', CRIT: '✖', WAIT: '…'}

export function drawState({state, nextAction, cost, issues}: WebFrame): void {
  showState(state.word, state.text, state.tone)
  sayState(state.word, state.text, `${state.word} ${issues.map(({id}) => id).join(' ')}`)
  setText(the('#state-cost'), cost ?? '')
  setText(the('#remedy'), nextAction)
}

export function showState(word: string, text: string, tone: Tone): void {
  setTone(the('#state'), tone)
  setText(the('#state-glyph'), glyphs[word] ?? '✖')
  setText(the('#state-word'), word)
  setText(the('#state-text'), text)
}

let saidOf = ''

/** Read aloud when the state or its issues change; their texts count seconds and are not. */
export function sayState(word: string, text: string, subject: string): void {
  if (saidOf === subject) return
  saidOf = subject
  setText(the('#said'), `${word}: ${text}`)
}

export function drawTiles(frame: WebFrame): void {
  const {epoch, turn, window, headBlock} = frame
  setText(the('#epoch-number'), epoch?.number ?? 'none')
  setText(the('#epoch-blocks'), epoch ? `blocks ${epoch.startBlock} to ${epoch.endBlock}` : '')
  const bar = the<HTMLProgressElement>('#epoch-progress')
  bar.max = epoch?.blocks ?? 1
  bar.value = epoch?.done ?? 0
  const producer = the('#producer')
  setText(producer, epoch?.producer ?? (headBlock === null ? 'unknown' : 'nobody'))
  setTone(producer, epoch?.isMine ? 'mine' : 'plain')
  the('#producer-tile').classList.toggle('mine', epoch?.isMine === true)
  setText(the('#head'), headBlock === null ? 'unknown' : `block ${headBlock}`)
  setText(the('#turn-label'), turn ? 'epoch' : '')
  setText(the('#turn-number'), turn?.number ?? '')
  setText(the('#turn-text'), turn?.text ?? frame.turnText)
  the('#turn-tile').classList.toggle('mine', turn?.blocksAway === '0')
  the('#window-tile').hidden = window === null
  const [first, ...others] = window ?? []
  const isAnswer = first?.label === 'restart'
  const [word = '', rest = ''] = isAnswer ? splitAnswer(first.value) : [first?.value ?? '']
  setText(the('#window-word'), word)
  setTone(the('#window-word'), first?.tone ?? 'plain')
  const left = rest === '' ? [] : [{label: '', value: rest, tone: 'plain'} as const]
  setRows(the('#window-rows'), [...left, ...others])
}

/** `OPEN, 5m left`: the word is large. */
function splitAnswer(value: string): [string, string] {
  const at = value.search(/[,:]/)
  return at < 0 ? [value, ''] : [value.slice(0, at), value.slice(at + 1).trim()]
}

/** Times that run between two frames. @param nowMs on the server's clock */
export function drawCountdowns({epoch, turn, fresh}: WebFrame, nowMs: number): void {
  const isLive = fresh.chain.isLive
  const epochEnds = isLive ? (epoch?.endsAtMs ?? null) : null
  setText(
    the('#epoch-left'),
    epochEnds === null
      ? (epoch?.left ?? 'no epoch covers the next block')
      : `${countdown(epochEnds - nowMs)} left, ${epoch!.done} of ${epoch!.blocks} blocks`,
  )
  setText(the('#turn-countdown'), turnText(turn, isLive, nowMs))
  setTone(the('#turn-countdown'), turn ? 'mine' : 'dim')
}

function turnText(turn: WebFrame['turn'], isLive: boolean, nowMs: number): string {
  if (!turn) return '–'
  if (turn.blocksAway === '0') return '◆ NOW'
  if (!isLive || turn.startsAtMs === null) return `${turn.blocksAway} blocks`
  return countdown(turn.startsAtMs - nowMs)
}

/** Issues beyond the one that the state names. */
export function drawIssues(issues: readonly WebIssue[], nowMs: number): void {
  const list = the('#issue-list')
  the('#issues').hidden = issues.length === 0
  const items = issues.map(({word, tone, text, remedy, sinceMs}) => {
    const item = make('li')
    const since = sinceMs === null ? '' : ` for ${countdown(nowMs - sinceMs)}`
    item.append(
      make('span', `${glyphs[word] ?? ''} ${word}`, 'word', `tone-${tone}`),
      ` ${text}`,
      make('span', since, 'small'),
      ' ',
      make('code', remedy),
    )
    return item
  })
  list.replaceChildren(...items)
}
