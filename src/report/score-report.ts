/** The HTML page about one trained network: scores, the losses of the training, and a picture of the predictions. */
import type { Table } from '../format/table.ts'
import { capitalize, formatNumber, formatPercent, formatQuantity, formatR2, MISSING } from '../format/text.ts'
import { counted, grouped } from '../format/words.ts'
import { baselineTable, type ReportedBaselines } from './baseline-words.ts'
import { confusionFigure } from './confusion-figure.ts'
import { type CurveData, curvePicture } from './curve-figure.ts'
import { lineFigure } from './line-figure.ts'
import { axisWords, lossAxis } from './loss-axis.ts'
import { type Fact, type PageFigure, renderPage } from './page.ts'
import { type PredictedTarget, predictionFigure } from './prediction-figure.ts'
import type { ReportedScores } from './reported-scores.ts'
import { balanceSentence, classText, mostlyTakenFor, type OutputNames, targetText, worstWords } from './score-words.ts'
import { type EvaluatedStep, trainingPicture } from './training-figure.ts'

export interface ScoreReportData {
  readonly title: string
  /** Sentences that stand before the sentences about the scores. */
  readonly lead?: readonly string[]
  readonly summary: string
  readonly names: OutputNames
  /** Scores of each set of samples. The last set is the one that the page describes. */
  readonly sets: readonly ScoredSet[]
  /** Scores of the network on the training and test sets beside those of simple models. */
  readonly compared?: {
    readonly network: { readonly train: ReportedScores; readonly test: ReportedScores }
    readonly baselines: ReportedBaselines
    /** Number of training samples. */
    readonly samples: number
  }
  /** Predictions of some samples of the last set, if the network predicts values. */
  readonly predictions?: {
    readonly targets: readonly PredictedTarget[]
    /** Number of targets of the network, of which at most four are drawn. */
    readonly of: number
    readonly samples: number
  }
  /** The training of the network, if the page is about a training. */
  readonly training?: {
    readonly network: string
    readonly dataset: string
    readonly steps: number
    readonly losses: readonly { readonly step: number; readonly loss: number }[]
    readonly diverged: boolean
    readonly evaluations: readonly EvaluatedStep[]
  }
  /** Scores of the weights with the lowest validation loss, if they are not the last weights. */
  readonly best?: { readonly step: number; readonly sets: readonly ScoredSet[] }
  /** A learning curve over the number of training samples. */
  readonly curve?: { readonly points: CurveData['points']; readonly sentence?: string }
  readonly facts: readonly Fact[]
}

export interface ScoredSet {
  /** Name of the set in a sentence, such as `test set`. */
  readonly name: string
  readonly samples: number
  readonly scores: ReportedScores
}

/** Renders the page as HTML text. */
export function scoreReport(data: ScoreReportData): string {
  const { title, lead = [], summary, names, facts } = data
  return renderPage({
    title,
    lead: [...lead, ...scoreSentences(data)],
    summary,
    figures: [...outputFigures(data), ...trainingFigures(data), ...curveFigures(data)],
    tables: [scoreTable(data), ...comparedTables(data), ...bestTables(data), ...classTables(data)],
    sections: [{ heading: 'How to read this report', paragraphs: names.areValues ? VALUES : CLASSES }],
    facts,
  })
}

/** The picture of the predictions as one SVG file, or undefined if there is nothing to draw. */
export function scorePicture(data: ScoreReportData): string | undefined {
  return outputFigures(data)[0]?.panels[0]
}

const VALUES = [
  'R² is the fraction of the variance of the target that the network explains. R² is 1 for perfect predictions and 0 for ' +
    'a network that always predicts the mean. R² can be negative.',
  'RMSE is the root of the mean squared difference between prediction and target. MAE is the mean absolute difference. ' +
    'Both are in the unit of the target. If RMSE is much larger than MAE, a few predictions are far off.',
]

const CLASSES = [
  'The accuracy is the fraction of right answers. The balanced accuracy is the mean of the fractions of right answers in ' +
    'each class, so every class counts the same.',
]

/** The result on the last set in sentences. */
function scoreSentences({ sets, names }: ScoreReportData): string[] {
  const last = sets.at(-1)
  if (last === undefined) return []
  const { name, samples, scores } = last
  const { error } = scores
  if (error === null) return [`The network has no scores on the ${name}.`]
  if (names.areValues) return valueSentences(last, names)
  const balance = balanceSentence(scores, names)
  const worst = worstWords(scores, names)
  const five = scores.topFiveAccuracy ?? null
  const top = five === null ? '' : ` The right class is among the five largest outputs for ${formatPercent(five, 2)}.`
  return [
    `On the ${name}, the network is right for ${formatPercent(1 - error, 2)} of ${counted(samples, 'sample')}.${top}`,
    ...(balance === undefined ? [] : [balance]),
    ...(worst.length === 0 ? [] : [`The worst ${worst.length === 1 ? 'class' : 'classes'}: ${worst.join('; ')}.`]),
  ]
}

function valueSentences({ name, scores }: ScoredSet, names: OutputNames): string[] {
  const { rmse = [], r2 = [], error } = scores
  const shown = rmse.slice(0, MOST_TARGETS)
  if (shown.length === 0) return [`On the ${name}, R² over all outputs is ${formatR2(1 - (error ?? Number.NaN))}.`]
  return [
    shown
      .map((value, index) => {
        const coefficient = r2[index] ?? null
        const also = coefficient === null ? '' : `, and R² is ${formatR2(coefficient)}`
        return `On the ${name}, the RMSE of ${targetText(index, names)} is ${formatQuantity(value)}${also}.`
      })
      .join(' '),
  ]
}

/** Most targets that are drawn. */
export const MOST_TARGETS = 4

/** The confusion matrix, or predicted against actual values. */
function outputFigures({ sets, names, predictions }: ScoreReportData): PageFigure[] {
  const last = sets.at(-1)
  const confusion = last?.scores.confusion
  if (last !== undefined && confusion !== undefined) {
    const classes = confusion.map((_, index) => classText(index, names))
    const title = `Confusion on the ${last.name}`
    const numbers = classes.length > 12 ? '' : ' The numbers count samples.'
    const caption = `Blue cells are right answers, and orange cells are mistakes. A stronger color is a larger share of the true class.${numbers}`
    return [{ panels: [confusionFigure({ title, classes, confusion })], caption }]
  }
  if (last === undefined || predictions === undefined || predictions.targets.length === 0) return []
  const { targets, of, samples } = predictions
  const part =
    samples < last.samples
      ? `${grouped(samples)} of ${counted(last.samples, 'sample')}, chosen at random`
      : `${counted(samples, 'sample')}`
  const some = targets.length < of ? ` The pictures show the first ${targets.length} of ${of} targets.` : ''
  const caption = `Predicted against actual values on the ${last.name}: ${part}. A perfect prediction lies on the dotted line.${some}`
  return [{ heading: 'Predicted against actual', panels: targets.map(predictionFigure), caption }]
}

const PANEL = { width: 360, height: 270 }

function trainingFigures({ training, names }: ScoreReportData): PageFigure[] {
  if (training === undefined) return []
  const { losses, steps, diverged, evaluations, network, dataset } = training
  const axis = lossAxis([{ losses }])
  const panels: string[] = []
  if (axis !== null) {
    const [first, last] = [losses[0], losses[losses.length - 1]]
    panels.push(
      lineFigure({
        title: 'Loss of the batches',
        description: `The loss is ${formatNumber(first.loss)} at step ${first.step} and ${formatNumber(last.loss)} at step ${last.step}.`,
        x: { label: 'Step', whole: true, domain: [0, Math.max(1, steps)] },
        y: axis,
        series: [
          {
            name: '',
            note: 'loss',
            color: 1,
            broken: diverged,
            points: losses.map(({ step, loss }) => ({ x: step, y: loss })),
          },
        ],
        ...PANEL,
      }),
    )
  }
  if (evaluations.length > 1) {
    panels.push(
      trainingPicture({
        network,
        dataset,
        areClasses: !names.areValues,
        steps,
        evaluations,
        ...PANEL,
        heading: 'Error',
      }),
    )
  }
  if (panels.length === 0) return []
  const words = axis === null ? '' : axisWords(axis, [{ losses }])
  const cross = diverged ? ' A cross marks the step at which the training diverged.' : ''
  const caption = `The loss of each batch before its update.${words}${cross}`
  return [{ heading: 'During training', panels, caption }]
}

/** The learning curve over the number of training samples. */
function curveFigures({ curve, training, names }: ScoreReportData): PageFigure[] {
  if (curve === undefined || training === undefined) return []
  const { network, dataset } = training
  const drawn = { network, dataset, areClasses: !names.areValues, points: curve.points, heading: 'Error', ...PANEL }
  const how = 'Each point is one training with all steps, and the test set is the same for all points.'
  const caption = curve.sentence === undefined ? how : `${curve.sentence} ${how}`
  return [{ heading: 'Learning curve', panels: [curvePicture(drawn)], caption }]
}

/** The scores of the network beside those of guessing and of the best linear model. */
function comparedTables({ compared, names }: ScoreReportData): Table[] {
  if (compared === undefined) return []
  return [baselineTable(compared.network, compared.baselines, names, compared.samples)]
}

/** The scores of the weights with the lowest validation loss. */
function bestTables({ best, names }: ScoreReportData): Table[] {
  if (best === undefined) return []
  const caption = `Scores of the weights after ${counted(best.step, 'step')}, which have the lowest validation loss`
  return [{ ...scoreTable({ sets: best.sets, names }), caption }]
}

/** The scores of all sets: a row for each set, or for each target and set. */
function scoreTable({ sets, names }: Pick<ScoreReportData, 'sets' | 'names'>): Table {
  const number = (heading: string) => ({ heading, numeric: true })
  const loss = (value: number | null): string => formatNumber(value, 4)
  const share = (value: number | null | undefined): string => formatPercent(value ?? null, 2)
  const caption = 'Scores'
  if (!names.areValues) {
    const hasFive = sets.some(({ scores }) => typeof scores.topFiveAccuracy === 'number')
    const five = hasFive ? [number('top-5 accuracy')] : []
    return {
      caption,
      columns: [
        { heading: 'set' },
        number('accuracy'),
        ...five,
        number('balanced accuracy'),
        number('loss'),
        number('samples'),
      ],
      rows: sets.map(({ name, samples, scores }) => [
        name,
        share(scores.error === null ? null : 1 - scores.error),
        ...(hasFive ? [share(scores.topFiveAccuracy)] : []),
        share(scores.balancedAccuracy),
        loss(scores.loss),
        grouped(samples),
      ]),
    }
  }
  const coefficient = (value: number | null | undefined): string =>
    value === null || value === undefined ? MISSING : formatR2(value)
  const targets = sets.at(-1)?.scores.rmse ?? []
  if (targets.length === 0) {
    return {
      caption,
      columns: [{ heading: 'set' }, number('R²'), number('loss'), number('samples')],
      rows: sets.map(({ name, samples, scores }) => [
        name,
        coefficient(scores.error === null ? null : 1 - scores.error),
        loss(scores.loss),
        grouped(samples),
      ]),
    }
  }
  // The headline of the page names a single target, and a phone has no room for a column that repeats its name.
  const isOne = targets.length === 1
  return {
    caption,
    columns: [
      ...(isOne ? [] : [{ heading: 'target' }]),
      { heading: 'set' },
      number('R²'),
      number('RMSE'),
      number('MAE'),
      number('samples'),
    ],
    rows: targets.flatMap((_, index) =>
      sets.map(({ name, samples, scores }) => [
        ...(isOne ? [] : [targetText(index, names)]),
        name,
        coefficient(scores.r2?.[index]),
        formatQuantity(scores.rmse?.[index] ?? null),
        formatQuantity(scores.mae?.[index] ?? null),
        grouped(samples),
      ]),
    ),
  }
}

/** Most classes in the table of classes. */
const MOST_CLASSES = 20

/** The classes of the last set, beginning with the worst one. */
function classTables({ sets, names }: ScoreReportData): Table[] {
  const last = sets.at(-1)
  const { recall, classSamples } = last?.scores ?? {}
  if (last === undefined || recall === undefined || classSamples === undefined) return []
  const known = recall.flatMap((value, label) => (value === null ? [] : [{ value, label }]))
  const worst = known.toSorted((a, b) => a.value - b.value || a.label - b.label).slice(0, MOST_CLASSES)
  const part = worst.length < known.length ? ` (the ${worst.length} worst of ${known.length})` : ''
  return [
    {
      caption: `${capitalize(last.name)} by class${part}`,
      columns: [
        { heading: 'class' },
        { heading: 'right', numeric: true },
        { heading: 'samples', numeric: true },
        { heading: 'mostly taken for' },
      ],
      rows: worst.map(({ value, label }) => {
        const other = mostlyTakenFor(last.scores, label)
        return [
          classText(label, names),
          formatPercent(value),
          grouped(classSamples[label]),
          other === null ? '' : classText(other, names),
        ]
      }),
    },
  ]
}
