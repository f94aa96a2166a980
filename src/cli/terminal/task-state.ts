/** The state of a task in progress, independent of the display. */

export interface TaskOptions {
  /** Unit in which the progress of the task is counted, `step` by default. Progress in bytes is shown in megabytes. */
  readonly unit?: string
  /**
   * Cost of one unit of the task relative to a unit of the other tasks, 1 by default. The cost is the weight of the
   * task in the total progress.
   */
  readonly cost?: number
}

/**
 * Time window over which the rate of a task is measured, in milliseconds. The window is long enough for a steady rate,
 * and short enough to follow a slower phase.
 */
const WINDOW = 10_000
const SAMPLE_EVERY = 200
const HISTORY = 240

export class TaskState {
  readonly label: string
  readonly total: number
  readonly unit: string
  readonly cost: number
  done = 0
  startedAt: number | null = null
  finished = false
  /** The latest loss of the task; null before the first loss. A loss of NaN stays NaN. */
  loss: number | null = null
  /** Losses for the sparkline. Only every `stride`-th loss is stored, so a long training stores few losses. */
  readonly losses: number[] = []
  private stride = 1
  private skipped = 0
  private samples: { readonly at: number; readonly done: number }[] = []

  constructor(label: string, total: number, { unit = 'step', cost = 1 }: TaskOptions) {
    this.label = label
    this.total = total
    this.unit = unit
    this.cost = cost
  }

  record(now: number, done: number, loss: number | undefined): void {
    this.startedAt ??= now
    this.done = done
    const last = this.samples.at(-1)
    if (last === undefined || now - last.at >= SAMPLE_EVERY) this.samples.push({ at: now, done })
    while (this.samples.length > 2 && now - this.samples[0].at > WINDOW) this.samples.shift()
    if (loss === undefined) return
    this.loss = loss
    this.skipped++
    if (this.skipped < this.stride) return
    this.skipped = 0
    this.losses.push(loss)
    if (this.losses.length < HISTORY) return
    const remaining = this.losses.filter((_, index) => index % 2 === 1)
    this.losses.splice(0, HISTORY, ...remaining)
    this.stride *= 2
  }

  /** Fraction of the task that is done, in 0..1. */
  get fraction(): number {
    return this.total > 0 ? Math.min(1, Math.max(0, this.done / this.total)) : 0
  }

  /** Rate of the task in units per second over the latest time window; null before the rate can be measured. */
  rate(now: number): number | null {
    const first = this.samples.at(0)
    if (first === undefined || this.done <= first.done || now <= first.at) return null
    return ((this.done - first.done) / (now - first.at)) * 1000
  }

  /** Remaining time of the task at the present rate, in seconds; null if the rate is unknown. */
  secondsLeft(now: number): number | null {
    const rate = this.rate(now)
    return rate === null ? null : Math.max(0, this.total - this.done) / rate
  }

  seconds(now: number): number {
    return this.startedAt === null ? 0 : (now - this.startedAt) / 1000
  }
}

/**
 * Returns the finished fraction of all tasks, weighted by cost, and the seconds spent so far. Also returns the seconds
 * left at the average speed so far, or null if nothing is done. `later` is the expected cost of tasks that will be added
 * later.
 */
export function totalOf(
  tasks: readonly TaskState[],
  now: number,
  later = 0,
): { fraction: number; seconds: number; left: number | null } {
  const sum = (part: (task: TaskState) => number) => tasks.reduce((total, task) => total + part(task) * task.cost, 0)
  const all = sum((task) => task.total) + later
  // A task that ended early counts as completely done.
  const done = sum((task) => (task.finished ? task.total : task.fraction * task.total))
  const fraction = all > 0 ? done / all : 0
  const start = Math.min(...tasks.map((task) => task.startedAt ?? now))
  const seconds = (now - start) / 1000
  return { fraction, seconds, left: fraction > 0 ? (seconds * (1 - fraction)) / fraction : null }
}
