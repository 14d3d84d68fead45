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
  /** Where progress is shown; stderr. */
  screen: Screen
  env: Environment
  /** A whole line, where the cursor cannot be moved. */
  tell(line: string): void
  /** Monotonic milliseconds. */
  now?: () => number
}

/** Sooner than this nobody wonders what is going on. */
const SILENT_MS = 2000
/** Between two lines where each stays. */
const PLAIN_EVERY_MS = 10_000
const TICK_MS = 1000
const ERASE = '\r\u001B[2K'

/**
 * What long work is at, and for how long: on a terminal one line that is replaced, elsewhere a line every ten seconds.
 * Steps that differ by their count alone (`3 of 9`) are one; those that have names (`3/9: deploy A`) share their time.
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

  /** A step of work: told at once. */
  step(text: string): void {
    const isSame = kindOf(text) === kindOf(this.#text)
    const isTold = stepOf(text) === stepOf(this.#text)
    this.#begin(text, isSame)
    this.#isWait = false
    if (this.#moves) this.#draw()
    else if (!isTold || this.#now() - this.#plainAtMs >= PLAIN_EVERY_MS) this.#tell()
  }

  /** Something that may come at once: told when it takes long. Another text says more of the same wait. */
  wait(text: string): void {
    const isSame = this.#isWait && this.#timer !== undefined
    if (!isSame) this.clear()
    this.#begin(text, isSame)
    this.#isWait = true
    if (this.#isDrawn) this.#draw()
  }

  /** As `wait`, until the work has ended, however it ends. */
  async during<T>(text: string, work: Promise<T>): Promise<T> {
    this.wait(text)
    try {
      return await work
    } finally {
      this.done()
    }
  }

  /**
   * The same for work that is known to take its time: told at once on a terminal. What was waited for before goes on
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

  /** Takes the line away, for what is printed next; it comes back while the work goes on. */
  clear(): void {
    if (this.#isDrawn) this.#options.screen.write(ERASE)
    this.#isDrawn = false
  }

  /** Nothing is waited for any more; no line is left. */
  done(): void {
    this.clear()
    this.#stop()
  }

  /** The same, and the last step stays to be read. */
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

/** What is told once where every line stays: without its count, and without the figures behind it. */
function stepOf(text: string): string {
  const [, before, behind] = /^([^]*?)\d+ ?(?:\/|of) ?\d+([^]*)$/.exec(text) ?? []
  return behind === undefined ? text : `${before}${behind.replaceAll(/\d+/g, '')}`
}
