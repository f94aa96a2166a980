/** Scores of a classification: loss, accuracy, recall of each class, and confusions. */
import type { Samples } from '../data/dataset.ts'
import { largestOutput } from '../graph/losses.ts'
import type { Mistake, Scorer, Scores } from './scores.ts'

/** Largest number of classes for which the whole confusion matrix is a part of the scores. */
export const mostConfusionClasses = 50

/** Number of the most frequent mistakes that replace a confusion matrix with too many classes. */
const mostMistakes = 20

/** The accuracy of the five largest outputs is scored if a network has more classes than this. */
const fewestForTopFive = 11

/** Returns the loss of a sample of the class `label`. `largest` is the largest of the outputs. */
type LossOfSample = (outputs: Float64Array, label: number, largest: number) => number

/** Returns the class of a sample, counted from 0. `outputs`: the outputs of the network for the sample. */
type DecideClass = (outputs: Float64Array) => number

/**
 * Creates a scorer for samples that have a class. `width`: the number of outputs for each sample. A single output
 * distinguishes two classes.
 */
export function scoreClasses(
  { labels }: Samples,
  lossOf: LossOfSample,
  width: number,
  decide: DecideClass = largestOutput,
): Scorer {
  const classes = Math.max(2, width)
  const hasTopFive = width >= fewestForTopFive
  let total = 0
  let topFive = 0
  const samples = new Float64Array(classes)
  const right = new Float64Array(classes)
  // A network of many classes makes few of all possible mistakes, so a dense matrix would be mostly zeros.
  const wrong = new Map<number, number>()
  return {
    add(outputs, first) {
      for (let start = 0, sample = first; start < outputs.length; start += width, sample++) {
        const row = outputs.subarray(start, start + width)
        const label = labels[sample]
        const answer = decide(row)
        samples[label]++
        if (answer === label) {
          right[label]++
        } else {
          const mistake = label * classes + answer
          wrong.set(mistake, (wrong.get(mistake) ?? 0) + 1)
        }
        if (hasTopFive && isInTopFive(row, label)) topFive++
        total += lossOf(row, label, row[largestOutput(row)])
      }
    },
    finish() {
      const mean = total / labels.length
      if (!Number.isFinite(mean)) return { loss: null, error: null, accuracy: null, balancedAccuracy: null }
      const allRight = right.reduce((sum, count) => sum + count, 0)
      const recall = Array.from(right, (count, label) => (samples[label] === 0 ? null : count / samples[label]))
      const known = recall.filter((value) => value !== null)
      return {
        loss: mean,
        error: (labels.length - allRight) / labels.length,
        accuracy: allRight / labels.length,
        balancedAccuracy: known.reduce((sum, value) => sum + value, 0) / known.length,
        ...(hasTopFive ? { topFiveAccuracy: topFive / labels.length } : {}),
        classSamples: Array.from(samples),
        recall,
        ...confusionsOf(right, wrong),
      }
    },
  }
}

/** Whether fewer than five outputs are above the output of the label. Equal outputs count in the order of the classes. */
function isInTopFive(outputs: Float64Array, label: number): boolean {
  let above = 0
  for (let output = 0; output < outputs.length; output++) {
    if (outputs[output] > outputs[label] || (outputs[output] === outputs[label] && output < label)) above++
  }
  return above < 5
}

function confusionsOf(right: Float64Array, wrong: ReadonlyMap<number, number>): Pick<Scores, 'confusion' | 'mistakes'> {
  const classes = right.length
  if (classes <= mostConfusionClasses) {
    const cell = (actual: number, predicted: number): number =>
      actual === predicted ? right[actual] : (wrong.get(actual * classes + predicted) ?? 0)
    return {
      confusion: Array.from(right, (_, actual) => Array.from(right, (_count, predicted) => cell(actual, predicted))),
    }
  }
  const mistakes = Array.from(wrong, ([mistake, count]): Mistake => {
    return { actual: Math.floor(mistake / classes), predicted: mistake % classes, count }
  })
  mistakes.sort((a, b) => b.count - a.count || a.actual - b.actual || a.predicted - b.predicted)
  return { mistakes: mistakes.slice(0, mostMistakes) }
}
