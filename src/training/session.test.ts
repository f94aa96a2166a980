import { describe, expect, it } from 'vitest'
import { laterRefusal } from '../../test/support/refusal.ts'
import { fewPoints, lossesOf, tinyTask, trainTiny } from '../../test/support/tiny-training.ts'
import { createWasmBackend } from '../backends/wasm/backend.ts'
import { spirals } from '../data/planar.ts'
import { sgd } from '../graph/optimizers/sgd.ts'
import type { Recorder } from './recorder.ts'
import { runTrainingSession } from './session.ts'
import { hashTensors, toTensors } from './weights.ts'

const network = 'mlp:depth=2,width=6'

/** A recorder that notes the order of its calls. */
function listen(): { reported: string[]; recorder: Recorder } {
  const reported: string[] = []
  const recorder: Recorder = {
    begin: async ({ step }) => void reported.push(`begin at ${step}`),
    adjusted: async ({ step }) => void reported.push(`adjusted at ${step}`),
    checkpoint: async ({ step }) => void reported.push(`checkpoint at ${step}`),
    losses: (records) => {
      if (records.length > 0) reported.push('losses')
    },
    measured: ({ step }) => void reported.push(`measured at ${step}`),
    best: ({ step }) => void reported.push(`best at ${step}`),
  }
  return { reported, recorder }
}

describe('runTrainingSession', () => {
  it('returns the losses of the loop, the scores of the final weights and the hash of the final weights', async () => {
    const task = tinyTask(network, { steps: 40, batch: 16, seed: 4 })
    const record = await runTrainingSession({ ...task, weights: undefined })
    const { losses, state } = await trainTiny(network, { steps: 40, batch: 16, seed: 4 })
    expect(lossesOf(record)).toEqual(lossesOf({ losses }))
    expect(record.weights).toEqual(state.weights)
    expect(record.weightsSha256).toBe(await hashTensors(toTensors(task.blueprint, state.weights)))
    expect(record.train.loss).toBeLessThan(losses[0].loss)
    expect(record).toMatchObject({ steps: 40, diverged: null, interrupted: false, signal: { verdict: 'steady' } })
  })

  it('trains from weights that its caller gives, and leaves these weights unchanged', async () => {
    const { weights, ...task } = tinyTask(network, { steps: 2 })
    const before = structuredClone(weights)
    const record = await runTrainingSession({ ...task, weights, recorder: listen().recorder })
    expect(weights).toEqual(before)
    expect(record.weightsSha256).toBe((await runTrainingSession({ ...task })).weightsSha256)
    expect([...record.weights.keys()]).toEqual([...weights.keys()])
  })

  it('records its initial state before the first step, and its final state before the scoring', async () => {
    const { reported, recorder } = listen()
    await runTrainingSession({
      ...tinyTask(network, { steps: 3 }),
      recorder,
      onProgress: (done) => void reported.push(`${done} done`),
      onEvaluation: (done, samples) => void reported.push(`${done} of ${samples} scored`),
    })
    expect(reported.filter((words, index) => words !== reported[index - 1])).toMatchInlineSnapshot(`
      [
        "0 done",
        "begin at 0",
        "losses",
        "1 done",
        "losses",
        "2 done",
        "losses",
        "3 done",
        "checkpoint at 3",
        "64 of 96 scored",
        "96 of 96 scored",
      ]
    `)
  })

  it('records nothing if the outputs, the weights or the memory limit do not fit the training', async () => {
    const { reported, recorder } = listen()
    const tiny = await createWasmBackend({ threads: 'inline', memoryLimit: 200_000 })
    const { weights } = tinyTask('mlp:depth=2,width=7')
    const said = [
      await laterRefusal(() =>
        runTrainingSession({ ...tinyTask(network), data: spirals({ classes: 3, train: 9, test: 9 }), recorder }),
      ),
      await laterRefusal(() => runTrainingSession({ ...tinyTask(network), weights, recorder })),
      await laterRefusal(() =>
        runTrainingSession({ ...tinyTask('mlp:width=200', { backend: tiny }), weights: undefined, recorder }),
      ),
    ]
    expect(said.join('\n')).toMatchInlineSnapshot(`
      "IsobathError: output: expected 3 values, one for each class of spirals, got 2. Set the last dense layer's width to 3. If the network should reproduce its inputs, use target: "autoencode".
      IsobathError: weights: first.weight: expected 12 values, got 14. Give the weights of this network.
      IsobathError: a training step with a batch of 64 needs at least 1.31 MiB of memory, and the limit is 195.3 KiB. Not even a batch of 1 would fit: use fewer or narrower layers."
    `)
    expect(reported).toEqual([])
    tiny.dispose()
  })

  it('reports a divergence if the last update made the weights or outputs non-finite', async () => {
    const backend = await createWasmBackend({ threads: 'inline' })
    const task = tinyTask('mlp:depth=8,width=8', { steps: 1, optimizer: sgd({ rate: 1e30 }), backend })
    const { diverged, losses, train, test, steps } = await runTrainingSession({ ...task, weights: undefined })
    expect(losses).toHaveLength(1)
    expect({ train, test, steps }).toEqual({
      train: { loss: null, error: null, accuracy: null, balancedAccuracy: null },
      test: { loss: null, error: null, accuracy: null, balancedAccuracy: null },
      steps: 1,
    })
    expect(diverged).toMatchObject({ step: 1, layer: expect.stringMatching(/^(first|hidden\.dense1\[\d\]|readout)$/) })
    backend.dispose()
  })

  it('saves a checkpoint when the training is stopped, and does not score the network', async () => {
    const stop = new AbortController()
    const { reported, recorder } = listen()
    const record = await runTrainingSession({
      ...tinyTask(network, { steps: 100_000, batch: 4 }),
      recorder,
      abort: stop.signal,
      onProgress: (done) => {
        if (done > 0) stop.abort()
      },
    })
    expect(record.interrupted).toBe(true)
    expect(record.steps).toBeLessThan(1000)
    expect([record.train, record.test]).toEqual(Array(2).fill({ loss: null, error: null }))
    expect(record.diverged).toBeNull()
    expect(reported.at(-1)).toBe(`checkpoint at ${record.steps}`)
  })

  it('returns an interrupted record without scores if the training is stopped during the scoring', async () => {
    const stop = new AbortController()
    const onEvaluation = (): void => stop.abort()
    const record = await runTrainingSession({ ...tinyTask(network, { steps: 5 }), abort: stop.signal, onEvaluation })
    const unscored = { loss: null, error: null }
    expect(record).toMatchObject({ interrupted: true, steps: 5, train: unscored, test: unscored, diverged: null })
  })

  it('reports the duration of the scoring', async () => {
    const { seconds, trainingSeconds, scoringSeconds } = await runTrainingSession(tinyTask(network, { steps: 5 }))
    expect(scoringSeconds).toBeGreaterThan(0)
    expect(trainingSeconds + scoringSeconds).toBeLessThanOrEqual(seconds)
  })

  it('does not change the initial weights that the caller gives', async () => {
    const task = tinyTask(network, { steps: 5 })
    const before = Array.from(task.weights.get('first.weight') ?? [])
    const record = await runTrainingSession(task)
    expect(Array.from(task.weights.get('first.weight') ?? [])).toEqual(before)
    expect(record.weights.get('first.weight')).not.toEqual(task.weights.get('first.weight'))
    expect(fewPoints.train.count).toBe(64)
  })
})
