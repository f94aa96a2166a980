/** Facts about the scale of the inputs. */

import { inputSize, taskOf } from '../data/dataset.ts'
import { inputNames, isSparse } from '../data/far-values.ts'
import type { Standardization } from '../data/standardize.ts'
import { grouped, number } from '../format/words.ts'
import { type ColumnFigures, sizeOfColumn } from './columns.ts'
import type { FactChange, Found } from './fact.ts'
import { areImages, type Look } from './look.ts'

/**
 * Factor from 1 up to which a typical input is within the usual scale. The curvature of the loss along the weights of the
 * first layer grows with the square of the inputs. So inputs of size 10 need about a hundredth of the rate.
 */
export const mostFactor = 10
/** Ratio between the sizes of two features, or between the mean and the deviation of a feature, from which on the features differ too much. */
export const mostRatio = 100
/** Distance from the mean of a column, in standard deviations, from which on a value is far. */
export const far = 10
/** Number of inputs and largest value from which on whole numbers up to 255 count as the bytes of pixels. */
const [leastPixels, leastBright] = [16, 200]

/** Returns the name of an input for a sentence. */
const nameOf = ({ data }: Look, column: number): string => {
  if (areImages(data)) return data.shape[0] === 1 ? 'the pixels' : `the pixels of channel ${column + 1}`
  const name = inputNames(data)?.[column]
  return name === undefined ? `input ${column + 1}` : `the input ${name}`
}

const capital = (text: string): string => text[0].toUpperCase() + text.slice(1)

/** The range of a column in words. */
export const spanOf = ({ least, most }: ColumnFigures, column: number): string =>
  `from ${shown(least[column])} to ${shown(most[column])}`

/** Returns the change that standardizes the inputs, if the loss allows standardized inputs. */
function standardized({ data, settings }: Look): Pick<Found, 'change'> {
  const task = taskOf(data)
  const needsRawTargets = settings.loss === 'binary-cross-entropy' && task !== 'classification'
  // The inputs of an autoencoder are its targets, and binary cross-entropy takes targets from 0 to 1.
  if (needsRawTargets && task === 'autoencoding') return {}
  const change: FactChange = { standardize: 'per-channel', ...(needsRawTargets ? { standardizeTargets: 'none' } : {}) }
  return { change }
}

/** Whether the inputs are whole numbers from 0 to 255, as the bytes of images are. */
function areBytes({ data, givenInputs }: Look): boolean {
  if (data.train.inputs instanceof Uint8Array) return true
  const { areWhole, least, most } = givenInputs()
  const [low, high] = [least.reduce((a, b) => Math.min(a, b)), most.reduce((a, b) => Math.max(a, b))]
  return areWhole && low >= 0 && high <= 255 && high >= leastBright && inputSize(data) >= leastPixels
}

/** The modes of standardization that divide no floats. */
const undivided: ReadonlySet<Standardization> = new Set(['none', 'raw', 'per-pixel-mean'])

/** Whether the inputs reach the network in the scale of bytes. */
function inScaleOfBytes(look: Look): boolean {
  if (!undivided.has(look.settings.standardize) || !areBytes(look)) return false
  const { least, most } = look.inputs()
  return most.some((high, column) => high - least[column] > leastBright)
}

/** The fact that pixels from 0 to 255 reach the network undivided. */
export function rawBytes(look: Look): Found | undefined {
  if (!inScaleOfBytes(look)) return undefined
  return {
    sentence: `The inputs are pixels from 0 to 255 that are neither divided by 255 nor standardized. Inputs of this size make the first outputs and gradients about a hundred times too large.`,
    remedy: 'Standardize the inputs.',
    ...standardized(look),
  }
}

/** The fact that the inputs have an unusual scale, very different scales, values far from all others, or no differences. */
export function unscaledInputs(look: Look): Found | undefined {
  if (look.rows().count < 2) return undefined
  return constantInputs(look) ?? (inScaleOfBytes(look) ? undefined : wrongScale(look)) ?? farInputs(look)
}

function constantInputs(look: Look): Found | undefined {
  if (look.givenInputs().deviation.some((deviation) => deviation > 0)) return undefined
  if (look.rows().count < look.data.train.count) return undefined
  return {
    sentence: `All ${grouped(look.rows().count)} training samples have the same inputs, so a network gives the same outputs for all samples.`,
    remedy: 'Give inputs that differ between samples.',
  }
}

function wrongScale(look: Look): Found | undefined {
  const columns = look.inputs()
  const scale = scaleProblem(columns)
  if (scale === undefined) return undefined
  const name = (column: number): string => nameOf(look, column)
  const words = {
    large: () =>
      `${capital(name(scale.column))} ${isAre(look)} ${spanOf(columns, scale.column)}, with a typical size of ${shown(scale.size)} instead of about 1. Such inputs make the first outputs and gradients too large, and they saturate tanh and sigmoid.`,
    small: () =>
      `${capital(name(scale.column))} ${isAre(look)} ${spanOf(columns, scale.column)}, and no input is larger than ${number(scale.size)}, instead of about 1. Such inputs hardly change the outputs of the first layer.`,
    apart: () =>
      `${capital(name(scale.column))} is typically ${grouped(Math.round(scale.ratio))} times as large as ${name(scale.other)}. At one learning rate, the network hardly learns from the smaller input.`,
    shifted: () =>
      `${capital(name(scale.column))} ${isAre(look)} ${spanOf(columns, scale.column)}, and the mean is ${grouped(Math.round(scale.ratio))} times as large as the standard deviation. The differences between samples are lost beside this offset.`,
  } satisfies Record<ScaleProblem['kind'], () => string>
  return { sentence: words[scale.kind](), remedy: 'Standardize the inputs.', ...standardized(look) }
}

const isAre = ({ data }: Look): string => (areImages(data) ? 'are' : 'is')

/** A column whose scale stands out. */
export interface ScaleProblem {
  readonly kind: 'large' | 'small' | 'apart' | 'shifted'
  readonly column: number
  /** Typical size of the column. */
  readonly size: number
  /** The column with the smallest values. */
  readonly other: number
  /** Ratio between the sizes of the column and of `other`, or between the column's mean and deviation. */
  readonly ratio: number
}

/** Finds the worst problem with the scale of columns, or undefined if the scales are as usual. Constant columns don't count. */
export function scaleProblem(columns: ColumnFigures): ScaleProblem | undefined {
  const { mean, deviation, least, most } = columns
  const varied = [...deviation.keys()].filter((column) => deviation[column] > 0)
  if (varied.length === 0) return undefined
  const largest = (figure: (column: number) => number): number =>
    varied.reduce((best, column) => (figure(column) > figure(best) ? column : best))
  const size = (column: number): number => sizeOfColumn(columns, column)
  const by = (kind: ScaleProblem['kind'], column: number, other = column, ratio = 1): ScaleProblem => ({
    kind,
    column,
    size: size(column),
    other,
    ratio,
  })
  // Zeros count among large inputs, because rare large values in a column of zeros are usual after standardizing.
  const typical = (column: number): number => Math.hypot(mean[column], deviation[column])
  const big = largest(typical)
  if (typical(big) > mostFactor) return { ...by('large', big), size: typical(big) }
  const range = (column: number): number => Math.max(Math.abs(least[column]), Math.abs(most[column]))
  const high = largest(range)
  if (range(high) < 1 / mostFactor) return { ...by('small', high), size: range(high) }
  const low = largest((column) => -size(column))
  const apart = typical(big) / size(low)
  if (apart > mostRatio) return by('apart', big, low, apart)
  const offset = (column: number): number => Math.abs(mean[column]) / deviation[column]
  const shifted = largest(offset)
  return offset(shifted) > mostRatio ? by('shifted', shifted, shifted, offset(shifted)) : undefined
}

/** Finds the value farthest from the mean of its column, in standard deviations, among columns that are not sparse. */
export function farthestValue(
  columns: ColumnFigures,
  values: ArrayLike<number>,
): { readonly column: number; readonly value: number; readonly deviations: number } | undefined {
  const { mean, deviation, least, most } = columns
  const found = [...deviation.keys()].flatMap((column) => {
    const [low, high] = [mean[column] - least[column], most[column] - mean[column]]
    const deviations = Math.max(low, high) / deviation[column]
    return deviations > far ? [{ column, value: low > high ? least[column] : most[column], deviations }] : []
  })
  return found
    .sort((one, other) => other.deviations - one.deviations)
    .find(({ column }) => !isSparse(values, column, mean.length))
}

/** The fact that a value lies far from all others of its column. Pixels are left out, because rare pixels are usual. */
function farInputs(look: Look): Found | undefined {
  const { data, settings } = look
  const rows = look.rows()
  if (areImages(data) || rows.inputs instanceof Uint8Array || settings.clipNorm !== null) return undefined
  const farthest = farthestValue(look.givenInputs(), rows.inputs)
  if (farthest === undefined) return undefined
  const { column, value, deviations } = farthest
  return {
    sentence: `${capital(nameOf(look, column))} has the value ${shortest(value)}, which lies ${grouped(Math.round(deviations))} standard deviations from the mean. A sample with this value has a far larger gradient than all others.`,
    remedy: 'Check the value, and clip the gradients to norm 1.',
    change: { clipNorm: 1 },
  }
}

/** A number with three significant digits, and with commas from a thousand to ten million. */
export function shown(value: number): string {
  const size = Math.abs(value)
  if (!(size >= 1e3 && size < 1e7)) return number(value)
  const digits = grouped(Number(size.toPrecision(3)))
  return value < 0 ? `-${digits}` : digits
}

/** A value of a table, without the digits that float32 adds. */
export const shortest = (value: number): string => String(Number(value.toPrecision(7)))
