import {Browser} from 'happy-dom'

import type {Page} from './browser.ts'

/** The page and its script in a document without a browser: nothing is drawn, and everything else runs. */
export class DomPage implements Page {
  readonly #browser = new Browser({
    settings: {
      enableJavaScriptEvaluation: true,
      suppressInsecureJavaScriptEnvironmentWarning: true,
    },
  })
  readonly #page = this.#browser.newPage()

  async open(url: string): Promise<void> {
    await this.#page.goto(url)
  }

  async text(selector: string): Promise<string> {
    const found = this.#page.mainFrame.document.querySelector(selector)
    return found === null || found.closest('[hidden]') !== null ? '' : (found.textContent ?? '')
  }

  /** Elements of a kind. */
  count(selector: string): number {
    return this.#page.mainFrame.document.querySelectorAll(selector).length
  }

  async close(): Promise<void> {
    await this.#browser.close()
  }
}
