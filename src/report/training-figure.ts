/** The picture of one training: training and test error by step. */
import { formatPercent } from '../format/text.ts'
import { lineFigure } from './line-figure.ts'
import { domainOf, roundOutward } from './scale.ts'
import type { Domain } from './ticks.ts'

/** The errors of a network after `step` steps, as fractions, or null if the outputs of the network were not finite. */
export interface EvaluatedStep {
  readonly step: number
  readonly train: { readonly error: number | null }
  readonly test: { readonly error: number | null }
}

export interface TrainingData {
  readonly network: string
  readonly dataset: string
  /** Whether errors are fractions of misclassified samples (true) or unexplained fractions of the variance (false). */
  readonly areClasses: boolean
  /** The end of the step axis: all steps of the run, or the finished steps of a stopped run. */
  readonly steps: number
  readonly evaluations: readonly EvaluatedStep[]
  /** The heading of the picture, by default the names of the network and the data set. */
  readonly heading?: string
  readonly width?: number
  readonly height?: number
}

/** Largest number of characters of a title that fits above the picture. */
const longestTitle = 72

/** Smallest span of the error axis: two percent. */
const leastSpan = 0.02

/** Largest number of evaluations that are drawn with marks. A line with more than 30 evaluations has no marks. */
const mostMarks = 30

/**
 * Returns the domain of the error axis. The error axis starts at 0 if the lowest error is below half of the highest
 * error. The error axis has a minimum span, so that differences of hundredths of a percent look small.
 */
function errorDomain(evaluations: readonly EvaluatedStep[]): Domain {
  const [low, high] = domainOf(evaluations.flatMap(({ train, test }) => [train.error, test.error]))
  const rest = Math.max(0, leastSpan - (high - low)) / 2
  return roundOutward([low < high / 2 ? 0 : Math.max(0, low - rest), high + rest], 'linear', 5)
}

/** Draws training and test error by step, as an SVG file. Without test samples, only the training error is drawn. */
export function trainingPicture(data: TrainingData): string {
  const { network, dataset, areClasses, steps, evaluations, width = 620, height = 330 } = data
  const shown = evaluations.length === 1 ? '1 evaluation' : `${evaluations.length} evaluations`
  const line = (name: string, error: (one: EvaluatedStep) => number | null) => ({
    name,
    note: `${name} error`,
    marks: evaluations.length <= mostMarks,
    points: evaluations.map((one) => ({ x: one.step, y: error(one) })),
  })
  const ends = (error: (one: EvaluatedStep) => number | null): string =>
    evaluations
      .filter((_, index) => index === 0 || index === evaluations.length - 1)
      .map((one) => `${formatPercent(error(one) ?? Number.NaN, 2)} after step ${one.step}`)
      .join(', ')
  const isTested =
    evaluations.some((one) => one.test.error !== null) || evaluations.every((one) => one.train.error === null)
  const title = `${network} on ${dataset}`
  const [train, test] = [(one: EvaluatedStep) => one.train.error, (one: EvaluatedStep) => one.test.error]
  return lineFigure({
    title: data.heading ?? (title.length > longestTitle ? `${title.slice(0, longestTitle - 1)}…` : title),
    description: `${title}, ${shown}. Training error: ${ends(train)}.${isTested ? ` Test error: ${ends(test)}.` : ''}`,
    x: { label: 'Step', whole: true, domain: [0, steps] },
    y: {
      label: areClasses ? 'Misclassified' : 'Unexplained variance, 1 - R²',
      percent: true,
      domain: errorDomain(evaluations),
    },
    series: [line('training', train), ...(isTested ? [line('test', test)] : [])],
    width,
    height,
  })
}
