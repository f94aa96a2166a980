/** Rules for drawing one matrix of weights and its biases, one rule for each initializer. */
import type { FanMode, Initializer, ScaledDistribution, Varying } from '../network/network.ts'
import type { Random } from '../support/random.ts'
import { orthogonalMatrix } from './orthogonal.ts'

/** The array to fill with initial values: the weights [outputs, fanIn] or the biases of one loop iteration. */
export interface Target {
  readonly values: Float64Array
  readonly fanIn: number
  /** Number of outputs times the number of positions of the kernel. */
  readonly fanOut: number
  /**
   * Number of positions of the kernel, 1 in a dense layer. `fanIn` is inputs * positions, and in a row of weights the
   * position varies fastest.
   */
  readonly positions: number
  /** Iteration of the innermost loop, which selects one of the initializer's varying values. */
  readonly iteration: number
}

type InitializerOf<K extends Initializer['kind']> = Extract<Initializer, { kind: K }>

interface WeightRule<I extends Initializer> {
  fill(init: I, target: Target, random: Random): void
  /** Fills biases. The biases stay zero without this function. */
  fillBiases?(init: I, target: Target, random: Random): void
}

function at(varying: Varying, iteration: number): number {
  return typeof varying === 'number' ? varying : varying[iteration]
}

function fillNormal(values: Float64Array, deviation: number, random: Random): void {
  for (let index = 0; index < values.length; index++) values[index] = deviation * random.normal()
}

function fillUniform(values: Float64Array, from: number, to: number, random: Random): void {
  for (let index = 0; index < values.length; index++) values[index] = from + (to - from) * random.uniform()
}

/** Fills values with a gaussian that is cut at two deviations. The deviation is that of the gaussian before the cut. */
function fillTruncated(values: Float64Array, deviation: number, random: Random): void {
  for (let index = 0; index < values.length; index++) {
    let value = random.normal()
    while (Math.abs(value) > 2) value = random.normal()
    values[index] = deviation * value
  }
}

/** Standard deviation of a standard normal variable that is cut at -2 and 2, as Keras writes it. */
const truncatedDeviation = 0.8796256610342398

/** Distributions of `varianceScaling` by name. `deviation` is the standard deviation of the values. */
const scaledDistributions: Readonly<
  Record<ScaledDistribution, (values: Float64Array, deviation: number, random: Random) => void>
> = {
  // A uniform distribution between -limit and limit has the variance limit^2 / 3.
  uniform: (values, deviation, random) =>
    fillUniform(values, -Math.sqrt(3) * deviation, Math.sqrt(3) * deviation, random),
  normal: fillNormal,
  truncated: (values, deviation, random) => fillTruncated(values, deviation / truncatedDeviation, random),
}

const fanModes: Readonly<Record<FanMode, (target: Target) => number>> = {
  fanIn: ({ fanIn }) => fanIn,
  fanOut: ({ fanOut }) => fanOut,
  fanAverage: ({ fanIn, fanOut }) => (fanIn + fanOut) / 2,
}

/** Fills biases with a gaussian of variance sb2, and leaves them zero if sb2 is 0. */
function fillGaussianBiases({ sb2 }: { readonly sb2: Varying }, { values, iteration }: Target, random: Random): void {
  if (at(sb2, iteration) !== 0) fillNormal(values, Math.sqrt(at(sb2, iteration)), random)
}

const outputsOf = ({ fanOut, positions }: Target): number => fanOut / positions

/** Index of the kernel's center, counted row by row. At the center, the kernel reads the output's own position. */
function centerOf(positions: number): number {
  const side = Math.round(Math.sqrt(positions))
  const middle = Math.floor((side - 1) / 2)
  return middle * side + middle
}

const weightRules: { readonly [K in Initializer['kind']]: WeightRule<InitializerOf<K>> } = {
  gaussian: {
    fill: ({ sw2 }, { values, fanIn, iteration }, random) =>
      fillNormal(values, Math.sqrt(at(sw2, iteration) / fanIn), random),
    fillBiases: fillGaussianBiases,
  },
  he: {
    fill: ({ gain, fan }, { values, fanIn, fanOut, iteration }, random) =>
      fillNormal(values, at(gain, iteration) * Math.sqrt(2 / (fan === 'in' ? fanIn : fanOut)), random),
  },
  lecun: {
    fill: ({ gain }, { values, fanIn, iteration }, random) =>
      fillNormal(values, at(gain, iteration) * Math.sqrt(1 / fanIn), random),
  },
  glorot: {
    // A uniform distribution between -limit and limit has the variance limit^2 / 3.
    fill: ({ gain }, { values, fanIn, fanOut, iteration }, random) => {
      const limit = at(gain, iteration) * Math.sqrt(6 / (fanIn + fanOut))
      for (let index = 0; index < values.length; index++) values[index] = limit * (2 * random.uniform() - 1)
    },
  },
  orthogonal: {
    fill: ({ gain }, target, random) => {
      const { values, fanIn, iteration } = target
      const factor = at(gain, iteration)
      const matrix = orthogonalMatrix(outputsOf(target), fanIn, random)
      for (let index = 0; index < values.length; index++) values[index] = factor * matrix[index]
    },
    fillBiases: fillGaussianBiases,
  },
  deltaOrthogonal: {
    fill: ({ gain }, target, random) => {
      const { values, fanIn, positions, iteration } = target
      const factor = at(gain, iteration)
      const matrix = orthogonalMatrix(outputsOf(target), fanIn / positions, random)
      const center = centerOf(positions)
      for (let index = 0; index < matrix.length; index++) values[index * positions + center] = factor * matrix[index]
    },
    fillBiases: fillGaussianBiases,
  },
  fanInUniform: {
    fill: ({ gain }, { values, fanIn, iteration }, random) => {
      const limit = at(gain, iteration) / Math.sqrt(fanIn)
      fillUniform(values, -limit, limit, random)
    },
    fillBiases: (_init, { values, fanIn }, random) =>
      fillUniform(values, -1 / Math.sqrt(fanIn), 1 / Math.sqrt(fanIn), random),
  },
  varianceScaling: {
    fill: ({ scale, mode, distribution }, target, random) => {
      const deviation = Math.sqrt(at(scale, target.iteration) / fanModes[mode](target))
      scaledDistributions[distribution](target.values, deviation, random)
    },
  },
  uniform: {
    fill: ({ from, to }, { values, iteration }, random) =>
      fillUniform(values, at(from, iteration), at(to, iteration), random),
    fillBiases: ({ from, to, biases }, { values, iteration }, random) => {
      if (biases === 'same') fillUniform(values, at(from, iteration), at(to, iteration), random)
    },
  },
  constant: {
    fill: ({ value }, { values, iteration }) => {
      values.fill(at(value, iteration))
    },
    fillBiases: ({ biasValue }, { values, iteration }) => {
      values.fill(at(biasValue, iteration))
    },
  },
  hardtMa: {
    // The deviation 1/(k^2 c) is 1/fanOut, because a kernel of side k has k^2 positions.
    fill: (_init, { values, fanOut }, random) => fillNormal(values, 1 / fanOut, random),
  },
  normal: {
    fill: ({ deviation }, { values, iteration }, random) => fillNormal(values, at(deviation, iteration), random),
  },
  identity: {
    fill: ({ gain }, target) => {
      const { values, fanIn, positions, iteration } = target
      const center = centerOf(positions)
      for (let unit = 0; unit < Math.min(fanIn / positions, outputsOf(target)); unit++) {
        values[unit * fanIn + unit * positions + center] = at(gain, iteration)
      }
    },
  },
  zeros: { fill: () => {} },
  sparse: {
    fill: ({ incoming, deviation }, target, random) => {
      const { values, fanIn, iteration } = target
      const factor = at(deviation, iteration)
      for (let unit = 0; unit < outputsOf(target); unit++) {
        for (const input of chooseInputs(incoming, fanIn, random)) {
          values[unit * fanIn + input] = factor * random.normal()
        }
      }
    },
  },
}

/**
 * Chooses `wanted` different inputs, or all inputs if there are fewer. Floyd's algorithm (Bentley 1987) draws one
 * random number for each chosen input.
 */
function chooseInputs(wanted: number, inputs: number, random: Random): Set<number> {
  const chosen = new Set<number>()
  for (let last = inputs - Math.min(wanted, inputs); last < inputs; last++) {
    const candidate = random.integer(last + 1)
    chosen.add(chosen.has(candidate) ? last : candidate)
  }
  return chosen
}

function applyRule<K extends Initializer['kind']>(
  kind: K,
  init: InitializerOf<K>,
  target: Target,
  random: Random,
): void {
  weightRules[kind].fill(init, target, random)
}

function applyBiasRule<K extends Initializer['kind']>(
  kind: K,
  init: InitializerOf<K>,
  target: Target,
  random: Random,
): void {
  weightRules[kind].fillBiases?.(init, target, random)
}

/** Fills weights, which must be zero before the call. */
export function fillWeights(init: Initializer, target: Target, random: Random): void {
  applyRule(init.kind, init, target, random)
}

/** Fills biases, which must be zero before the call. The biases of most initializers stay zero. */
export function fillBiases(init: Initializer, target: Target, random: Random): void {
  applyBiasRule(init.kind, init, target, random)
}
