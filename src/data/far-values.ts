/** Values of a training set that lie far from the mean of their column. */
import { isInput, type TableEncoding } from './csv-encoding.ts'
import { type Dataset, inputSize } from './dataset.ts'

/** The value of a training set that is farthest from the mean of its column, in standard deviations. */
export interface FarValue {
  /** Name of the column, or its number among the inputs or targets of a data set without names. */
  readonly column: string
  readonly role: 'input' | 'target'
  readonly value: number
  /** Distance from the mean of the column, in standard deviations of the column. */
  readonly deviations: number
}

/** Fraction of equal values from which on a column counts as sparse, as a column of zeros and few ones does. */
const sparse = 0.5

/**
 * Finds the value that is farthest from the mean of its column, among the inputs and the targets of the training set.
 * Bytes are left out, and so are columns with half of their values equal, such as indicators of words. A rare word is
 * many deviations from the mean without being an outlier. Returns undefined if no column is left.
 */
export function farthestValue(data: Dataset): FarValue | undefined {
  const { train } = data
  const found: FarValue[] = []
  if (!(train.inputs instanceof Uint8Array)) {
    const names = inputNames(data)
    const size = inputSize(data)
    for (let column = 0; column < size; column++) {
      const far = farthestIn(train.inputs, column, size)
      if (far) found.push({ column: names?.[column] ?? `input ${column + 1}`, role: 'input', ...far })
    }
  }
  if (typeof train.targets === 'object') {
    const size = train.targets.length / train.count
    for (let column = 0; column < size; column++) {
      const far = farthestIn(train.targets, column, size)
      if (far) found.push({ column: data.targetNames?.[column] ?? `target ${column + 1}`, role: 'target', ...far })
    }
  }
  return found.reduce<FarValue | undefined>(
    (most, far) => (most && most.deviations >= far.deviations ? most : far),
    undefined,
  )
}

/** Names of the inputs of a table, or undefined if the number of columns differs from the number of inputs. */
export function inputNames(data: Dataset): readonly string[] | undefined {
  const names = data.encoding && namesIn(data.encoding)
  return names?.length === inputSize(data) ? names : undefined
}

const namesIn = ({ columns }: TableEncoding): string[] =>
  columns.flatMap((column) => {
    if (!isInput(column)) return []
    const { name, indicator } = column
    const own = column.role === 'category' ? column.words.map((word) => `${name} ${word}`) : [name]
    return indicator ? [...own, `${name} missing`] : own
  })

type Values = ArrayLike<number>

function farthestIn(values: Values, column: number, size: number): Pick<FarValue, 'value' | 'deviations'> | undefined {
  const count = values.length / size
  let mean = 0
  for (let at = column; at < values.length; at += size) mean += values[at] / count
  let [squares, farthest] = [0, column]
  for (let at = column; at < values.length; at += size) {
    squares += (values[at] - mean) ** 2 / count
    if (Math.abs(values[at] - mean) > Math.abs(values[farthest] - mean)) farthest = at
  }
  if (!(squares > 0) || isSparse(values, column, size)) return undefined
  return { value: values[farthest], deviations: Math.abs(values[farthest] - mean) / Math.sqrt(squares) }
}

/** Whether half of the values of a column are equal. `size` is the number of columns. */
export function isSparse(values: Values, column: number, size: number): boolean {
  const counts = new Map<number, number>()
  for (let at = column; at < values.length; at += size) counts.set(values[at], (counts.get(values[at]) ?? 0) + 1)
  const most = [...counts.values()].reduce((largest, count) => Math.max(largest, count), 0)
  return most >= (sparse * values.length) / size
}
