import { describe, expect, it } from 'vitest'
import { downloadAll } from '../../test/support/downloads.ts'
import { fillInput } from '../backends/backend.ts'
import { createReferenceBackend } from '../backends/reference/backend.ts'
import { createWasmBackend } from '../backends/wasm/backend.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { initialize } from '../blueprint/initialize.ts'
import { blobs } from '../data/blobs.ts'
import type { Dataset } from '../data/dataset.ts'
import { createStandardizer } from '../data/standardize.ts'
import { adagrad } from '../graph/optimizers/adagrad.ts'
import { adam } from '../graph/optimizers/adam.ts'
import { lion } from '../graph/optimizers/lion.ts'
import { momentum, nesterov } from '../graph/optimizers/momentum.ts'
import { rmsprop } from '../graph/optimizers/rmsprop.ts'
import { sgd } from '../graph/optimizers/sgd.ts'
import type { Optimizer } from '../graph/optimizers/table.ts'
import { gradientGraph } from '../graph/programs.ts'
import { chain, dense, repeat } from '../network/layers.ts'
import { parseNetwork } from '../network/presets.ts'
import { symmetricEigenvalues } from '../numerics/linear-algebra.ts'
import type { Weights } from '../training/evaluator.ts'
import { largestHessianEigenvalue, stability } from './hessian.ts'
import { samplesOf } from './samples.ts'

const backend = createReferenceBackend()
const blob = blobs({ classes: 3, features: 2, train: 6, test: 3, seed: 1 })
const samples = samplesOf(blob, createStandardizer(blob.train, blob.shape, 'per-channel'), 'cross-entropy')
const exact = { iterations: 60, tolerance: 1e-6 }

/** A regression data set with these inputs and targets. */
function valuesData(inputs: readonly number[], targets: readonly number[], count: number): Dataset {
  const train = {
    count,
    inputs: Float64Array.from(inputs),
    labels: new Uint8Array(0),
    targets: Float64Array.from(targets),
  }
  return { name: 'values', shape: [inputs.length / count], classes: 0, train, test: train }
}

const asTheyAre = (data: Dataset) =>
  samplesOf(data, createStandardizer(data.train, data.shape, 'none'), 'squared-error')

/** The Hessian of the loss, computed column by column as central differences of the gradient. */
async function hessianOf(text: string, weights: Weights): Promise<{ matrix: Float64Array; size: number }> {
  const blueprint = createBlueprint(parseNetwork(text, { input: [2], classes: 3 }), [2])
  const program = await backend.compile(gradientGraph(blueprint, { batch: 6, loss: 'cross-entropy' }))
  fillInput(program, 'x', 0, (inputs) => {
    samples.fill(inputs, 6)
    fillInput(program, samples.target, 0, (rows) => samples.fillTargets(rows, 6, inputs))
  })
  const trained = blueprint.parameters.filter(({ trainable }) => trainable)
  const gradientWith = async (name: string, index: number, step: number): Promise<number[]> => {
    for (const [other, values] of weights) {
      const own = Float64Array.from(values)
      if (other === name) own[index] += step
      program.upload(other, own)
    }
    await program.run(0, 1)
    const gradients = await downloadAll(
      program,
      trained.map((parameter) => `gradient.${parameter.name}`),
    )
    return [...gradients.values()].flatMap((values) => [...values])
  }
  const columns: number[][] = []
  for (const { name } of trained) {
    for (let index = 0; index < (weights.get(name) ?? []).length; index++) {
      const [above, below] = [await gradientWith(name, index, 1e-5), await gradientWith(name, index, -1e-5)]
      columns.push(above.map((value, place) => (value - below[place]) / 2e-5))
    }
  }
  const size = columns.length
  return { size, matrix: Float64Array.from(columns.flat()) }
}

describe('largestHessianEigenvalue', () => {
  it('agrees with the largest eigenvalue of the whole Hessian, computed directly', async () => {
    for (const text of ['mlp:depth=3,width=3,activation=tanh', 'mlp:depth=2,width=3,activation=gelu,norm=batch']) {
      const blueprint = createBlueprint(parseNetwork(text, { input: [2], classes: 3 }), [2])
      const weights = initialize(blueprint, 3)
      const { matrix, size } = await hessianOf(text, weights)
      const [largest] = symmetricEigenvalues(matrix, size)
      const found = await largestHessianEigenvalue(blueprint, backend, samples, weights, exact)
      expect(found.value / largest).toBeCloseTo(1, 5)
      expect(found.converged).toBe(true)
    }
  })

  it('finds the eigenvalue of 2 X^T X / (O B) for linear least squares, for any weights', async () => {
    const inputs = [1, 2, -1, 0.5, 3, 1, -2, 2]
    const data = valuesData(inputs, [1, 0, 2, 1, -1, 3, 0.5, 1], 4)
    const gram = [0, 1].flatMap((row) =>
      [0, 1].map((column) =>
        [0, 1, 2, 3].reduce((sum, n) => sum + (2 / 8) * inputs[2 * n + row] * inputs[2 * n + column], 0),
      ),
    )
    const [largest] = symmetricEigenvalues(gram, 2)
    const blueprint = createBlueprint(dense(2, { bias: false, name: 'only' }), [2])
    for (const weight of [
      [0, 0, 0, 0],
      [300, -100, 70, 5],
    ]) {
      const weights = new Map([['only.weight', weight]])
      const found = await largestHessianEigenvalue(blueprint, backend, asTheyAre(data), weights, exact)
      expect(found.value).toBeCloseTo(largest, 6)
    }
  })

  it('finds the algebraically largest eigenvalue, 2 t^2 + |4 t^2 - 2 y| for the loss (a b - y)^2 at a = b = t', async () => {
    const network = repeat(2, dense(1, { bias: false }), { name: 'two' })
    const blueprint = createBlueprint(network, [1])
    for (const [t, y] of [
      [0, 1.5],
      [0.1, 1],
      [2, -1],
    ]) {
      const weights = new Map([['two.dense1.weight', [t, t]]])
      const found = await largestHessianEigenvalue(blueprint, backend, asTheyAre(valuesData([1], [y], 1)), weights)
      expect(found.value).toBeCloseTo(2 * t * t + Math.abs(4 * t * t - 2 * y), 6)
    }
  })

  it('considers only trained parameters, and gives the same result on the WebAssembly backend', async () => {
    const compiled = await createWasmBackend({ precision: 'float64', threads: 'inline' })
    const network = chain(dense(2, { name: 'a', trained: false }), dense(1, { name: 'b', bias: false }))
    const blueprint = createBlueprint(network, [2])
    const weights = new Map([
      ['a.weight', [3, 0, 0, 1]],
      ['a.bias', [0, 0]],
      ['b.weight', [1, 1]],
    ])
    const found = await largestHessianEigenvalue(
      blueprint,
      compiled,
      asTheyAre(valuesData([1, 1], [0], 1)),
      weights,
      exact,
    )
    // The activations of the single sample are (3, 1).
    expect(found.value).toBeCloseTo(2 * 10, 6)
    compiled.dispose()
  })
})

describe('stability', () => {
  /** Whether a weight on a quadratic of this curvature grows in 4,000 steps of the optimizer's formulas. */
  function grows(curvature: number, { rate, rule }: Optimizer): boolean {
    let [w, velocity] = [1, 0]
    for (let step = 0; step < 4000; step++) {
      const gradient = (curvature + rule.weightDecay) * w
      const factor = rule.kind === 'momentum' ? rule.momentum : 0
      velocity = factor * velocity + gradient
      w -= rate * (rule.kind === 'momentum' && rule.nesterov ? gradient + factor * velocity : velocity)
    }
    return Math.abs(w) > 1
  }

  it.each([
    sgd({ rate: 0.1 }),
    sgd({ rate: 0.1, weightDecay: 3 }),
    momentum({ rate: 0.1, momentum: 0.9 }),
    momentum({ rate: 0.01, momentum: 0.5 }),
    nesterov({ rate: 0.1, momentum: 0.9 }),
  ])('stability equals 1 at the curvature from which a quadratic grows, for the optimizer %j', (optimizer) => {
    const [zero, one] = [stability(0, optimizer) ?? 0, stability(1, optimizer) ?? 0]
    const edge = (1 - zero) / (one - zero)
    expect(stability(edge, optimizer)).toBeCloseTo(1, 12)
    expect([grows(0.99 * edge, optimizer), grows(1.01 * edge, optimizer)]).toEqual([false, true])
  })

  it('stability takes the momentum of the given step, and is null for optimizers that scale the step of each weight', () => {
    const scheduled = momentum({ rate: 1, momentum: 0.9, momentumSchedule: 'sutskever' })
    expect([stability(3, scheduled), stability(3, scheduled, 250)]).toEqual([1, 3 / 3.5])
    const scaling = [adagrad(), rmsprop(), rmsprop({ momentum: 0.9 }), adam(), lion()]
    for (const optimizer of scaling) expect(stability(3, optimizer)).toBe(null)
  })
})
