/** The scores of a network in words: one line for a set of samples, the worst classes, and the balance of the classes. */
import type { Table } from '../format/table.ts'
import { formatNumber, formatPercent, formatQuantity, formatR2 } from '../format/text.ts'
import { counted, grouped } from '../format/words.ts'
import { shortened } from './labels.ts'
import type { ReportedScores } from './reported-scores.ts'

/** Names of what a network predicts. */
export interface OutputNames {
  /** Whether the network predicts values and not classes. */
  readonly areValues: boolean
  readonly classNames?: readonly string[]
  readonly targetNames?: readonly string[]
}

/** Most targets whose scores are written out. */
const mostTargets = 8

export const classText = (index: number, { classNames }: OutputNames): string => classNames?.[index] ?? String(index)

export const targetText = (index: number, { targetNames }: OutputNames): string =>
  targetNames?.[index] ?? `output ${index + 1}`

/**
 * The scores of a set of samples as lines, of which the first one is the headline: `accuracy 96.41%, error 3.59%, ...`,
 * or `price: R2 0.781, RMSE 55,312, MAE 38,210, ...`. Several targets have a line each below the headline.
 */
export function scoreWords(scores: ReportedScores, names: OutputNames, samples?: number): string[] {
  const ends = [`loss ${lossText(scores.loss)}`, ...(samples === undefined ? [] : [counted(samples, 'sample')])]
  if (!names.areValues) return [[...accuracyWords(scores), ...ends].join(', ')]
  const targets = targetWords(scores, names)
  if (targets.length === 1) return [[targets[0], ...ends].join(', ')]
  const over = targets.length === 0 ? '' : ` over ${counted(targets.length, 'target')}`
  const whole = scores.error === null ? [] : [`R2 ${formatR2(1 - scores.error)}${over}`]
  const more = targets.length - mostTargets
  return [
    [...whole, ...ends].join(', '),
    ...targets.slice(0, mostTargets).map((line) => `  ${line}`),
    ...(more > 0 ? [`  and ${counted(more, 'more target')}, which --json shows`] : []),
  ]
}

const lossText = (loss: number | null): string => (loss === null ? 'not finite' : formatNumber(loss, 4))

function accuracyWords({ error, topFiveAccuracy = null }: ReportedScores): string[] {
  if (error === null) return []
  const five = topFiveAccuracy === null ? [] : [`top-5 accuracy ${formatPercent(topFiveAccuracy, 2)}`]
  return [`accuracy ${formatPercent(1 - error, 2)}`, ...five, `error ${formatPercent(error, 2)}`]
}

/** The scores of each target, such as `price: R2 0.781, RMSE 55,312, MAE 38,210`. */
export function targetWords({ r2 = [], rmse = [], mae = [] }: ReportedScores, names: OutputNames): string[] {
  return rmse.map((value, index) => {
    const coefficient = index in r2 ? [`R2 ${r2[index] === null ? 'unknown' : formatR2(r2[index])}`] : []
    const absolute = index in mae ? [`MAE ${formatQuantity(mae[index])}`] : []
    return `${targetText(index, names)}: ${[...coefficient, `RMSE ${formatQuantity(value)}`, ...absolute].join(', ')}`
  })
}

/** Differences count from this number of standard errors on. */
const standsOut = 2
/** Most classes that are named as the worst. */
const mostWorst = 3

export interface WorstClass {
  readonly label: number
  readonly recall: number
  /** The class that the network gives most often in place of `label`, or null if no class is given more often. */
  readonly takenFor: number | null
}

/**
 * Returns the classes that stand out as the worst ones, at most three and the worst first. The error of such a class is
 * at least 1.5 times the error of the whole set, and the difference is larger than chance explains.
 */
export function worstClasses(scores: ReportedScores): WorstClass[] {
  const { error, recall = [], classSamples = [] } = scores
  if (error === null || recall.length < 3) return []
  const found = recall.flatMap((value, label) => {
    if (value === null) return []
    const own = 1 - value
    const chance = Math.sqrt((error * (1 - error)) / classSamples[label])
    const isWorse = own >= 1.5 * error && own - error > standsOut * chance
    return isWorse ? [{ label, recall: value, takenFor: mostlyTakenFor(scores, label) }] : []
  })
  return found.toSorted((a, b) => a.recall - b.recall || a.label - b.label).slice(0, mostWorst)
}

/** Returns the class that gets at least a third of the wrong answers for samples of a class, or null. */
export function mostlyTakenFor(
  { confusion, mistakes = [], classSamples = [], recall = [] }: ReportedScores,
  label: number,
) {
  const wrong = classSamples[label] * (1 - (recall[label] ?? 1))
  const own = confusion
    ? confusion[label].map((count, predicted) => ({ predicted, count }))
    : mistakes.filter(({ actual }) => actual === label)
  const most = own
    .filter(({ predicted }) => predicted !== label)
    .reduce((best, one) => (one.count > best.count ? one : best), { predicted: -1, count: 0 })
  return most.count >= Math.max(2, wrong / 3) ? most.predicted : null
}

/** The worst classes in words, such as `class 8, 91.2% right, mostly taken for 3`. */
export function worstWords(scores: ReportedScores, names: OutputNames): string[] {
  return worstClasses(scores).map(({ label, recall, takenFor }) => {
    const taken = takenFor === null ? '' : `, mostly taken for ${classText(takenFor, names)}`
    return `class ${classText(label, names)}, ${formatPercent(recall)} right${taken}`
  })
}

/** The largest class counts as much larger than the smallest class above this ratio of their samples. */
const unbalanced = 3

/** The largest class of a set whose classes have very different sizes. */
interface LargestClass {
  readonly label: number
  /** Fraction of the samples with this class. */
  readonly share: number
  /** The balanced accuracy of always answering this class. */
  readonly balancedAccuracy: number
}

/** Returns the largest class if it is much larger than the smallest class, and undefined for classes of about equal sizes. */
export function dominantClass({ classSamples = [] }: ReportedScores): LargestClass | undefined {
  const present = classSamples.filter((count) => count > 0)
  if (present.length < 2) return undefined
  const largest = Math.max(...present)
  const smallest = Math.min(...present)
  // Small classes of equal size differ by chance after a random split.
  const chance = standsOut * Math.sqrt(largest + unbalanced ** 2 * smallest)
  if (largest - unbalanced * smallest <= chance) return undefined
  const share = largest / present.reduce((sum, count) => sum + count, 0)
  return { label: classSamples.indexOf(largest), share, balancedAccuracy: 1 / present.length }
}

/**
 * A sentence about classes of very different sizes, or undefined for classes of about equal sizes. With such classes,
 * the accuracy alone says little: always answering the largest class may have a high accuracy.
 */
export function balanceSentence(scores: ReportedScores, names: OutputNames): string | undefined {
  const { balancedAccuracy } = scores
  const largest = dominantClass(scores)
  if (largest === undefined || balancedAccuracy === undefined || balancedAccuracy === null) return undefined
  const name = classText(largest.label, names)
  return `${formatPercent(largest.share)} of the samples have the class ${name}. The balanced accuracy, the mean over the classes, is ${formatPercent(balancedAccuracy, 2)}.`
}

/** Most classes of a confusion matrix that is written as a table. */
const mostTableClasses = 12
/** Most characters of a class name in the table. */
const longestName = 12

/**
 * The confusion matrix as a table: rows are true classes, and columns are predicted classes. Returns undefined for more
 * than 12 classes and for scores without a confusion matrix.
 */
export function confusionTable({ confusion, recall = [] }: ReportedScores, names: OutputNames): Table | undefined {
  if (confusion === undefined || confusion.length > mostTableClasses) return undefined
  const labels = confusion.map((_, label) => shortened(classText(label, names), longestName))
  return {
    columns: [
      { heading: 'true class' },
      ...labels.map((heading) => ({ heading, numeric: true })),
      { heading: 'right', numeric: true },
    ],
    rows: confusion.map((row, label) => {
      const right = recall[label]
      const share = right === undefined || right === null ? '' : formatPercent(right)
      return [labels[label], ...row.map((count) => grouped(count)), share]
    }),
  }
}
