/** The report of a comparison of networks over depth, as an HTML page and as text for a terminal. */
import { bar } from '../format/bars.ts'
import { type Column, type Table, tableText } from '../format/table.ts'
import { capitalize, fillLines, formatDuration, formatFixed, formatPercent, wrap } from '../format/text.ts'
import { counted, listed, number } from '../format/words.ts'
import type { Summary } from '../numerics/statistics.ts'
import {
  type ComparisonCell,
  type ComparisonData,
  type ComparisonRow,
  cellsOf,
  distinctCells,
  drawnCells,
  hasOwnRates,
  notesOf,
  outputGroups,
  seedWords,
  setupItems,
  withShortLabels,
} from './comparison-data.ts'
import { errorFigure, errorPicture, lossFigure } from './comparison-figures.ts'
import { outputFigure, worstClassTables } from './output-figures.ts'
import { type Fact, renderPage } from './page.ts'
import { formatLoss, testSamples } from './reported-scores.ts'
import { balanceNotes, type ScoreColumn, scoreColumns } from './score-columns.ts'
import { absence, everyScoreOf, scoresOf } from './seed-scores.ts'

export type { ComparisonData, ComparisonRow } from './comparison-data.ts'
export type { ReportedScores } from './reported-scores.ts'

const TERMINAL_WIDTH = 80

/** The report of a comparison as one self-contained HTML page. */
export function comparisonReport(given: ComparisonData): string {
  const data = withShortLabels(given)
  const cells = cellsOf(data)
  const curves = lossFigure(data)
  const outputs = { names: data.dataset.names, isTested: data.dataset.test > 0 }
  const shown = distinctCells(cells)
  const chosen = drawnCells(shown)
  const most = chosen.length < shown.length ? { networks: shown.length } : {}
  const drawn = outputFigure(outputGroups(chosen), { ...outputs, ...most })
  return renderPage({
    title: title(data),
    lead: [data.sentence, ...(data.advice ?? [])],
    next: data.next,
    summary: setupItems(data).join(' · '),
    figures: [errorFigure(data, cells), ...(curves === null ? [] : [curves]), ...(drawn === null ? [] : [drawn])],
    tables: [
      { ...comparisonTable(data, cells, true), caption: capitalize(seedWords(data)) },
      ...worstClassTables(outputGroups(shown), outputs),
      ...searchTables(data),
    ],
    sections: [
      {
        heading: 'How to read this report',
        paragraphs: [...READING, ...(data.searches ? [RATES] : []), ...(data.dataset.classes === null ? [VALUES] : [])],
      },
    ],
    facts: facts(data),
  })
}

/** The main picture of a comparison, as an SVG file. */
export function comparisonPicture(given: ComparisonData): string {
  const data = withShortLabels(given)
  return errorPicture(data, cellsOf(data))
}

const READING = [
  'The training error shows whether training found good weights. ' +
    'The test error shows how good the weights are on samples that were not used in training. ' +
    'A deeper network that is worse on the training set as well is not overfitting. ' +
    'A deeper network that is better on the training set and worse on the test set may be overfitting. ' +
    'This comparison alone does not decide whether a network overfits.',
]

const VALUES =
  'R2 is the fraction of the variance that the network explains: 1 for perfect predictions, and 0 for always predicting ' +
  'the mean of the targets. The error in the pictures is the unexplained fraction, 1 - R2, which can exceed 100%. ' +
  'RMSE is the root of the mean squared difference between prediction and target, in the unit of the target.'

const RATES =
  'The best rate of a network is the rate with the lowest training loss among the tried rates. ' +
  'Of rates with nearly equal losses, the rate nearest to the shared rate counts as the best. ' +
  'Short trainings with the first seed choose a few rates, and whole trainings with the first seed choose one of the few. ' +
  'Then the network is trained at its best rate with all seeds. ' +
  'The test set has no part in the choice.'

function title(data: ComparisonData): string {
  const labels = data.families.map((family) => family.label)
  return capitalize(
    `${labels.join(' against ')} at ${data.depths.length === 1 ? 'depth' : 'depths'} ${listed(data.depths.map(String))}`,
  )
}

/** A column of the table: its heading, and the text of a cell (one network at one depth and one rate). */
interface CellColumn extends Column {
  readonly text: (cell: ComparisonCell) => string
  /** Returns the text in the row of a baseline. A column without this function is empty in the row. */
  readonly baseline?: (name: string, scores: BaselineScores) => string
}

/** The scores in the table: few scores, so that terminals and phones have room for the table. */
function scoresIn({ dataset, rows }: ComparisonData): ScoreColumn[] {
  return scoreColumns(dataset.classes, rows).filter(
    ({ isExtra, set }) => !isExtra && (dataset.test > 0 || set === 'train'),
  )
}

/** The columns of the table of scores. With `isWide`, cells list the scores of the seeds beside diverged ones. */
function columnsOf(data: ComparisonData, isWide: boolean): CellColumn[] {
  const rate: CellColumn = {
    heading: 'rate',
    text: (cell) => (cell.isBest ? `${number(cell.rate)} best` : number(cell.rate)),
  }
  const format = isWide ? everyScoreOf : scoresOf
  const scores = scoresIn(data).map((column): CellColumn => {
    const text = ({ runs }: ComparisonCell): string => format(runs, column.value, column.format)
    return {
      heading: column.heading,
      numeric: true,
      text,
      baseline: (_, own) => scoresOf([{ ...own, diverged: false }], column.value, column.format),
    }
  })
  return [
    { heading: 'network', text: ({ familyLabel }) => familyLabel, baseline: (name) => name },
    { heading: 'depth', numeric: true, text: ({ depth }) => formatFixed(depth, 0) },
    ...(hasOwnRates(data) ? [rate] : []),
    ...scores,
    { heading: 'seeds', numeric: true, text: (cell) => seedsShown(cell, data.seeds.length) },
  ]
}

type Dataset = ComparisonData['dataset']

/** The scores of a baseline for the columns of a table. */
type BaselineScores = Pick<ComparisonRow, 'train' | 'test'>

/** The baselines that have rows in the table. The row of values has no guess, because R2 is 0 for the mean. */
function baselineScores({ baselines, classes }: Dataset): { readonly name: string; readonly scores: BaselineScores }[] {
  if (baselines === undefined) return []
  const { guessing, linear } = baselines
  // The losses of baselines are left out, because the networks can have another loss.
  const bare = ({ train, test }: BaselineScores): BaselineScores => ({
    train: { ...train, loss: null },
    test: { ...test, loss: null },
  })
  const guess = { train: { loss: null, ...guessing.train }, test: { loss: null, ...guessing.test } }
  return [
    ...(linear.skipped === undefined ? [{ name: 'linear model', scores: bare(linear) }] : []),
    ...(classes === null ? [] : [{ name: 'guessing', scores: guess }]),
  ]
}

/** Notes about the linear model: why there is none, or that it was fitted to a part of the samples. */
function linearNotes({ baselines, train }: Dataset): string[] {
  if (baselines === undefined) return []
  const { skipped, samples } = baselines.linear
  if (skipped !== undefined) return [skipped]
  return samples < train
    ? [`The linear model was fitted to ${formatFixed(samples, 0)} of ${counted(train, 'training sample')}.`]
    : []
}

/**
 * Returns the table of scores: mean and interval in one row for each network and depth. A network with a best rate of
 * its own has a row for each of its two rates.
 */
function comparisonTable(data: ComparisonData, cells: readonly ComparisonCell[], isWide: boolean): Table {
  const columns = columnsOf(data, isWide)
  return {
    columns,
    rows: [
      ...distinctCells(cells).map((cell) => columns.map(({ text }) => text(cell))),
      ...baselineScores(data.dataset).map(({ name, scores }) =>
        columns.map(({ baseline }) => baseline?.(name, scores) ?? ''),
      ),
    ],
    notes: [
      ...notesOf(cells, isWide ? [] : scoresIn(data)),
      ...linearNotes(data.dataset),
      ...balanceNotes(data.rows, data.dataset.names),
    ],
  }
}

/** The table of all tried rates, or no table if no rate was searched for. */
function searchTables({ searches = [], families, steps }: ComparisonData): Table[] {
  const rows = searches.flatMap(({ family, depth, rate, tried }) => {
    const label = families.find(({ name }) => name === family)?.label ?? family
    return tried.map((one) => [
      label,
      formatFixed(depth, 0),
      number(one.rate),
      formatFixed(one.steps, 0),
      one.loss === null ? 'diverged' : formatLoss({ count: 1, mean: one.loss, halfWidth: null }),
      one.rate === rate && one.steps === steps ? 'best rate' : '',
    ])
  })
  const numeric = { numeric: true }
  const columns = [
    { heading: 'network' },
    { heading: 'depth', ...numeric },
    { heading: 'rate', ...numeric },
    { heading: 'steps', ...numeric },
    { heading: 'train loss', ...numeric },
    { heading: '' },
  ]
  return rows.length === 0
    ? []
    : [{ caption: 'The rates that were tried, with the first seed', columns, rows, isFolded: true }]
}

/** The number of finished trainings, such as `3`, or `2 of 3` if the comparison was stopped. */
function seedsShown({ runs }: ComparisonCell, wanted: number): string {
  return runs.length === wanted ? String(wanted) : `${runs.length} of ${wanted}`
}

function facts(data: ComparisonData): Fact[] {
  const { dataset, steps, batch, optimizer, seeds } = data
  const passes = (steps * batch) / dataset.train
  const samples = `${counted(dataset.train, 'training sample')}, ${testSamples(dataset.test)}, ${dataset.asks}`
  return [
    ...(data.command === undefined ? [] : [{ term: 'Command', detail: data.command, code: true }]),
    ...data.families.map(({ name, label }) => ({ term: capitalize(label), detail: name, code: true })),
    { term: 'Data', detail: `${dataset.name}: ${samples}` },
    {
      term: 'Training',
      detail: `${counted(steps, 'step')} of ${batch} samples (${formatFixed(passes, 1)} passes over the training set), ${optimizer}`,
    },
    { term: seeds.length === 1 ? 'Seed' : 'Seeds', detail: listed(seeds.map(String)) },
    { term: 'Mode', detail: data.mode },
    { term: 'Time', detail: `${formatDuration(data.seconds)} for ${counted(trainingsIn(data), 'training')}` },
    { term: 'Version', detail: `Isobath ${data.version}` },
  ]
}

/** Counts the trainings: those of the rows, the short trainings of searches, and those at best rates. */
function trainingsIn(data: ComparisonData): number {
  const { rows, searches = [] } = data
  const own = rows.filter(({ rate, tuned }) => tuned !== undefined && tuned.rate !== rate)
  // The whole training at the best rate, and the one at the shared rate, belong to rows.
  const ofRows = (family: string, depth: number, rate: number): boolean =>
    rows.some((row) => row.family === family && row.depth === depth && (row.rate === rate || row.tuned?.rate === rate))
  const tried = searches.flatMap((search) =>
    search.tried.filter(({ rate, steps }) => steps < data.steps || !ofRows(search.family, search.depth, rate)),
  )
  return rows.length + own.length + tried.length
}

/** The report for a terminal: the result in a sentence, a table and a chart, at most 80 columns wide. */
export function comparisonText(given: ComparisonData): string {
  const data = withShortLabels(given)
  const cells = cellsOf(data)
  const named = data.families.filter(({ name, label }) => name !== label)
  const names = named.map(({ name, label }) => `${label} is ${name}`)
  const table = tableText(comparisonTable(data, cells, false), TERMINAL_WIDTH)
  return [
    ...wrap(data.sentence, TERMINAL_WIDTH),
    '',
    ...fillLines(setupItems(data), ' · ', TERMINAL_WIDTH),
    ...fillLines(names, ' · ', TERMINAL_WIDTH),
    '',
    table,
    '',
    ...chart(data, cells),
    '',
    ...[...(data.advice ?? []), ...(data.next ?? []).map(({ text, command }) => `${text} ${command}`)].flatMap(
      (sentence) => [...wrap(sentence, TERMINAL_WIDTH), ''],
    ),
  ].join('\n')
}

const WIDEST_BAR = 21

/**
 * Draws bars of the training and test errors on one scale, ordered by depth, so that the bars of networks with the same
 * depth are in neighboring rows.
 */
function chart(data: ComparisonData, cells: readonly ComparisonCell[]): string[] {
  // A network without a mean beside diverged seeds counts too, so that the bars show how well the others train.
  const errors = cells.flatMap(({ runs, trainError, testError }) =>
    trainError === null
      ? runs.flatMap((run) => (run.diverged === null ? [run.train.error ?? 0, run.test.error ?? 0] : []))
      : [trainError.mean, testError?.mean ?? 0],
  )
  const full = Math.max(...errors, 0) || 1
  const width = Math.max(0, ...cells.map(({ label }) => label.length))
  // A line has 7 characters before the label, and spaces and a percentage of 6 characters beside each of the two bars.
  const length = Math.min(WIDEST_BAR, Math.floor((TERMINAL_WIDTH - 7 - width - 18) / 2))
  const column = (error: Summary | null, cell: ComparisonCell) => {
    if (error === null) return `× ${absence(cell.runs)}`.padEnd(length + 7)
    return `${bar(error.mean / full, length)} ${formatPercent(error.mean).padStart(6)}`
  }
  const isTested = data.dataset.test > 0
  const [training, testing] =
    data.dataset.classes === null
      ? ['train: unexplained variance', 'test: unexplained variance']
      : ['train error', 'test error']
  const head =
    `${'depth'.padStart(5)}  ${''.padEnd(width)}  ${training.padEnd(length + 7)}  ${isTested ? testing : ''}`.trimEnd()
  const lines = data.depths.flatMap((depth) => {
    const own = cells.filter((cell) => cell.depth === depth)
    return own.map((cell, index) => {
      const lead = `${(index === 0 ? String(depth) : '').padStart(5)}  ${cell.label.padEnd(width)}`
      const tested = isTested ? column(cell.testError, cell) : ''
      return `${lead}  ${column(cell.trainError, cell)}  ${tested}`.trimEnd()
    })
  })
  return [head, ...lines]
}
