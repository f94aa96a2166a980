/** Numerical checks of the theory behind presets. */
import { expect, test } from 'vitest'
import { blueprintOf, ofKind } from '../../../test/support/preset-layers.ts'
import { initialize } from '../../blueprint/initialize.ts'
import { activations } from '../activations.ts'
import { normalizers, smooth } from './du.ts'
import { criticalPoints } from './vanilla-cnn.ts'

/**
 * The mean of f(z) for a standard normal z, by the trapezoidal rule, which is exact to rounding for analytic functions.
 */
function gaussianMean(f: (z: number) => number): number {
  const [steps, reach] = [4000, 12]
  let sum = 0
  for (let step = 0; step <= steps; step++) {
    const z = reach * ((2 * step) / steps - 1)
    sum += f(z) * Math.exp((-z * z) / 2)
  }
  return (sum * 2 * reach) / steps / Math.sqrt(2 * Math.PI)
}

test('vanilla-cnn is at criticality by default: chi_1 = 1 at the fixed point', () => {
  for (const [name, q] of [
    ['tanh', 0.0259],
    ['relu', 1],
    ['identity', 1],
  ] as const) {
    const point = criticalPoints[name]
    const slope = {
      tanh: (x: number) => 1 - Math.tanh(x) ** 2,
      relu: (x: number) => (x > 0 ? 1 : 0),
      identity: () => 1,
    }
    const [sw2, sb2] = [point?.sw2 ?? Number.NaN, point?.sb2 ?? Number.NaN]
    const phi = (z: number) => activations[name].value(Math.sqrt(q) * z, 0)
    const digits = name === 'relu' ? 2 : 12 // the trapezoidal rule is less exact at the kink of relu
    expect(sw2 * gaussianMean((z) => slope[name](Math.sqrt(q) * z) ** 2)).toBeCloseTo(1, digits)
    expect(sb2 + sw2 * gaussianMean((z) => phi(z) ** 2)).toBeCloseTo(q, digits)
  }
})

test('the gain of orthogonal weights in vanilla-cnn is sqrt(sw2)', () => {
  const inits = (text: string) => ofKind(text, 'conv').map(({ init }) => init)
  const gaussian = { kind: 'gaussian', sw2: 4, sb2: 0.5 }
  const others = [gaussian, gaussian, gaussian]
  expect(inits('vanilla-cnn:sw2=4,sb2=0.5')).toEqual([...others, { kind: 'deltaOrthogonal', gain: 2, sb2: 0.5 }])
  expect(inits('vanilla-cnn:sw2=4,sb2=0.5,init=orthogonal')).toEqual([
    ...others,
    { kind: 'orthogonal', gain: 2, sb2: 0.5 },
  ])
  expect(inits('vanilla-cnn:init=gaussian,sw2=4,sb2=0.5')).toEqual([...others, gaussian])
})

test('the networks of Du et al. (2018) have the scale c = 1/E[phi(z)^2]', () => {
  for (const name of smooth) {
    expect(normalizers[name] * gaussianMean((z) => activations[name].value(z, 0) ** 2)).toBeCloseTo(1, 12)
  }
})

test('hidden layers of Du et al. (2018) keep the norm 1, and branches have the factor c_res/(H sqrt(m))', () => {
  const text = 'du-fc:depth=1,width=4000,top=none'
  const weights = initialize(blueprintOf(text, [50]), 3).get('first.weight') ?? new Float64Array()
  const input = Array.from({ length: 50 }, () => 1 / Math.sqrt(50))
  const [{ factor }] = ofKind(text, 'scale')
  let square = 0
  for (let unit = 0; unit < 4000; unit++) {
    const product = input.reduce((sum, value, place) => sum + value * weights[50 * unit + place], 0)
    square += (Number(factor) * activations.softplus.value(product, 0)) ** 2
  }
  expect(Math.sqrt(square)).toBeCloseTo(1, 1)
  const branches = ofKind('du-resnet:depth=10,width=64,cres=0.25', 'residual').map(({ multiplier }) => multiplier)
  expect(branches).toEqual([0.25 / (10 * 8)])
})
