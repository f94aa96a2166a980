/** Initial values of parameters. */
import { describeValue } from '../support/describe-value.ts'
import { IsobathError } from '../support/errors.ts'
import { createRandom } from '../support/random.ts'
import type { Blueprint, ParameterBlueprint, ParameterRole } from './blueprint.ts'
import { sizeOf } from './shape.ts'
import { fillBiases, fillWeights, type Target } from './weight-rules.ts'

const startingValue = {
  weight: 0,
  bias: 0,
  scale: 1,
  shift: 0,
  slope: 0.25,
  multiplier: 1,
  runningMean: 0,
  runningVariance: 1,
} as const satisfies Record<ParameterRole, number>

/**
 * Initial values of every parameter by name, in the shape of the parameter's blueprint (loop counts first), including
 * running statistics. Each iteration of a loop draws from its own random stream, which depends on the seed, the
 * parameter's name and the iteration. Therefore, a layer's weights don't depend on the number of layers after the
 * layer. Throws a `network` error if the first argument is no blueprint, and an `option` error on a bad seed.
 */
export function initialize(blueprint: Blueprint, seed: number): Map<string, Float64Array> {
  if (!Array.isArray(blueprint?.parameters)) {
    throw new IsobathError(
      'network',
      `expected a blueprint, as createBlueprint makes it, got ${describeValue(blueprint)}.`,
    )
  }
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new IsobathError('option', `seed: expected a whole number of at least 0, got ${describeValue(seed)}.`)
  }
  return new Map(blueprint.parameters.map((parameter) => [parameter.name, initializeParameter(parameter, seed)]))
}

/** Initial values of one parameter, equal to the values that `initialize` gives. */
export function initializeParameter(parameter: ParameterBlueprint, seed: number): Float64Array {
  const { name, role, shape, loops, fanIn, fanOut, init, start } = parameter
  const values = new Float64Array(sizeOf(shape)).fill(start ?? startingValue[role])
  const fill = role === 'weight' ? fillWeights : fillBiases
  if (init === undefined || values.length === 0) return values
  const times = sizeOf(loops)
  const innermost = loops.at(-1) ?? 1
  const each = values.length / times
  // Number of positions of the kernel: height * width for a convolution's weight [out, in, height, width], and 1 for a
  // dense layer's weight.
  const positions = sizeOf(shape.slice(loops.length + 2))
  for (let index = 0; index < times; index++) {
    const part = values.subarray(index * each, (index + 1) * each)
    const target: Target = { values: part, fanIn, fanOut, positions, iteration: index % innermost }
    fill(init, target, createRandom(seed, name, index))
  }
  return values
}
