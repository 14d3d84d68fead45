/**
 * The page: asks for a frame each second and draws it. When no frame comes, the last one stays, and
 * everything says how old it is.
 */
import type {WebFrame, WebPanel} from '../frame.ts'
import {createCharts} from './charts.ts'
import {make, setRows, setText, setTone, the} from './dom.ts'
import {drawCountdowns, drawIssues, drawState, drawTiles, sayState, showState} from './tiles.ts'
import {clockOf, staleNote} from './times.ts'
import {drawTimeline} from './timeline.ts'

const ASK_MS = 1000
/** A frame takes milliseconds; a tunnel over a bad line takes a second. */
const ANSWER_MS = 3000
/** Two frames are missing. */
const GONE_MS = 2500
const TICK_MS = 250

const charts = createCharts()
let frame: WebFrame | undefined
/** On the page's own clock, which need not be right. */
let arrivedMs = performance.now()
let refusal = ''
/** The page is about to be loaded anew. */
let isLeaving = false

async function ask(): Promise<void> {
  try {
    const response = await fetch('data.json', {
      cache: 'no-store',
      signal: AbortSignal.timeout(ANSWER_MS),
    })
    if (!response.ok)
      throw new Error(
        response.status === 401 ? 'the token is not accepted' : `HTTP ${response.status}`,
      )
    take((await response.json()) as WebFrame)
  } catch (error) {
    const isRefused = error instanceof Error && /^(?:the token|the frame|HTTP)/.test(error.message)
    refusal = isRefused ? error.message : ''
  }
  tick()
}

function take(fresh: WebFrame): void {
  // The program was replaced by another version: its page may be another one too.
  if (frame && frame.build !== fresh.build) {
    isLeaving = true
    return location.reload()
  }
  // The frame before must not look current because of one that cannot be drawn.
  try {
    draw(fresh)
  } catch (cause) {
    throw new Error('the frame cannot be drawn', {cause})
  }
  frame = fresh
  arrivedMs = performance.now()
  refusal = ''
}

function draw(fresh: WebFrame): void {
  const {network, profile, mode, issues, panels, sources} = fresh
  const name = `metis-seq, ${network}, ${profile ?? 'no profile'}`
  setText(the('#title'), mode === 'REPLAY' ? `${name}, REPLAY` : name)
  document.body.classList.remove('gone')
  drawState(fresh)
  drawTiles(fresh)
  drawIssues(issues.length > 1 ? issues : [], fresh.atMs)
  drawTimeline(fresh)
  charts.draw(fresh)
  drawPanels(panels)
  drawPictures(fresh.pictures)
  setRows(the('#source-rows'), sources)
}

/** A value of a source that is silent is struck through, and says why. */
function drawFresh({fresh}: WebFrame, silentMs: number): void {
  for (const note of document.querySelectorAll<HTMLElement>('.fresh[data-of]')) {
    const sources = (note.dataset['of'] ?? '').split(' ') as (keyof WebFrame['fresh'])[]
    const notes = sources.map((source) => staleNote(fresh[source], silentMs))
    const text = notes.find((each) => each !== '') ?? ''
    setText(note, text)
    note.parentElement?.classList.toggle('old', text !== '')
  }
}

function drawPanels(panels: readonly WebPanel[]): void {
  const place = the('#panels')
  for (const {name, title, age, rows} of panels) {
    let panel = document.getElementById(`panel-${name}`)
    if (!panel) {
      panel = make('section', '', 'panel')
      panel.id = `panel-${name}`
      panel.append(make('h2', title), make('p', '', 'fresh'), make('dl'))
      panel.setAttribute('aria-label', title)
      place.append(panel)
    }
    setText(panel.querySelector('.fresh')!, age)
    setRows(panel.querySelector('dl')!, rows)
  }
  for (const panel of [...place.children]) {
    if (!panels.some(({name}) => panel.id === `panel-${name}`)) panel.remove()
  }
}

function drawPictures(pictures: WebFrame['pictures']): void {
  const place = the('#pictures')
  place.hidden = pictures.length === 0
  const shown = [...place.querySelectorAll('img')]
  const isSame =
    shown.length === pictures.length &&
    pictures.every(({path}, at) => shown[at]!.getAttribute('src') === path)
  if (isSame) return
  place.replaceChildren(
    ...pictures.map(({path, title, text}) => {
      const panel = make('section', '', 'panel')
      const picture = document.createElement('img')
      picture.src = path
      picture.alt = text
      panel.append(make('h2', title), picture)
      return panel
    }),
  )
}

/** What changes without a frame. */
function tick(): void {
  if (isLeaving) return
  const silentMs = performance.now() - arrivedMs
  const isGone = silentMs > GONE_MS || refusal !== ''
  the('#gone').hidden = !isGone
  document.body.classList.toggle('gone', isGone)
  if (isGone) tellGone(silentMs)
  if (!frame) return
  drawFresh(frame, silentMs)
  const nowMs = frame.atMs + silentMs
  if (!isGone) {
    setText(the('#clock'), `${clockOf(nowMs)} UTC`)
    drawCountdowns(frame, nowMs)
    const played = frame.mode === 'REPLAY' ? 'REPLAY ' : ''
    document.title = `${played}${frame.state.word} ${frame.network} metis-seq`
  }
}

function tellGone(silentMs: number): void {
  const why = refusal === '' ? '' : `: ${refusal}`
  setText(the('#gone-what'), `No answer from metis-seq${why}`)
  const last = frame ? ` Everything below is from ${clockOf(frame.atMs)} UTC.` : ''
  setText(the('#gone-since'), `for ${Math.floor(silentMs / 1000)} s.${last}`)
  const before = frame
    ? `Last known: ${frame.state.word}, ${frame.state.text}`
    : 'Nothing is known yet.'
  showState('UNKNOWN', before, 'critical')
  sayState('UNKNOWN', before, 'gone')
  setTone(the('#turn-countdown'), 'dim')
  setText(the('#turn-countdown'), 'unknown')
  setText(the('#epoch-left'), '')
  setText(the('#clock'), frame ? `last frame ${clockOf(frame.atMs)} UTC` : 'no frame yet')
  document.title = 'NO ANSWER metis-seq'
}

function keepAsking(): void {
  void ask().finally(() => isLeaving || setTimeout(keepAsking, ASK_MS))
}

setInterval(tick, TICK_MS)
addEventListener('resize', () => frame && draw(frame))
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  charts.forget()
  if (frame) charts.draw(frame)
})
// A page in the background is woken seldom, and must not show an old frame when it comes to the front.
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') void ask()
})
keepAsking()
