/** Formats progress as text: a line with a bar for a terminal, and a line of words for a log. */
import { sparkline } from './spark.ts'
import type { TextStyle } from './style.ts'
import { type TaskState, totalOf } from './task-state.ts'

const GAP = '  '
const NARROWEST_BAR = 8
const WIDEST_BAR = 28
const SPARK = 10
/**
 * Width of a loss in characters. A fixed width of the loss keeps the length of the progress bar the same for any number
 * of digits.
 */
const LOSS = 7

/** Formats seconds as `0:07`, `12:30` or `1:02:03`. */
function clock(seconds: number): string {
  const whole = Math.min(Math.max(0, Math.round(seconds)), 359_999)
  const two = (value: number) => String(value).padStart(2, '0')
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`
}

/** Formats a number with four significant digits. The loss of a diverged run gives `not finite`. */
function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return 'not finite'
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-3 || size >= 1e4)) return value.toExponential(2).replace('e+', 'e')
  return value.toPrecision(4)
}

function rateText(rate: number): string {
  return rate >= 100 ? String(Math.round(rate)) : rate.toPrecision(rate >= 10 ? 3 : 2)
}

/** Formats the progress of a task as a number without its unit. Bytes are converted to megabytes, as in `3.4`. */
function amount(value: number, unit: string): string {
  return unit === 'byte' ? (value / 1e6).toFixed(value < 1e5 ? 3 : 1) : String(value)
}

/** Formats the progress of a task as a number with its unit, as in `600 steps`, `1 step` or `9.9 MB`. */
function counted(value: number, unit: string): string {
  return unit === 'byte' ? `${amount(value, unit)} MB` : `${value} ${unit}${value === 1 ? '' : 's'}`
}

/** Formats a rate with its unit, as in `45.2 steps/s` or `1.3 MB/s`. */
function speed(rate: number, unit: string): string {
  return unit === 'byte' ? `${amount(rate, unit)} MB/s` : `${rateText(rate)} ${unit}s/s`
}

/**
 * A part of a progress line. If not all parts fit into the line, the parts with the lowest rank numbers are shown,
 * beginning with rank 1. `paint` colors the text of the part.
 */
interface LinePart {
  readonly text: string
  readonly rank: number
  readonly paint?: (text: string) => string
}

/**
 * Joins the label and the parts that fit into `width` characters. Parts are chosen by rank and stay in the given order.
 */
function compose(label: string, parts: readonly LinePart[], width: number): string {
  const cut = label.length > width ? `${label.slice(0, Math.max(0, width - 1))}…` : label
  let room = width - cut.length
  const remaining = new Set<LinePart>()
  for (const part of [...parts].sort((a, b) => a.rank - b.rank)) {
    if (part.text === '' || room < GAP.length + part.text.length) continue
    remaining.add(part)
    room -= GAP.length + part.text.length
  }
  const rest = parts.filter((part) => remaining.has(part)).map(({ text, paint }) => (paint ? paint(text) : text))
  return [cut, ...rest].join(GAP)
}

/**
 * Makes a progress bar. The length of the bar depends only on the space in its line, so the bars of several lines are
 * aligned.
 */
function barPart(fraction: number, room: number, style: TextStyle): LinePart {
  const length = Math.min(WIDEST_BAR, Math.max(NARROWEST_BAR, Math.floor(room / 5)))
  const full = Math.round(fraction * length)
  return {
    text: '━'.repeat(full) + '─'.repeat(length - full),
    rank: 3,
    paint: (text) => style.blue(text.slice(0, full)) + style.dim(text.slice(full)),
  }
}

function percent(fraction: number): string {
  return `${Math.floor(fraction * 100)}%`.padStart(4)
}

/**
 * Draws losses as a sparkline. Losses that vary by only a few percent look flat, because the sparkline does not stretch
 * such noise to its full height.
 */
function lossLine(losses: readonly number[]): string {
  const largest = Math.max(0, ...losses.filter(Number.isFinite).map(Math.abs))
  return sparkline(losses, SPARK, largest * 0.1)
}

function barSpeed(rate: number, unit: string): string {
  return unit === 'byte' ? speed(rate, unit) : `${rateText(rate)}/s`
}

/** Formats a task as one line of at most `width` characters. Labels are padded to `labelWidth` characters. */
export function taskLine(task: TaskState, now: number, width: number, labelWidth: number, style: TextStyle): string {
  const rate = task.rate(now)
  const left = task.secondsLeft(now)
  return compose(
    task.label.padEnd(labelWidth),
    [
      barPart(task.fraction, width - labelWidth, style),
      { text: percent(task.fraction), rank: 1 },
      { text: rate === null ? '' : barSpeed(rate, task.unit).padStart(7), rank: 5, paint: style.dim },
      { text: left === null ? '' : `${clock(left)} left`.padStart(9), rank: 4 },
      { text: task.loss === null ? '' : `loss ${shortNumber(task.loss).padEnd(LOSS)}`, rank: 2 },
      { text: lossLine(task.losses).padEnd(task.loss === null ? 0 : SPARK), rank: 6, paint: style.blue },
    ],
    width,
  )
}

/**
 * Formats the line below several tasks, with the progress of all tasks together. `later` is the expected cost of tasks
 * that will be added later.
 */
export function totalLine(
  tasks: readonly TaskState[],
  now: number,
  width: number,
  labelWidth: number,
  style: TextStyle,
  later = 0,
): string {
  const { fraction, seconds, left } = totalOf(tasks, now, later)
  const finished = tasks.filter((task) => task.finished).length
  return compose(
    'all'.padEnd(labelWidth),
    [
      barPart(fraction, width - labelWidth, style),
      { text: percent(fraction), rank: 1 },
      { text: `${finished} of ${tasks.length} done`, rank: 2 },
      { text: left === null ? '' : `${clock(left)} left`.padStart(9), rank: 4 },
      { text: `${clock(seconds)} passed`, rank: 5, paint: style.dim },
    ],
    width,
  )
}

/** Formats a task as a line of a log, as in `plain 64: 120 of 600 steps (20%), 45.2 steps/s, 0:11 left, loss 2.303`. */
export function logLine(task: TaskState, now: number): string {
  const rate = task.rate(now)
  const left = task.secondsLeft(now)
  const parts = [
    `${amount(task.done, task.unit)} of ${counted(task.total, task.unit)} (${percent(task.fraction).trim()})`,
  ]
  if (rate !== null) parts.push(speed(rate, task.unit))
  if (left !== null) parts.push(`${clock(left)} left`)
  if (task.loss !== null) parts.push(`loss ${shortNumber(task.loss)}`)
  return `${task.label}: ${parts.join(', ')}`
}

/** Formats the last line of a task, which stays on the screen: `plain 64: 600 steps in 0:13, loss 0.02310, note`. */
export function finishLine(task: TaskState, now: number, note: string | undefined): string {
  const parts = [`${counted(task.done, task.unit)} in ${clock(task.seconds(now))}`]
  if (task.loss !== null) parts.push(`loss ${shortNumber(task.loss)}`)
  if (note !== undefined && note !== '') parts.push(note)
  return `${task.label}: ${parts.join(', ')}`
}
