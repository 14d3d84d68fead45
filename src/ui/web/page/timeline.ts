import type {WebFrame} from '../frame.ts'
import type {WebCell} from '../timeline-cells.ts'
import {setText, the} from './dom.ts'

const SVG = 'http://www.w3.org/2000/svg'
const CELL = {width: 34, height: 44, gap: 3}
const STEP = CELL.width + CELL.gap

let drawn = ''

/** One cell per epoch, in as many lines as the width asks for. */
export function drawTimeline({timeline: {cells, legend}}: WebFrame): void {
  const place = the('#timeline-picture')
  const columns = Math.max(5, Math.floor((place.clientWidth || 600) / STEP))
  const wanted = JSON.stringify([cells, columns])
  if (wanted === drawn) return
  drawn = wanted
  const lines = Math.ceil(cells.length / columns)
  const width = Math.min(columns, Math.max(cells.length, 1)) * STEP
  const picture = create('svg', {
    viewBox: `0 0 ${width} ${lines * (CELL.height + CELL.gap)}`,
    role: 'img',
    'aria-label': summaryOf(cells),
  })
  picture.style.maxWidth = `${width}px`
  picture.append(...cells.map((cell, at) => cellOf(cell, at % columns, Math.floor(at / columns))))
  place.replaceChildren(picture)
  const letters = legend.map(({letter, signer}) => `${letter} ${signer}`).join('   ')
  setText(
    the('#timeline-legend'),
    cells.length === 0
      ? ''
      : `◆ you   ◇ you, probable   ${letters}   ? unknown   ! respan   thick border: now   dashed: not certain`,
  )
}

function cellOf(cell: WebCell, column: number, line: number): SVGElement {
  const {number, when, glyph, isMine, label, isRespanned, text} = cell
  const [x, y] = [column * STEP + 1.5, line * (CELL.height + CELL.gap) + 1.5]
  const group = create('g', {class: ['cell', when].join(' ')})
  if (isMine) group.classList.add('mine')
  if (label === 'probable' || label === 'unknown') group.classList.add('perhaps')
  const title = create('title', {})
  title.textContent = text
  const box = create('rect', {x, y, width: CELL.width - 1, height: CELL.height - 3, rx: 5})
  group.append(
    title,
    box,
    letter(glyph, x + 16.5, y + 20),
    letter(number, x + 16.5, y + 35, 'number'),
  )
  if (isRespanned) group.append(letter('!', x + 28, y + 14, 'respan'))
  return group
}

function letter(text: string, x: number, y: number, kind?: string): SVGElement {
  const element = create('text', {x, y, ...(kind === undefined ? {} : {class: kind})})
  element.textContent = text
  return element
}

function create(tag: string, attributes: Record<string, string | number>): SVGElement {
  const element = document.createElementNS(SVG, tag) as SVGElement
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, `${value}`)
  return element
}

/** For those who do not see it. */
function summaryOf(cells: readonly WebCell[]): string {
  if (cells.length === 0) return 'The rotation is not known yet.'
  const current = cells.find(({when}) => when === 'current')
  const own = cells.filter(({isMine, when}) => isMine && when !== 'past').map(({number}) => number)
  const now = current ? `Now ${current.text}. ` : ''
  return `${now}${own.length === 0 ? 'No own turn is known.' : `Own turns: epochs ${own.join(', ')}.`}`
}
