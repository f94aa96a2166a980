/** Facts about the scale of the targets of a regression, and about the lowest loss that soft targets allow. */
import { taskOf } from '../data/dataset.ts'
import { grouped, number } from '../format/words.ts'
import type { LossName } from '../graph/losses.ts'
import type { Found } from './fact.ts'
import type { Look } from './look.ts'
import { farthestValue, type ScaleProblem, scaleProblem } from './scale-problem.ts'
import { shortest, shown, spanOf } from './words.ts'

/** Whether one target far from all others dominates the gradient of a loss. */
const growsWithDistance: Readonly<Record<LossName, boolean>> = {
  'cross-entropy': false,
  'binary-cross-entropy': false,
  'squared-error': true,
  'absolute-error': false,
  huber: false,
}

/** Fraction of the loss of guessing from which on the floor of a loss is told. */
const leastFloor = 0.1

const nameOf = ({ data }: Look, column: number): string => `target ${data.targetNames?.[column] ?? column + 1}`

/** The fact that the targets of a regression have an unusual scale, very different scales, or no differences. */
export function unscaledTargets(look: Look): Found | undefined {
  if (taskOf(look.data) !== 'regression' || look.rows().count < 2) return undefined
  const { columns } = look.targets()
  if (columns.deviation.every((deviation) => deviation === 0) && look.rows() === look.data.train) {
    const samples = `All ${grouped(look.data.train.count)} training samples have the same`
    const values = columns.mean.length === 1 ? 'target' : 'targets'
    return {
      sentence: `${samples} ${values}, so a network learns nothing from the inputs.`,
      remedy: 'Give targets that differ between samples, and check the column of the targets.',
    }
  }
  const scale = scaleProblem(columns)
  if (scale === undefined) return undefined
  const name = `The ${nameOf(look, scale.column)}`
  const span = spanOf(columns, scale.column)
  const words = {
    large: () =>
      `${name} is ${span}, with a typical size of ${shown(scale.size)} instead of about 1. An output starts near 0 and reaches such values only after many steps, or the first gradients are far too large.`,
    small: () =>
      `${name} is ${span}, and no target is larger than ${shown(scale.size)}, instead of about 1. The first outputs of the network are far larger than their targets.`,
    apart: () =>
      `${name} is typically ${grouped(Math.round(scale.ratio))} times as large as the ${nameOf(look, scale.other)}. So the network hardly learns the smaller target.`,
    shifted: () =>
      `${name} is ${span}, and the mean is ${grouped(Math.round(scale.ratio))} times as large as the standard deviation. The network learns the mean first, and the differences between samples late.`,
  } satisfies Record<ScaleProblem['kind'], () => string>
  return {
    sentence: words[scale.kind](),
    remedy: 'Standardize the targets.',
    change: { standardizeTargets: 'per-target' },
  }
}

/** The fact that a target lies far from all others, which dominates the squared error. */
export function outlierTargets(look: Look): Found | undefined {
  const { settings } = look
  const rows = look.rows()
  if (typeof rows.targets !== 'object' || !growsWithDistance[settings.loss] || settings.clipNorm !== null)
    return undefined
  const farthest = farthestValue(look.givenTargets(), rows.targets)
  if (farthest === undefined) return undefined
  const { column, value, deviations } = farthest
  const distance = `${grouped(Math.round(deviations))} standard deviations`
  return {
    sentence: `The ${nameOf(look, column)} has the value ${shortest(value)}, which lies ${distance} from the mean. The loss ${settings.loss} grows with the square of this distance, so the sample with this value dominates the training.`,
    remedy: 'Check the value, and take a loss that grows less with the distance, such as huber.',
    change: { loss: 'huber' },
  }
}

/** The entropy of a probability, which is the lowest binary cross-entropy for this target. */
const entropy = (target: number): number =>
  target <= 0 || target >= 1 ? 0 : -target * Math.log(target) - (1 - target) * Math.log1p(-target)

/** The fact that binary cross-entropy with targets between 0 and 1 can't fall to 0. */
export function lossFloor(look: Look): Found | undefined {
  const { data, settings } = look
  if (settings.loss !== 'binary-cross-entropy' || taskOf(data) === 'classification') return undefined
  const { values, columns } = look.targets()
  const width = columns.mean.length
  const floor = values.reduce((sum, target) => sum + entropy(target) / values.length, 0)
  const guessing = columns.mean.reduce((sum, mean) => sum + entropy(mean) / width, 0)
  if (!(floor >= leastFloor * guessing)) return undefined
  return {
    sentence: `The targets are not only 0 and 1, so the loss binary-cross-entropy can't fall below ${number(floor)}, even for perfect outputs. Guessing gives ${number(guessing)}.`,
    remedy: 'Compare the loss with this lowest value, or take the loss squared-error, whose lowest value is 0.',
    change: { loss: 'squared-error' },
  }
}
