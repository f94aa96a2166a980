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

describe('constructors', () => {
  test('give plain data with every default written out', () => {
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

  test('freeze what they give, and copy what they are given', () => {
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

  test('named gives a copy under a name', () => {
    const block = chain(dense(3))
    expect(named('block', block)).toEqual({ ...block, name: 'block' })
    expect(block.name).toBeUndefined()
  })
})

test('options may be left undefined', () => {
  expect(conv(8, { kernel: undefined, name: undefined })).toEqual(conv(8))
  expect(activation('leakyRelu', { slope: undefined })).toEqual(leakyRelu())
  expect(activation('relu', { slope: undefined })).toStrictEqual(relu())
})

describe('shortcuts of He et al. (2015)', () => {
  test('are the identity where the size stays, but for c', () => {
    expect(shortcut('a', { from: 16, channels: 16 })).toBeUndefined()
    expect(shortcut('b', { from: 16, channels: 16 })).toBeUndefined()
    expect(shortcut('c', { from: 16, channels: 16 })?.kind).toBe('chain')
  })

  test('a has no parameters, b and c are projections, with biases where no norm follows', () => {
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

describe('bad values are refused', () => {
  test.each([
    ['a negative width', () => dense(-3)],
    ['half a unit', () => dense(2.5)],
    ['a width that is a slip', () => dense(6_400_000_000)],
    ['a repeat of nothing', () => repeat(0, relu())],
    ['a rate of 1', () => dropout(1)],
    ['one bad value in a list', () => dropout([0, -0.1])],
    ['an infinite gain', () => orthogonal(Number.POSITIVE_INFINITY)],
    ['a negative variance', () => gaussian({ sw2: -1 })],
    ['no incoming weights', () => sparse({ incoming: 0 })],
    ['a name with a dot', () => dense(3, { name: 'stage2.dense1' })],
    ['an empty chain', () => chain()],
    ['an epsilon of zero', () => batchNorm({ epsilon: 0 })],
    ['a momentum above 1', () => batchNorm({ momentum: 2 })],
    ['a slope that is no number', () => leakyRelu(Number.NaN)],
    ['a kernel of nothing', () => conv(3, { kernel: 0 })],
    ['half a stride', () => maxPool({ stride: 0.5 })],
    ['an infinite factor', () => scale(Number.POSITIVE_INFINITY)],
    ['a negative deviation', () => normal(-1)],
    ['a gain that is no number', () => deltaOrthogonal(Number.NaN)],
    ['a kernel in place of options', () => conv(8, JSON.parse('3'))],
    ['nothing in place of options', () => dense(8, JSON.parse('null'))],
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
    ['a name for what is no layer', () => named('block', JSON.parse('3'))],
    ['a name for what is no kind of layer', () => named('block', JSON.parse('{"width": 3}'))],
    ['a shortcut of no kind', () => shortcut(JSON.parse('"d"'), { from: 8, channels: 16 })],
    ['a shortcut that comes from nowhere', () => shortcut('a', JSON.parse('{"channels": 16}'))],
  ])('%s', (name, action) => {
    expect(`${name}: ${failure(action)}`).toMatchSnapshot()
  })
})
