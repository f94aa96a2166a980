import { describe, expect, it } from 'vitest'
import { constant, gaussian, he, normal, orthogonal } from '../network/initializers.ts'
import { chain, conv, dense, leakyRelu, relu, repeat, residual, tanh } from '../network/layers.ts'
import { parseNetwork } from '../network/presets.ts'
import { rectifiersOnPath, withLeakySlope, withLeakyUnits } from './leaky.ts'

/** With the slope sqrt(3), the variance is divided by 1 + slope^2 = 4. */
const slope = Math.sqrt(3)

describe('A network with a leaky slope', () => {
  it('has weights that are smaller before each changed activation, and the same read-out', () => {
    const network = chain(
      dense(8, { init: he() }),
      relu(),
      conv(4, { init: gaussian({ sw2: 4, sb2: 1 }) }),
      relu(),
      dense(4, { init: orthogonal(2, 4) }),
      tanh(),
      dense(4, { init: normal(6) }),
      leakyRelu(0.1),
      dense(3, { init: constant(1) }),
    )
    const changed = withLeakySlope(network, slope)
    if (changed?.kind !== 'chain') throw new Error('no activation was changed')
    const close = (value: number) => expect.closeTo(value, 12)
    const inits = changed.layers.flatMap((layer) => ('init' in layer ? [layer.init] : []))
    expect(inits).toEqual([
      { kind: 'he', gain: close(0.5), fan: 'in' },
      { kind: 'gaussian', sw2: close(1), sb2: close(0.25) },
      orthogonal(2, 4),
      { kind: 'normal', deviation: close(6 * Math.sqrt(1.01 / 4)) },
      constant(1),
    ])
    const functions = changed.layers.flatMap((layer) => (layer.kind === 'activation' ? [layer.slope] : []))
    expect(functions).toEqual([slope, slope, undefined, slope])
  })

  it('has smaller weights after an activation that a branch starts with', () => {
    const block = residual(chain(relu(), dense(4, { init: gaussian({ sw2: 4 }) })))
    const changed = withLeakySlope(repeat(3, block), slope)
    const init = { kind: 'gaussian', sw2: expect.closeTo(1, 12), sb2: 0 }
    expect(changed).toMatchObject({ block: { branch: { layers: [{ slope }, { init }] } } })
  })

  it('keeps lists with a value for each iteration', () => {
    const changed = withLeakySlope(repeat(2, chain(dense(4, { init: he([1, 2]) }), relu())), slope)
    expect(changed).toMatchObject({
      block: { layers: [{ init: { gain: [expect.closeTo(0.5, 12), expect.closeTo(1, 12)] } }, {}] },
    })
  })

  it('does not exist without a ReLU, or if all slopes are larger already', () => {
    expect(withLeakySlope(parseNetwork('mlp:activation=tanh', { classes: 3 }), 0.3)).toBeUndefined()
    expect(withLeakyUnits(chain(dense(4), leakyRelu(-0.5), dense(3)), 0.3)).toBeUndefined()
    expect(withLeakyUnits(chain(dense(4), relu(), dense(3)), 0.3)).toEqual(chain(dense(4), leakyRelu(0.3), dense(3)))
  })
})

describe('The number of rectifiers on the longest path', () => {
  it('counts iterations, and the longer one of branch and shortcut', () => {
    expect(rectifiersOnPath(parseNetwork('mlp:depth=60', { classes: 3 }))).toBe(60)
    expect(rectifiersOnPath(parseNetwork('plain-20', { classes: 3 }))).toBe(19)
    expect(rectifiersOnPath(residual(relu(), { shortcut: chain(relu(), tanh(), leakyRelu()) }))).toBe(2)
  })
})
