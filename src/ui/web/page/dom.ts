import type {Row} from '../../dashboard/model.ts'

/** An element that `index.html` has. */
export function the<T extends Element = HTMLElement>(selector: string): T {
  const found = document.querySelector<T>(selector)
  if (!found) throw new Error(`The page has no ${selector}.`)
  return found
}

/** Text is written only where it changes: a live region would be read aloud again. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text
}

/** Replaces the tone of an element. */
export function setTone(element: Element, tone: string): void {
  const wanted = `tone-${tone}`
  if (element.classList.contains(wanted)) return
  const others = [...element.classList].filter((name) => name.startsWith('tone-'))
  element.classList.remove(...others)
  element.classList.add(wanted)
}

/** A new element with text. Foreign text gets into the page here and in `setText`, and never as markup. */
export function make(tag: string, text = '', ...classes: string[]): HTMLElement {
  const element = document.createElement(tag)
  if (text !== '') element.textContent = text
  if (classes.length > 0) element.classList.add(...classes)
  return element
}

/** Terms and values. The elements are replaced only when something changed, so that a selection stays. */
export function setRows(list: Element, rows: readonly Row[]): void {
  const wanted = rows.map((row) => {
    const value = make('dd', row.value, `tone-${row.tone}`)
    if (row.label === '') {
      value.classList.add('wide')
      return [value]
    }
    return [make('dt', row.label), value]
  })
  const fresh = make('dl')
  fresh.append(...wanted.flat())
  if (fresh.innerHTML !== list.innerHTML) list.replaceChildren(...wanted.flat())
}
