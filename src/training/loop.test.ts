import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fewPoints, lossesOf, type TinyOptions, tinyTask, trainTiny } from '../../test/support/tiny-training.ts'
import type { Backend } from '../backends/backend.ts'
import { createReferenceBackend } from '../backends/reference/backend.ts'
import { createWasmBackend } from '../backends/wasm/backend.ts'
import { initialize } from '../blueprint/initialize.ts'
import { moons, spirals } from '../data/planar.ts'
import { momentum } from '../graph/optimizers/momentum.ts'
import { sgd } from '../graph/optimizers/sgd.ts'
import { dense } from '../network/layers.ts'
import { checkOutputs } from './targets.ts'

const network = 'mlp:depth=3,width=6,activation=tanh'

/** A backend that compiles every program with a ring of `ringSlots` slots. */
const withRing = (backend: Backend, ringSlots: number): Backend => ({
  ...backend,
  compile: (graph) => backend.compile(graph, { ringSlots }),
})

describe('the training loop', () => {
  it('lowers the loss to less than half in 60 steps', async () => {
    const { losses, diverged, interrupted, state } = await trainTiny(network, { steps: 60, batch: 16 })
    expect(losses.map(({ step }) => step)).toEqual(Array.from({ length: 60 }, (_, step) => step))
    expect(losses[59].loss).toBeLessThan(0.5 * losses[0].loss)
    expect({ diverged, interrupted, step: state.step }).toEqual({ diverged: null, interrupted: false, step: 60 })
  })

  it('makes the same updates as a loop written out in the test', async () => {
    // The network is one dense layer, and each batch has all samples in order. The loop in this test computes softmax
    // regression.
    const layer = dense(2, { name: 'only' })
    const settings: TinyOptions = { steps: 5, batch: 64, order: 'sequential', standardize: 'none' }
    const task = tinyTask(layer, { ...settings, optimizer: sgd({ rate: 0.5, weightDecay: 0.1 }) })
    const { state, losses } = await trainTiny(layer, { ...settings, optimizer: sgd({ rate: 0.5, weightDecay: 0.1 }) })
    const start = initialize(task.blueprint, 0)
    const weight = Float64Array.from(start.get('only.weight') ?? [])
    const bias = Float64Array.from(start.get('only.bias') ?? [])
    const { count, inputs, labels } = fewPoints.train
    for (let step = 0; step < 5; step++) {
      const gradient = { weight: new Float64Array(4), bias: new Float64Array(2) }
      let loss = 0
      for (let sample = 0; sample < count; sample++) {
        const [x, y] = inputs.subarray(2 * sample)
        const powers = [0, 1].map((k) => Math.exp(weight[2 * k] * x + weight[2 * k + 1] * y + bias[k]))
        const sum = powers[0] + powers[1]
        loss -= Math.log(powers[labels[sample]] / sum) / count
        for (let k = 0; k < 2; k++) {
          const slope = (powers[k] / sum - (labels[sample] === k ? 1 : 0)) / count
          gradient.weight[2 * k] += slope * x
          gradient.weight[2 * k + 1] += slope * y
          gradient.bias[k] += slope
        }
      }
      expect(losses[step].loss).toBeCloseTo(loss, 12)
      weight.forEach((value, index) => {
        weight[index] -= 0.5 * (gradient.weight[index] + 0.1 * value)
      })
      bias.forEach((value, index) => {
        bias[index] -= 0.5 * (gradient.bias[index] + 0.1 * value)
      })
    }
    expect([...(state.weights.get('only.weight') ?? [])].map((value, index) => value - weight[index])).toEqual(
      [...weight].map(() => expect.closeTo(0, 12)),
    )
    expect([...(state.weights.get('only.bias') ?? [])].map((value, index) => value - bias[index])).toEqual(
      [...bias].map(() => expect.closeTo(0, 12)),
    )
  })

  it.each([2, 4, 14])('gives the same bits with a ring of %i slots', async (ringSlots) => {
    const options: TinyOptions = { steps: 23, batch: 8, schedule: 'cosine' }
    const [usual, other] = await Promise.all([
      trainTiny(network, options),
      trainTiny(network, { ...options, backend: withRing(createReferenceBackend(), ringSlots) }),
    ])
    expect(other.losses).toEqual(usual.losses)
    expect(other.state).toEqual(usual.state)
  })

  it('follows the schedule of the learning rate: the last step of a cosine schedule is small', async () => {
    const options: TinyOptions = { steps: 40, batch: 64, order: 'sequential', optimizer: sgd({ rate: 0.2 }) }
    const falls = async (schedule: 'constant' | 'cosine'): Promise<number> => {
      const losses = lossesOf(await trainTiny(network, { ...options, schedule }))
      return (losses[38] - losses[39]) / (losses[0] - losses[1])
    }
    expect(await falls('cosine')).toBeLessThan(0.1 * (await falls('constant')))
  })

  it('minimizes the squared error between the outputs and 1 at the label, 0 elsewhere', async () => {
    const { losses } = await trainTiny(network, { steps: 150, batch: 64, loss: 'squared-error' })
    // A network whose outputs are all 0.5 has a loss of 0.25.
    expect(losses[0].loss).toBeGreaterThan(0.25)
    expect(losses[149].loss).toBeLessThan(0.15)
  })

  it('records the loss of every n-th step and of the last step', async () => {
    const all = await trainTiny(network, { steps: 12, batch: 16 })
    const some = await trainTiny(network, { steps: 12, batch: 16, logEvery: 5 })
    expect(some.losses).toEqual([0, 5, 10, 11].map((step) => all.losses[step]))
  })

  it('trains on all samples at once if the batch is larger than the training set', async () => {
    const wide = await trainTiny(network, { epochs: 3, batch: 1000 })
    expect(wide.losses).toHaveLength(3)
    expect(wide.losses).toEqual((await trainTiny(network, { epochs: 3, batch: 64 })).losses)
  })

  it('uses the samples in their stored order, or shuffled by the seed', async () => {
    // A batch is one sample, so the first loss shows which sample comes first.
    const firstLoss = async (options: TinyOptions): Promise<number> =>
      (await trainTiny(network, { steps: 1, batch: 1, ...options })).losses[0].loss
    const only = { ...fewPoints, train: { ...fewPoints.train, count: 1 } }
    const weights = initialize(tinyTask(network).blueprint, 0)
    const unscaled: TinyOptions = { standardize: 'none', weights }
    expect(await firstLoss({ ...unscaled, order: 'sequential' })).toBe(await firstLoss({ ...unscaled, data: only }))
    const shuffled = await Promise.all([1, 2].map((seed) => firstLoss({ ...unscaled, seed })))
    expect(shuffled[0]).not.toBe(shuffled[1])
  })

  it('records the position in the order of samples, also if the run ends before its last step', async () => {
    const { state } = await trainTiny(network, { steps: 5, batch: 24 })
    expect(state.position).toEqual({ epoch: 1, offset: 5 * 24 - 64 })
    const stop = new AbortController()
    const onProgress = (done: number): void => {
      if (done >= 40) stop.abort()
    }
    const stopped = await trainTiny(network, { steps: 1000, batch: 24, abort: stop.signal, onProgress })
    const wild = await trainTiny('mlp:depth=9,width=8', { steps: 99, batch: 24, optimizer: sgd({ rate: 1e60 }) })
    expect(stopped.interrupted).toBe(true)
    expect(wild.diverged).not.toBeNull()
    for (const { step, position } of [stopped.state, wild.state]) {
      expect(position.epoch * 64 + position.offset).toBe(step * 24)
    }
  })

  it('returns velocities with the momentum optimizer, and no optimizer states with plain SGD', async () => {
    const parameters = tinyTask(network).blueprint.parameters.map(({ name }) => name)
    const withMomentum = await trainTiny(network, { steps: 2, optimizer: momentum() })
    const without = await trainTiny(network, { steps: 2, optimizer: sgd() })
    expect([...withMomentum.state.optimizer.keys()]).toEqual(parameters.map((name) => `velocity:${name}`))
    expect([...without.state.optimizer.keys()]).toEqual([])
  })

  it('stops after the steps that are being computed when the caller aborts, and reports the interruption', async () => {
    const stop = new AbortController()
    const seen: number[] = []
    const { interrupted, state, losses } = await trainTiny(network, {
      steps: 10_000,
      batch: 8,
      abort: stop.signal,
      onProgress: (done) => {
        seen.push(done)
        if (done >= 5) stop.abort()
      },
    })
    expect(interrupted).toBe(true)
    expect(state.step).toBeGreaterThanOrEqual(5)
    expect(state.step).toBeLessThan(200)
    expect(losses).toHaveLength(state.step)
    expect(seen.at(-1)).toBe(state.step)
  })

  it('reports no interruption if the last step was done before the abort took effect', async () => {
    const stop = new AbortController()
    const { interrupted } = await trainTiny(network, { steps: 1, abort: stop.signal, onProgress: () => stop.abort() })
    expect(interrupted).toBe(false)
  })

  it('reports every logged loss once, in the order of the steps', async () => {
    const reported: number[] = []
    const { losses } = await trainTiny(network, {
      steps: 50,
      onProgress: (_done, fresh) => reported.push(...fresh.map(({ step }) => step)),
    })
    expect(reported).toEqual(losses.map(({ step }) => step))
  })

  it('refuses data with another number of classes than the network has outputs', () => {
    const { blueprint } = tinyTask(network)
    expect(() => checkOutputs(blueprint, moons({ train: 4, test: 4 }))).not.toThrow()
    expect(() =>
      checkOutputs(blueprint, spirals({ classes: 3, train: 6, test: 6 })),
    ).toThrowErrorMatchingInlineSnapshot(
      `[IsobathError: output: expected 3 values, one for each class of spirals, got 2. Set the last dense layer's width to 3. If the network should reproduce its inputs, use target: "autoencode".]`,
    )
  })
})

describe('compiled training', () => {
  const backends: Backend[] = []
  beforeAll(async () => {
    backends.push(await createWasmBackend({ threads: 1 }), await createWasmBackend({ threads: 3 }))
    backends.push(await createWasmBackend({ threads: 'inline' }))
  })
  afterAll(() => {
    for (const backend of backends) backend.dispose()
  })

  it('gives the same bits on 1 thread, on 3 threads, in the calling thread, and with a ring of two slots', async () => {
    const options: TinyOptions = { steps: 21, batch: 32, optimizer: momentum({ weightDecay: 1e-3 }) }
    const [one, ...others] = await Promise.all(
      [...backends, withRing(backends[1], 2)].map((backend) => trainTiny(network, { ...options, backend })),
    )
    for (const other of others) expect(other).toEqual({ ...one, memoryBytes: expect.any(Number) })
  })

  it('differs from the reference backend by less than 1e-5 in every loss', async () => {
    const options: TinyOptions = { steps: 30, batch: 32 }
    const compiled = lossesOf(await trainTiny(network, { ...options, backend: backends[1] }))
    const reference = lossesOf(await trainTiny(network, options))
    compiled.forEach((loss, step) => {
      expect(Math.abs(loss - reference[step])).toBeLessThan(1e-5)
    })
  })
})
