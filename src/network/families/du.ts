/**
 * The networks for which Du et al. (2018) prove that training converges: H hidden layers of width m, weights N(0, 1)
 * and no biases. The scale is part of the network: x_1 = sqrt(c/m) phi(W_1 x) with c = 1/E[phi(z)^2] for a standard
 * normal z. The hidden layers after the first one differ between the presets:
 * - du-fc: x_h = sqrt(c/m) phi(W_h x_{h-1}).
 * - du-resnet: x_h = x_{h-1} + c_res/(H sqrt(m)) phi(W_h x_{h-1}), with a skip connection at every layer.
 * - du-conv-resnet: the formula of du-resnet with 3x3 patches and zeros beyond the border.
 * Each output of the network is a dot product a . x_H over all positions, with a ~ N(0, 1). The theorems of Du et al.
 * need inputs of norm 1, the loss 1/2 (f - y)^2, and a phi that is smooth, Lipschitz, analytic and no polynomial.
 */
import type { ActivationName } from '../activations.ts'
import { frameworkMeans, frameworkNames, frameworkStart } from '../framework-starts.ts'
import { normal } from '../initializers.ts'
import { activation, chain, conv, dense, named, repeat, residual, scale } from '../layers.ts'
import type { Initializer, Layer } from '../network.ts'
import { choice, number, topOption, whole } from '../option-kinds.ts'
import type { PresetActivation } from '../preset-activations.ts'
import { DEFAULT_DEPTH, DEFAULT_WIDTH, LARGEST_DEPTH } from '../preset-options.ts'
import { type PresetText, presetError, take } from '../preset-text.ts'
import { LARGEST_COUNT } from '../schema.ts'
import { cifar, type Family } from './family.ts'

/** The activations to which the theorems of Du et al. (2018) apply. */
export const smooth = [
  'softplus',
  'tanh',
  'sigmoid',
  'silu',
  'mish',
  'gelu',
  'erf',
] as const satisfies readonly ActivationName[]

type SmoothName = (typeof smooth)[number]

/** c = 1/E[phi(z)^2] for each activation phi of the theorems of Du et al. (2018). */
export const normalizers = {
  softplus: 1.0854865029883436,
  tanh: 2.536175433217451,
  sigmoid: 3.408559841623103,
  silu: 2.810761124074474,
  mish: 2.210715729937989,
  gelu: 2.351715614073378,
  erf: 2.152578860607596,
} as const satisfies Record<SmoothName, number>

const activationOption = choice<SmoothName>(smooth, 'softplus', 'the smooth function after each hidden layer')

/** The reason why the theorems don't apply to an activation. */
const faults: ReadonlyMap<string, string> = new Map(
  Object.entries({
    relu: 'with a kink at 0',
    relu6: 'with kinks at 0 and 6',
    leakyRelu: 'with a kink at 0',
    prelu: 'with a kink at 0',
    elu: 'with a bend at 0',
    hardSwish: 'with kinks at -3 and 3',
    softsign: 'with a bend at 0',
    selu: 'with a kink at 0',
    identity: 'a polynomial',
  } satisfies Record<Exclude<PresetActivation, SmoothName>, string>),
)

const depth = whole({ to: LARGEST_DEPTH }, DEFAULT_DEPTH, 'H, the number of hidden layers, without the read-out')
const init = choice(
  frameworkNames,
  "the paper's",
  `initial weights; ${frameworkMeans}, for which the theorems of Du et al. (2018) do not hold`,
)
const common = { depth, activation: activationOption, init, top: topOption }
const width = whole({ to: LARGEST_COUNT }, DEFAULT_WIDTH, 'm, the number of units of every hidden layer')
const channels = whole({ to: LARGEST_COUNT }, 16, 'm, the number of channels of every hidden layer')
const cres = number(
  'a number above 0 and below 1',
  (value) => value > 0 && value < 1,
  '0.5',
  'c_res; each residual branch is multiplied by c_res/(H sqrt(m))',
)

function readActivation(text: PresetText): SmoothName {
  const written = text.options.get('activation') ?? ''
  const fault = faults.get(written)
  if (fault === undefined) return take(text, 'activation', activationOption) ?? 'softplus'
  const expected = 'an activation that is smooth, analytic and no polynomial, as the theorems of Du et al. (2018) need'
  const found = `${written} (${fault})`
  throw presetError(`${text.name}:activation=${written}`, expected, found, `Take one of ${smooth.join(', ')}.`)
}

function readInitializer(text: PresetText): Initializer {
  const framework = take(text, 'init', init)
  return framework === undefined ? normal() : frameworkStart(text, framework)
}

interface Sizes {
  /** The number m of units of a dense hidden layer, or of channels of a convolution. */
  readonly width: number
  readonly classes: number
  /** Makes a hidden layer's product with its weights: a dense layer or a convolution without biases. */
  readonly product: () => Layer
  /** The constant c_res of the residual branches. Undefined if the network has no skip connections. */
  readonly cres?: number
}

function network(text: PresetText, { width: m, classes, product, cres: factor }: Sizes) {
  const hidden = take(text, 'depth', depth) ?? DEFAULT_DEPTH
  const name = readActivation(text)
  const scaled = () => scale(Math.sqrt(normalizers[name] / m))
  const block =
    factor === undefined
      ? chain(product(), activation(name), scaled())
      : residual(chain(product(), activation(name)), { multiplier: factor / (hidden * Math.sqrt(m)) })
  const readout = dense(classes, { name: 'readout', bias: false, init: readInitializer(text) })
  return chain(
    named('first', product()),
    activation(name),
    scaled(),
    ...(hidden > 1 ? [repeat(hidden - 1, block, { name: 'hidden' })] : []),
    ...(take(text, 'top', topOption) === 'none' ? [] : [readout]),
  )
}

const onFeatures = { group: 'du', input: [784], classes: 10 } as const

const multiplierOf = (text: PresetText) => take(text, 'cres', cres) ?? 0.5

function denseSizes(text: PresetText, classes: number): Sizes {
  const m = take(text, 'width', width) ?? DEFAULT_WIDTH
  return { width: m, classes, product: () => dense(m, { bias: false, init: readInitializer(text) }) }
}

export const duFamilies: readonly Family[] = [
  {
    ...onFeatures,
    stem: 'du-fc',
    means: 'dense layers with the scaling of Du et al. (2018)',
    options: { ...common, width },
    build: (text, _numbers, { classes }) => network(text, denseSizes(text, classes)),
  },
  {
    ...onFeatures,
    stem: 'du-resnet',
    means: 'dense layers with the scaling of Du et al. (2018), all but the first with a skip connection',
    options: { ...common, width, cres },
    build: (text, _numbers, { classes }) => network(text, { ...denseSizes(text, classes), cres: multiplierOf(text) }),
  },
  {
    ...cifar,
    group: 'du',
    stem: 'du-conv-resnet',
    means: '3x3 convolutions with the scaling of Du et al. (2018), all but the first with a skip connection',
    options: { ...common, channels, cres },
    build: (text, _numbers, { classes }) => {
      const m = take(text, 'channels', channels) ?? 16
      const product = () => conv(m, { bias: false, init: readInitializer(text) })
      return network(text, { width: m, classes, product, cres: multiplierOf(text) })
    },
  },
]
