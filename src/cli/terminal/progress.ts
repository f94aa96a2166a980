/**
 * Progress on stderr while something trains. On a terminal a few lines are rewritten in place; elsewhere a log of few
 * lines is written. Nothing is drawn by a timer: a busy main thread couldn't keep one, and none has to be stopped.
 */
import { finishLine, logLine, taskLine, totalLine } from './progress-text.ts'
import { PLAIN_STYLE, type TextStyle } from './style.ts'
import { type TaskOptions, TaskState } from './task-state.ts'

type Size = number | undefined

export interface ProgressOptions {
  readonly stream: { write(text: string): unknown }
  readonly isTerminal: boolean
  /** The terminal's size; a function is asked at each drawing, so that a resized window is followed. */
  readonly columns?: Size | (() => Size)
  readonly rows?: Size | (() => Size)
  /** Milliseconds, of any origin. */
  readonly now?: () => number
  readonly style?: TextStyle
}

export interface ProgressTask {
  /** Reports that `done` units of the total are done, and the loss of the last. */
  update(done: number, reading?: { readonly loss?: number }): void
  /** Ends the task, early or not; its last line stays on the screen, with the note. */
  finish(note?: string): void
}

export interface Progress {
  /** A task appears at its first update. Tell of all tasks first, and the total is right from the start. */
  task(label: string, total: number, options?: TaskOptions): ProgressTask
  /** A line that stays, above what is rewritten. */
  note(text: string): void
  /** Removes what is rewritten; what stays, stays. Later calls do nothing. */
  close(): void
}

/** What shows tasks: `changed` after an update, `say` for a line that stays, `ended` for the line of a task that ended. */
interface Display {
  changed(task: TaskState, tasks: readonly TaskState[]): void
  say(line: string, tasks: readonly TaskState[]): void
  ended(line: string, tasks: readonly TaskState[]): void
  close(): void
}

/** Starts to show progress. */
export function createProgress(options: ProgressOptions): Progress {
  const now = options.now ?? Date.now
  const display = options.isTerminal ? createLiveDisplay(options, now) : createLogDisplay(options, now)
  const tasks: TaskState[] = []
  let closed = false
  return {
    task(label, total, taskOptions = {}) {
      const state = new TaskState(clean(label), total, taskOptions)
      tasks.push(state)
      return {
        update(done, { loss } = {}) {
          if (closed || state.finished) return
          state.record(now(), done, loss)
          display.changed(state, tasks)
        },
        finish(note) {
          if (closed || state.finished) return
          state.finished = true
          display.ended(finishLine(state, now(), note === undefined ? note : clean(note)), tasks)
        },
      }
    },
    note(text) {
      if (!closed) display.say(clean(text), tasks)
    },
    close() {
      if (!closed) display.close()
      closed = true
    },
  }
}

/** One line, without the control characters that would move the cursor. */
function clean(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to drop
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim()
}

const REDRAW_EVERY = 100

/**
 * Lines rewritten in place. After each drawing the cursor stands at the start of the line below, in view as always:
 * however the process ends, killed included, the terminal is as it should be and the prompt has a line of its own.
 */
function createLiveDisplay(
  { stream, columns, rows, style = PLAIN_STYLE }: ProgressOptions,
  now: () => number,
): Display {
  const size = (of: Size | (() => Size), otherwise: number) => (typeof of === 'function' ? of() : of) || otherwise
  let drawn: number[] = []
  let drawnAt = Number.NEGATIVE_INFINITY

  /** To the start of what was drawn. A line wraps if the window has become narrower than it. */
  const back = () => {
    const width = size(columns, 80)
    const height = drawn.reduce((sum, length) => sum + Math.max(1, Math.ceil(length / width)), 0)
    const reachable = Math.min(height, size(rows, 24) - 1)
    return reachable > 0 ? `\u001b[${reachable}A\r` : ''
  }

  const draw = (tasks: readonly TaskState[], said: readonly string[]) => {
    // The last column stays free: a character there makes some terminals wrap.
    const width = Math.max(1, size(columns, 80) - 1)
    const running = tasks.filter((task) => task.startedAt !== null && !task.finished)
    const waiting = tasks.length > 1 && tasks.some((task) => !task.finished)
    const shown = running.slice(0, Math.max(1, size(rows, 24) - 3))
    const labelWidth = Math.min(Math.floor(width / 2), Math.max(0, ...shown.map((task) => task.label.length)))
    const lines = (paint: TextStyle) => {
      const each = shown.map((task) => taskLine(task, now(), width, labelWidth, paint))
      const total = waiting ? [totalLine(tasks, now(), width, labelWidth, paint)] : []
      return [...each, ...total]
    }
    const text = [...said, ...lines(style)].map((line) => `${line}\u001b[K\n`).join('')
    stream.write(`${back()}${text}\u001b[J`)
    drawn = lines(PLAIN_STYLE).map((line) => line.length)
    drawnAt = now()
  }

  return {
    changed(_task, tasks) {
      if (now() - drawnAt >= REDRAW_EVERY) draw(tasks, [])
    },
    say: (line, tasks) => draw(tasks, [line]),
    ended: (line, tasks) => draw(tasks, [line]),
    close() {
      if (drawn.length > 0) stream.write(`${back()}\u001b[J`)
      drawn = []
    },
  }
}

const LINE_EVERY = 5000
const SIGN_OF_LIFE = 60_000
const FRACTION = 0.1

/** A log: a task's first line, one for each tenth but at most one in five seconds, one a minute at least, its last. */
function createLogDisplay({ stream }: ProgressOptions, now: () => number): Display {
  const last = new Map<TaskState, { readonly at: number; readonly fraction: number }>()
  return {
    changed(task) {
      const before = last.get(task)
      const at = now()
      const fraction = task.fraction
      // The line of the task's end says it better.
      if (before !== undefined && fraction >= 1) return
      if (before !== undefined && at - before.at < SIGN_OF_LIFE) {
        if (at - before.at < LINE_EVERY || fraction - before.fraction < FRACTION - 1e-9) return
      }
      last.set(task, { at, fraction })
      stream.write(`${logLine(task, at)}\n`)
    },
    say(line) {
      stream.write(`${line}\n`)
    },
    ended(line, tasks) {
      const finished = tasks.filter((task) => task.finished).length
      stream.write(`${line}${tasks.length > 1 ? ` (${finished} of ${tasks.length} done)` : ''}\n`)
    },
    close() {},
  }
}
