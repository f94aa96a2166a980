import { describe, expect, it } from 'vitest'
import { fewPoints, tinyTask } from '../../test/support/tiny-training.ts'
import type { Backend } from '../backends/backend.ts'
import { createReferenceBackend } from '../backends/reference/backend.ts'
import { createWasmBackend } from '../backends/wasm/backend.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { initialize } from '../blueprint/initialize.ts'
import { moons } from '../data/planar.ts'
import { evaluationGraph } from '../graph/programs.ts'
import { batchNorm, chain, dense, dropout, relu } from '../network/layers.ts'
import { createEvaluator, evaluationBatch, type Weights } from './evaluator.ts'

const valuesOf = (weights: Weights, name: string): number[] => Array.from(weights.get(name) ?? [])

describe('when a network is evaluated,', () => {
  it('an empty set of samples has no scores', async () => {
    const task = tinyTask(dense(2, { name: 'only' }), { seed: 5, standardize: 'none' })
    const evaluator = await createEvaluator(task.blueprint, task.backend, 1)
    evaluator.load(task.weights)
    for (const targets of [undefined, 'inputs', new Float32Array(0)] as const) {
      const none = { count: 0, inputs: new Float32Array(0), labels: new Uint8Array(0), targets }
      const scores = await evaluator.evaluate(none, task.standardizer, 'squared-error')
      expect(scores).toEqual({ loss: null, error: null })
    }
  })

  it('the mean loss and the fraction of wrong answers equal a direct computation', async () => {
    const task = tinyTask(dense(2, { name: 'only' }), { seed: 5, standardize: 'none' })
    const [weight, bias] = [valuesOf(task.weights, 'only.weight'), valuesOf(task.weights, 'only.bias')]
    const { inputs, labels, count } = fewPoints.test
    const expected = { crossEntropy: 0, squaredError: 0, wrong: 0 }
    for (let sample = 0; sample < count; sample++) {
      const [x, y] = inputs.subarray(2 * sample)
      const outputs = [0, 1].map((k) => weight[2 * k] * x + weight[2 * k + 1] * y + bias[k])
      const powers = outputs.map(Math.exp)
      expected.crossEntropy -= Math.log(powers[labels[sample]] / (powers[0] + powers[1])) / count
      expected.squaredError += outputs.reduce((sum, output, k) => sum + (output - Number(labels[sample] === k)) ** 2, 0)
      if (outputs[labels[sample]] < outputs[1 - labels[sample]]) expected.wrong++
    }
    const evaluator = await createEvaluator(task.blueprint, task.backend, count)
    evaluator.load(task.weights)
    expect(await evaluator.evaluate(fewPoints.test, task.standardizer, 'cross-entropy')).toMatchObject({
      loss: expect.closeTo(expected.crossEntropy, 12),
      error: expected.wrong / count,
    })
    expect(await evaluator.evaluate(fewPoints.test, task.standardizer, 'squared-error')).toMatchObject({
      loss: expect.closeTo(expected.squaredError / (2 * count), 12),
      error: expected.wrong / count,
    })
  })

  it('each of 3,001 samples is counted once, and the progress is reported', async () => {
    const data = moons({ train: 4, test: 3001 })
    const backend = await createWasmBackend({ threads: 'inline' })
    const { blueprint, weights, standardizer } = tinyTask('mlp:depth=2,width=5', { data })
    const scoreWith = async (from: Backend) => {
      const evaluator = await createEvaluator(blueprint, from, data.test.count)
      evaluator.load(weights)
      const reported: number[] = []
      const scores = await evaluator.evaluate(data.test, standardizer, 'cross-entropy', (done) => reported.push(done))
      return { scores, reported }
    }
    const { scores, reported } = await scoreWith(backend)
    const reference = await scoreWith(createReferenceBackend())
    expect(scores.loss).toBeCloseTo(reference.scores.loss ?? Number.NaN, 5)
    expect(scores.error).toBe(reference.scores.error)
    expect(reported.at(-1)).toBe(3001)
    expect(reported).toEqual([...reported].sort((a, b) => a - b))
  })

  it('the outputs and their order are the same for any number of threads and any memory limit', async () => {
    const data = moons({ train: 4, test: 9001 })
    const { blueprint, weights, standardizer } = tinyTask('mlp:depth=2,width=5', { data })
    const batch = evaluationBatch(blueprint)
    const memoryFor = async (ringSlots: number) => {
      const backend = await createWasmBackend({ threads: 'inline' })
      return backend.memoryOf(evaluationGraph(blueprint, { batch }), { ringSlots })
    }
    const outputsWith = async (threads: 'inline' | 3, memoryLimit?: number) => {
      const backend = await createWasmBackend({ threads, memoryLimit })
      const evaluator = await createEvaluator(blueprint, backend, data.test.count)
      evaluator.load(weights)
      const all: number[] = []
      // In the second pass, all groups of batches have their full size.
      for (let time = 0; time < 2; time++) {
        await evaluator.eachOutput(data.test, standardizer, (outputs, first) => {
          expect(first * 2 + time * 2 * data.test.count).toBe(all.length)
          all.push(...outputs)
        })
      }
      evaluator.dispose()
      backend.dispose()
      return all
    }
    const expected = await outputsWith('inline', await memoryFor(1))
    expect(new Set(expected).size).toBeGreaterThan(9000)
    expect(expected.slice(0, 18002)).toEqual(expected.slice(18002))
    const limits = [await memoryFor(2), undefined]
    for (const threads of ['inline', 3] as const) {
      for (const limit of limits) expect(await outputsWith(threads, limit)).toEqual(expected)
    }
  })

  it('the evaluation ends with the error that its callback throws, after the program has finished its running work', async () => {
    const data = moons({ train: 4, test: 9001 })
    const backend = await createWasmBackend({ threads: 2 })
    const { blueprint, weights, standardizer } = tinyTask('mlp:depth=2,width=5', { data })
    const evaluator = await createEvaluator(blueprint, backend, data.test.count)
    evaluator.load(weights)
    const refuse = (): never => {
      throw new Error('no more')
    }
    await expect(evaluator.eachOutput(data.test, standardizer, refuse)).rejects.toThrow('no more')
    await expect(evaluator.evaluate(data.test, standardizer, 'cross-entropy', refuse)).rejects.toThrow('no more')
    const scores = await evaluator.evaluate(data.test, standardizer, 'cross-entropy')
    expect(scores.error).toBeGreaterThan(0)
    backend.dispose()
  })

  it('no dropout is applied, and batch norm uses the running statistics', async () => {
    const layers = [dense(4, { name: 'in' }), batchNorm(), relu(), dropout(0.9), dense(2, { name: 'out' })]
    const task = tinyTask(chain(...layers))
    const evaluator = await createEvaluator(task.blueprint, task.backend, 64)
    const score = async () => evaluator.evaluate(fewPoints.train, task.standardizer, 'cross-entropy')
    evaluator.load(task.weights)
    const fresh = await score()
    const plain = createBlueprint(chain(layers[0], relu(), layers[4]), [2])
    const other = await createEvaluator(plain, task.backend, 64)
    other.load(initialize(plain, 0))
    // The running statistics start at mean 0 and variance 1, so batch norm changes the values only by its epsilon.
    expect((await other.evaluate(fewPoints.train, task.standardizer, 'cross-entropy')).loss).toBeCloseTo(
      fresh.loss ?? 0,
      4,
    )
    evaluator.load(new Map(task.weights).set('batchNorm1.running_mean', new Float64Array(4).fill(100)))
    expect((await score()).loss).not.toBeCloseTo(fresh.loss ?? 0, 2)
  })

  it('the loss and the error are null if the outputs are not finite', async () => {
    const task = tinyTask('mlp:depth=1,width=2')
    const evaluator = await createEvaluator(task.blueprint, task.backend, 64)
    evaluator.load(new Map(task.weights).set('readout.bias', Float64Array.of(Number.NaN, 0)))
    const scores = await evaluator.evaluate(fewPoints.train, task.standardizer, 'cross-entropy')
    expect(scores).toEqual({ loss: null, error: null, accuracy: null, balancedAccuracy: null })
  })
})
