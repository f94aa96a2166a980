import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readHandMade } from '../../test/support/hand-made-view.ts'
import { createReferenceBackend } from '../backends/reference/backend.ts'
import { momentum } from '../graph/optimizers/momentum.ts'
import { sgd } from '../graph/optimizers/sgd.ts'
import { chain, dense } from '../network/layers.ts'
import { countLost, lostUpdates } from './lost-updates.ts'

const isLost = (weight: number, update: number): boolean =>
  countLost(Float64Array.of(weight), Float64Array.of(update)) === 1

/** Whether an update is lost, computed from the bits of the float32 weight and the spacing toward its neighbor. */
function isLostByUlp(weight: number, update: number): boolean {
  const bits = new Uint32Array(Float32Array.of(Math.abs(weight)).buffer)[0]
  if (update === 0) return true
  if (weight === 0) return false
  const shrinks = weight > 0 === update > 0
  const exponent = Math.max(bits >>> 23, 1) - 127
  const mantissa = bits & 0x7fffff
  // Below a power of two, except the smallest one, float32 numbers are twice as dense.
  const spacing = 2 ** (exponent - 23) / (shrinks && mantissa === 0 && bits >>> 23 > 1 ? 2 : 1)
  const isEven = bits % 2 === 0
  return Math.abs(update) < spacing / 2 || (Math.abs(update) === spacing / 2 && isEven)
}

const float32 = fc.float({ noNaN: true, noDefaultInfinity: true })

describe('countLost', () => {
  it('counts an update as lost if it is smaller than half a unit in the last place', () => {
    expect(isLost(1.5, 2 ** -24 * 0.99)).toBe(true)
    expect(isLost(1.5, -(2 ** -24) * 0.99)).toBe(true)
    expect(isLost(1.5, 2 ** -24 * 1.01)).toBe(false)
    expect(isLost(1.5, -(2 ** -24) * 1.01)).toBe(false)
  })

  it('halves the limit for an update that moves a power of two toward 0', () => {
    expect(isLost(1, 2 ** -25 * 1.01)).toBe(false)
    expect(isLost(1, -(2 ** -25) * 1.01)).toBe(true)
    expect(isLost(-1, -(2 ** -25) * 1.01)).toBe(false)
  })

  it('counts an update of exactly half a unit as lost if the weight is even', () => {
    expect(isLost(1.5, 2 ** -24)).toBe(true)
    expect(isLost(1.5 + 2 ** -23, 2 ** -24)).toBe(false)
  })

  it('counts an update of 0 in float32 as lost, but no other update of a weight of 0', () => {
    expect(isLost(0, 0)).toBe(true)
    expect(isLost(2, -0)).toBe(true)
    expect(isLost(0, 1e-46)).toBe(true)
    expect(isLost(0, 2 ** -149)).toBe(false)
    expect(isLost(2 ** -149, 2 ** -149)).toBe(false)
    expect(isLost(1e-50, 1e-44)).toBe(false)
  })

  it('agrees with a computation from the bits for any float32 weight and update', () => {
    const relative = fc.tuple(float32, fc.integer({ min: -30, max: -20 }), fc.integer({ min: 1, max: 9 }))
    fc.assert(
      fc.property(relative, ([weight, power, factor]) => {
        for (const sign of [-1, 1]) {
          const update = Math.fround(sign * weight * factor * 2 ** power)
          expect(isLost(weight, update)).toBe(isLostByUlp(weight, update))
        }
      }),
      { numRuns: 2000 },
    )
    fc.assert(
      fc.property(float32, float32, (weight, update) => {
        expect(isLost(weight, update)).toBe(isLostByUlp(weight, update))
      }),
    )
  })
})

describe('lostUpdates', () => {
  const backend = createReferenceBackend()
  // Outputs are 6 above their targets, so the gradient of the mean of the four squares is 3 for each weight.
  const made = {
    network: chain(dense(4, { bias: false })),
    inputs: [[1]],
    weights: { 'dense1.weight': [1, 2, 4, 0] },
    targets: [[-5, -4, -2, -6]],
  }

  it('the fraction of lost updates grows as the learning rate falls', async () => {
    const shareAt = async (rate: number): Promise<number> => {
      const [share] = await readHandMade(backend, lostUpdates, { ...made, setting: { optimizer: sgd({ rate }) } })
      return share
    }
    // The updates of the weights 1, 2 and 4 are lost below 2^-25, 2^-24 and 2^-23.
    expect(await shareAt((2 ** -23 * 1.01) / 3)).toBe(0)
    expect(await shareAt((2 ** -24 * 1.01) / 3)).toBe(1 / 4)
    expect(await shareAt((2 ** -25 * 1.01) / 3)).toBe(2 / 4)
    expect(await shareAt((2 ** -26 * 1.01) / 3)).toBe(3 / 4)
    expect(await shareAt(0)).toBe(1)
  })

  it('the fraction of lost updates is computed for a single step, without accumulated momentum', async () => {
    const optimizer = momentum({ rate: (2 ** -24 * 1.01) / 3, momentum: 0.9 })
    expect(await readHandMade(backend, lostUpdates, { ...made, setting: { optimizer } })).toEqual([1 / 4])
  })

  it('the fraction of lost updates is NaN for weights that are not trained', async () => {
    const network = chain(dense(4, { bias: false, trained: false }), dense(4))
    const [first, second] = await readHandMade(backend, lostUpdates, { ...made, network })
    expect(first).toBeNaN()
    // The fourth input is 0, so the gradients of four of the sixteen weights are 0.
    expect(second).toBe(1 / 4)
  })
})
