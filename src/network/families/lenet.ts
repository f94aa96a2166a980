/**
 * LeNet-5 (LeCun et al. 1998) in its modern form. Two 5x5 convolutions with 6 and 16 channels are each followed by a 2x2
 * pooling. Two hidden dense layers of 120 and 84 units and the read-out follow. All 16 channels of the second convolution
 * read all 6 channels of the first one, the poolings have no trained coefficients, and the read-out is dense.
 *
 * The first convolution keeps the size of images smaller than 32 x 32 pixels. On larger images the first convolution
 * has no padding, as in the paper. So images of 28 x 28 and of 32 x 32 give the same maps.
 */
import { frameworkMeans, frameworkNames, frameworkStart, isFramework } from '../framework-starts.ts'
import { averagePool, chain, conv, dense, maxPool, named } from '../layers.ts'
import { choice, topOption } from '../option-kinds.ts'
import { activationLayer, initializerOf, type PresetActivation, presetActivations } from '../preset-activations.ts'
import { denseOptions, initializers, readSlope } from '../preset-options.ts'
import { presetError, take } from '../preset-text.ts'
import { type Family, oneOf } from './family.ts'
import { plainOptions } from './style.ts'

/** Side of the images of the paper, whose first convolution has no padding. */
const paperSide = 32
/** Smallest side of an image that leaves one position after the last pooling. */
const smallestSide = 12

const pools = { average: averagePool, max: maxPool } as const

const options = {
  activation: choice<PresetActivation>(presetActivations, 'tanh', 'the function after each layer but the read-out'),
  slope: denseOptions.slope,
  pool: choice(['average', 'max'], 'average', 'pooling after each convolution'),
  init: choice(
    ['he', 'glorot', 'lecun', 'orthogonal', ...frameworkNames],
    denseOptions.init.fallback,
    `initial weights of all layers; ${frameworkMeans}`,
  ),
  gain: plainOptions.gain,
  top: topOption,
} as const

export const lenetFamily: Family = {
  group: 'lenet',
  stem: 'lenet',
  numbers: oneOf(5),
  means: 'two convolutions with poolings, and three dense layers (LeCun et al. 1998)',
  options,
  input: [1, 28, 28],
  classes: 10,
  build: (text, _numbers, { classes, input = [1, 28, 28] }) => {
    const side = Math.min(input[1], input[2])
    if (side < smallestSide) {
      const expected = `images of at least ${smallestSide} x ${smallestSide} pixels`
      throw presetError(text.name, expected, input.join('x'), 'Take a dense preset, such as mlp.')
    }
    const name = take(text, 'activation', options.activation) ?? 'tanh'
    const slope = readSlope(text, name)
    const pool = pools[take(text, 'pool', options.pool) ?? 'average']
    const start = take(text, 'init', options.init) ?? initializerOf(name)
    const init = isFramework(start)
      ? frameworkStart(text, start, ['gain'])
      : initializers[start](take(text, 'gain', options.gain))
    const phi = () => activationLayer(name, slope)
    return chain(
      conv(6, { kernel: 5, padding: side < paperSide ? 'zero' : 'none', init }),
      phi(),
      named('pool1', pool()),
      conv(16, { kernel: 5, padding: 'none', init }),
      phi(),
      named('pool2', pool()),
      dense(120, { name: 'hidden1', init }),
      phi(),
      dense(84, { name: 'hidden2', init }),
      phi(),
      ...(take(text, 'top', options.top) === 'none' ? [] : [dense(classes, { name: 'readout', init })]),
    )
  },
}
