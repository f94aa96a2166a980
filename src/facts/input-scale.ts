/** Facts about the scale of the inputs. */

import { inputSize, taskOf } from '../data/dataset.ts'
import { inputNames } from '../data/far-values.ts'
import type { Standardization } from '../data/standardize.ts'
import { grouped } from '../format/words.ts'
import type { FactChange, Found } from './fact.ts'
import { areImages, type Look } from './look.ts'
import { farthestValue, type ScaleProblem, scaleProblem } from './scale-problem.ts'
import { shortest, shown, spanOf } from './words.ts'

/** Number of inputs and largest value from which on whole numbers up to 255 count as the bytes of pixels. */
const [leastPixels, leastBright] = [16, 200]

/** Returns the name of an input for a sentence. */
const nameOf = ({ data }: Look, column: number): string => {
  if (areImages(data)) return data.shape[0] === 1 ? 'the pixels' : `the pixels of channel ${column + 1}`
  const name = inputNames(data)?.[column]
  return name === undefined ? `input ${column + 1}` : `the input ${name}`
}

const capital = (text: string): string => text[0].toUpperCase() + text.slice(1)

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

/**
 * The fact that the inputs have an unusual scale, very different scales, values far from all others, or no differences.
 */
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
      `${capital(name(scale.column))} ${isAre(look)} ${spanOf(columns, scale.column)}, and no input is larger than ${shown(scale.size)}, instead of about 1. Such inputs hardly change the outputs of the first layer.`,
    apart: () =>
      `${capital(name(scale.column))} is typically ${grouped(Math.round(scale.ratio))} times as large as ${name(scale.other)}. At one learning rate, the network hardly learns from the smaller input.`,
    shifted: () =>
      `${capital(name(scale.column))} ${isAre(look)} ${spanOf(columns, scale.column)}, and the mean is ${grouped(Math.round(scale.ratio))} times as large as the standard deviation. The differences between samples are lost beside this offset.`,
  } satisfies Record<ScaleProblem['kind'], () => string>
  return { sentence: words[scale.kind](), remedy: 'Standardize the inputs.', ...standardized(look) }
}

const isAre = ({ data }: Look): string => (areImages(data) ? 'are' : 'is')

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
