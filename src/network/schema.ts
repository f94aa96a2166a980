/**
 * Schemas of layers: the only place with the rules for a single layer. The constructors and the JSON reader both use
 * the schemas. Every rule has its own message with the expected value, the value found, and the remedy. Each schema is
 * made at its first use, to save time for the help, which needs no schema. Making all schemas takes 28 ms, which is
 * half the time that Node itself needs to start.
 */
import { z } from 'zod'
import { grouped } from '../format/words.ts'
import { describeValue } from '../support/describe-value.ts'
import { nearest } from '../support/nearest.ts'
import { once } from '../support/once.ts'
import { activationNames } from './activations.ts'
import type { Initializer, Layer, Varying } from './network.ts'

/** Largest width or loop count. The limit keeps a typing error from requesting all memory of the machine. */
export const LARGEST_COUNT = 1_000_000

/** Largest side of a kernel, and largest stride. */
const LARGEST_SIDE = 1_000

interface SchemaIssue {
  readonly code?: string
  readonly input?: unknown
  readonly keys?: readonly string[]
}

function says(expected: string, remedy: string): { error: (failure: SchemaIssue) => string } {
  return { error: ({ input }) => `expected ${expected}, got ${describeValue(input)}. ${remedy}` }
}

function strict<S extends z.core.$ZodLooseShape>(shape: S) {
  const known = Object.keys(shape)
  return z.strictObject(shape, {
    error: ({ code, keys, input }: SchemaIssue) => {
      if (code !== 'unrecognized_keys' || keys === undefined)
        return `expected an object, got ${describeValue(input)}. Write {...}.`
      const close = nearest(keys[0], known)
      const remedy = close === undefined ? 'Remove the unknown field' : `Did you mean ${close}`
      return `expected the fields ${known.join(', ')}, got ${describeValue(keys[0])}. ${remedy}${close === undefined ? '.' : '?'}`
    },
  })
}

function variants(what: string, kinds: readonly string[]): { error: (failure: SchemaIssue) => string } {
  return {
    error: ({ input }) => {
      if (typeof input !== 'object' || input === null || Array.isArray(input)) {
        return `expected ${what}, got ${describeValue(input)}. Write {"kind": ...} with one of ${kinds.join(', ')}.`
      }
      const kind = 'kind' in input ? input.kind : undefined
      const close = typeof kind === 'string' ? nearest(kind, kinds) : undefined
      const remedy = close === undefined ? 'Choose a kind from the list.' : `Did you mean ${close}?`
      return `expected one of ${kinds.join(', ')}, got ${describeValue(kind)}. ${remedy}`
    },
  }
}

const wholeRange = `Give a whole number from 1 to ${grouped(LARGEST_COUNT)}.`
const whole = once(() =>
  z
    .int(says('a positive integer', wholeRange))
    .min(1, says('a positive integer', wholeRange))
    .max(LARGEST_COUNT, says(`at most ${grouped(LARGEST_COUNT)}`, wholeRange)),
)

function numberWhere(holds: (value: number) => boolean, expected: string, remedy: string) {
  return z.number(says(expected, remedy)).refine(holds, says(expected, remedy))
}

const listRemedy = 'A list gives one value for each iteration of the repeat around the layer.'

/** A schema for one number or a list of numbers. The list is copied, because the result is frozen. */
function varying(holds: (value: number) => boolean, expected: string) {
  const fits = (value: unknown) => typeof value === 'number' && holds(value)
  const fitsEach = (value: unknown) => Array.isArray(value) && value.length > 0 && value.every(fits)
  return z
    .custom<Varying>((value) => fits(value) || fitsEach(value), {
      error: ({ input }: SchemaIssue) => {
        const bad = Array.isArray(input) ? input.findIndex((value) => !fits(value)) : -1
        const found =
          Array.isArray(input) && bad >= 0
            ? `${describeValue(input[bad])} at position ${bad + 1} of a list`
            : describeValue(input)
        return `expected ${expected}, or a list of such numbers, got ${found}. ${listRemedy}`
      },
    })
    .transform((value) => (typeof value === 'number' ? value : [...value]))
}

const finite = Number.isFinite
const gain = once(() => varying(finite, 'a finite number').default(1))
const notNegative = once(() => varying((value) => value >= 0 && finite(value), 'a finite number of at least 0'))

const limit = once(() => varying(finite, 'a finite number'))

/** Whether no limit `from` of a uniform distribution exceeds its limit `to`, in any iteration of a loop. */
function areLimits({ from, to }: { readonly from: Varying; readonly to: Varying }): boolean {
  const [low, high] = [from, to].map((one) => (typeof one === 'number' ? [one] : one))
  const at = (list: readonly number[], index: number) => (list.length === 1 ? list[0] : list[index])
  return Array.from({ length: Math.max(low.length, high.length) }, (_, index) => index).every(
    // Lists of different lengths are refused by the blueprint, which knows the number of iterations.
    (index) => !(at(low, index) > at(high, index)),
  )
}

const uniformSchema = once(() =>
  strict({
    kind: z.literal('uniform'),
    from: limit().default(-1),
    to: limit().default(1),
    biases: z
      .enum(
        ['same', 'zero'],
        says('same or zero', 'Leave biases out to draw biases from the same distribution as the weights.'),
      )
      .default('same'),
  }).refine(areLimits, {
    path: ['from'],
    error: 'expected from at most as large as to, got a larger from. Exchange the two limits.',
  }),
)

export const initializerSchema = once(
  (): z.ZodType<Initializer> =>
    z.discriminatedUnion(
      'kind',
      [
        strict({ kind: z.literal('gaussian'), sw2: notNegative(), sb2: notNegative().default(0) }),
        strict({
          kind: z.literal('he'),
          gain: gain(),
          fan: z.enum(['in', 'out'], says('in or out', 'Leave fan out to use the default (in).')).default('in'),
        }),
        strict({ kind: z.literal('glorot'), gain: gain() }),
        strict({ kind: z.literal('lecun'), gain: gain() }),
        strict({ kind: z.literal('orthogonal'), gain: gain(), sb2: notNegative().default(0) }),
        strict({ kind: z.literal('deltaOrthogonal'), gain: gain(), sb2: notNegative().default(0) }),
        strict({ kind: z.literal('fanInUniform'), gain: gain() }),
        strict({
          kind: z.literal('varianceScaling'),
          scale: notNegative().default(1),
          mode: z
            .enum(['fanIn', 'fanOut', 'fanAverage'], says('fanIn, fanOut or fanAverage', 'The default is fanIn.'))
            .default('fanIn'),
          distribution: z
            .enum(
              ['uniform', 'normal', 'truncated'],
              says('uniform, normal or truncated', 'The default is truncated, as in Keras.'),
            )
            .default('truncated'),
        }),
        uniformSchema(),
        strict({ kind: z.literal('constant'), value: limit(), biasValue: limit().default(0) }),
        strict({ kind: z.literal('hardtMa') }),
        strict({ kind: z.literal('normal'), deviation: notNegative().default(1) }),
        strict({ kind: z.literal('identity'), gain: gain() }),
        strict({ kind: z.literal('zeros') }),
        strict({ kind: z.literal('sparse'), incoming: whole().default(15), deviation: notNegative().default(1) }),
      ],
      variants('an initializer', [
        'gaussian',
        'he',
        'glorot',
        'lecun',
        'orthogonal',
        'deltaOrthogonal',
        'fanInUniform',
        'varianceScaling',
        'uniform',
        'constant',
        'hardtMa',
        'normal',
        'identity',
        'zeros',
        'sparse',
      ]),
    ),
)

const nameRule = says(
  'a name of letters, digits, _ and -',
  'Names become part of tensor names, in which a dot separates layers.',
)
const name = once(() =>
  z
    .string(nameRule)
    .regex(/^[\w-]{0,100}$/, nameRule)
    .optional(),
)

const usualInit = once(() => initializerSchema().default({ kind: 'he', gain: 1, fan: 'in' }))

const trained = once(() =>
  z.literal(false, says('false or nothing', 'Leave trained out if the weights are trained.')).optional(),
)

const biasRule = says('true or false', 'Leave bias out to use the default (true).')

export const denseSchema = once(() =>
  strict({
    kind: z.literal('dense'),
    name: name(),
    width: whole(),
    bias: z.boolean(biasRule).default(true),
    init: usualInit(),
    trained: trained(),
  }),
)

const sideRange = says(`a whole number from 1 to ${LARGEST_SIDE}`, 'Kernels are square. A kernel side of 3 is usual.')
const side = once(() => z.int(sideRange).min(1, sideRange).max(LARGEST_SIDE, sideRange))
function stride(remedy: string) {
  const range = says(`a whole number from 1 to ${LARGEST_SIDE}`, remedy)
  return z.int(range).min(1, range).max(LARGEST_SIDE, range)
}
const poolStride = once(() => stride('Leave stride out to use the default (2).').default(2))

export const convSchema = once(() =>
  strict({
    kind: z.literal('conv'),
    name: name(),
    channels: whole(),
    kernel: side().default(3),
    stride: stride('Leave stride out to use the default (1).').default(1),
    padding: z
      .enum(
        ['zero', 'circular', 'none'],
        says('zero, circular or none', 'Leave padding out to use the default (zero).'),
      )
      .default('zero'),
    bias: z.boolean(biasRule).default(true),
    init: usualInit(),
    trained: trained(),
  }),
)

export const maxPoolSchema = once(() =>
  strict({
    kind: z.literal('maxPool'),
    name: name(),
    kernel: side().default(2),
    stride: poolStride(),
    padding: z
      .enum(['same', 'none'], says('same or none', 'Leave padding out to use the default (none).'))
      .default('none'),
  }),
)

export const averagePoolSchema = once(() =>
  strict({
    kind: z.literal('averagePool'),
    name: name(),
    kernel: side().default(2),
    stride: poolStride(),
  }),
)

export const globalAveragePoolSchema = once(() => strict({ kind: z.literal('globalAveragePool'), name: name() }))

export const subsampleSchema = once(() =>
  strict({
    kind: z.literal('subsample'),
    name: name(),
    stride: stride('A stride of 1 keeps every position.'),
    channels: whole(),
  }),
)

/** The arguments of the constructor `shortcut`, which builds layers of other kinds. */
export const shortcutSchema = once(() =>
  strict({
    option: z.enum(['a', 'b', 'c'], says('a, b or c', 'The options a, b and c are the shortcuts of He et al. (2015).')),
    from: whole(),
    channels: whole(),
    stride: stride('Leave stride out to use the default (1).').default(1),
    norm: z.boolean(says('true or false', 'Leave norm out to use the default (true).')).default(true),
    bias: z.boolean(says('true or false', 'Leave bias out to use the default (true without a norm).')).optional(),
    init: initializerSchema().optional(),
  }),
)

export const scalarBiasSchema = once(() => strict({ kind: z.literal('scalarBias'), name: name() }))

export const scaleSchema = once(() =>
  strict({
    kind: z.literal('scale'),
    name: name(),
    factor: varying(finite, 'a finite number'),
  }),
)

const slopeRule = says(
  'a finite slope with leakyRelu, and no slope with any other function',
  'PyTorch uses a slope of 0.01.',
)
export const activationSchema = once(() =>
  strict({
    kind: z.literal('activation'),
    name: name(),
    function: z.enum(activationNames, says(`one of ${activationNames.join(', ')}`, 'Choose a function from the list.')),
    slope: z.number(slopeRule).optional(),
  }).refine((layer) => (layer.function === 'leakyRelu') === (layer.slope !== undefined), {
    path: ['slope'],
    error: 'expected a slope with leakyRelu, and no slope with any other function. PyTorch uses a slope of 0.01.',
  }),
)

export const preluSchema = once(() =>
  strict({
    kind: z.literal('prelu'),
    name: name(),
    slope: numberWhere(finite, 'a finite number', 'PyTorch starts the slopes at 0.25.').default(0.25),
    shared: z.boolean(says('true or false', 'Leave shared out to use the default (false).')).default(false),
  }),
)

export const softmaxSchema = once(() => strict({ kind: z.literal('softmax'), name: name() }))

export const dropoutSchema = once(() =>
  strict({
    kind: z.literal('dropout'),
    name: name(),
    rate: varying((rate) => rate >= 0 && rate < 1, 'a number from 0 to below 1'),
  }),
)

const epsilon = once(() =>
  numberWhere(
    (value) => value > 0 && finite(value),
    'a positive number',
    'The epsilon is added to the variance. An epsilon of 1e-5 is usual.',
  ).default(1e-5),
)

export const layerNormSchema = once(() => strict({ kind: z.literal('layerNorm'), name: name(), epsilon: epsilon() }))

export const batchNormSchema = once(() =>
  strict({
    kind: z.literal('batchNorm'),
    name: name(),
    scale: numberWhere(
      finite,
      'a finite number',
      'Leave scale out to use the default (1). A scale of 0 makes a residual branch start at zero.',
    ).default(1),
    epsilon: epsilon(),
    momentum: numberWhere(
      (value) => value >= 0 && value <= 1,
      'a number from 0 to 1',
      'A momentum of 0.1 is usual.',
    ).default(0.1),
  }),
)

export const flattenSchema = once(() => strict({ kind: z.literal('flatten'), name: name() }))

const inner = once((): z.ZodType<Layer> => z.lazy(() => layerSchema()))
const members = says('a list of at least one layer', 'Put the layers into [...].')

export const chainSchema = once(() =>
  strict({
    kind: z.literal('chain'),
    name: name(),
    layers: z.array(inner(), members).min(1, members),
  }),
)

export const residualSchema = once(() =>
  strict({
    kind: z.literal('residual'),
    name: name(),
    branch: inner(),
    multiplier: varying(finite, 'a finite number').default(1),
    trainedMultiplier: z
      .boolean(says('true or false', 'Leave trainedMultiplier out to use the default (false).'))
      .default(false),
    shortcut: inner().optional(),
  }),
)

export const repeatSchema = once(() =>
  strict({ kind: z.literal('repeat'), name: name(), times: whole(), block: inner() }),
)

export const layerSchema = once(
  (): z.ZodType<Layer> =>
    z.discriminatedUnion(
      'kind',
      [
        denseSchema(),
        convSchema(),
        maxPoolSchema(),
        averagePoolSchema(),
        globalAveragePoolSchema(),
        subsampleSchema(),
        scalarBiasSchema(),
        scaleSchema(),
        activationSchema(),
        preluSchema(),
        softmaxSchema(),
        dropoutSchema(),
        layerNormSchema(),
        batchNormSchema(),
        flattenSchema(),
        chainSchema(),
        residualSchema(),
        repeatSchema(),
      ],
      variants('a layer', [
        'dense',
        'conv',
        'maxPool',
        'averagePool',
        'globalAveragePool',
        'subsample',
        'scalarBias',
        'scale',
        'activation',
        'prelu',
        'softmax',
        'dropout',
        'layerNorm',
        'batchNorm',
        'flatten',
        'chain',
        'residual',
        'repeat',
      ]),
    ),
)
