/** Reads the files that make_golden.mjs writes, and computes the errors of Isobath's programs against the files. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { type Backend, fillInput, type Program } from '../../src/backends/backend.ts'
import { sizeOf } from '../../src/blueprint/shape.ts'
import { losses } from '../../src/graph/losses.ts'
import { optimizerScalars, trainingGraph } from '../../src/graph/programs.ts'
import { fillSampleWeights } from '../../src/training/class-weights.ts'
import { downloadAll, downloadOne } from '../support/downloads.ts'
import { batchIndices, errorBatchesOf, type GoldenCase, type GoldenData } from './cases.ts'

const statistics = z.object({
  /** Norm of the tensor in each iteration of the loops around the layer. */
  norms: z.array(z.number()),
  sums: z.array(z.number()),
  /** Elements that are spread evenly over the tensors of all iterations. */
  sampled: z.array(z.number()),
})

const run = z.object({ losses: z.array(z.number()), running: z.record(z.string(), statistics) })

const golden = z.object({
  sha256: z.string(),
  torch: z.string(),
  gradients: z.record(z.string(), statistics),
  /** Error of PyTorch's float32 gradient in each batch, relative to the norm of PyTorch's float64 gradient. */
  float32GradientErrors: z.array(z.number()),
  /** Norm of the error of each tensor, as the median over the batches. */
  float32TensorErrors: z.record(z.string(), z.number()),
  float64: run,
  float32: run,
})

export type Statistics = z.infer<typeof statistics>
export type Golden = z.infer<typeof golden>

export function readGolden(name: string): Golden {
  return golden.parse(JSON.parse(readFileSync(new URL(`${name}.json`, import.meta.url), 'utf8')))
}

/** Number of batches that the program's memory holds at a time. */
const ringSlots = 20

export type Tensors = ReadonlyMap<string, Float64Array>

export interface Trained {
  /** Gradients of the first step. */
  readonly gradients: Tensors
  readonly losses: readonly number[]
  /** Running statistics after the last step, and weights that aren't trained. */
  readonly running: Tensors
}

function compileCase(backend: Backend, golden: GoldenCase, data: GoldenData, slots: number): Promise<Program> {
  const { batch, loss, huberDelta, classWeights, optimizer, clipValue, clipNorm, seed } = golden
  const weighted = classWeights !== undefined
  const given = { batch, loss, huberDelta, weighted, optimizer, clipValue, clipNorm, seed }
  const graph = trainingGraph(data.blueprint, given)
  return backend.compile(graph, { ringSlots: slots })
}

async function readGradients(program: Program, { blueprint }: GoldenData): Promise<Tensors> {
  const gradients = new Map<string, Float64Array>()
  for (const { name, trainable } of blueprint.parameters) {
    if (trainable) gradients.set(name, await downloadOne(program, `gradient.${name}`))
  }
  return gradients
}

/** Trains all steps of a case. In float64, trains `float64Steps` steps. */
export async function trainCase(backend: Backend, golden: GoldenCase, data: GoldenData): Promise<Trained> {
  const { blueprint, weights } = data
  const { float64Steps = golden.steps } = golden
  const steps = backend.precision === 'float64' ? float64Steps : golden.steps
  const program = await compileCase(backend, golden, data, ringSlots)
  for (const [name, values] of weights) program.upload(name, values)

  let gradients: Tensors = new Map()
  const losses: number[] = []
  for (let step = 0; step < steps; ) {
    const count = step === 0 ? 1 : Math.min(ringSlots, steps - step)
    for (let slot = 0; slot < count; slot++) writeBatch(program, slot, step + slot, golden, data)
    losses.push(...(await program.run(0, count)).losses)
    if (step === 0) gradients = await readGradients(program, data)
    step += count
  }
  const held = blueprint.parameters.filter(({ trainable }) => !trainable)
  const running = await downloadAll(
    program,
    held.map(({ name }) => name),
  )
  program.dispose()
  return { gradients, losses, running }
}

/** Computes the gradients at the initial weights for all batches on which the error of float32 is measured. */
export async function firstGradients(backend: Backend, golden: GoldenCase, data: GoldenData): Promise<Tensors[]> {
  const { count, batch } = errorBatchesOf(golden)
  const still = { ...golden, batch, rate: 0 }
  const program = await compileCase(backend, still, data, 1)
  for (const [name, values] of data.weights) program.upload(name, values)
  const found: Tensors[] = []
  for (let step = 0; step < count; step++) {
    writeBatch(program, 0, step, still, data)
    await program.run(0, 1)
    found.push(await readGradients(program, data))
  }
  program.dispose()
  return found
}

function oneHot(labels: Int32Array, outputs: number): Float32Array {
  const targets = new Float32Array(labels.length * outputs)
  labels.forEach((label, sample) => {
    targets[sample * outputs + label] = 1
  })
  return targets
}

const pick = (labels: Int32Array, indices: readonly number[]): number[] => indices.map((index) => labels[index])

function writeBatch(
  program: Program,
  slot: number,
  step: number,
  golden: GoldenCase,
  { x, labels, targets }: GoldenData,
): void {
  const indices = batchIndices(golden, step)
  const fillRows = (name: string, values: Float32Array, width: number): void => {
    fillInput(program, name, slot, ({ array, offset, stride }) => {
      indices.forEach((index, row) => {
        array.set(values.subarray(index * width, (index + 1) * width), offset + row * stride)
      })
    })
  }
  fillRows('x', x, sizeOf(golden.input))
  const { classWeights } = golden
  if (losses[golden.loss].input === 'labels') program.upload('labels', pick(labels, indices), slot)
  else fillRows('targets', classWeights === undefined ? targets : oneHot(labels, golden.outputs), golden.outputs)
  if (classWeights !== undefined) {
    const rows = Uint32Array.from(indices)
    fillInput(program, 'sampleWeights', slot, (target) => fillSampleWeights(target, rows, labels, classWeights))
  }
  for (const [name, value] of optimizerScalars(golden.optimizer, golden.rate, step)) program.upload(name, [value], slot)
  program.upload('step', [step], slot)
}

export function norm(values: ArrayLike<number>): number {
  let squares = 0
  for (let index = 0; index < values.length; index++) squares += values[index] ** 2
  return Math.sqrt(squares)
}

const largest = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, value), 0)

/**
 * Returns the largest of three errors, relative to the tensor's norm: the errors of each iteration's norm, of each
 * iteration's sum, and of the sampled elements. The error of a sum adds up the errors of the elements. If the tensor's
 * norm is below `smallest`, as for a gradient that is zero except for rounding, the error is relative to `smallest`.
 */
function tensorError(values: Float64Array, expected: Statistics, smallest: number): number {
  const { norms, sums, sampled } = expected
  const size = values.length / norms.length
  const slices = norms.map((_, index) => values.subarray(index * size, (index + 1) * size))
  const ofSlices = slices.map((slice, index) => {
    const sum = slice.reduce((total, value) => total + value, 0)
    const scale = Math.max(norms[index], smallest)
    const sumScale = scale * Math.sqrt(size)
    return Math.max(Math.abs(norm(slice) - norms[index]) / scale, Math.abs(sum - sums[index]) / sumScale)
  })
  const positions = sampled.map((_, index) => Math.floor((index * values.length) / sampled.length))
  const differences = positions.map((position, index) => values[position] - sampled[index])
  const sampledScale = smallest * Math.sqrt(sampled.length / values.length)
  return Math.max(largest(ofSlices), norm(differences) / Math.max(norm(sampled), sampledScale))
}

/**
 * Returns the largest error of all tensors. The error of a tensor is relative to the tensor's norm, or to a hundredth
 * of the norm of all tensors together, if the tensor's norm is smaller.
 */
export function largestError(values: Tensors, expected: Record<string, Statistics>): number {
  const total = norm(Object.values(expected).flatMap(({ norms }) => norms))
  const errors = [...values].map(([name, tensor]) => tensorError(tensor, expected[name], total / 100))
  return largest(errors)
}

export function largestLossError(losses: readonly number[], expected: readonly number[]): number {
  return largest(losses.map((loss, step) => Math.abs(loss - expected[step]) / expected[step]))
}
