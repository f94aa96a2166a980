/**
 * Compares every gradient rule with central differences of the loss as a function of one weight. The tests run in
 * float64 on the reference backend.
 */
import { describe, expect, test } from 'vitest'
import type { Program } from '../../src/backends/backend.ts'
import { createReferenceBackend } from '../../src/backends/reference/backend.ts'
import { lossNames } from '../../src/graph/losses.ts'
import { activationNames } from '../../src/network/activations.ts'
import { gaussian } from '../../src/network/initializers.ts'
import {
  activation,
  averagePool,
  batchNorm,
  chain,
  conv,
  dense,
  dropout,
  flatten,
  globalAveragePool,
  layerNorm,
  maxPool,
  repeat,
  residual,
  scalarBias,
  sigmoid,
  softplus,
  subsample,
  tanh,
} from '../../src/network/layers.ts'
import type { Network } from '../../src/network/network.ts'
import { createRandom } from '../../src/support/random.ts'
import { downloadOne } from '../support/downloads.ts'
import { exampleNames, examples } from '../support/networks.ts'
import { compileProblem, createProblem, normals, type ProblemOptions, sgdRule } from '../support/problems.ts'

/**
 * Step of the central differences. The loss is smooth enough for a step of 1e-5: the error of the difference is about
 * 1e-10, and the rounding error is about 1e-11.
 */
const step = 1e-5
const coordinatesOfEach = 5

/**
 * Moves all parameters away from their initial values, so that no gradient is zero because a bias or a shift is zero.
 */
async function shaken(network: Network, options: ProblemOptions): Promise<Program> {
  const problem = createProblem(network, { optimizer: sgdRule, ...options })
  const random = createRandom(11)
  for (const [name, values] of problem.start) {
    const noise = normals(random, values.length, 0.1)
    if (!name.includes('running')) values.set(values.map((value, index) => value + noise[index]))
  }
  problem.steps[0].get('rate')?.fill(0)
  return compileProblem(createReferenceBackend(), problem)
}

/**
 * Returns the largest difference between a gradient and the slope of the loss, relative to the larger of the two (or to
 * 1e-3).
 */
async function worstError(network: Network, options: ProblemOptions): Promise<number> {
  const program = await shaken(network, options)
  const lossAt = async (name: string, values: Float64Array): Promise<number> => {
    program.upload(name, values)
    await program.run(0, 1)
    return (await program.download('loss'))[0]
  }
  await program.run(0, 1)
  const parameters = program.graph.inputs.filter(({ role }) => role === 'parameter')
  const gradients = new Map<string, Float64Array>()
  for (const { name } of parameters) gradients.set(name, await downloadOne(program, `gradient.${name}`))
  const random = createRandom(5)
  let worst = 0
  let largest = 0
  for (const [name, gradient] of gradients) {
    const start = await downloadOne(program, name)
    for (let draw = 0; draw < coordinatesOfEach; draw++) {
      const index = random.integer(start.length)
      const moved = (by: number): Float64Array => start.with(index, start[index] + by)
      const slope = ((await lossAt(name, moved(step))) - (await lossAt(name, moved(-step)))) / (2 * step)
      const size = Math.max(Math.abs(gradient[index]), Math.abs(slope), 1e-3)
      worst = Math.max(worst, Math.abs(gradient[index] - slope) / size)
      largest = Math.max(largest, Math.abs(slope))
    }
    program.upload(name, start)
  }
  expect(largest, 'slopes must be large enough to detect a wrong gradient').toBeGreaterThan(0.01)
  return worst
}

const wide = gaussian({ sw2: 2, sb2: 1 })

describe.each(lossNames)('with %s loss,', (loss) => {
  test('gradients equal central differences if each sample has its own weight', async () => {
    const network = chain(dense(7, { init: wide }), tanh(), dense(3, { init: wide }))
    expect(await worstError(network, { loss, weighted: true, huberDelta: 0.7 })).toBeLessThan(1e-6)
  })

  test.each(exampleNames)('gradients equal central differences for the example network: %s', async (name) => {
    const { network, options } = examples[name]
    expect(await worstError(network, { ...options, loss })).toBeLessThan(1e-6)
  })

  test.each(activationNames)(
    'gradients of %s equal central differences, with leaky slopes of both signs',
    async (name) => {
      const slopes = name === 'leakyRelu' ? [0.2, 0, -0.2] : [undefined]
      for (const slope of slopes) {
        const layer = activation(name, { slope })
        const network = chain(
          dense(7, { init: wide }),
          layer,
          repeat(2, chain(dense(7, { init: wide }), layer)),
          dense(3),
        )
        expect(await worstError(network, { loss })).toBeLessThan(1e-6)
      }
    },
  )
})

/**
 * Networks with each kind of layer as the first layer with weights, as the last layer, and inside one and two loops.
 */
const places: Record<string, Network> = {
  'batchNorm first and last': chain(batchNorm(), dense(4), softplus(), batchNorm()),
  'layerNorm first and last': chain(layerNorm(), dense(4), sigmoid(), layerNorm()),
  'batchNorm in two loops': chain(dense(4), repeat(2, repeat(2, chain(batchNorm(), dense(4), tanh()))), dense(3)),
  'one loop as the whole network': repeat(3, chain(dense(5), tanh())),
  'two loops without a layer between them': chain(repeat(2, dense(5)), repeat(3, residual(dense(5)))),
  'a residual block as the whole network': residual(residual(chain(dense(5), tanh()), { multiplier: 0.5 })),
  'a shortcut that is a loop': residual(dense(5), { shortcut: repeat(2, chain(dense(5), softplus())) }),
  'dropout first, in a loop and last': chain(
    dropout(0.3),
    dense(6),
    repeat(3, dropout([0.1, 0.2, 0.3])),
    dense(3),
    dropout(0.2),
  ),
  'one value that is used many times': chain(dense(4), residual(residual(residual(tanh()))), dense(2)),
}

test.each(Object.entries(places))('gradients equal central differences: %s', async (_name, network) => {
  for (const loss of lossNames) expect(await worstError(network, { loss, batch: 7 })).toBeLessThan(1e-6)
})

const paddings = ['zero', 'circular', 'none'] as const

/** Options of convolutions of each kind, which the test uses in the first layer and in a later layer. */
const convolutions = paddings.flatMap((padding) =>
  [1, 2, 3, 4].flatMap((kernel) =>
    [1, 2, 3].map((stride) => ({ padding, kernel, stride, options: { padding, kernel, stride, init: wide } })),
  ),
)

test.each(convolutions)(
  'gradients of conv equal central differences: $padding padding, kernel $kernel, stride $stride',
  async ({ options }) => {
    const network = chain(
      conv(3, options),
      tanh(),
      conv(2, { ...options, kernel: Math.min(3, options.kernel), stride: 1 }),
      flatten(),
      dense(3),
    )
    expect(await worstError(network, { input: [2, 11, 13], batch: 2 })).toBeLessThan(1e-6)
  },
)

/**
 * Networks with image layers as the first layer, as the last layer, in loops, and with changing numbers of channels.
 */
const onImages: Record<string, Network> = {
  'pools, with one pool before all weights': chain(
    maxPool({ kernel: 3, stride: 2, padding: 'same' }),
    conv(3),
    tanh(),
    averagePool({ kernel: 2, stride: 1 }),
    conv(4),
    maxPool({ kernel: 2, stride: 1 }),
    dense(3),
  ),
  'windows that skip positions': chain(
    conv(3, { kernel: 2, stride: 3, padding: 'none' }),
    averagePool({ kernel: 1, stride: 2 }),
    dense(2),
  ),
  'globalAveragePool as the last layer': chain(conv(4), softplus(), conv(3), globalAveragePool()),
  'an image as the output': chain(conv(2), tanh(), conv(1, { stride: 2 })),
  'pools in loops': chain(
    conv(3),
    repeat(2, residual(chain(maxPool({ kernel: 3, stride: 1, padding: 'same' }), conv(3), tanh()))),
    globalAveragePool(),
    dense(2),
  ),
  'shortcuts that subsample positions and add channels of zeros': chain(
    conv(3),
    residual(chain(conv(5, { stride: 2 }), tanh()), { shortcut: subsample({ stride: 2, channels: 5 }) }),
    residual(chain(conv(9, { stride: 3 }), tanh()), { shortcut: subsample({ stride: 3, channels: 9 }) }),
    dense(2),
  ),
  'subsample as the first layer': chain(subsample({ stride: 2, channels: 4 }), conv(2), dense(2)),
  'scalar biases and multipliers': chain(
    scalarBias(),
    conv(3),
    residual(chain(scalarBias(), conv(3), tanh(), scalarBias()), { trainedMultiplier: true, multiplier: 0.5 }),
    globalAveragePool(),
    dense(2),
    scalarBias(),
  ),
  'scalar biases and multipliers in two loops': chain(
    conv(2),
    repeat(
      2,
      repeat(2, residual(chain(scalarBias(), conv(2), softplus()), { trainedMultiplier: true, multiplier: -0.25 })),
    ),
    dense(2),
  ),
  'scalar biases and multipliers without images': chain(
    flatten(),
    scalarBias(),
    dense(4),
    repeat(3, residual(chain(scalarBias(), dense(4), tanh()), { trainedMultiplier: true })),
    dense(2),
  ),
  'batchNorm first, in a loop and last': chain(
    batchNorm(),
    conv(3),
    repeat(2, chain(conv(3), batchNorm(), tanh())),
    conv(2, { stride: 2 }),
    batchNorm(),
  ),
}

test.each(Object.entries(onImages))(
  'gradients of image layers equal central differences: %s',
  async (_name, network) => {
    for (const loss of lossNames)
      expect(await worstError(network, { loss, input: [2, 7, 6], batch: 3 })).toBeLessThan(1e-6)
  },
)

/** Networks whose sums run over 256 rows or more, so that the sums are cut into parts. */
const ofManyRows: Record<string, Network> = {
  'batchNorm first, in a loop and last, over many rows': chain(
    batchNorm(),
    conv(2, { stride: 2 }),
    repeat(2, chain(conv(2, { kernel: 1 }), batchNorm(), tanh())),
    conv(1, { kernel: 1 }),
    batchNorm(),
  ),
  'scalar biases and multipliers over many rows, in a loop': chain(
    conv(2, { stride: 2 }),
    repeat(2, residual(chain(scalarBias(), conv(2, { kernel: 1 }), tanh()), { trainedMultiplier: true })),
    scalarBias(),
    globalAveragePool(),
    dense(2),
  ),
}

test.each(Object.entries(ofManyRows))(
  'gradients over many rows equal central differences: %s',
  async (_name, network) => {
    expect(await worstError(network, { input: [1, 24, 25], batch: 2, loss: 'squared-error' })).toBeLessThan(1e-6)
  },
)
