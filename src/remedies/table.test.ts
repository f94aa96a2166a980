import { describe, expect, it } from 'vitest'
import { images, networkOf, points, taskOf, writtenConvolutions, writtenOut } from '../../test/support/remedy-tasks.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { initialize } from '../blueprint/initialize.ts'
import { adam, adamw } from '../graph/optimizers/adam.ts'
import { networkFromJson } from '../network/json.ts'
import type { Network } from '../network/network.ts'
import { resolveLayerRates } from '../settings/layer-rates.ts'
import type { Treatable } from './remedy.ts'
import { remedies, remedyNames } from './table.ts'

/** The words of each remedy that applies to the training. */
const wordsFor = (task: Treatable): Record<string, string> =>
  Object.fromEntries(
    remedyNames.flatMap((name) => {
      const treatment = remedies[name].apply(task)
      return treatment === undefined ? [] : [[name, treatment.words]]
    }),
  )

/** The remedies that do not apply to the training. */
const lacking = (task: Treatable): string[] => remedyNames.filter((name) => remedies[name].apply(task) === undefined)

describe('The table of remedies:', () => {
  it('a deep ReLU network has these remedies', () => {
    expect(wordsFor(taskOf('mlp:depth=10'))).toMatchInlineSnapshot(`
      {
        "SELU": "replace the hidden activations by SELU, and draw the weights with LeCun's variance 1/fanIn",
        "batch normalization": "add batch normalization before each hidden activation",
        "clipped gradients": "limit the norm of the gradient to 1",
        "critical tanh": "replace the hidden activations by tanh at its critical point, with weights of variance 1.76/fanIn and biases of variance 0.05",
        "dropout": "add dropout of 0.2 after each hidden activation",
        "fewer layers": "keep only 1 of the 9 copies of hidden",
        "layer normalization": "add layer normalization before each hidden activation",
        "leaky units": "replace ReLU by leaky ReLU with the slope 0.1",
        "orthogonal weights": "draw orthogonal weights with the gain that keeps the signal",
        "rates by layer": "give each layer its own rate, from 0.0313 times the rate in readout to 32 times the rate in first",
        "rescaled weights": "rescale the initial weights by LSUV",
        "residual links": "add a skip connection around each of the 9 hidden layers, multiplied by 1/9",
        "residual links from zero": "add a skip connection around each of the 9 hidden layers, multiplied by a trained number that starts at 0",
        "warm-up": "raise the rate evenly to its full value over the first 20 steps",
        "weight decay": "add a weight decay of 0.0001",
        "wider layers": "make every hidden layer 4 times as wide",
      }
    `)
  })

  it('a residual network has these remedies', () => {
    expect(wordsFor(taskOf('residual-mlp:block=pre,multiplier=1'))).toMatchInlineSnapshot(`
      {
        "SELU": "replace the hidden activations by SELU, and draw the weights with LeCun's variance 1/fanIn",
        "batch normalization": "add batch normalization before each hidden activation",
        "clipped gradients": "limit the norm of the gradient to 1",
        "critical tanh": "replace the hidden activations by tanh at its critical point, with weights of variance 1.76/fanIn and biases of variance 0.05",
        "dropout": "add dropout of 0.2 after each hidden activation",
        "fewer layers": "keep only 1 of the 3 copies of hidden",
        "layer normalization": "add layer normalization before each hidden activation",
        "leaky units": "replace ReLU by leaky ReLU with the slope 0.1",
        "multiplier 1/L": "multiply each of the 3 residual branches by 1/3",
        "multiplier 1/sqrt(L)": "multiply each of the 3 residual branches by 1/sqrt(3)",
        "orthogonal weights": "draw orthogonal weights with the gain that keeps the signal",
        "rates by layer": "give each layer its own rate, from 0.25 times the rate in readout to 4 times the rate in first",
        "rescaled weights": "rescale the initial weights by LSUV",
        "warm-up": "raise the rate evenly to its full value over the first 20 steps",
        "weight decay": "add a weight decay of 0.0001",
        "wider layers": "make every hidden layer 4 times as wide",
        "zero multiplier": "multiply each residual branch by a trained number that starts at 0",
      }
    `)
  })

  it('a plain convolutional network with batch norm has these remedies', () => {
    expect(wordsFor(taskOf('plain-20', images))).toMatchInlineSnapshot(`
      {
        "SELU": "replace the hidden activations by SELU, and draw the weights with LeCun's variance 1/fanIn",
        "augmentation": "vary the training images by random crops and flips",
        "clipped gradients": "limit the norm of the gradient to 1",
        "critical tanh": "replace the hidden activations by tanh at its critical point, with weights of variance 1.76/fanIn and biases of variance 0.05",
        "delta-orthogonal weights": "draw delta-orthogonal kernels for the hidden convolutions, and orthogonal weights elsewhere",
        "dropout": "add dropout of 0.2 after each hidden activation",
        "fewer layers": "keep only 1 of the 3 copies of stage1.block, 1 of the 2 copies of stage2.block and 1 of the 2 copies of stage3.block",
        "leaky slope by depth": "replace ReLU by leaky ReLU with the slope 0.164, and scale the weights to keep the signal",
        "leaky units": "replace ReLU by leaky ReLU with the slope 0.1",
        "orthogonal weights": "draw orthogonal weights with the gain that keeps the signal",
        "rates by layer": "give each layer its own rate, from 0.0156 times the rate in readout to 64 times the rate in stem.conv1",
        "rescaled weights": "rescale the initial weights by LSUV",
        "residual links": "add a skip connection around each of the 9 hidden blocks, multiplied by 1/9",
        "residual links from zero": "add a skip connection around each of the 9 hidden blocks, multiplied by a trained number that starts at 0",
        "warm-up": "raise the rate evenly to its full value over the first 20 steps",
        "weight decay": "add a weight decay of 0.0001",
        "wider layers": "make every hidden layer 4 times as wide",
      }
    `)
  })

  it('sigmoid layers that are written out and trained with Adam have these remedies', () => {
    expect(wordsFor(taskOf(writtenOut, points, { optimizer: adamw() }))).toMatchInlineSnapshot(`
      {
        "He weights": "draw the weights with Glorot's variance 2/(fanIn + fanOut), and start the biases at 0",
        "ReLU": "replace the hidden activations by ReLU, and draw the weights with He's variance 2/fanIn",
        "SELU": "replace the hidden activations by SELU, and draw the weights with LeCun's variance 1/fanIn",
        "batch normalization": "add batch normalization before each hidden activation",
        "clipped gradients": "limit the norm of the gradient to 1",
        "critical tanh": "replace the hidden activations by tanh at its critical point, with weights of variance 1.76/fanIn and biases of variance 0.05",
        "critical weights": "draw the weights at the critical point of sigmoid (weights of variance 121/fanIn, biases of variance 9.08)",
        "fewer layers": "keep only 1 of the 4 copies of dense2",
        "layer normalization": "add layer normalization before each hidden activation",
        "no regularization": "turn off dropout and weight decay",
        "orthogonal weights": "draw orthogonal weights with the gain that keeps the signal",
        "rates by layer": "give each layer its own rate, from 0.177 times the rate in dense6 to 5.66 times the rate in dense1",
        "rescaled weights": "rescale the initial weights by LSUV",
        "rescaled weights, zero biases": "start the biases at 0, and rescale the initial weights by LSUV",
        "residual links": "add a skip connection around each of the 4 hidden layers, multiplied by 1/4",
        "residual links from zero": "add a skip connection around each of the 4 hidden layers, multiplied by a trained number that starts at 0",
        "small epsilon": "lower the optimizer's epsilon from 1e-8 to 1e-16",
        "warm-up": "raise the rate evenly to its full value over the first 20 steps",
        "wider layers": "make every hidden layer 4 times as wide",
      }
    `)
  })

  it('convolutions that are written out have these remedies', () => {
    expect(wordsFor(taskOf(writtenConvolutions, images, { augment: 'pad-crop-flip' }))).toMatchInlineSnapshot(`
      {
        "He weights": "draw the weights with He's variance 2/fanIn, and start the biases at 0",
        "SELU": "replace the hidden activations by SELU, and draw the weights with LeCun's variance 1/fanIn",
        "batch normalization": "add batch normalization before each hidden activation",
        "clipped gradients": "limit the norm of the gradient to 1",
        "critical tanh": "replace the hidden activations by tanh at its critical point, with weights of variance 1.76/fanIn and biases of variance 0.05",
        "delta-orthogonal weights": "draw delta-orthogonal kernels for the hidden convolutions, and orthogonal weights elsewhere",
        "dropout": "add dropout of 0.2 after each hidden activation",
        "leaky units": "replace ReLU by leaky ReLU with the slope 0.1",
        "no regularization": "turn off the variation of images",
        "orthogonal weights": "draw orthogonal weights with the gain that keeps the signal",
        "rates by layer": "give each layer its own rate, from 0.25 times the rate in dense2 to 4 times the rate in conv1",
        "rescaled weights": "rescale the initial weights by LSUV",
        "residual links": "add a skip connection around each of the 2 hidden layers, multiplied by 1/2",
        "residual links from zero": "add a skip connection around each of the 2 hidden layers, multiplied by a trained number that starts at 0",
        "warm-up": "raise the rate evenly to its full value over the first 20 steps",
        "weight decay": "add a weight decay of 0.0001",
        "wider layers": "make every hidden layer 4 times as wide",
      }
    `)
  })

  it('a single layer has few remedies', () => {
    const task = taskOf({ kind: 'dense', width: 10, init: { kind: 'glorot' } })
    expect(wordsFor(task)).toMatchInlineSnapshot(`
      {
        "clipped gradients": "limit the norm of the gradient to 1",
        "orthogonal weights": "draw orthogonal weights with the gain that keeps the signal",
        "rescaled weights": "rescale the initial weights by LSUV",
        "warm-up": "raise the rate evenly to its full value over the first 20 steps",
        "weight decay": "add a weight decay of 0.0001",
      }
    `)
  })

  it('a network that a remedy has changed has this remedy no more', () => {
    for (const name of remedyNames) {
      const [once] = [taskOf('mlp:depth=10'), taskOf(writtenOut, points, { optimizer: adam() })].flatMap((task) => {
        const treatment = remedies[name].apply(task)
        return treatment === undefined ? [] : [{ ...task, ...treatment }]
      })
      if (once === undefined || name === 'fewer layers' || name === 'wider layers' || name === 'rates by layer')
        continue
      expect(lacking(once), name).toContain(name)
    }
  })
})

describe('Every remedy', () => {
  const sources: readonly (readonly [unknown, typeof points])[] = [
    ['mlp:depth=10', points],
    ['mlp:depth=6,norm=layer,dropout=0.1', points],
    ['residual-mlp', points],
    ['residual-mlp:block=two-layer,remedy=rezero', points],
    [writtenOut, points],
    ['plain-20', images],
    ['cifar-resnet-20:remedy=fixup', images],
    ['cifar-resnet-14:shortcut=b', images],
    ['vgg-11', images],
    ['vanilla-cnn:depth=5', images],
    [writtenConvolutions, images],
  ]

  it('gives a network that fits the data, can be stored as JSON, and has rates for layers that exist', () => {
    for (const [source, data] of sources) {
      const task = taskOf(source, data, { layerRates: firstRate(networkOf(source, data), data.shape) })
      for (const name of remedyNames) {
        const treatment = remedies[name].apply(task)
        if (treatment === undefined) continue
        const { network, settings, words } = treatment
        const blueprint = createBlueprint(network, data.shape)
        expect(blueprint.output, name).toEqual([10])
        expect(networkFromJson(JSON.parse(JSON.stringify(network)))).toEqual(network)
        expect(() => resolveLayerRates(blueprint, settings.layerRates)).not.toThrow()
        expect(words, name).toMatch(/^[a-z].*[^.]$/)
        expect({ network, settings }, `${name} changes nothing`).not.toEqual({
          network: task.network,
          settings: task.settings,
        })
      }
    }
  })

  it('that adds links, norms, dropout or slopes leaves the drawn weights as they are', () => {
    const added = [
      'residual links',
      'residual links from zero',
      'batch normalization',
      'layer normalization',
      'dropout',
      'leaky units',
    ] as const
    for (const [source, data] of sources.filter(([, { shape }]) => shape.length === 1)) {
      const task = taskOf(source, data)
      const before = initialize(createBlueprint(task.network, data.shape), 5)
      for (const name of added) {
        const treatment = remedies[name].apply(task)
        if (treatment === undefined) continue
        const after = initialize(createBlueprint(treatment.network, data.shape), 5)
        for (const [parameter, values] of before) {
          if (/norm/i.test(parameter)) continue
          expect(after.get(parameter)?.join(), `${name}: ${parameter}`).toBe(values.join())
        }
      }
    }
  })

  it('says in one sentence what it changes', () => {
    for (const name of remedyNames) expect(remedies[name].about).toMatch(/^[a-z][^.]*( 0\.\d+)?[^.]*$/)
  })
})

/** A rate of the first layer with weights. */
function firstRate(network: Network, shape: readonly number[]): Record<string, number> {
  const parameter = createBlueprint(network, shape).parameters.find(({ role }) => role === 'weight')
  return parameter === undefined ? {} : { [parameter.name.slice(0, parameter.name.lastIndexOf('.'))]: 0.5 }
}
