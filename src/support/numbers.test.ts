import { describe, expect, test } from 'vitest'
import { cos, erf, exp, log, normalDensity, normalDistribution, normalQuantile, sin, tanh } from './numbers.ts'
import { createRandom } from './random.ts'

/** The largest relative error |ours - theirs| / |theirs| over 20,000 random arguments. */
function worstError(ours: (x: number) => number, theirs: (x: number) => number, low: number, high: number): number {
  const random = createRandom(1, 'numbers')
  let worst = 0
  for (let trial = 0; trial < 20_000; trial++) {
    const x = low + (high - low) * random.uniform()
    const expected = theirs(x)
    if (expected !== 0) worst = Math.max(worst, Math.abs((ours(x) - expected) / expected))
  }
  return worst
}

/** Largest size of an ulp, relative to the number. The functions of Math have an error of up to one ulp too. */
const ULP = 2 ** -52

describe('elementary functions and Math:', () => {
  test.each([
    ['exp', exp, Math.exp, -700, 700, 2],
    ['exp', exp, Math.exp, -1, 1, 2],
    ['log', log, Math.log, 1e-300, 1e-290, 2],
    ['log', log, Math.log, 0.5, 2, 2],
    ['log', log, Math.log, 2, 1e300, 2],
    ['sin', sin, Math.sin, -3, 3, 2],
    ['sin', sin, Math.sin, -1e6, 1e6, 2],
    ['cos', cos, Math.cos, -3, 3, 2],
    ['cos', cos, Math.cos, -1e6, 1e6, 2],
    ['tanh', tanh, Math.tanh, -25, 25, 4],
    ['tanh', tanh, Math.tanh, -0.5, 0.5, 4],
    ['tanh', tanh, Math.tanh, -1e-9, 1e-9, 4],
  ])('the function %s agrees with Math (case %#)', (_name, ours, theirs, low, high, ulps) => {
    expect(worstError(ours, theirs, low, high)).toBeLessThan(ulps * ULP)
  })
})

describe('elementary functions and known values:', () => {
  // The expected values are the float64 numbers nearest to mpmath's results with 30 digits.
  test.each([
    [exp, 1, Math.E],
    [exp, -745, 5e-324],
    [exp, 709.78, 1.7928227943945155e308],
    [log, 10, Math.LN10],
    [log, 5e-324, -744.4400719213812],
    [sin, 0.5, 0.479425538604203],
    [sin, Math.PI, 1.2246467991473532e-16],
    [cos, 1e5, -0.9993608074382121],
    [tanh, 0.1, 0.09966799462495582],
    [erf, 1e-8, 1.1283791670955126e-8],
    [erf, 0.25, 0.27632639016823696],
    [erf, 0.5, 0.5204998778130465],
    [erf, 1, 0.8427007929497149],
    [erf, -2, -0.9953222650189527],
    [erf, 3.5, 0.9999992569016276],
    [erf, 5, 0.9999999999984626],
    [normalQuantile, 0.975, 1.9599639845400543],
    [normalQuantile, 0.25, -0.6744897501960817],
    [normalQuantile, 0.01, -2.326347874040841],
    [normalQuantile, 1e-20, -9.262340089798407],
    [normalQuantile, 1e-300, -37.0470962993612],
    [normalDistribution, -37.5, 4.605353009581955e-308],
    [normalDensity, -37.5, 1.7282337322841054e-306],
    [normalDistribution, -20.1, 3.6896808637213897e-90],
    [normalDensity, -20.1, 7.434525389680312e-89],
    [normalDistribution, -8.3, 5.205569744890254e-17],
    [normalDensity, -8.3, 4.3816394355093325e-16],
    [normalDistribution, -5.7, 5.990371401063528e-9],
    [normalDensity, -5.7, 3.5139550948204334e-8],
    [normalDistribution, -3, 0.0013498980316300946],
    [normalDensity, -3, 0.0044318484119380075],
    [normalDistribution, -0.7, 0.24196365222307303],
    [normalDensity, -0.7, 0.31225393336676127],
    [normalDistribution, -0.25, 0.4012936743170763],
    [normalDensity, -0.25, 0.3866681168028492],
    [normalDistribution, 0.6, 0.7257468822499265],
    [normalDensity, 0.6, 0.3332246028917996],
    [normalDistribution, 2, 0.9772498680518208],
    [normalDensity, 2, 0.05399096651318805],
  ])('the function %o gives the known value at %d', (ours, x, expected) => {
    expect(Math.abs(ours(x) - expected)).toBeLessThanOrEqual(Math.abs(expected) * 5 * ULP)
  })

  test('the functions give the right values at the ends of their ranges and for NaN', () => {
    expect([exp(-1000), exp(1000), exp(0)]).toEqual([0, Infinity, 1])
    expect([log(0), log(1), log(Infinity), log(-1)]).toEqual([-Infinity, 0, Infinity, NaN])
    expect([tanh(-0), tanh(30), tanh(-Infinity)]).toEqual([-0, 1, -1])
    expect([erf(0), erf(30), erf(-Infinity)]).toEqual([0, 1, -1])
    expect([-Infinity, -40, 0, 40, Infinity].map(normalDistribution)).toEqual([0, 0, 0.5, 1, 1])
    expect([-Infinity, 40].map(normalDensity)).toEqual([0, 0])
    expect([sin(-0), sin(Infinity), cos(0), cos(1e9)]).toEqual([-0, NaN, 1, NaN])
    expect([0, 0.5, 1, 2, -1].map(normalQuantile)).toEqual([-Infinity, 0, Infinity, NaN, NaN])
    for (const ours of [exp, log, sin, cos, tanh, erf, normalDistribution, normalDensity, normalQuantile])
      expect(ours(NaN)).toBeNaN()
  })
})

test('the elementary functions give the same bits on every machine', () => {
  const random = createRandom(2, 'bits')
  const bits = new BigUint64Array(1)
  const values = new Float64Array(bits.buffer)
  let sum = 0n
  for (let trial = 0; trial < 5000; trial++) {
    const x = 6 * random.uniform()
    for (const value of [exp(x), log(x), sin(x), cos(x), tanh(x), erf(x), normalQuantile(x / 6)]) {
      values[0] = value
      sum = BigInt.asUintN(64, sum * 31n + bits[0])
    }
  }
  expect(sum.toString(16)).toMatchInlineSnapshot(`"67d95da86f692bfb"`)
})
