/** Predictions as a table or as JSON, with the names that the data gives its classes and targets. */
import type { Dataset, Predictions } from '../index.ts'

export interface PredictedData extends Pick<Dataset, 'classNames' | 'targetNames'> {
  readonly samples: Dataset['test']
}

/** A sample's number in its set, or in its file where rows were left out, counted from 0. */
function numberOf({ samples }: PredictedData, sample: number): number {
  return samples.rowNumbers?.[sample] ?? sample
}

/** What the network gave for the sample. */
function outputsFor({ values, width }: Predictions, sample: number): Float64Array {
  return values.subarray(sample * width, (sample + 1) * width)
}

const isLost = (outputs: Float64Array): boolean => outputs.some(Number.isNaN)

/** Samples for which the network gave no numbers. */
export function countLost(predictions: Predictions): number {
  let lost = 0
  for (let sample = 0; sample < predictions.count; sample++) if (isLost(outputsFor(predictions, sample))) lost++
  return lost
}

/**
 * One object for each sample, in the set's order: its number, counted from 0, what was expected where that is known, what
 * is predicted (null where the numbers aren't), and for classes the number of each.
 */
export function predictionRows(predictions: Predictions, data: PredictedData): object[] {
  const { count, kind, classes } = predictions
  return Array.from({ length: count }, (_, sample) => {
    const outputs = outputsFor(predictions, sample)
    const numbers = [...outputs]
    const expected = expectedOf(data, sample, predictions.digits)
    const known = expected.length > 0 ? { expected: classes ? expected[0] : expected } : {}
    if (!classes) return { sample: numberOf(data, sample), ...known, predicted: numbers }
    const predicted = isLost(outputs) ? null : className(data, classes[sample])
    return { sample: numberOf(data, sample), ...known, predicted, [kind]: numbers }
  })
}

/**
 * CSV with a header. Classes: the sample's number, its class where it is known, the likeliest class (none where the
 * network's outputs aren't numbers), and a column for each class. Values: what was expected and what is predicted for each
 * target. Autoencoding: a column for each value.
 */
export function predictionTable(predictions: Predictions, data: PredictedData): string {
  const { count, width, kind, classes, digits } = predictions
  const names = Array.from({ length: width }, (_, output) => outputName(predictions, data, output))
  const isKnown = expectedOf(data, 0).length > 0
  const expected = classes ? ['expected'] : names.map((name) => `expected ${name}`)
  const noun = kind === 'probabilities' ? 'probability of' : 'output for'
  const predicted = classes
    ? ['predicted', ...names.map((name) => `${noun} ${name}`)]
    : names.map((name) => `predicted ${name}`)
  const lines = [['sample', ...(isKnown ? expected : []), ...predicted]]
  for (let sample = 0; sample < count; sample++) {
    const outputs = outputsFor(predictions, sample)
    const numbers = Array.from(outputs, (value, at) => rounded(value, digits?.[at]))
    const best = classes ? [isLost(outputs) ? '' : className(data, classes[sample])] : []
    lines.push([numberOf(data, sample), ...expectedOf(data, sample, digits), ...best, ...numbers].map(String))
  }
  return lines.map((cells) => `${cells.map(cell).join(',')}\n`).join('')
}

/** The digits that a float32 has, where no others are given: 77.91, not 77.91000366210938. */
function rounded(value: number, digits = 7): number {
  return Number(value.toPrecision(digits))
}

function className({ classNames }: PredictedData, number: number): string | number {
  return classNames?.[number] ?? number
}

function outputName({ classes }: Predictions, data: PredictedData, output: number): string {
  if (classes) return String(className(data, output))
  return data.targetNames?.[output] ?? `value ${output}`
}

/** The sample's class or its values, where the data has them. */
function expectedOf(data: PredictedData, sample: number, digits?: readonly number[]): (string | number)[] {
  const { labels, targets, count } = data.samples
  if (targets === 'inputs') return []
  if (targets === undefined) return labels.length === 0 ? [] : [className(data, labels[sample])]
  const width = targets.length / count
  // Not known in any sample, then.
  if (Number.isNaN(targets[sample * width])) return []
  return Array.from(targets.subarray(sample * width, (sample + 1) * width), (value, at) => rounded(value, digits?.[at]))
}

/** Quoted where a comma, a quote or a line's end would be taken for the table's (RFC 4180). */
function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
