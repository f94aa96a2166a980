import { describe, expect, it } from 'vitest'
import { type HandMade, readHandMade, seeHandMade, tableOf } from '../../test/support/hand-made-view.ts'
import { createReferenceBackend } from '../backends/reference/backend.ts'
import { chain, conv, dense, flatten, leakyRelu, relu, repeat, residual, tanh } from '../network/layers.ts'
import { createRandom } from '../support/random.ts'
import { alwaysOnUnits } from './always-on-units.ts'
import { deadUnits } from './dead-units.ts'

const backend = createReferenceBackend()
const identity = { kind: 'identity', gain: 1 } as const

const read = async (made: HandMade) => ({
  dead: await readHandMade(backend, deadUnits, made),
  alwaysOn: await readHandMade(backend, alwaysOnUnits, made),
})

describe('deadUnits and alwaysOnUnits', () => {
  it('the fractions count units whose biases are far below or above all inputs', async () => {
    const network = chain(dense(4, { init: identity }), relu(), dense(2), tanh(), dense(1), leakyRelu())
    const weights = { 'dense1.bias': [-10, -10, 10, 0] }
    const inputs = [
      [1, -1, 0.5, 1],
      [-1, 0.5, -1, -1],
    ]
    // The fourth unit is on only for the first sample. The stages of tanh and leaky ReLU have no ReLU units.
    expect(await read({ network, inputs, weights })).toEqual({
      dead: [0.5, Number.NaN, Number.NaN],
      alwaysOn: [0.25, Number.NaN, Number.NaN],
    })
  })

  it('the fractions do not count a unit that is on for exactly one sample, or off for exactly one sample', async () => {
    const network = chain(dense(2, { init: identity }), relu())
    const inputs = Array.from({ length: 20 }, (_, index) => (index === 13 ? [1, -1] : [-1, 1]))
    expect(await read({ network, inputs })).toEqual({ dead: [0], alwaysOn: [0] })
  })

  it('the fractions count the channels of images, over all positions', async () => {
    const network = chain(conv(3, { kernel: 1 }), relu(), flatten(), dense(1))
    const weights = { 'conv1.weight': [1, 0, 0, 1, 1, 1], 'conv1.bias': [-10, 10, 0] }
    const shape = [2, 2, 2]
    // The third channel is below 0 everywhere except at the last position of the second image.
    const inputs = [
      [-1, -2, -3, -4, -1, -1, -1, -1],
      [-1, -2, -3, 4, -1, -1, -1, -1],
    ]
    expect(await read({ network, shape, inputs, weights })).toEqual({
      dead: [1 / 3, Number.NaN],
      alwaysOn: [1 / 3, Number.NaN],
    })
    const darker = inputs.map((image) => image.map((value) => -Math.abs(value)))
    expect((await read({ network, shape, inputs: darker, weights })).dead[0]).toBe(2 / 3)
  })

  it('the fractions combine the units of all ReLUs of a block', async () => {
    const random = createRandom(3, 'relu')
    const block = residual(chain(dense(9), relu(), dense(5), relu()))
    const made = {
      network: chain(dense(5), relu(), repeat(3, block, { name: 'hidden' }), dense(2)),
      inputs: Array.from({ length: 4 }, () => [random.normal(), random.normal()]),
    }
    const naive = await seeHandMade(backend, made, deadUnits.needs, (view) =>
      view.stages.slice(0, -1).map(({ activations }) => {
        const units = activations.flatMap((place) => {
          const table = tableOf(view.output(place))
          return table[0].map((_, unit) => table.map((row) => row[unit]))
        })
        const share = (holds: (outputs: number[]) => boolean): number => units.filter(holds).length / units.length
        return {
          units: units.length,
          dead: share((outputs) => outputs.every((value) => value === 0)),
          alwaysOn: share((outputs) => outputs.every((value) => value > 0)),
        }
      }),
    )
    expect(naive.map(({ units }) => units)).toEqual([5, 14, 14, 14])
    expect(naive.some(({ dead }) => dead > 0)).toBe(true)
    expect(naive.some(({ alwaysOn }) => alwaysOn > 0)).toBe(true)
    expect(await read(made)).toEqual({
      dead: [...naive.map(({ dead }) => dead), Number.NaN],
      alwaysOn: [...naive.map(({ alwaysOn }) => alwaysOn), Number.NaN],
    })
  })
})
