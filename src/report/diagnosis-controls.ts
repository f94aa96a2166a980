/** The trainings of a diagnosis grouped by control: scores over the seeds, and their tables and texts. */
import { type Column, type Table, tableText } from '../format/table.ts'
import { formatNumber, MISSING, wrap } from '../format/text.ts'
import { counted, grouped, listed } from '../format/words.ts'
import type { Summary } from '../numerics/statistics.ts'
import { type DiagnosisData, NETWORK, type ReportedTrial } from './diagnosis-data.ts'
import { controlsOfLadders } from './diagnosis-ladders.ts'
import { guessOf } from './guessing.ts'
import { shortened } from './labels.ts'
import type { ReportedScores } from './reported-scores.ts'
import { balanceNotes, type ScoreColumn, scoreColumns } from './score-columns.ts'
import { absence, everyScoreOf, meanOf, scoresOf, survivors } from './seed-scores.ts'

/** The trainings of one control, with all seeds. */
export interface ReportedControl {
  /** The whole name of the control. */
  readonly control: string
  /** The control's name, short enough for a figure. Different controls have different names. */
  readonly name: string
  readonly notes: readonly string[]
  readonly runs: readonly ReportedTrial[]
  /** Mean scores over the seeds. The means are null if a training diverged. */
  readonly trainLoss: Summary | null
  readonly trainError: Summary | null
  readonly testLoss: Summary | null
  readonly testError: Summary | null
}

const LONGEST_NAME = 26

/**
 * The controls in the order of their first training; the unchanged network comes first. Trainings that only the ladder
 * of rates shows are left out.
 */
export function controlsOf(data: DiagnosisData): ReportedControl[] {
  const { trials, untold } = shownTrials(data)
  const names = [...new Set(trials.map((trial) => trial.control))]
  const ordered = [...names.filter((name) => name === NETWORK), ...names.filter((name) => name !== NETWORK)]
  const labels = figureNames(ordered)
  return ordered.map((control, index) => {
    const runs = trials.filter((trial) => trial.control === control)
    const others = untold.get(changeOf(control)) ?? 0
    return {
      control,
      name: labels[index],
      notes: [
        ...new Set(runs.flatMap((run) => run.note ?? [])),
        ...(others === 0 ? [] : [`Trainings at ${counted(others, 'other rate')} with fewer seeds have no row.`]),
      ],
      runs,
      trainLoss: meanOf(runs, ({ train }) => train.loss),
      trainError: meanOf(runs, ({ train }) => train.error),
      testLoss: meanOf(runs, ({ test }) => test.loss),
      testError: meanOf(runs, ({ test }) => test.error),
    }
  })
}

/** The change of a control without its rate: `free output` for `free output, rate x 100`. */
const changeOf = (control: string): string => control.split(', rate ')[0]

/**
 * The trainings of controls without the ladder of rates. A change that was trained at several rates has a control for
 * each rate with the most seeds, and `untold` counts its other rates.
 */
function shownTrials(data: DiagnosisData): { readonly trials: ReportedTrial[]; readonly untold: Map<string, number> } {
  const ofLadders = controlsOfLadders(data)
  const all = data.trials.filter(({ control }) => !ofLadders.has(control))
  const seedsOf = (control: string): number => all.filter((trial) => trial.control === control).length
  const isUntold = (control: string): boolean =>
    all.some((other) => changeOf(other.control) === changeOf(control) && seedsOf(other.control) > seedsOf(control))
  const hidden = new Set(all.flatMap(({ control }) => (isUntold(control) ? [control] : [])))
  const untold = new Map<string, number>()
  for (const control of hidden) untold.set(changeOf(control), (untold.get(changeOf(control)) ?? 0) + 1)
  return { trials: all.filter(({ control }) => !hidden.has(control)), untold }
}

/** Shortens names to a length for figures. The names stay whole if two short names would be equal. */
function figureNames(names: readonly string[]): readonly string[] {
  const short = names.map((name) => {
    // The rate is the last part of a name, and names with different rates must stay different.
    const [change, ...rate] = name.split(/(?=, rate )/)
    const ending = rate.join('')
    return ending.length < LONGEST_NAME / 2
      ? `${shortened(change, LONGEST_NAME - ending.length)}${ending}`
      : shortened(name, LONGEST_NAME)
  })
  return new Set(short).size === new Set(names).size ? short : names
}

/** The unit of the error in a regression, as written in parentheses after the word "error". */
export const VARIANCE = 'fraction of the variance'

/** Fewest characters of a line of the first column. */
const NARROWEST_NAME = 14

/**
 * The table of scores: mean and interval for each control, then the scores of guessing and of the best linear model. For
 * a terminal of `width` characters, the table has fewer columns, and long names of controls continue in the next line.
 */
export function controlsTable(data: DiagnosisData, controls: readonly ReportedControl[], width?: number): Table {
  const isTested = data.dataset.test > 0
  const all = scoreColumns(data.dataset.classes, data.trials).filter(({ set }) => isTested || set === 'train')
  // Cells that list the scores of several seeds leave a page no room for all columns.
  const isNarrow = width !== undefined || controls.some(({ runs }) => runs.length > 1 && absence(runs) !== MISSING)
  // The answer of a diagnosis is about training losses, so this column always stays.
  const columns = all.filter(({ heading, isExtra }) => !(isNarrow && isExtra) || heading === 'train loss')
  if (width === undefined) return tableWith(data, controls, columns, true)
  const tables = columns.map((_, dropped) =>
    tableWith(data, controls, columns.slice(0, columns.length - dropped), false),
  )
  // The scores of a regression can be too wide for a terminal. The last columns are then left out.
  const table = tables.find((one) => leastWidth(one) <= width) ?? tables[tables.length - 1]
  return withWrappedNames(table, width)
}

/** The table with the given columns of scores. The cells of a page also list the scores beside diverged seeds. */
function tableWith(
  data: DiagnosisData,
  controls: readonly ReportedControl[],
  columns: readonly ScoreColumn[],
  isPage: boolean,
): Table {
  const format = isPage ? everyScoreOf : scoresOf
  return {
    columns: [
      { heading: 'control' },
      ...columns.map(({ heading }): Column => ({ heading, numeric: true })),
      { heading: 'seeds', numeric: true },
    ],
    rows: [
      ...controls.map(({ control, runs }) => [
        control,
        ...columns.map((column) => format(runs, column.value, column.format)),
        String(runs.length),
      ]),
      ...baselineRows(data, columns),
    ],
    notes: [
      ...notesOf(controls, isPage ? [] : columns),
      ...linearNotes(data),
      ...balanceNotes(data.trials, data.dataset.names),
      ...varianceNote(data),
    ],
  }
}

/** The width of a table with the narrowest first column, and with a single space between columns. */
const leastWidth = (table: Table): number => NARROWEST_NAME + 1 + scoresWidth(table) - (table.columns.length - 2)

/** The width of all columns of a table but the first, as text. */
function scoresWidth({ columns, rows }: Table): number {
  const [, rule] = tableText({ columns: columns.slice(1), rows: rows.map((row) => row.slice(1)) }).split('\n')
  return rule.length
}

/**
 * The rows of guessing and of the best linear model. Values have no row of guessing, because R2 is 0 for the mean of the
 * targets. The losses are left out, because the loss of the network can be another one.
 */
function baselineRows({ dataset, linear }: DiagnosisData, columns: readonly ScoreColumn[]): string[][] {
  if (linear == null) return []
  const row = (name: string, train: ReportedScores, test: ReportedScores): string[] => {
    const run = { train: { ...train, loss: null }, test: { ...test, loss: null } }
    const texts = columns.map(({ value, format }) => {
      const score = value(run)
      return score === null ? '' : format({ count: 1, mean: score, halfWidth: null })
    })
    return [name, ...texts, '']
  }
  const guess = guessOf(dataset)
  const guessed = (error: number): ReportedScores => ({ loss: null, error })
  return [
    ...(linear.skipped === undefined ? [row('best linear model', linear.train, linear.test)] : []),
    ...(guess === null ? [] : [row('guessing', guessed(guess.error), guessed(guess.testError ?? guess.error))]),
  ]
}

/** Notes about the linear model: why there is none, or that it was fitted to a part of the samples. */
function linearNotes({ linear, dataset }: DiagnosisData): string[] {
  if (linear == null) return []
  if (linear.skipped !== undefined) return [linear.skipped]
  return linear.samples < dataset.train
    ? [`The linear model was fitted to ${grouped(linear.samples)} of ${counted(dataset.train, 'training sample')}.`]
    : []
}

/** Breaks names that are too long for the table at a comma or a space. The rest of a name follows in a row of its own. */
function withWrappedNames(table: Table, width: number): Table {
  const room = Math.max(NARROWEST_NAME, width - 2 - scoresWidth(table))
  const rows = table.rows.flatMap(([name, ...cells]) => {
    const [first, ...rest] = name.length <= room ? [name] : brokenName(name, room)
    return [[first, ...cells], ...rest.map((part) => [`  ${part}`, ...cells.map(() => '')])]
  })
  return { ...table, rows }
}

const brokenName = (name: string, room: number): string[] =>
  name.split(/(?<=,) (?=rate )/).flatMap((part, index) => wrap(part, room - (index > 0 ? 2 : 0)))

function varianceNote({ dataset }: DiagnosisData): string[] {
  return dataset.classes === null
    ? ['R2 is the fraction of the variance that the network explains. The error is the rest, 1 - R2.']
    : []
}

/** The notes below the table: the exact definition of each control, and the seeds that diverged. */
function notesOf(controls: readonly ReportedControl[], columns: readonly ScoreColumn[]): string[] {
  return controls.flatMap(({ control, notes, runs }) => {
    const broken = runs.filter((run) => run.diverged)
    const where = broken.map(({ seed, steps }) => `seed ${seed} after ${counted(steps, 'step')}`)
    const rest = survivors(runs, columns)
    return [
      ...notes.map((note) => `${control}: ${note}`),
      ...(broken.length === 0 ? [] : [[`${control}: diverged with ${listed(where)}.`, ...rest].join(' ')]),
    ]
  })
}

/** The number of seeds in words, such as `mean and 95% interval over 3 seeds`. A single seed has no interval. */
export function seedWords(data: DiagnosisData): string {
  if (data.seeds.length === 1) return '1 seed, so no interval'
  return `mean and 95% interval over ${counted(data.seeds.length, 'seed')}`
}

/** The setup of the diagnosis in short items: network, data, steps, optimizer, seeds. */
export function setupItems(data: DiagnosisData): string[] {
  const { dataset, steps, batch, optimizer, seeds, layers, network } = data
  return [
    `${network}, ${counted(layers, 'layer')}`,
    `${dataset.name}, ${counted(dataset.train, 'training sample')}, ${dataset.asks}`,
    `${counted(steps, 'step')} of ${batch}`,
    optimizer,
    seeds.length === 1 ? '1 seed, so no interval' : counted(seeds.length, 'seed'),
  ]
}

/** Formats a number of the evidence with its unit, or a dash for a missing number. */
export function formatEvidence(value: number | null, unit = ''): string {
  // Trailing zeros would claim a precision that a number does not have: a limit of 0.95 is not written as 0.950.
  const number = formatNumber(value)
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '')
  if (number === MISSING || unit === '') return number
  return unit === '%' ? `${number}%` : `${number} ${unit}`
}
