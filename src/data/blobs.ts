/** The generated data set `blobs`: normally distributed points around one center for each class. */
import type { Fields, Input } from '../support/fields.ts'
import { createRandom } from '../support/random.ts'
import type { Dataset, Samples } from './dataset.ts'
import {
  balancedLabels,
  checkCount,
  classCount,
  featureCount,
  generatorSettings,
  noiseLevel,
  sizes,
} from './generated.ts'

/**
 * Number of random candidates for each center. The candidate farthest from all earlier centers becomes the center
 * (Mitchell 1991).
 */
const CANDIDATES = 10

export const blobsOptions = {
  classes: classCount(3),
  features: featureCount(2),
  noise: noiseLevel(10, 0.2),
  ...sizes(2_000, 1_000, 1),
} satisfies Fields

export type BlobsOptions = Input<typeof blobsOptions>

/**
 * Generates the data set `blobs`: points of shape [features] around one center for each class. Around its center, a
 * point is normally distributed with the standard deviation `noise` along every axis. The centers are drawn from a
 * normal distribution of standard deviation 1 and chosen to lie far apart. The classes are balanced. On `blobs`, a
 * linear classifier is as accurate as any other classifier.
 *
 * The defaults are 3 classes, 2 features, a noise of 0.2, 2,000 training samples and 1,000 test samples.
 *
 * Throws a `data` error for a bad number of samples, an unknown option, classes outside 2 to 256, features outside 1 to
 * 4,096, or noise outside [0, 10].
 */
export function blobs(options: BlobsOptions = {}): Dataset {
  const { seed, train, test, classes, features, noise } = generatorSettings('blobs', blobsOptions, options)
  const centers = drawCenters(seed, classes, features)
  const samples = (set: 'train' | 'test', count: number): Samples => {
    checkCount(`blobs: ${set}`, count, features)
    const labels = balancedLabels(count, classes, seed, 'blobs', set)
    const inputs = new Float32Array(count * features)
    for (let index = 0; index < count; index++) {
      const random = createRandom(seed, 'blobs', set, index)
      const center = centers[labels[index]]
      for (let axis = 0; axis < features; axis++)
        inputs[index * features + axis] = center[axis] + noise * random.normal()
    }
    return { count, inputs, labels }
  }
  return { name: 'blobs', shape: [features], classes, train: samples('train', train), test: samples('test', test) }
}

function drawCenters(seed: number, classes: number, features: number): Float64Array[] {
  const centers: Float64Array[] = []
  while (centers.length < classes) {
    const random = createRandom(seed, 'blobs', 'centre', centers.length)
    let best = new Float64Array(0)
    let farthest = -1
    for (let candidate = 0; candidate < CANDIDATES; candidate++) {
      const point = Float64Array.from({ length: features }, () => random.normal())
      const nearest = centers.reduce(
        (least, center) => Math.min(least, squaredDistance(center, point)),
        Number.MAX_VALUE,
      )
      if (nearest > farthest) {
        best = point
        farthest = nearest
      }
    }
    centers.push(best)
  }
  return centers
}

function squaredDistance(one: Float64Array, other: Float64Array): number {
  return one.reduce((sum, value, axis) => sum + (value - other[axis]) * (value - other[axis]), 0)
}
