/** The state of a task in progress, independent of the display. */

export interface TaskOptions {
  /** Unit in which the task counts, `step` by default. Bytes are shown as megabytes. */
  readonly unit?: string
  /** Cost of one unit relative to a unit of the other tasks, 1 by default. The cost weighs the task in the total. */
  readonly cost?: number
}

/**
 * Time over which the rate is measured, in milliseconds: long enough to be steady, short enough to follow a slower
 * phase.
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
  /** The latest loss. Null before the first loss. NaN stays NaN. */
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

  /** Units per second over the latest time window. Null before the rate can be measured. */
  rate(now: number): number | null {
    const first = this.samples.at(0)
    if (first === undefined || this.done <= first.done || now <= first.at) return null
    return ((this.done - first.done) / (now - first.at)) * 1000
  }

  /** Remaining time of the task at the present rate, in seconds. Null if the rate is unknown. */
  secondsLeft(now: number): number | null {
    const rate = this.rate(now)
    return rate === null ? null : Math.max(0, this.total - this.done) / rate
  }

  seconds(now: number): number {
    return this.startedAt === null ? 0 : (now - this.startedAt) / 1000
  }
}

/**
 * Returns the fraction of all tasks that is done, weighed by cost, and the seconds spent and left at the average speed
 * so far.
 */
export function totalOf(
  tasks: readonly TaskState[],
  now: number,
): { fraction: number; seconds: number; left: number | null } {
  const sum = (part: (task: TaskState) => number) => tasks.reduce((total, task) => total + part(task) * task.cost, 0)
  const all = sum((task) => task.total)
  // A task that ended early counts as done.
  const done = sum((task) => (task.finished ? task.total : task.fraction * task.total))
  const fraction = all > 0 ? done / all : 0
  const start = Math.min(...tasks.map((task) => task.startedAt ?? now))
  const seconds = (now - start) / 1000
  return { fraction, seconds, left: fraction > 0 ? (seconds * (1 - fraction)) / fraction : null }
}
