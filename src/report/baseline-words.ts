/** Guessing and the best linear model beside a network, as lines of text and as a table. */
import type { Table } from '../format/table.ts'
import { formatPercent, formatQuantity, formatR2, MISSING } from '../format/text.ts'
import { counted, grouped } from '../format/words.ts'
import type { ReportedScores } from './reported-scores.ts'
import type { OutputNames } from './score-words.ts'

type ScoredError = Pick<ReportedScores, 'error'>

/** Scores of simple models on the data set of a network. */
export interface ReportedBaselines {
  readonly guessing: { readonly train: ScoredError; readonly test: ScoredError }
  readonly linear: {
    readonly train: ReportedScores
    readonly test: ReportedScores
    /** Number of training samples to which the linear model was fitted. */
    readonly samples: number
    /** Number of values of a linear autoencoder's code. */
    readonly code?: number
    /** Why there is no linear model. */
    readonly skipped?: string
  }
}

type Names = Pick<OutputNames, 'areValues'>

/** The errors on both sets, such as `training error 8.10%, test error 8.60%`, or `training R2 0.781, test R2 0.77`. */
function bothTexts({ train, test }: ReportedBaselines['guessing'], { areValues }: Names): string {
  const shown = (set: string, { error }: ScoredError): string => {
    if (error === null) return `${set} ${areValues ? 'R2' : 'error'} unknown`
    return areValues ? `${set} R2 ${formatR2(1 - error)}` : `${set} error ${formatPercent(error, 2)}`
  }
  return [shown('training', train), ...(test.error === null ? [] : [shown('test', test)])].join(', ')
}

/** How many training samples the linear model was fitted to, if these are not all samples. */
const fittedPart = (samples: number, of: number): string =>
  samples < of ? ` fitted to ${grouped(samples)} of ${grouped(of)} samples` : ''

/**
 * Baselines in words, with a heading for each line. For values, guessing has no line, because R2 is 0 for the mean of
 * the targets. `samples`: the number of training samples.
 */
export function baselineWords(
  { guessing, linear }: ReportedBaselines,
  names: Names,
  samples: number,
): { readonly heading: string; readonly text: string }[] {
  const code = linear.code === undefined ? '' : ` with a code of ${counted(linear.code, 'value')}`
  const words = `a linear model${code}${fittedPart(linear.samples, samples)}: ${bothTexts(linear, names)}`
  const guess = { heading: 'guess', text: `always the largest class: ${bothTexts(guessing, names)}` }
  return [{ heading: 'linear', text: linear.skipped ?? words }, ...(names.areValues ? [] : [guess])]
}

/** The errors of the best linear model in a sentence, or undefined if they are not known. */
export function linearErrors({
  classes,
  baselines,
}: {
  readonly classes: number | null
  readonly baselines?: ReportedBaselines
}): string | undefined {
  const { train, test } = baselines?.linear ?? { train: { error: null }, test: { error: null } }
  if (train.error === null) return undefined
  const [own, other] = [train.error, test.error].map((error) => formatPercent(error ?? Number.NaN, 1))
  if (classes === null) {
    const tested = test.error === null ? '' : `, and ${other} on the test set`
    return `The best linear model leaves ${own} of the variance unexplained on the training set${tested}.`
  }
  const tested = test.error === null ? '' : ` and ${other} of the test samples`
  return `The best linear model misclassifies ${own} of the training samples${tested}.`
}

/** A table of the network, the best linear model and guessing, with the scores on the training and test sets. */
export function baselineTable(
  network: { readonly train: ReportedScores; readonly test: ReportedScores },
  { guessing, linear }: ReportedBaselines,
  names: Names,
  samples: number,
): Table {
  const number = (heading: string) => ({ heading, numeric: true })
  const isTested = network.test.error !== null || linear.test.error !== null
  const sets = isTested ? (['train', 'test'] as const) : (['train'] as const)
  const setNames = { train: 'training', test: 'test' }
  const measure = names.areValues ? 'R²' : 'error'
  const hasUnit = names.areValues && isTested && linear.test.rmse?.length === 1
  const shown = (error: number | null): string => {
    if (error === null) return MISSING
    return names.areValues ? formatR2(1 - error) : formatPercent(error, 2)
  }
  const row = (name: string, scores: { readonly train: ReportedScores; readonly test: ReportedScores }): string[] => [
    name,
    ...sets.map((set) => shown(scores[set].error)),
    ...(hasUnit ? [formatQuantity(scores.test.rmse?.[0] ?? null)] : []),
  ]
  const bare = ({ error }: ScoredError): ReportedScores => ({ loss: null, error })
  const part = fittedPart(linear.samples, samples)
  return {
    caption: 'Beside simple models',
    columns: [
      { heading: 'model' },
      ...sets.map((set) => number(`${setNames[set]} ${measure}`)),
      ...(hasUnit ? [number('test RMSE')] : []),
    ],
    rows: [
      row('this network', network),
      ...(linear.skipped === undefined ? [row('best linear model', linear)] : []),
      ...(names.areValues ? [] : [row('guessing', { train: bare(guessing.train), test: bare(guessing.test) })]),
    ],
    notes: [
      ...(linear.skipped === undefined ? [] : [linear.skipped]),
      ...(linear.skipped === undefined && part !== '' ? [`The linear model was${part}.`] : []),
    ],
  }
}
