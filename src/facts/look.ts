/** A training with the figures that several facts need. Each figure is computed at most once. */
import { type Dataset, inputSize, outputsOf, type Samples, taskOf } from '../data/dataset.ts'
import { spreadOut } from '../data/scale.ts'
import { createStandardizer } from '../data/standardize.ts'
import { once } from '../support/once.ts'
import { type ColumnFigures, groupColumns, measureColumns, scaleColumns } from './columns.ts'
import type { FactSubject } from './fact.ts'
import { scannedRows } from './scanned-rows.ts'

/** A training with the figures that several facts need. */
export interface Look extends FactSubject {
  /** The training samples that are read. */
  readonly rows: () => Samples
  /** Figures of each input as the data set holds them, or of each channel of images. */
  readonly givenInputs: () => ColumnFigures
  /** The same figures after the standardization that the settings ask for. */
  readonly inputs: () => ColumnFigures
  /** Rows of the targets of a regression or an autoencoder, as the loss reads them, and their figures. */
  readonly targets: () => { readonly values: Float64Array; readonly columns: ColumnFigures }
  /** Figures of each target of a regression as the data set holds them. */
  readonly givenTargets: () => ColumnFigures
}

/** Whether the samples of a data set are images. The pixels of an image have one scale. */
export const areImages = ({ shape }: Pick<Dataset, 'shape'>): boolean => shape.length === 3

/** Prepares a training for its facts. */
export function lookAt(subject: FactSubject): Look {
  const { data, settings } = subject
  const rows = once(() => scannedRows(data))
  const size = inputSize(data)
  const standardizer = once(() => createStandardizer(rows(), data.shape, settings))
  const inOneScale = (columns: ColumnFigures): ColumnFigures =>
    areImages(data) ? groupColumns(columns, data.shape[0]) : columns
  const columns = once(() => measureColumns(rows().inputs, rows().count, size))
  return {
    ...subject,
    rows,
    givenInputs: once(() => inOneScale(columns())),
    inputs: once(() => {
      const { mean, deviation } = standardizer().statistics.inputs
      return inOneScale(scaleColumns(columns(), spreadOut(mean, size), spreadOut(deviation, size)))
    }),
    targets: once(() => {
      const stride = taskOf(data) === 'classification' ? 0 : outputsOf(data)
      const { count } = rows()
      const values = new Float64Array(count * stride)
      const indices = Uint32Array.from({ length: count }, (_, row) => row)
      standardizer().fillTargets(rows(), indices, { array: values, offset: 0, stride })
      return { values, columns: measureColumns(values, count, stride) }
    }),
    givenTargets: once(() => {
      const { targets, count } = rows()
      return typeof targets === 'object'
        ? measureColumns(targets, count, targets.length / count)
        : measureColumns([], 0, 0)
    }),
  }
}
