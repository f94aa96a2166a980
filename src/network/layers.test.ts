import { describe, expect, test } from 'vitest'
import { deltaOrthogonal, gaussian, he, normal, orthogonal, sparse } from './initializers.ts'
import {
  activation,
  batchNorm,
  chain,
  conv,
  dense,
  dropout,
  flatten,
  globalAveragePool,
  leakyRelu,
  maxPool,
  named,
  relu,
  repeat,
  residual,
  scale,
  shortcut,
  subsample,
} from './layers.ts'

function failure(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    return String(error)
  }
  return 'no error'
}

describe('constructors of layers:', () => {
  test('constructors return plain data with every default written out', () => {
    const network = chain(
      dense(64, { name: 'first' }),
      relu(),
      repeat(50, residual(chain(dense(64), leakyRelu()), { multiplier: 0.5 }), { name: 'hidden' }),
      batchNorm(),
      dense(10, { bias: false, init: gaussian({ sw2: 2 }), name: undefined }),
    )
    expect(JSON.stringify(network)).toMatchInlineSnapshot(
      `"{"kind":"chain","layers":[{"kind":"dense","name":"first","width":64,"bias":true,"init":{"kind":"he","gain":1,"fan":"in"}},{"kind":"activation","function":"relu"},{"kind":"repeat","name":"hidden","times":50,"block":{"kind":"residual","branch":{"kind":"chain","layers":[{"kind":"dense","width":64,"bias":true,"init":{"kind":"he","gain":1,"fan":"in"}},{"kind":"activation","function":"leakyRelu","slope":0.01}]},"multiplier":0.5,"trainedMultiplier":false}},{"kind":"batchNorm","scale":1,"epsilon":0.00001,"momentum":0.1},{"kind":"dense","width":10,"bias":false,"init":{"kind":"gaussian","sw2":2,"sb2":0}}]}"`,
    )
  })

  test('constructors freeze their results and copy lists in their arguments', () => {
    const rates = [0.1, 0.2]
    const network = repeat(2, chain(dense(3, { init: he([1, 2]) }), dropout(rates)))
    rates[0] = 0.9
    const parts: unknown[] = [network]
    for (const part of parts) {
      expect(Object.isFrozen(part)).toBe(true)
      if (typeof part === 'object' && part !== null) parts.push(...Object.values(part))
    }
    expect(JSON.stringify(network)).toContain('"rate":[0.1,0.2]')
  })

  test('the constructor named returns a copy of a layer under a name', () => {
    const block = chain(dense(3))
    expect(named('block', block)).toEqual({ ...block, name: 'block' })
    expect(block.name).toBeUndefined()
  })
})

test('an option of a layer with the value undefined counts as left out', () => {
  expect(conv(8, { kernel: undefined, name: undefined })).toEqual(conv(8))
  expect(activation('leakyRelu', { slope: undefined })).toEqual(leakyRelu())
  expect(activation('relu', { slope: undefined })).toStrictEqual(relu())
})

describe('shortcuts of He et al. (2015):', () => {
  test('shortcuts a and b are the identity if the size stays the same, but c is a projection', () => {
    expect(shortcut('a', { from: 16, channels: 16 })).toBeUndefined()
    expect(shortcut('b', { from: 16, channels: 16 })).toBeUndefined()
    expect(shortcut('c', { from: 16, channels: 16 })?.kind).toBe('chain')
  })

  test('shortcut a has no parameters, and shortcuts b and c are projections, which have biases if no norm follows', () => {
    const sizes = { from: 16, channels: 32, stride: 2 }
    expect(shortcut('a', sizes)).toEqual(subsample({ stride: 2, channels: 32 }))
    const projection = (bias: boolean) => conv(32, { kernel: 1, stride: 2, bias })
    expect(shortcut('b', sizes)).toEqual(chain(projection(false), batchNorm()))
    expect(shortcut('b', { ...sizes, norm: false })).toEqual(projection(true))
    expect(shortcut('c', { ...sizes, norm: false, bias: false, init: he(2) })).toEqual({
      ...projection(false),
      init: he(2),
    })
  })
})

describe('constructors refuse bad values:', () => {
  test.each([
    ['a negative width', () => dense(-3)],
    ['a width of 2.5', () => dense(2.5)],
    ['a width above the limit', () => dense(6_400_000_000)],
    ['a repeat of 0 iterations', () => repeat(0, relu())],
    ['a dropout rate of 1', () => dropout(1)],
    ['one bad value in a list', () => dropout([0, -0.1])],
    ['an infinite gain', () => orthogonal(Number.POSITIVE_INFINITY)],
    ['a negative variance', () => gaussian({ sw2: -1 })],
    ['a sparse initializer with 0 incoming weights', () => sparse({ incoming: 0 })],
    ['a name with a dot', () => dense(3, { name: 'stage2.dense1' })],
    ['an empty chain', () => chain()],
    ['an epsilon of zero', () => batchNorm({ epsilon: 0 })],
    ['a momentum above 1', () => batchNorm({ momentum: 2 })],
    ['a slope that is NaN', () => leakyRelu(Number.NaN)],
    ['a kernel of side 0', () => conv(3, { kernel: 0 })],
    ['a stride of one half', () => maxPool({ stride: 0.5 })],
    ['an infinite factor', () => scale(Number.POSITIVE_INFINITY)],
    ['a negative deviation', () => normal(-1)],
    ['a gain that is NaN', () => deltaOrthogonal(Number.NaN)],
    ['a kernel in place of options', () => conv(8, JSON.parse('3'))],
    ['null in place of options', () => dense(8, JSON.parse('null'))],
    ['a list in place of options', () => maxPool(JSON.parse('[0]'))],
    ['a slope in place of options', () => activation('leakyRelu', JSON.parse('0.2'))],
    ['a name in place of options', () => globalAveragePool(JSON.parse('"pool"'))],
    ['a shortcut in place of options', () => residual(relu(), JSON.parse(JSON.stringify(conv(8))))],
    ['a misspelled option', () => conv(8, JSON.parse('{"kernal": 5}'))],
    ['a width among the options', () => dense(8, JSON.parse('{"width": 5}'))],
    ['a kind among the options', () => flatten(JSON.parse('{"kind": "dense"}'))],
    ['variances in place of options', () => gaussian(JSON.parse('2'))],
    ['a misspelled variance', () => gaussian(JSON.parse('{"sw2": 2, "sb": 1}'))],
    ['incoming weights in place of options', () => sparse(JSON.parse('15'))],
    ['channels in place of options', () => shortcut('b', JSON.parse('32'))],
    ['a misspelled option of a shortcut', () => shortcut('b', JSON.parse('{"from": 8, "channels": 16, "strides": 2}'))],
    ['a number instead of a layer to be named', () => named('block', JSON.parse('3'))],
    ['an object without a kind instead of a layer to be named', () => named('block', JSON.parse('{"width": 3}'))],
    ['a shortcut with an unknown option', () => shortcut(JSON.parse('"d"'), { from: 8, channels: 16 })],
    ['a shortcut without the number of channels before the block', () => shortcut('a', JSON.parse('{"channels": 16}'))],
  ])('%s', (name, action) => {
    expect(`${name}: ${failure(action)}`).toMatchSnapshot()
  })
})
