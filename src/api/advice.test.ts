import { describe, expect, it } from 'vitest'
import { blobs } from '../data/blobs.ts'
import { momentum } from '../graph/optimizers/momentum.ts'
import { chain, dense, relu, tanh } from '../network/layers.ts'
import { adviceFor } from './advice.ts'
import { train } from './train.ts'

const data = blobs({ classes: 3, features: 4, noise: 4, train: 300, test: 50 })
const network = chain(dense(16), relu(), dense(3))

/** Trains a network and returns the advice. */
async function adviceOf(options: Partial<Parameters<typeof train>[1]>, trained = network) {
  const all = { data, steps: 120, batch: 32, threads: 1, ...options }
  return adviceFor(await train(trained, all), all.data)
}

describe('The advice about a training', () => {
  it('names a learning rate that is too large if the loss rose from the first steps on', async () => {
    expect(await adviceOf({ optimizer: momentum({ rate: 1e6 }) })).toMatchObject({
      finding: 'diverged',
      sentence: expect.stringContaining(
        'The loss rose from the first steps on, so the learning rate 1000000 is too large.',
      ),
      next: { rate: 0.03 },
    })
    expect(
      await adviceOf({ optimizer: momentum({ rate: 0.8 }), loss: 'squared-error', standardize: 'none' }),
    ).toMatchObject({
      sentence: expect.stringContaining('so the learning rate 0.8 is too large. Try a tenth of the learning rate.'),
      next: { rate: 0.08 },
    })
  })

  it('does not say that the loss had not risen if the training diverged within the first updates', async () => {
    expect(await adviceOf({ optimizer: momentum({ rate: 1e38 }) })).toMatchObject({
      sentence: expect.stringContaining('within the first updates, so the learning rate 1e+38 is too large'),
      next: { rate: 0.03 },
    })
  })

  it('names a column with a value far from its mean if the training diverged, and the change makes it train', async () => {
    const inputs = Float32Array.from({ length: 4000 }, (_, index) => Math.sin(index * index))
    inputs[401] = 1e5
    const labels = Uint8Array.from({ length: 1000 }, (_, row) => (inputs[4 * row] > 0 ? 1 : 0))
    const samples = { count: 1000, inputs, labels }
    const far = { name: 'far', shape: [4], classes: 2, train: samples, test: samples }
    const wild = { data: far, steps: 150, optimizer: momentum({ rate: 0.3 }) }
    const deep = chain(dense(32), dense(32), dense(2))
    const advice = await adviceOf({ ...wild, loss: 'squared-error' }, deep)
    expect(advice).toMatchObject({ finding: 'diverged', next: { clipNorm: 1 } })
    expect(advice?.sentence).toMatch(/the input input 2: its value 100000 lies 32 standard deviations from the mean/)
    const mended = await train(deep, { ...wild, loss: 'squared-error', batch: 32, threads: 1, clipNorm: 1 })
    expect(mended.diverged).toBeNull()
  })

  it('says that neither the rate nor clipping helps a training whose outputs were too large before the first update', async () => {
    const { train: samples } = data
    const inputs = Float32Array.from(samples.inputs, (value) => value * 1e36)
    const huge = { ...data, train: { ...samples, inputs } }
    const raw = await adviceOf({ data: huge, standardize: 'raw' })
    expect(raw).toMatchObject({ finding: 'diverged', next: { standardize: 'per-channel' } })
    expect(raw?.sentence).toMatch(
      /before the first update, and guessing gives 1.1, so the learning rate is not the only reason. A likely reason is that the inputs are not standardized/,
    )
    expect(await adviceOf({ data: huge, standardize: 'per-channel' })).not.toMatchObject({ finding: 'diverged' })
    const targets = Float32Array.from(samples.labels, (label) => (label - 1) * 1e30)
    const values = {
      ...data,
      classes: 0,
      targetNames: ['far'],
      train: { ...samples, targets },
      test: { ...samples, targets },
    }
    expect(await adviceOf({ data: values, standardizeTargets: 'none' }, chain(dense(8), relu(), dense(1)))).toEqual({
      finding: 'diverged',
      sentence:
        'The training diverged at step 0, before the first update, so the learning rate is not the reason. A likely reason is the raw targets. Standardize the targets.',
      next: { standardizeTargets: 'per-target' },
    })
  })

  it('says that a network learned next to nothing', async () => {
    const dead = chain(dense(16), relu(), dense(1), tanh(), dense(1), tanh(), dense(3))
    expect(await adviceOf({ optimizer: momentum({ rate: 1e-7 }) }, dead)).toMatchObject({
      finding: 'learned nothing',
      next: 'diagnose',
    })
  })

  it('names a small class that the network misses, and the change finds more of the class', async () => {
    const count = 1000
    const inputs = Float32Array.from({ length: 2 * count }, (_, index) => Math.sin(index * index) * 1.5)
    // One sample in twenty has the class 1, and its first input is larger by 1.6.
    const labels = Uint8Array.from({ length: count }, (_, row) => (row % 20 === 0 ? 1 : 0))
    for (let row = 0; row < count; row += 20) inputs[2 * row] += 1.6
    const samples = { count, inputs, labels }
    const rare = { name: 'rare', shape: [2], classes: 2, classNames: ['no', 'yes'], train: samples, test: samples }
    const small = chain(dense(8), relu(), dense(2))
    expect(await adviceOf({ data: rare, steps: 300, batch: 256 }, small)).toMatchInlineSnapshot(`
      {
        "finding": "unbalanced",
        "next": {
          "classWeights": "balanced",
        },
        "sentence": "95.0% of the training samples have the class no, and 5.0% have the class yes. The network finds only 22.0% of the samples of the class yes. Weights for the classes give small classes the same importance as large ones.",
      }
    `)
    const weighed = await train(small, { data: rare, steps: 300, batch: 256, threads: 1, classWeights: 'balanced' })
    expect(weighed.train.recall?.[1]).toBeGreaterThan(0.5)
    expect(await adviceOf({ data: rare, steps: 300, batch: 256, classWeights: 'balanced' }, small)).not.toMatchObject({
      finding: 'unbalanced',
    })
  })

  it('says that the loss was still falling', async () => {
    expect(await adviceOf({ optimizer: momentum({ rate: 0.002 }) })).toMatchObject({
      finding: 'still falling',
      next: { steps: 360 },
    })
  })

  it('says since when the loss has hardly fallen, and proposes a rate that falls to 0', async () => {
    const advice = await adviceOf({ steps: 800, optimizer: momentum({ rate: 0.1 }) }, chain(dense(3)))
    expect(advice).toMatchObject({ finding: 'stopped improving', next: { schedule: 'cosine' } })
    expect(
      await adviceOf(
        { steps: 800, optimizer: momentum({ rate: 0.1 }), schedule: 'step', dropAt: [0.95] },
        chain(dense(3)),
      ),
    ).toMatchObject({ next: 'diagnose' })
  })

  it('has nothing to say about a falling rate whose loss is flat in the end and far below guessing', async () => {
    const noisy = blobs({ classes: 3, features: 4, noise: 1.5, train: 300, test: 50 })
    const options = { data: noisy, steps: 800, optimizer: momentum({ rate: 0.1 }) }
    expect(await adviceOf(options, chain(dense(3)))).toMatchObject({ next: { schedule: 'cosine' } })
    expect(await adviceOf({ ...options, schedule: 'cosine' }, chain(dense(3)))).toBeNull()
  })

  it('has nothing to say about a training that went well, and about a stopped training', async () => {
    const easy = blobs({ classes: 3, features: 4, noise: 0.1, train: 300, test: 50 })
    expect(await adviceOf({ data: easy, steps: 200 })).toBeNull()
    const stop = AbortSignal.abort()
    expect(await adviceOf({ abort: stop })).toBeNull()
  })

  it('says with both numbers that a network is no better than the best linear model', async () => {
    const wide = chain(dense(16), tanh(), dense(3))
    const noisy = { optimizer: momentum({ rate: 0.001 }), steps: 400, schedule: 'cosine', baselines: true } as const
    const advice = await adviceOf(noisy, wide)
    expect(advice).toMatchObject({ finding: 'no better than linear', next: 'diagnose' })
    expect(advice?.sentence).toMatch(
      /^On the training set, the network is (no better|worse) than the best linear model: error [\d.]+%, against error [\d.]+% for the linear model\. A diagnosis looks for the reason\.$/,
    )
    expect(await adviceOf({ ...noisy, baselines: false }, wide)).toBeNull()
  })

  it('tells that a network is worse than a linear model before the advice to train for more steps', async () => {
    const advice = await adviceOf({ optimizer: momentum({ rate: 0.002 }), baselines: true })
    expect(advice?.finding).toBe('still falling')
    expect(advice?.sentence).toMatch(/^On the training set, .* The training loss was still falling/)
  })
})
