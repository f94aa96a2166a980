/** Trainings for tests of remedies: presets and networks that are written out as JSON, with small data sets. */
import { createBlueprint } from '../../src/blueprint/create.ts'
import { blobs } from '../../src/data/blobs.ts'
import type { Dataset } from '../../src/data/dataset.ts'
import { dataset } from '../../src/data/own-arrays.ts'
import { networkFromJson } from '../../src/network/json.ts'
import type { Network } from '../../src/network/network.ts'
import { parseNetwork } from '../../src/network/presets.ts'
import { stagesOf } from '../../src/probes/stages.ts'
import type { Treatable } from '../../src/remedies/remedy.ts'
import { resolveOptions } from '../../src/settings/options.ts'
import type { TrainingOptions } from '../../src/settings/training.ts'
import { createRandom } from '../../src/support/random.ts'

export const points = blobs({ features: 12, classes: 10, train: 80, test: 20, seed: 1 })

/** Random images of three channels and 8 x 8 positions, in ten classes. */
export const images = randomImages()

function randomImages(): Dataset {
  const random = createRandom(3, 'images')
  return dataset({
    inputs: Float32Array.from({ length: 40 * 192 }, () => random.normal()),
    labels: Int32Array.from({ length: 40 }, (_, index) => index % 10),
    shape: [3, 8, 8],
  })
}

/** Sigmoid layers written out one by one, with biases that are not 0, as other programs write a network. */
export const writtenOut: unknown = {
  kind: 'chain',
  layers: [
    { kind: 'dense', width: 16, init: { kind: 'gaussian', sw2: 1, sb2: 0.1 } },
    { kind: 'activation', function: 'sigmoid' },
    ...Array.from({ length: 4 }, () => [
      { kind: 'dense', width: 16, init: { kind: 'fanInUniform' } },
      { kind: 'activation', function: 'sigmoid' },
      { kind: 'dropout', rate: 0.3 },
    ]).flat(),
    { kind: 'dense', width: 10, init: { kind: 'glorot' } },
  ],
}

/** A chain of convolutions that is written out, with a pooling and a dense layer. */
export const writtenConvolutions: unknown = {
  kind: 'chain',
  layers: [
    { kind: 'conv', channels: 8, init: { kind: 'glorot' } },
    { kind: 'activation', function: 'relu' },
    { kind: 'conv', channels: 8, init: { kind: 'glorot' } },
    { kind: 'activation', function: 'relu' },
    { kind: 'maxPool' },
    { kind: 'conv', channels: 8, init: { kind: 'glorot' } },
    { kind: 'activation', function: 'relu' },
    { kind: 'flatten' },
    { kind: 'dense', width: 24, init: { kind: 'normal', deviation: 0.03 } },
    { kind: 'activation', function: 'relu' },
    { kind: 'dense', width: 10, init: { kind: 'glorot' } },
  ],
}

/** Parses a preset or reads a network written as JSON. */
export function networkOf(source: unknown, data: Dataset): Network {
  return typeof source === 'string' ? parseNetwork(source, { classes: 10, input: data.shape }) : networkFromJson(source)
}

/** The training of a network, with a gradient that doubles from stage to stage. */
export function taskOf(source: unknown, data: Dataset = points, options: TrainingOptions = {}): Treatable {
  const network = networkOf(source, data)
  const stages = stagesOf(createBlueprint(network, data.shape).root)
  return {
    network,
    data,
    settings: resolveOptions({ steps: 200, batch: 16, ...options }, data.train.count),
    readings: { gradientNorm: stages.map((_, index) => 2 ** index), meanSquare: stages.map(() => 1) },
  }
}
