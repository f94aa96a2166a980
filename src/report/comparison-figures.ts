/** The pictures of a comparison: errors by depth, and losses during training. */
import { capitalize } from '../format/text.ts'
import { counted } from '../format/words.ts'
import { linearErrors } from './baseline-words.ts'
import {
  allRowsOf,
  armsOf,
  type ComparisonCell,
  type ComparisonData,
  type ComparisonRow,
  keyOf,
} from './comparison-data.ts'
import type { Reference } from './frame.ts'
import { guessedError, guessedLoss, guessOf } from './guessing.ts'
import { type LineSeries, lineFigure } from './line-figure.ts'
import { axisWords, lossAxis } from './loss-axis.ts'
import type { PageFigure } from './page.ts'
import { type RangeFigure, rangeFigure, rangePanels } from './range-figure.ts'
import { formatError } from './reported-scores.ts'
import { domainOf, roundOutward } from './scale.ts'
import { absence } from './seed-scores.ts'
import type { Domain } from './ticks.ts'

/** The figure of training and test error by depth: every run is a dot, and both panels have the same scale. */
export function errorFigure(data: ComparisonData, cells: readonly ComparisonCell[]): PageFigure {
  return { panels: rangePanels(errorSpec(data, cells)), caption: errorCaption(data) }
}

/** The figure of training and test error by depth as one SVG file. */
export function errorPicture(data: ComparisonData, cells: readonly ComparisonCell[]): string {
  return rangeFigure({ ...errorSpec(data, cells), key: keyOf(data) })
}

/**
 * Returns the error of guessing, that is, of outputs that ignore the inputs: always the same class, or always the mean
 * of the targets.
 */
function guessing({ dataset }: ComparisonData, set: 'train' | 'test'): Reference[] {
  const guess = guessOf(dataset)
  if (guess === null) return [{ label: 'mean of targets', y: 1 }]
  return [{ label: 'guessing', y: set === 'test' ? (guess.testError ?? guess.error) : guess.error }]
}

/** Returns the error of the best linear model, if it is known. */
function linearModel({ dataset }: ComparisonData, set: 'train' | 'test'): Reference[] {
  const error = dataset.baselines?.linear[set].error ?? null
  return error === null ? [] : [{ label: 'linear model', y: error }]
}

function errorSpec(data: ComparisonData, cells: readonly ComparisonCell[]): RangeFigure {
  const panel = (heading: string, set: 'train' | 'test', error: (row: ComparisonRow) => number | null) => ({
    heading,
    references: [...guessing(data, set), ...linearModel(data, set)],
    groups: armsOf(data).map(({ label, rows }) => ({
      name: label,
      cells: data.depths.map((depth) =>
        rows
          .filter((row) => row.depth === depth)
          .map((row) => ({ label: `seed ${row.seed}`, value: row.diverged === null ? error(row) : null })),
      ),
    })),
  })
  return {
    title: 'Error by depth',
    description: cells
      .map(({ label, depth, runs, trainError, testError }) => {
        const [train, test] = [trainError, testError].map((error) => (error ? formatError(error) : absence(runs)))
        const tested = data.dataset.test === 0 ? '' : `, test error ${test}`
        return `${label}, depth ${depth}: training error ${train}${tested}.`
      })
      .join(' '),
    x: { label: 'Depth', unit: 'layers', categories: data.depths.map(String) },
    y: { label: errorLabel(data), percent: true, domain: errorDomain(data, cells) },
    panels: [
      panel('Training error', 'train', (row) => row.train.error),
      ...(data.dataset.test === 0 ? [] : [panel('Test error', 'test', (row) => row.test.error)]),
    ],
    broken: allRowsOf(data).some((row) => row.diverged !== null) ? 'diverged' : 'no number',
  }
}

function errorLabel({ dataset }: ComparisonData): string {
  return dataset.classes === null ? 'Unexplained variance, 1 - R²' : 'Misclassified'
}

/**
 * Returns the domain of the error axis, from 0 to a round percentage. The error axis ends at most at 100%, or at the
 * largest error of a run if this error is above 100%. The interval of a few seeds may be wider than the error axis.
 */
function errorDomain(data: ComparisonData, cells: readonly ComparisonCell[]): Domain {
  const errors = allRowsOf(data)
    .filter((row) => row.diverged === null)
    .flatMap((row) => [row.train.error, row.test.error])
  const ends = cells.flatMap(({ trainError, testError }) => {
    return [trainError, testError].map((error) => (error ? error.mean + (error.halfWidth ?? 0) : null))
  })
  const [, high] = domainOf([0, ...errors, ...ends])
  const most = Math.max(1, ...errors.map((error) => error ?? 0))
  return [0, Math.min(roundOutward([0, most], 'linear', 5)[1], roundOutward([0, high], 'linear', 5)[1])]
}

function errorCaption(data: ComparisonData): string {
  const dots =
    data.seeds.length === 1
      ? 'Each mark is one training. One seed gives no interval.'
      : `Each dot is one training. The large mark is the mean over ${counted(data.seeds.length, 'seed')}. The bar is the 95% interval of the mean (Student’s t), cut off at the ends of the axis.`
  const broken = allRowsOf(data).some((row) => row.diverged !== null)
    ? ' A cross marks a training that diverged. Beside a cross, the other trainings have no mean.'
    : ''
  const key = keyOf(data).map((sentence) => ` ${capitalize(sentence)}.`)
  const linear = linearErrors(data.dataset)
  return `${dots}${broken} ${guessedError(data.dataset)}${linear === undefined ? '' : ` ${linear}`}${key.join('')}`
}

/**
 * The losses during training, in one panel for each depth and one thin line for each seed, or null without stored
 * losses.
 */
export function lossFigure(data: ComparisonData): PageFigure | null {
  const { classes } = data.dataset
  const guess = guessOf(data.dataset)
  const axis = lossAxis(allRowsOf(data))
  if (axis === null) return null
  const steps = domainOf(allRowsOf(data).flatMap((row) => row.losses.map((point) => point.step)))
  const panels = data.depths.map((depth) =>
    lineFigure({
      title: `Depth ${depth}`,
      description: describeLosses(data, depth),
      x: { label: 'Step', whole: true, domain: [0, Math.max(steps[1], data.steps)] },
      y: axis,
      series: armsOf(data).flatMap(({ label, rows }, color) => {
        return rows.filter((row) => row.depth === depth).map((row) => lossLine(row, label, color))
      }),
      references: guess === null ? [] : [{ label: 'guessing', y: guess.loss }],
      ...panelSize(data.depths.length),
    }),
  )
  const broken = allRowsOf(data).some((row) => row.diverged !== null)
    ? ' A cross marks the step at which a training diverged.'
    : ''
  const worth = classes === null ? '' : ` Guessing has a loss of ${guessedLoss({ ...data.dataset, classes })}.`
  const caption = `The mean loss of each batch before its update. Each thin line is one seed.${broken}${axisWords(axis, allRowsOf(data))}${worth}`
  return { heading: 'Loss during training', panels, caption }
}

/**
 * The size of a panel, chosen so that a page shows all panels at about their natural size, with at most three panels in
 * a row.
 */
function panelSize(panels: number): { width: number; height: number } {
  // A single wide panel would have tiny words on a phone.
  return panels <= 2 ? { width: 440, height: 290 } : { width: 310, height: 250 }
}

function lossLine(row: ComparisonRow, label: string, color: number): LineSeries {
  return {
    name: label,
    note: `${label}, depth ${row.depth}, seed ${row.seed}`,
    color,
    thin: true,
    broken: row.diverged !== null,
    points: row.losses.map(({ step, loss }) => ({ x: step, y: loss })),
  }
}

function describeLosses(data: ComparisonData, depth: number): string {
  return armsOf(data)
    .flatMap(({ label, rows: all }) => {
      const rows = all.filter((row) => row.depth === depth)
      if (rows.length === 0) return []
      const broken = rows.filter((row) => row.diverged !== null).length
      const words = broken === 0 ? '' : ` (${broken} diverged)`
      return [`${label}: losses of ${counted(rows.length, 'training')}${words}.`]
    })
    .join(' ')
}
