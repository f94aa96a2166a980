/** The generated data set `teacher`: normally distributed inputs, labeled by a random network. */
import { type Fields, field, type Input } from '../support/fields.ts'
import { whole } from '../support/kinds.ts'
import { createRandom } from '../support/random.ts'
import type { Dataset, Samples } from './dataset.ts'
import { checkCount, classCount, featureCount, generatorSettings, sizes } from './generated.ts'

export const teacherOptions = {
  classes: classCount(2),
  features: featureCount(10),
  depth: field(whole(0, 64), { default: 2, help: "number of the teacher's hidden layers; 0 makes a linear teacher" }),
  width: field(whole(1, 1024), { default: 16, help: "number of units in each of the teacher's hidden layers" }),
  ...sizes(4_000, 1_000, 1),
} satisfies Fields

export type TeacherOptions = Input<typeof teacherOptions>

/** A dense layer. The weights have the shape [outputs, inputs], row by row. */
interface Layer {
  readonly inputs: number
  readonly outputs: number
  readonly weights: Float64Array
}

/** Number of inputs from which the means and deviations of the teacher's outputs are measured. */
const PROBES = 512

/**
 * Generates the data set `teacher`: normally distributed inputs of shape [features], labeled by a random network, the
 * teacher. The label is the index of the teacher's largest output. The teacher has `depth` hidden layers of `width`
 * ReLU units, normally distributed weights of variance 2 / fan-in, and no biases.
 *
 * Each output of the teacher is scaled to mean 0 and standard deviation 1 over separate inputs, so that no class has
 * nearly all samples. The number of samples in each class is left to chance. A student network of the teacher's size
 * can learn the labels completely. The defaults are 2 classes, 10 features, depth 2, width 16, 4,000 training and 1,000
 * test samples.
 *
 * Throws a `data` error for a bad number of samples or an unknown option. Throws a `data` error for classes outside 2
 * to 256, features outside 1 to 4,096, depth outside 0 to 64, or width outside 1 to 1,024.
 */
export function teacher(options: TeacherOptions = {}): Dataset {
  const { seed, train, test, classes, features, depth, width } = generatorSettings('teacher', teacherOptions, options)
  const judge = createTeacher(seed, [features, ...new Array<number>(depth).fill(width), classes])
  const samples = (set: 'train' | 'test', count: number): Samples => {
    checkCount(`teacher: ${set}`, count, features)
    const inputs = new Float32Array(count * features)
    const labels = new Uint8Array(count)
    for (let index = 0; index < count; index++) {
      const row = inputs.subarray(index * features, (index + 1) * features)
      drawInput(row, seed, set, index)
      labels[index] = judge(row)
    }
    return { count, inputs, labels }
  }
  return { name: 'teacher', shape: [features], classes, train: samples('train', train), test: samples('test', test) }
}

function drawInput(row: Float32Array, seed: number, set: string, index: number): void {
  const random = createRandom(seed, 'teacher', set, index)
  for (let axis = 0; axis < row.length; axis++) row[axis] = random.normal()
}

/** Creates the teacher: a function that returns the class of an input. */
function createTeacher(seed: number, sizes: readonly number[]): (input: Float32Array) => number {
  const layers = sizes.slice(1).map((outputs, index) => drawLayer(seed, index, sizes[index], outputs))
  const classes = sizes[sizes.length - 1]
  const { mean, deviation } = measureOutputs(seed, layers, sizes[0], classes)
  return (input) => {
    const outputs = forward(layers, input)
    let best = 0
    for (let output = 0; output < classes; output++) {
      outputs[output] = (outputs[output] - mean[output]) / deviation[output]
      if (outputs[output] > outputs[best]) best = output
    }
    return best
  }
}

function drawLayer(seed: number, index: number, inputs: number, outputs: number): Layer {
  const random = createRandom(seed, 'teacher', 'layer', index)
  const scale = Math.sqrt(2 / inputs)
  return { inputs, outputs, weights: Float64Array.from({ length: inputs * outputs }, () => scale * random.normal()) }
}

function measureOutputs(seed: number, layers: readonly Layer[], features: number, classes: number) {
  const sums = new Float64Array(classes)
  const squares = new Float64Array(classes)
  const input = new Float32Array(features)
  for (let probe = 0; probe < PROBES; probe++) {
    drawInput(input, seed, 'probe', probe)
    forward(layers, input).forEach((value, output) => {
      sums[output] += value
      squares[output] += value * value
    })
  }
  const mean = sums.map((sum) => sum / PROBES)
  const deviation = squares.map(
    (sum, output) => Math.sqrt(Math.max(0, sum / PROBES - mean[output] * mean[output])) || 1,
  )
  return { mean, deviation }
}

/**
 * Computes the teacher's outputs with products and sums in a fixed order, so that labels are the same on every machine.
 */
function forward(layers: readonly Layer[], input: ArrayLike<number>): Float64Array {
  let values: ArrayLike<number> = input
  let result = new Float64Array(0)
  for (const [index, { inputs, outputs, weights }] of layers.entries()) {
    result = new Float64Array(outputs)
    for (let output = 0; output < outputs; output++) {
      let sum = 0
      for (let axis = 0; axis < inputs; axis++) sum += weights[output * inputs + axis] * values[axis]
      result[output] = index < layers.length - 1 && sum < 0 ? 0 : sum
    }
    values = result
  }
  return result
}
