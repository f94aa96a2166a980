/** The picture of one training: the errors on the way, against the steps. */

import { formatPercent } from '../format/text.ts'
import { lineFigure } from './line-figure.ts'
import { domainOf, roundOutward } from './scale.ts'
import type { Domain } from './ticks.ts'

/** How a network did after so many steps; errors are fractions, null where its outputs aren't finite. */
export interface EvaluatedStep {
  readonly step: number
  readonly train: { readonly error: number | null }
  readonly test: { readonly error: number | null }
}

export interface TrainingData {
  readonly network: string
  readonly dataset: string
  /** Whether the error is the part of the samples whose class was missed, or else of a variance. */
  readonly areClasses: boolean
  /** How far the axis goes: those of the run, or those that were done where it was stopped. */
  readonly steps: number
  readonly evaluations: readonly EvaluatedStep[]
}

/** Characters of a title that fit above the picture. */
const longestTitle = 72

/** Of the errors' axis: two percent. */
const leastSpan = 0.02

/** More evaluations than that are a line without marks. */
const mostMarks = 30

/** From 0 where that costs little room, and never so narrow that hundredths of a percent look like much. */
function errorDomain(evaluations: readonly EvaluatedStep[]): Domain {
  const [low, high] = domainOf(evaluations.flatMap(({ train, test }) => [train.error, test.error]))
  const rest = Math.max(0, leastSpan - (high - low)) / 2
  return roundOutward([low < high / 2 ? 0 : Math.max(0, low - rest), high + rest], 'linear', 5)
}

/** Training and test error against steps, as an SVG file. */
export function trainingPicture({ network, dataset, areClasses, steps, evaluations }: TrainingData): string {
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
  const title = `${network} on ${dataset}`
  const [train, test] = [(one: EvaluatedStep) => one.train.error, (one: EvaluatedStep) => one.test.error]
  return lineFigure({
    title: title.length > longestTitle ? `${title.slice(0, longestTitle - 1)}…` : title,
    description: `${title}, ${shown}. Training error: ${ends(train)}. Test error: ${ends(test)}.`,
    x: { label: 'Step', whole: true, domain: [0, steps] },
    y: {
      label: areClasses ? 'Misclassified' : 'Unexplained variance',
      percent: true,
      domain: errorDomain(evaluations),
    },
    series: [line('training', train), line('test', test)],
    width: 620,
    height: 330,
  })
}
