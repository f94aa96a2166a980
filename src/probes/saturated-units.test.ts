import { describe, expect, it } from 'vitest'
import { readHandMade } from '../../test/support/hand-made-view.ts'
import { createReferenceBackend } from '../backends/reference/backend.ts'
import type { ActivationName } from '../network/activations.ts'
import { activation, chain, dense, repeat, residual } from '../network/layers.ts'
import { saturatedUnits } from './saturated-units.ts'

const backend = createReferenceBackend()
const same = dense(1, { init: { kind: 'identity', gain: 1 } })

const shareAt = async (name: ActivationName, inputs: readonly number[]): Promise<number> => {
  const made = { network: chain(same, activation(name)), inputs: inputs.map((input) => [input]) }
  const [share] = await readHandMade(backend, saturatedUnits, made)
  return share
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

/** The derivative of each activation as a function of its input, relative to the largest derivative. */
const derivatives: [ActivationName, (x: number) => number][] = [
  ['sigmoid', (x) => 4 * sigmoid(x) * sigmoid(-x)],
  ['tanh', (x) => Math.cosh(x) ** -2],
  ['erf', (x) => Math.exp(-x * x)],
  ['softplus', sigmoid],
  ['elu', (x) => (x > 0 ? 1 : Math.exp(x))],
  ['softsign', (x) => (1 + Math.abs(x)) ** -2],
  ['selu', (x) => (x > 0 ? 1 / 1.6732632423543772 : Math.exp(x))],
]

describe('saturatedUnits', () => {
  it('the saturated fraction is 1 for tanh far from 0, and 0 for tanh near 0', async () => {
    expect(await shareAt('tanh', [30, -30, 1e6])).toBe(1)
    expect(await shareAt('tanh', [0, 0.5, -1])).toBe(0)
  })

  it.each(derivatives)('the saturated fraction of %s counts derivatives below 1/1000', async (name, derivative) => {
    const inputs = Array.from({ length: 3001 }, (_, index) => (index - 1500) / 20)
    const expected = inputs.filter((input) => derivative(input) < 1e-3).length / inputs.length
    expect(expected).toBeGreaterThan(0.2)
    expect(await shareAt(name, inputs)).toBe(expected)
  })

  it('the saturated fraction of relu6 counts outputs of 6', async () => {
    expect(await shareAt('relu6', [-1, 0, 5.99, 7])).toBe(1 / 4)
  })

  it.each(['relu', 'leakyRelu', 'gelu', 'silu', 'mish', 'hardSwish'] as const)(
    'the saturated fraction of %s is NaN',
    async (name) => {
      expect(await shareAt(name, [-30, 30])).toBeNaN()
    },
  )

  it('the saturated fraction combines all activations of a block that can saturate, and ignores the others', async () => {
    const block = residual(chain(same, activation('tanh'), same, activation('relu'), same, activation('sigmoid')))
    const made = { network: chain(same, repeat(1, block, { name: 'hidden' })), inputs: [[0], [50]] }
    // Only tanh saturates, for the second sample. The inputs of the sigmoid are 0 and 1.
    expect(await readHandMade(backend, saturatedUnits, made)).toEqual([Number.NaN, 1 / 4])
  })
})
