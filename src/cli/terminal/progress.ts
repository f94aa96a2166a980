/**
 * Shows progress on stderr during trainings. On a terminal, a few lines are rewritten in place. If stderr is not a
 * terminal, a log of few lines is written. Progress is drawn without a timer, because a busy main thread would delay a
 * timer, and because a timer would have to be stopped.
 */
import { finishLine, logLine, taskLine, totalLine } from './progress-text.ts'
import { PLAIN_STYLE, type TextStyle } from './style.ts'
import { type TaskOptions, TaskState } from './task-state.ts'

type Size = number | undefined

export interface ProgressOptions {
  readonly stream: { write(text: string): unknown }
  readonly isTerminal: boolean
  /**
   * Width of the terminal in characters. If the width is given as a function, the function is called at each drawing,
   * so that a resized window is noticed.
   */
  readonly columns?: Size | (() => Size)
  readonly rows?: Size | (() => Size)
  /** Returns the present time in milliseconds, counted from any fixed time. */
  readonly now?: () => number
  readonly style?: TextStyle
}

export interface ProgressTask {
  /** Reports `done`, the number of finished units, and the loss of the last finished unit. */
  update(done: number, reading?: { readonly loss?: number }): void
  /**
   * Ends the task, even if some of its units are not done. The last line of the task stays on the screen, with the
   * note.
   */
  finish(note?: string): void
}

export interface Progress {
  /**
   * Adds a task. A task appears at its first update. If all tasks are added before the first update, the line of the
   * total counts all tasks from the start.
   */
  task(label: string, total: number, options?: TaskOptions): ProgressTask
  /** Sets the expected cost of tasks that will be added later, so that the line of the total counts these tasks. */
  expect(cost: number): void
  /** Writes a line that stays on the screen, above the progress lines that are rewritten in place. */
  note(text: string): void
  /**
   * Removes the progress lines that are rewritten in place. Notes and the last lines of tasks stay on the screen. Calls
   * of other methods after `close` do nothing.
   */
  close(): void
}

/**
 * A display of tasks. `changed` is called after an update of a task, `say` writes a line that stays on the screen, and
 * `ended` writes the last line of a task.
 */
interface Display {
  changed(task: TaskState, tasks: readonly TaskState[]): void
  say(line: string, tasks: readonly TaskState[]): void
  ended(line: string, tasks: readonly TaskState[]): void
  close(): void
}

/** Starts a display of progress: live lines on a terminal, or a log. */
export function createProgress(options: ProgressOptions): Progress {
  const now = options.now ?? Date.now
  const later = { cost: 0 }
  const display = options.isTerminal ? createLiveDisplay(options, now, later) : createLogDisplay(options, now)
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
    expect(cost) {
      later.cost = cost
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

/** Makes a text one line, without control characters, which would move the cursor. */
function clean(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to drop
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim()
}

const REDRAW_EVERY = 100

/**
 * Makes a display that rewrites lines in place. After each drawing, the cursor is visible, at the start of the line
 * below the drawn lines. So the terminal is usable however the process ends, even after a kill, and the shell's prompt
 * starts on its own line.
 */
function createLiveDisplay(
  { stream, columns, rows, style = PLAIN_STYLE }: ProgressOptions,
  now: () => number,
  later: { readonly cost: number },
): Display {
  const size = (of: Size | (() => Size), otherwise: number) => (typeof of === 'function' ? of() : of) || otherwise
  let drawn: number[] = []
  let drawnAt = Number.NEGATIVE_INFINITY

  /** Moves the cursor to the start of the drawn lines. A line wraps if the window is now narrower than the line. */
  const back = () => {
    const width = size(columns, 80)
    const height = drawn.reduce((sum, length) => sum + Math.max(1, Math.ceil(length / width)), 0)
    const reachable = Math.min(height, size(rows, 24) - 1)
    return reachable > 0 ? `\u001b[${reachable}A\r` : ''
  }

  const draw = (tasks: readonly TaskState[], said: readonly string[]) => {
    // The last column stays free, because a character in the last column makes some terminals wrap the line.
    const width = Math.max(1, size(columns, 80) - 1)
    const running = tasks.filter((task) => task.startedAt !== null && !task.finished)
    const waiting = tasks.length > 1 && tasks.some((task) => !task.finished)
    const shown = running.slice(0, Math.max(1, size(rows, 24) - 3))
    const labelWidth = Math.min(Math.floor(width / 2), Math.max(0, ...shown.map((task) => task.label.length)))
    const lines = (paint: TextStyle) => {
      const each = shown.map((task) => taskLine(task, now(), width, labelWidth, paint))
      const total = waiting ? [totalLine(tasks, now(), width, labelWidth, paint, later.cost)] : []
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

/**
 * Makes a display that writes a log. For every task, the log has a first line, a line for each finished tenth of the
 * task, and a last line. The lines of a task are at least five seconds and at most a minute apart.
 */
function createLogDisplay({ stream }: ProgressOptions, now: () => number): Display {
  const last = new Map<TaskState, { readonly at: number; readonly fraction: number }>()
  return {
    changed(task) {
      const before = last.get(task)
      const at = now()
      const fraction = task.fraction
      // No progress line reports the end of a task, because the last line of the task does.
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
