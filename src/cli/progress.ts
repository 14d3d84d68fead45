import {cleanText} from '../lib/clean-text.ts'
import {movesCursor} from '../lib/terminal.ts'
import {formatDuration} from '../lib/units.ts'

type Environment = Readonly<Record<string, string | undefined>>

interface Screen {
  isTTY?: boolean
  columns?: number
  write(text: string): unknown
}

export interface ProgressOptions {
  /** Output of progress; stderr. */
  screen: Screen
  env: Environment
  /** A complete line, where the cursor cannot be moved. */
  tell(line: string): void
  /** Monotonic milliseconds. */
  now?: () => number
}

/** Delay before a wait is reported. */
const SILENT_MS = 2000
/** Interval between permanent lines. */
const PLAIN_EVERY_MS = 10_000
const TICK_MS = 1000
const ERASE = '\r\u001B[2K'

/**
 * The current step of long work, and its duration: one line that is replaced on a terminal,
 * otherwise a line every ten seconds. Steps that differ only in their count (`3 of 9`) are one
 * step; named steps (`3/9: deploy A`) share their time.
 */
export class Progress {
  readonly #options: ProgressOptions
  readonly #moves: boolean
  readonly #now: () => number
  #text = ''
  #sinceMs = 0
  #plainAtMs = 0
  #isDrawn = false
  #isWait = false
  #timer: NodeJS.Timeout | undefined

  constructor(options: ProgressOptions) {
    this.#options = options
    this.#moves = movesCursor(options.screen, options.env)
    this.#now = options.now ?? (() => performance.now())
  }

  /** A step of work: shown immediately. */
  step(text: string): void {
    const isSame = kindOf(text) === kindOf(this.#text)
    const isTold = stepOf(text) === stepOf(this.#text)
    this.#begin(text, isSame)
    this.#isWait = false
    if (this.#moves) this.#draw()
    else if (!isTold || this.#now() - this.#plainAtMs >= PLAIN_EVERY_MS) this.#tell()
  }

  /** A wait that may be short: shown when it takes long. A new text updates the same wait. */
  wait(text: string): void {
    const isSame = this.#isWait && this.#timer !== undefined
    if (!isSame) this.clear()
    this.#begin(text, isSame)
    this.#isWait = true
    if (this.#isDrawn) this.#draw()
  }

  /** Like `wait`, until the work ends, with or without an error. */
  async during<T>(text: string, work: Promise<T>): Promise<T> {
    this.wait(text)
    try {
      return await work
    } finally {
      this.done()
    }
  }

  /**
   * The same for work known to be slow: shown immediately on a terminal. An earlier wait resumes
   * afterwards.
   */
  async within<T>(text: string, work: Promise<T>): Promise<T> {
    const before = this.#timer && {
      ...{text: this.#text, sinceMs: this.#sinceMs, isDrawn: this.#isDrawn, isWait: this.#isWait},
    }
    this.#begin(text, false)
    this.#isWait = true
    if (this.#moves) this.#draw()
    try {
      return await work
    } finally {
      this.clear()
      if (before === undefined) this.#stop()
      else {
        this.#text = before.text
        this.#sinceMs = before.sinceMs
        this.#isWait = before.isWait
        if (before.isDrawn) this.#draw()
      }
    }
  }

  /** Clears the line for other output; it returns while the work continues. */
  clear(): void {
    if (this.#isDrawn) this.#options.screen.write(ERASE)
    this.#isDrawn = false
  }

  /** Ends the wait and clears the line. */
  done(): void {
    this.clear()
    this.#stop()
  }

  /** The same, but keeps the last step visible. */
  end(): void {
    if (this.#isDrawn) this.#options.screen.write('\n')
    this.#isDrawn = false
    this.#stop()
  }

  #begin(text: string, isSame: boolean): void {
    this.#text = text
    if (!isSame) {
      this.#sinceMs = this.#now()
      this.#plainAtMs = this.#sinceMs
    }
    this.#timer ??= setInterval(() => this.tick(), TICK_MS).unref()
  }

  #stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#text = ''
  }

  /** Every second. */
  tick(): void {
    if (this.#timer === undefined) return
    const nowMs = this.#now()
    if (this.#moves) {
      if (this.#isDrawn || nowMs - this.#sinceMs >= SILENT_MS) this.#draw()
    } else if (nowMs - this.#plainAtMs >= PLAIN_EVERY_MS) this.#tell()
  }

  #draw(): void {
    const {screen} = this.#options
    const elapsed = this.#elapsed()
    const room = (screen.columns ?? 80) - 1 - elapsed.length
    const text = [...cleanText(this.#text)].slice(0, Math.max(0, room)).join('')
    screen.write(`${ERASE}${text}${elapsed}`)
    this.#isDrawn = true
  }

  #tell(): void {
    this.#plainAtMs = this.#now()
    this.#options.tell(`${this.#text}${this.#elapsed()}`)
  }

  #elapsed(): string {
    const ms = this.#now() - this.#sinceMs
    return ms < SILENT_MS ? '' : `, ${formatDuration(Math.floor(ms / 1000))}`
  }
}

function kindOf(text: string): string {
  return text.replace(/\d+ ?(?:\/|of) ?\d[^]*$/, '')
}

/** The text of a step for permanent lines: without its count and figures. */
function stepOf(text: string): string {
  const [, before, behind] = /^([^]*?)\d+ ?(?:\/|of) ?\d+([^]*)$/.exec(text) ?? []
  return behind === undefined ? text : `${before}${behind.replaceAll(/\d+/g, '')}`
}
