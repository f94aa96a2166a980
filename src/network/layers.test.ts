import { describe, expect, test } from 'vitest'
import { gaussian, he, orthogonal, sparse } from './initialisers.ts'
import { batchNorm, chain, dense, dropout, leakyRelu, named, relu, repeat, residual } from './layers.ts'

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
  ])('%s', (name, action) => {
    expect(`${name}: ${failure(action)}`).toMatchSnapshot()
  })
})
