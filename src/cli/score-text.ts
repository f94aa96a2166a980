/** Formats the scores of a network as lines of text, for `train` and `evaluate`. */
import { formatPercent, formatR2, MISSING, wrap } from '../format/text.ts'
import type { Task } from '../index.ts'
import {
  balanceSentence,
  baselineWords,
  confusionTable,
  type OutputNames,
  type ReportedBaselines,
  type ReportedScores,
  scoreWords,
  tableText,
  worstWords,
} from '../internal.ts'

const setNames = ['train', 'validation', 'test'] as const

interface ShownSet {
  readonly count: number
  readonly targets?: unknown
}

/** The data set, or those facts about the data set that a stored run has. */
export interface ScoredData {
  readonly train: ShownSet
  readonly test: ShownSet
  readonly validation?: ShownSet
  readonly task?: Task
  readonly classNames?: readonly string[]
  readonly targetNames?: readonly string[]
}

export interface ShownScores {
  readonly train?: ReportedScores
  readonly validation?: ReportedScores
  readonly test: ReportedScores
}

const WIDTH = 80

/** Returns the names of what a network predicts. In results of older versions, the scores tell values from classes. */
export function namesOf({ train, task, classNames, targetNames }: ScoredData, { test }: ShownScores): OutputNames {
  const areValues =
    train.targets !== undefined || (task !== undefined && task !== 'classification') || test.rmse !== undefined
  return { areValues, classNames, targetNames }
}

/**
 * Formats the scores of all sets of samples, with a headline for each set. If the network predicts classes, the worst
 * classes of the test set stand below the headlines.
 */
export function scoreLines(scores: ShownScores, data: ScoredData): string[] {
  const names = namesOf(data, scores)
  const shown = setNames.filter((name) => scores[name] !== undefined)
  const width = shown.includes('validation') ? 11 : 7
  const lines = shown.flatMap((name) => {
    const [set, samples] = [scores[name], data[name]]
    if (set === undefined) return []
    if (samples?.count === 0) return [`${name.padEnd(width)}no ${name} rows, so no scores`]
    return scoreWords(set, names, samples?.count).map(
      (line, index) => `${index === 0 ? name.padEnd(width) : ' '.repeat(width)}${line}`,
    )
  })
  return [...lines, ...classLines(scores.test, names, width)]
}

/** The lines about guessing and the best linear model, or no lines without baselines. */
export function baselineLines(
  { baselines, ...scores }: ShownScores & { readonly baselines?: ReportedBaselines },
  data: ScoredData,
): string[] {
  const names = namesOf(data, scores)
  // A linear model of full width reproduces every sample, so an autoencoder without a code has no linear model.
  const isAutoencoder = names.areValues && scores.test.rmse === undefined
  if (baselines === undefined || (isAutoencoder && baselines.linear.skipped !== undefined)) return []
  const width = scores.validation === undefined ? 7 : 11
  return baselineWords(baselines, names, data.train.count).map(({ heading, text }) => heading.padEnd(width) + text)
}

/** The lines about the classes of the test set: the balance of the classes, and the worst ones. */
function classLines(test: ReportedScores, names: OutputNames, width: number): string[] {
  const under = (heading: string, texts: readonly string[]): string[] =>
    texts.map((text, index) => `${index === 0 ? heading.padEnd(width) : ' '.repeat(width)}${text}`)
  const balance = balanceSentence(test, names)
  return [
    ...(balance === undefined ? [] : under('shares', wrap(balance, WIDTH - width))),
    ...under('worst', worstWords(test, names)),
  ]
}

/**
 * Formats the confusion matrix of the test set after an empty line. Returns an empty list if the scores have no
 * confusion matrix, or if the matrix is wider than 80 columns.
 */
export function confusionLines(scores: ShownScores, data: ScoredData): string[] {
  const table = confusionTable(scores.test, namesOf(data, scores))
  const lines = table === undefined ? [] : tableText(table).split('\n')
  if (lines.length === 0 || lines.some((line) => [...line].length > WIDTH)) return []
  return ['', 'samples of the test set by true class (rows) and predicted class (columns):', ...lines]
}

/** The error of a set in words: `error 3.21%` for classes, and `R2 0.781` for values. */
export function errorAfter(error: number | null, { areValues }: Pick<OutputNames, 'areValues'>): string {
  if (!areValues) return error === null ? 'unknown' : formatPercent(error, 2)
  return error === null ? MISSING : formatR2(1 - error)
}
