/** Reports of comparisons and diagnoses: a text, a page with pictures, and a single picture. */
import type { Mode } from '../backends/machine.ts'
import { checkSamples } from '../data/check-samples.ts'
import { type Dataset, outputsOf, taskOf } from '../data/dataset.ts'
import { createStandardizer } from '../data/standardize.ts'
import { chanceOf } from '../diagnosis/evidence.ts'
import { usualBudget } from '../diagnosis/plan.ts'
import type { Diagnosis } from '../diagnosis/summary.ts'
import type { TrialRecord } from '../diagnosis/trial-record.ts'
import { verdictTitle } from '../diagnosis/wording/causes.ts'
import { isLinearPreset } from '../network/presets.ts'
import { networkToTypeScript } from '../network/typescript.ts'
import { comparisonPicture, comparisonReport, comparisonText } from '../report/comparison.ts'
import { diagnosisPicture, diagnosisReport, diagnosisText } from '../report/diagnosis.ts'
import type { OutputNames } from '../report/score-words.ts'
import { describeRecipe } from '../settings/describe.ts'
import type { TrainingSettings } from '../settings/options.ts'
import { describeValue } from '../support/describe-value.ts'
import { IsobathError } from '../support/errors.ts'
import { type Fields, field, pickOptions } from '../support/fields.ts'
import { number, text, texts } from '../support/kinds.ts'
import { version } from '../support/version.ts'
import { callOptions } from './call-options.ts'
import type { Comparison } from './carry-out-comparison.ts'
import type { CompareOptions, NetworkFamily } from './compare.ts'
import { comparisonAdvice, type NextCommands } from './comparison-advice.ts'

/**
 * A report as text, as an HTML page and as a picture. The text, the page and the picture are built only when their
 * functions are called.
 */
export interface Report {
  /** Returns the report as text for a terminal, at most 80 columns wide. */
  readonly text: () => string
  /** Returns the report as an HTML page. The page contains all its styles and pictures and loads nothing. */
  readonly html: () => string
  /** Returns the most informative picture of the report, as SVG. */
  readonly picture: () => string
}

/** Facts that a report mentions in addition to the result of `compare` or `diagnose`. */
export interface ReportFacts {
  /** The data set that `compare` or `diagnose` was called with. */
  readonly data: Dataset
  /** Command line that produced the result, if the result comes from a command. */
  readonly command?: string
}

/** Facts for the report of a comparison. `depths` and `seeds` must be the values that `compare` was called with. */
export interface ComparisonReportFacts extends ReportFacts, NextCommands, Pick<CompareOptions, 'depths' | 'seeds'> {
  /** The families that `compare` was called with. */
  readonly families: readonly Pick<NetworkFamily, 'name' | 'label'>[]
}

/** Facts for the report of a diagnosis. */
export interface DiagnosisReportFacts extends ReportFacts {
  /** Name of the network in the report, `network` by default. */
  readonly label?: string
  /** Command line that trains the network with the cure that the diagnosis measured. */
  readonly cureCommand?: string
  /** Files that hold the changed network of the cure. */
  readonly cureFiles?: readonly string[]
  /** Time budget of the diagnosis in seconds, 120 by default, as in `diagnose`. */
  readonly budget?: number
}

/**
 * Builds the report of a comparison: `reportComparison(comparison, { families, data, depths, seeds }).html()`. `facts`
 * repeats the arguments that `compare` was called with. Throws an `option` error if an argument is invalid, and a
 * `data` error if the samples contradict their data set.
 */
export function reportComparison(comparison: Comparison, facts: ComparisonReportFacts): Report {
  checkResult('reportComparison', comparison, ['rows', 'sentence', 'settings', 'mode'])
  checkFacts(facts)
  const { rows, searches, sentence, settings, mode, seconds, interrupted } = comparison
  const baselines = taskOf(facts.data) === 'autoencoding' ? undefined : comparison.baselines
  const { families, depths, seeds, data, command } = facts
  checkLists({ families, depths, seeds })
  const stopped = interrupted ? ' The comparison was stopped before all trainings were done.' : ''
  const report = {
    command,
    dataset: { ...describeSet(data, settings), ...(baselines ? { baselines } : {}) },
    steps: settings.steps,
    batch: settings.batch,
    optimizer: describeRecipe(settings),
    seconds,
    version,
    mode: modeText(mode),
    families: families.map(({ name, label }) => ({ name, label })),
    depths,
    seeds,
    rows,
    searches,
    sentence: `${sentence}${stopped}`,
    ...comparisonAdvice(comparison, facts),
  }
  return {
    text: () =>
      rows.length > 0 ? comparisonText(report) : 'The comparison was stopped before the first training was done.',
    html: () => comparisonReport(report),
    picture: () => comparisonPicture(report),
  }
}

/**
 * Builds the report of a diagnosis: `reportDiagnosis(diagnosis, { data, label: 'mlp:depth=60' }).html()`. `facts`
 * repeats arguments that `diagnose` was called with. Throws an `option` error if an argument is invalid, and a `data`
 * error if the samples contradict their data set.
 */
export function reportDiagnosis(diagnosis: Diagnosis, facts: DiagnosisReportFacts): Report {
  checkResult('reportDiagnosis', diagnosis, ['verdict', 'trials', 'freshTrials', 'settings', 'mode'])
  checkFacts(facts)
  const { settings, trials, mode } = diagnosis
  const { data, command, cureCommand, cureFiles, label = 'network', budget = usualBudget } = facts
  const changed = diagnosis.cure?.network ?? null
  const report = {
    ...diagnosis,
    title: verdictTitle(diagnosis.verdict),
    linear: diagnosis.baselines?.linear ?? null,
    cureCommand,
    cureFiles,
    cureCode: changed === null ? undefined : networkToTypeScript(changed),
    command,
    version,
    mode: modeText(mode),
    budgetSeconds: budget,
    network: label,
    dataset: describeSet(data, settings),
    steps: settings.steps,
    batch: settings.batch,
    optimizer: describeRecipe(settings),
    seeds: [...new Set(trials.map(({ seed }) => seed))],
    trials: trials.map(reportedTrial),
    freshTrials: diagnosis.freshTrials.map(reportedTrial),
    // A preset that is linear by its name has no nonlinearity on purpose.
    facts: diagnosis.facts.filter(({ fact }) => fact !== 'no-nonlinearity' || !isLinearPreset(label)),
  }
  return {
    text: () => diagnosisText(report),
    html: () => diagnosisReport(report),
    picture: () => diagnosisPicture(report),
  }
}

const reportedTrial = (trial: TrialRecord) => ({ ...trial, diverged: trial.diverged !== null })

/** Factor by which the share of a class exceeds the mean share of the classes before guessing is described by it. */
const large = 1.5

/** The test error of always predicting the largest class of the training set. */
function largestClassOnTest({ train, test, classes }: Dataset): { testError?: number } {
  if (test.count === 0) return {}
  const counts = new Uint32Array(classes)
  for (const label of train.labels) counts[label]++
  const largest = counts.indexOf(Math.max(...counts))
  const right = test.labels.filter((label) => label === largest).length
  return { testError: 1 - right / test.count }
}

/** Names of what a network predicts on a data set. */
export function outputNamesOf(data: Dataset): OutputNames {
  const { classNames, targetNames } = data
  return { areValues: taskOf(data) !== 'classification', classNames, targetNames }
}

/** Describes a data set, with the scores of guessing if guessing is not `ln classes` among classes of the same size. */
export function describeSet(data: Dataset, settings: TrainingSettings) {
  const task = taskOf(data)
  const facts = { name: data.name, train: data.train.count, test: data.test.count, names: outputNamesOf(data) }
  const outputs = outputsOf(data)
  if (task === 'classification') {
    const guess = chanceOf(data, settings, createStandardizer(data.train, data.shape, settings))
    const isUsual = settings.loss === 'cross-entropy' && 1 - guess.error < large / outputs
    const scored = { ...guess, ...largestClassOnTest(data) }
    return { ...facts, classes: outputs, asks: `${outputs} classes`, ...(isUsual ? {} : { guess: scored }) }
  }
  if (task === 'autoencoding') return { ...facts, classes: null, asks: 'inputs to reconstruct' }
  return { ...facts, classes: null, asks: outputs === 1 ? '1 value to predict' : `${outputs} values to predict` }
}

/** Describes the backend and the mode of a computation. */
export function modeText({ backend, precision, exact, winograd }: Mode): string {
  const isWasm = backend === 'wasm'
  const own = isWasm && !winograd ? ["without Winograd's algorithm"] : []
  return [...(isWasm ? [] : [backend]), precision, ...(exact ? ['exact'] : []), ...own].join(', ')
}

/** The function that makes the result for a report. */
const makers = {
  reportComparison: 'compare',
  reportDiagnosis: 'diagnose',
  reportPrescription: 'prescribe',
  reportTraining: 'train',
  reportEvaluation: 'evaluate',
} as const

/** Throws an `option` error if `result` isn't a result of the function that makes results for the report. */
export function checkResult(verb: keyof typeof makers, result: object, keys: readonly string[]): void {
  if (typeof result === 'object' && result !== null && keys.every((key) => key in result)) return
  throw new IsobathError('option', `${verb}: expected the result of ${makers[verb]}, got ${describeValue(result)}.`)
}

const factFields = {
  data: callOptions.data,
  command: field(text()),
  tuneCommand: field(text()),
  cureCommand: field(text()),
  cureFiles: field(texts()),
  fallingRateCommand: field(text()),
  label: field(text()),
  budget: field(number('seconds above 0', (seconds) => seconds > 0)),
} satisfies Fields

/**
 * Throws an `option` error if a fact for the report is invalid, and a `data` error if the samples contradict their data
 * set.
 */
export function checkFacts(facts: ReportFacts): void {
  const { data } = pickOptions(factFields, facts ?? {})
  checkSamples(data)
}

/**
 * Throws an `option` error if the list of families, depths or seeds is empty. Duplicate depths and seeds are accepted,
 * because comparisons in folders of older versions may have duplicates.
 */
function checkLists(lists: Readonly<Record<string, unknown>>): void {
  for (const [key, list] of Object.entries(lists)) {
    if (Array.isArray(list) && list.length > 0) continue
    throw new IsobathError(
      'option',
      `${key}: expected the list with which compare was called, got ${describeValue(list)}.`,
    )
  }
}
