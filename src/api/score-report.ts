/** Reports about one trained network: of a training, and of an evaluation. */
import { type Dataset, taskOf } from '../data/dataset.ts'
import type { Statistics } from '../data/standardize.ts'
import { formatDuration } from '../format/text.ts'
import { counted } from '../format/words.ts'
import type { Network } from '../network/network.ts'
import type { Fact } from '../report/page.ts'
import type { PredictedTarget } from '../report/prediction-figure.ts'
import {
  MOST_TARGETS,
  type ScoredSet,
  type ScoreReportData,
  scorePicture,
  scoreReport,
} from '../report/score-report.ts'
import { describeRecipe } from '../settings/describe.ts'
import type { TrainingOptions } from '../settings/training.ts'
import { IsobathError } from '../support/errors.ts'
import { version } from '../support/version.ts'
import { describeDivergence } from '../training/divergence.ts'
import { drawSamples } from '../training/drawn-predictions.ts'
import type { SetScores } from '../training/evaluate-sets.ts'
import type { Weights } from '../training/evaluator.ts'
import type { Evaluated } from './evaluate.ts'
import type { CurvePoint } from './learning-curve.ts'
import { isNoBetterThanLinear, noBetterSentence } from './linear-advice.ts'
import { predict } from './predict.ts'
import { checkFacts, checkResult, outputNamesOf, type ReportFacts } from './reports.ts'
import type { Run } from './train.ts'
import type { MachineChoice } from './with-machine.ts'

/** A report about one trained network. */
export interface ScoreReport {
  /** Returns the report as an HTML page. The page contains all its styles and pictures and loads nothing. */
  readonly html: () => string
  /**
   * Returns the picture of the predictions as SVG: the confusion matrix, or predicted against actual values. The result
   * is undefined if there is nothing to draw, as for more than 50 classes.
   */
  readonly picture: () => string | undefined
}

/** Facts for the report of a training, and the machine that computes the predictions. */
export interface TrainingReportFacts extends ReportFacts, MachineChoice {
  /** Name of the network in the report, `network` by default. */
  readonly label?: string
  /** Points of a learning curve over the number of training samples, which `learningCurve` returns. */
  readonly curve?: readonly CurvePoint[]
  /** What the learning curve shows, in a sentence, as `describeCurve` gives it. */
  readonly curveSentence?: string
}

/** Facts for the report of an evaluation: arguments of the call of `evaluate`, and names. */
export interface EvaluationReportFacts extends TrainingReportFacts, Pick<TrainingOptions, 'loss' | 'standardize'> {
  readonly network: Network
  readonly weights: Weights
  readonly statistics?: Statistics
  /** Whether the test set holds all rows of a table, so that the report has no training set. */
  readonly isWhole?: boolean
}

/** Largest number of samples whose predictions are drawn. */
const mostPoints = 1500

/**
 * Builds the report of a training: `(await reportTraining(run, { data })).html()`. `data`: the data set of the training.
 * The predictions of at most 1,500 test samples are computed for the picture of a regression. Throws an `option` error
 * if the run was stopped before it had scores, or if a fact is invalid. Throws the errors of `predict`.
 */
export async function reportTraining(run: Run, facts: TrainingReportFacts): Promise<ScoreReport> {
  checkResult('reportTraining', run, ['train', 'test', 'weights', 'network', 'settings'])
  checkFacts(facts)
  if (run.interrupted) {
    throw new IsobathError(
      'option',
      'reportTraining: expected a finished run with scores, got a run that was stopped. Resume the run first.',
    )
  }
  const { data, label = 'network', command, curve, curveSentence } = facts
  const { network, weights, statistics, settings, steps, losses, diverged, evaluations = [], best } = run
  const { loss, standardize } = settings
  const predictions = await predictionsOf({ ...facts, network, weights, statistics, loss, standardize })
  const broken = diverged ? [`The training diverged at step ${diverged.step}: ${describeDivergence(diverged)}.`] : []
  const isWeak = diverged === null && isNoBetterThanLinear(run.train.error, run.baselines)
  const areValues = taskOf(data) !== 'classification'
  const weak = isWeak && run.baselines ? [noBetterSentence(run.train.error, run.baselines, areValues)] : []
  return reportOf({
    title: `${label} on ${data.name}`,
    lead: [...broken, ...weak],
    summary: `${counted(steps, 'step')} of ${settings.batch} · ${describeRecipe(settings)} · ${settings.loss} · seed ${settings.seed}`,
    names: outputNamesOf(data),
    sets: setsOf(run, data),
    ...comparedTo(run, data),
    ...(best && best.step < steps ? { best: { step: best.step, sets: setsOf(best, data) } } : {}),
    ...(curve ? { curve: { points: curve, sentence: curveSentence } } : {}),
    predictions,
    training: { network: label, dataset: data.name, steps, losses, diverged: diverged !== null, evaluations },
    facts: [
      ...commonFacts(facts, command),
      {
        term: 'Training',
        detail: `${counted(steps, 'step')} of ${settings.batch} samples, ${describeRecipe(settings)}`,
      },
      { term: 'Loss', detail: settings.loss },
      { term: 'Seed', detail: String(settings.seed) },
      { term: 'Time', detail: formatDuration(run.seconds) },
      ...(run.run === null ? [] : [{ term: 'Run', detail: run.run }]),
      { term: 'Version', detail: `Isobath ${version}` },
    ],
  })
}

/**
 * Builds the report of an evaluation: `(await reportEvaluation(scores, { network, data, weights })).html()`. `scores`:
 * the result of `evaluate`. The other facts are the arguments that `evaluate` was called with. Throws the errors of
 * `predict`.
 */
export async function reportEvaluation(scores: Evaluated, facts: EvaluationReportFacts): Promise<ScoreReport> {
  checkResult('reportEvaluation', scores, ['train', 'test'])
  checkFacts(facts)
  const { data, label = 'network', command, isWhole = false } = facts
  const { train, ...others } = scores
  const sets = setsOf(isWhole ? others : scores, data, isWhole ? data.name : undefined)
  return reportOf({
    title: `${label} on ${data.name}`,
    summary: sets.map(({ name, samples }) => `${name}: ${counted(samples, 'sample')}`).join(' · '),
    names: outputNamesOf(data),
    sets,
    ...(isWhole ? {} : comparedTo(scores, data)),
    predictions: train.loss === null ? undefined : await predictionsOf(facts),
    facts: [...commonFacts(facts, command), { term: 'Version', detail: `Isobath ${version}` }],
  })
}

const reportOf = (data: ScoreReportData): ScoreReport => ({
  html: () => scoreReport(data),
  picture: () => scorePicture(data),
})

/**
 * The network and its baselines. An autoencoder without a narrow layer has no baselines, because a linear model of full
 * width reproduces every sample.
 */
function comparedTo({ train, test, baselines }: Evaluated, data: Dataset): Pick<ScoreReportData, 'compared'> {
  const isWhole = taskOf(data) === 'autoencoding' && baselines?.linear.skipped !== undefined
  if (baselines === undefined || isWhole) return {}
  return { compared: { network: { train, test }, baselines, samples: data.train.count } }
}

/** The scored sets in the order training, validation, test. `whole`: the name of a table that is the only set. */
function setsOf(scores: Partial<SetScores>, data: Dataset, whole?: string): ScoredSet[] {
  const names = { train: 'training set', validation: 'validation set', test: whole ?? 'test set' }
  return (['train', 'validation', 'test'] as const).flatMap((set) => {
    const [own, samples] = [scores[set], data[set]]
    return own === undefined || samples === undefined ? [] : [{ name: names[set], samples: samples.count, scores: own }]
  })
}

function commonFacts({ data, label }: TrainingReportFacts, command: string | undefined): Fact[] {
  const samples = `${counted(data.train.count, 'training sample')}, ${counted(data.test.count, 'test sample')}`
  return [
    ...(command === undefined ? [] : [{ term: 'Command', detail: command, code: true }]),
    ...(label === undefined ? [] : [{ term: 'Network', detail: label, code: true }]),
    { term: 'Data', detail: `${data.name}: ${samples}` },
  ]
}

/** Computes the predictions that the picture of a regression shows, or returns undefined for another task. */
async function predictionsOf(facts: EvaluationReportFacts): Promise<ScoreReportData['predictions']> {
  const { data, network, weights, statistics, loss, standardize, machine, threads, exact, winograd, memoryLimit } =
    facts
  const { targets } = data.test
  if (targets === undefined || targets === 'inputs') return undefined
  const drawn = drawSamples(data.test, mostPoints)
  if (drawn.targets === undefined || drawn.targets === 'inputs') return undefined
  const choice = { machine, threads, exact, winograd, memoryLimit }
  const own = { data: { ...data, test: drawn }, set: 'test', weights, statistics, loss, standardize } as const
  const { values, width } = await predict(network, { ...choice, ...own })
  const all = drawn.targets
  const column = (rows: ArrayLike<number>, target: number): Float64Array =>
    Float64Array.from({ length: drawn.count }, (_, row) => rows[row * width + target])
  const pictures = Array.from({ length: Math.min(MOST_TARGETS, width) }, (_, target): PredictedTarget => {
    return {
      name: data.targetNames?.[target] ?? `output ${target + 1}`,
      actual: column(all, target),
      predicted: column(values, target),
    }
  })
  return { targets: pictures, of: width, samples: drawn.count }
}
