/** Formats predictions as a table or as JSON, with the names of classes and targets from the data. */
import type { Dataset, Predictions } from '../index.ts'

export interface PredictedData extends Pick<Dataset, 'classNames' | 'targetNames'> {
  readonly samples: Dataset['test']
}

/**
 * Returns the number of a sample, counted from 0: its row in the file if some rows were left out, or else its position
 * in the set.
 */
function numberOf({ samples }: PredictedData, sample: number): number {
  return samples.rowNumbers?.[sample] ?? sample
}

/** Returns the outputs of the network for one sample. */
function outputsFor({ values, width }: Predictions, sample: number): Float64Array {
  return values.subarray(sample * width, (sample + 1) * width)
}

const isLost = (outputs: Float64Array): boolean => outputs.some(Number.isNaN)

/** Counts the samples for which an output of the network is NaN. */
export function countLost(predictions: Predictions): number {
  let lost = 0
  for (let sample = 0; sample < predictions.count; sample++) if (isLost(outputsFor(predictions, sample))) lost++
  return lost
}

/**
 * Returns one object for each sample, in the order of the set. Each returned object has the number of the sample,
 * counted from 0, and the predicted class or values. If columns of the table were kept, an object has their cells by
 * name (`kept`). An object also has the expected class or values if the data has them. For a classification, an object also has the output for every class, and the predicted class is null if an
 * output is NaN.
 */
export function predictionRows(predictions: Predictions, data: PredictedData): object[] {
  const { count, kind, classes } = predictions
  return Array.from({ length: count }, (_, sample) => {
    const outputs = outputsFor(predictions, sample)
    const numbers = [...outputs]
    const expected = expectedOf(data, sample, predictions.digits)
    const known = expected.length > 0 ? { expected: classes ? expected[0] : expected } : {}
    const facts = { sample: numberOf(data, sample), ...keptOf(data, sample), ...known }
    if (!classes) return { ...facts, predicted: numbers }
    const predicted = isLost(outputs) ? null : className(data, classes[sample])
    return { ...facts, predicted, [kind]: numbers }
  })
}

/**
 * Returns the predictions as CSV with a header. Every line begins with the sample's cells of the kept columns, as
 * written in the table, and the number of the sample. A kept column that has the name of a column of predictions gets
 * the name `NAME (table)`. For a classification,
 * a line also has the expected class if known, the likeliest class, and the output for every class. The cell of the
 * likeliest class is empty if an output is NaN. For a regression, a line also has the expected and the predicted value
 * of each target. For autoencoding, a line also has every predicted value.
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
  const { kept = [] } = data.samples
  const own = ['sample', ...(isKnown ? expected : []), ...predicted]
  const lines = [[...kept.map(({ name }) => (own.includes(name) ? `${name} (table)` : name)), ...own]]
  for (let sample = 0; sample < count; sample++) {
    const outputs = outputsFor(predictions, sample)
    const numbers = Array.from(outputs, (value, at) => rounded(value, digits?.[at]))
    const best = classes ? [isLost(outputs) ? '' : className(data, classes[sample])] : []
    const facts = [...kept.map(({ cells }) => cells[sample]), numberOf(data, sample)]
    lines.push([...facts, ...expectedOf(data, sample, digits), ...best, ...numbers].map(String))
  }
  return lines.map((cells) => `${cells.map(cell).join(',')}\n`).join('')
}

/** Returns the cells of a sample in the kept columns of its table, by the names of the columns. */
function keptOf({ samples: { kept = [] } }: PredictedData, sample: number): { readonly kept?: object } {
  return kept.length === 0 ? {} : { kept: Object.fromEntries(kept.map(({ name, cells }) => [name, cells[sample]])) }
}

/** Rounds a value to the given number of digits, or to the 7 digits of a float32: 77.91, not 77.91000366210938. */
function rounded(value: number, digits = 7): number {
  return Number(value.toPrecision(digits))
}

function className({ classNames }: PredictedData, number: number): string | number {
  return classNames?.[number] ?? number
}

function outputName({ classes, width }: Predictions, data: PredictedData, output: number): string {
  // A single output without probabilities is about 1 for class 1.
  if (classes) return String(className(data, width === 1 && data.classNames?.length !== 1 ? 1 : output))
  return data.targetNames?.[output] ?? `value ${output}`
}

/** Returns the expected class or values of a sample. Returns an empty list if the data has no expected values. */
function expectedOf(data: PredictedData, sample: number, digits?: readonly number[]): (string | number)[] {
  const { labels, targets, count } = data.samples
  if (targets === 'inputs') return []
  if (targets === undefined) return labels.length === 0 ? [] : [className(data, labels[sample])]
  const width = targets.length / count
  // If a sample has no expected values, no sample of the set has any.
  if (Number.isNaN(targets[sample * width])) return []
  return Array.from(targets.subarray(sample * width, (sample + 1) * width), (value, at) => rounded(value, digits?.[at]))
}

/** Formats a cell of a CSV table. Cells with a comma, a quote or a line break are quoted (RFC 4180). */
function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
