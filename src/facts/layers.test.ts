import { describe, expect, it } from 'vitest'
import { each, factAbout, tableOf } from '../../test/support/fact-subject.ts'
import { autoencode } from '../data/dataset.ts'
import { glyphs } from '../data/glyphs.ts'
import {
  averagePool,
  batchNorm,
  chain,
  conv,
  dense,
  dropout,
  flatten,
  globalAveragePool,
  identity,
  layerNorm,
  maxPool,
  relu,
  repeat,
  residual,
  scale,
  tanh,
} from '../network/layers.ts'
import type { Layer } from '../network/network.ts'

const table = tableOf(
  each(40, (row) => [row / 20 - 1, (row % 7) / 3 - 1, (row % 5) / 2 - 1, (row % 3) - 1]),
  { labels: each(40, (row) => row % 3), classes: 3 },
)
const images = glyphs({ train: 40, test: 20 })
const found = (...layers: Layer[]) => factAbout('no-nonlinearity', chain(...layers), table)?.sentence
const foundInImages = (...layers: Layer[]) => factAbout('no-nonlinearity', chain(...layers), images)?.sentence

describe('no-nonlinearity', () => {
  it('finds a network without any nonlinearity, also behind layers that stay linear', () => {
    expect(factAbout('no-nonlinearity', chain(dense(8), dense(3)), table)).toMatchInlineSnapshot(`
      {
        "fact": "no-nonlinearity",
        "remedy": "Put an activation such as relu after each weighted layer but the last.",
        "sentence": "No nonlinearity lies between the weighted layers, from dense1 to dense2. So the network is a single linear map of its inputs, as a network with one layer is.",
      }
    `)
    expect(found(dense(2), dense(3)), 'a bottleneck alone makes no network nonlinear').toBeDefined()
    expect(found(repeat(5, dense(4)), dense(3))).toContain('a single linear map of its inputs')
    expect(found(dense(8), batchNorm(), identity(), scale(2), dropout(0.5), dense(3))).toContain('a single linear map')
    expect(found(dense(4), repeat(3, residual(dense(4))), dense(3))).toContain('a single linear map')
    expect(foundInImages(conv(4), averagePool(), flatten(), dense(10))).toContain('a single linear map')
  })

  it('finds two neighboring layers with nothing between, in a network with nonlinearities elsewhere', () => {
    expect(found(dense(8, { name: 'one' }), dense(8, { name: 'two' }), relu(), dense(3))).toMatchInlineSnapshot(
      `"No nonlinearity lies between the layers one and two, so together they are a single linear map, as one layer is."`,
    )
    expect(found(relu(), dense(8), repeat(3, chain(dense(8), tanh(), dense(8))), relu(), dense(3))).toContain(
      '2 such pairs',
    )
  })

  it('leaves out nonlinear networks, single layers, and bottlenecks that limit the rank', () => {
    expect(found(dense(8), relu(), dense(3))).toBeUndefined()
    expect(found(dense(8), layerNorm(), dense(3))).toBeUndefined()
    expect(found(dense(3))).toBeUndefined()
    expect(found(dense(8), relu(), residual(chain(dense(8), relu(), dense(8))), dense(3))).toBeUndefined()
    expect(found(dense(8), relu(), dense(2), dense(3))).toBeUndefined()
    const autoencoder = (code: number) =>
      factAbout('no-nonlinearity', chain(dense(code), dense(784)), autoencode(images))
    expect(autoencoder(30)).toBeUndefined()
    expect(autoencoder(784)).toBeDefined()
    expect(foundInImages(conv(4), maxPool(), flatten(), dense(10))).toBeUndefined()
    expect(foundInImages(conv(4), relu(), globalAveragePool(), dense(10))).toBeUndefined()
  })
})

describe('facts about norms', () => {
  it('norm-of-one finds a layer norm over a single feature', () => {
    const norm = (width: number) =>
      factAbout('norm-of-one', chain(dense(8), relu(), dense(width), layerNorm(), dense(3)), table)
    expect(norm(1)).toMatchInlineSnapshot(`
      {
        "fact": "norm-of-one",
        "remedy": "Leave the layer norm out, or take a wider layer before the norm.",
        "sentence": "The layer norm layerNorm1 normalizes a single feature. A single feature minus its own mean is 0, so no information about the sample passes this layer.",
      }
    `)
    expect(norm(2)).toBeUndefined()
  })

  it('batch-norm-alone finds batch norms of batches with one sample, unless the norm covers many positions', () => {
    const network = chain(dense(8), batchNorm(), relu(), dense(3))
    expect(factAbout('batch-norm-alone', network, table, { batch: 1 })).toMatchInlineSnapshot(`
      {
        "change": {
          "batch": 32,
        },
        "fact": "batch-norm-alone",
        "remedy": "Take batches of several samples, or a layer norm.",
        "sentence": "The batch norm batchNorm1 sees batches of 1 sample. A single value minus the mean of its batch is 0, so no information about the sample passes this layer in the training.",
      }
    `)
    expect(factAbout('batch-norm-alone', network, table, { batch: 2 })).toBeUndefined()
    expect(factAbout('batch-norm-alone', network, table)).toBeUndefined()
    const convolutional = chain(conv(4), batchNorm(), relu(), globalAveragePool(), dense(10))
    expect(factAbout('batch-norm-alone', convolutional, images, { batch: 1 })).toBeUndefined()
  })
})
