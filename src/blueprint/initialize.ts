/** The values that training starts from. */
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
  multiplier: 1,
  runningMean: 0,
  runningVariance: 1,
} as const satisfies Record<ParameterRole, number>

/**
 * Every parameter's first values by its name, in its blueprint's shape (loop counts first), running statistics
 * included. Each iteration of a loop draws from a stream of its own, keyed by the seed, the parameter's name and the
 * iteration, so that a layer's weights don't depend on how many layers follow it. Throws an `option` error on a bad seed.
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

/** One parameter's first values, the same as `initialize` gives it. */
export function initializeParameter(parameter: ParameterBlueprint, seed: number): Float64Array {
  const { name, role, shape, loops, fanIn, fanOut, init, start } = parameter
  const values = new Float64Array(sizeOf(shape)).fill(start ?? startingValue[role])
  const fill = role === 'weight' ? fillWeights : fillBiases
  if (init === undefined || values.length === 0) return values
  const times = sizeOf(loops)
  const innermost = loops.at(-1) ?? 1
  const each = values.length / times
  // A convolution's weight is [out, in, height, width].
  const positions = sizeOf(shape.slice(loops.length + 2))
  for (let index = 0; index < times; index++) {
    const part = values.subarray(index * each, (index + 1) * each)
    const target: Target = { values: part, fanIn, fanOut, positions, iteration: index % innermost }
    fill(init, target, createRandom(seed, name, index))
  }
  return values
}
