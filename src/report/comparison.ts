/** The report of a comparison of networks over depth, as an HTML page and as text for a terminal. */
import { bar } from '../format/bars.ts'
import { type Table, tableText } from '../format/table.ts'
import { capitalize, fillLines, formatDuration, formatFixed, formatPercent, wrap } from '../format/text.ts'
import { counted, listed } from '../format/words.ts'
import type { Summary } from '../numerics/statistics.ts'
import {
  absence,
  type ComparisonCell,
  type ComparisonData,
  type ComparisonRow,
  cellsOf,
  notesOf,
  seedWords,
  setupItems,
  withShortLabels,
} from './comparison-data.ts'
import { errorFigure, errorPicture, lossFigure } from './comparison-figures.ts'
import { type Fact, renderPage } from './page.ts'
import { scoreColumns, scoreText } from './score-columns.ts'

export type { ComparisonData, ComparisonRow } from './comparison-data.ts'
export type { ReportedScores } from './reported-scores.ts'

const TERMINAL_WIDTH = 80

/** The report of a comparison as one self-contained HTML page. */
export function comparisonReport(given: ComparisonData): string {
  const data = withShortLabels(given)
  const cells = cellsOf(data)
  const curves = lossFigure(data)
  return renderPage({
    title: title(data),
    lead: data.sentence,
    summary: setupItems(data).join(' · '),
    figures: [errorFigure(data, cells), ...(curves === null ? [] : [curves])],
    tables: [{ ...comparisonTable(data, cells), caption: capitalize(seedWords(data)) }],
    sections: [
      {
        heading: 'How to read this report',
        paragraphs: data.dataset.classes === null ? [...READING, VALUES] : READING,
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

function title(data: ComparisonData): string {
  const labels = data.families.map((family) => family.label)
  return capitalize(
    `${labels.join(' against ')} at ${data.depths.length === 1 ? 'depth' : 'depths'} ${listed(data.depths.map(String))}`,
  )
}

/**
 * Returns the table of scores: mean and interval in one row for each network and depth. The table has few columns, so
 * that terminals and phones have room for the table.
 */
function comparisonTable(data: ComparisonData, cells: readonly ComparisonCell[]): Table {
  const columns = scoreColumns(data.dataset.classes, data.rows).filter(({ isExtra }) => !isExtra)
  return {
    columns: [
      { heading: 'network' },
      { heading: 'depth', numeric: true },
      ...columns.map(({ heading }) => ({ heading, numeric: true })),
      { heading: 'seeds', numeric: true },
    ],
    rows: cells.map((cell) => [
      cell.label,
      formatFixed(cell.depth, 0),
      ...columns.map((column) => scoreText(column, trainedIn(cell)) ?? absence(cell.runs)),
      seedsShown(cell, data.seeds.length),
    ]),
    notes: notesOf(cells),
  }
}

/** The scores of a diverged training say nothing about trained networks, even if the scores are finite. */
const trainedIn = ({ runs }: ComparisonCell): ComparisonRow[] => runs.filter((run) => run.diverged === null)

/** The number of seeds that did not diverge, such as `3` or `2 of 3`. */
function seedsShown({ runs }: ComparisonCell, wanted: number): string {
  const finished = runs.filter((run) => run.diverged === null).length
  return finished === wanted ? String(wanted) : `${finished} of ${wanted}`
}

function facts(data: ComparisonData): Fact[] {
  const { dataset, steps, batch, optimizer, seeds } = data
  const passes = (steps * batch) / dataset.train
  const samples = `${counted(dataset.train, 'training sample')}, ${counted(dataset.test, 'test sample')}, ${dataset.asks}`
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
    { term: 'Time', detail: `${formatDuration(data.seconds)} for ${counted(data.rows.length, 'training')}` },
    { term: 'Version', detail: `Isobath ${data.version}` },
  ]
}

/** The report for a terminal: the result in a sentence, a table and a chart, at most 80 columns wide. */
export function comparisonText(given: ComparisonData): string {
  const data = withShortLabels(given)
  const cells = cellsOf(data)
  const named = data.families.filter(({ name, label }) => name !== label)
  const names = named.map(({ name, label }) => `${label} is ${name}`)
  const table = tableText(comparisonTable(data, cells), TERMINAL_WIDTH)
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
  ].join('\n')
}

const BAR = 21

/**
 * Draws bars of the training and test errors on one scale, ordered by depth, so that the bars of networks with the same
 * depth are in neighboring rows.
 */
function chart(data: ComparisonData, cells: readonly ComparisonCell[]): string[] {
  const means = cells.flatMap(({ trainError, testError }) => [trainError?.mean ?? 0, testError?.mean ?? 0])
  const full = Math.max(...means, 0) || 1
  const width = Math.max(0, ...data.families.map(({ label }) => label.length))
  const column = (error: Summary | null, cell: ComparisonCell) => {
    if (error === null) return `× ${absence(cell.runs)}`.padEnd(BAR + 7)
    return `${bar(error.mean / full, BAR)} ${formatPercent(error.mean).padStart(6)}`
  }
  const [training, testing] =
    data.dataset.classes === null
      ? ['train: unexplained variance', 'test: unexplained variance']
      : ['train error', 'test error']
  const head = `${'depth'.padStart(5)}  ${''.padEnd(width)}  ${training.padEnd(BAR + 7)}  ${testing}`
  const lines = data.depths.flatMap((depth) => {
    const own = cells.filter((cell) => cell.depth === depth)
    return own.map((cell, index) => {
      const lead = `${(index === 0 ? String(depth) : '').padStart(5)}  ${cell.label.padEnd(width)}`
      return `${lead}  ${column(cell.trainError, cell)}  ${column(cell.testError, cell)}`.trimEnd()
    })
  })
  return [head, ...lines]
}
