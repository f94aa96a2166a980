import { describe, expect, it } from 'vitest'
import { readHandMade, seeHandMade } from '../../test/support/hand-made-view.ts'
import type { Values } from '../backends/backend.ts'
import { createReferenceBackend } from '../backends/reference/backend.ts'
import { adam } from '../graph/optimizers/adam.ts'
import { momentum } from '../graph/optimizers/momentum.ts'
import { sgd } from '../graph/optimizers/sgd.ts'
import { chain, dense, repeat, residual, tanh } from '../network/layers.ts'
import { updateRatio } from './update-ratio.ts'

const backend = createReferenceBackend()
const scaled = (gain: number) => dense(2, { bias: false, init: { kind: 'identity', gain } })

describe('updateRatio', () => {
  it('the update ratio of a linear chain follows from the gains of the layers', async () => {
    const made = { network: chain(scaled(2), scaled(0.5), scaled(4)), inputs: [[3, 4]] }
    // The gradient norm is 20 * 5 * 4 over the gain, and the weight norm is the gain times the root of 2.
    const gradients = [2, 0.5, 4].map((gain) => 400 / gain ** 2 / Math.SQRT2)
    const read = (optimizer: Parameters<typeof updateRatio.read>[1]['optimizer']) =>
      readHandMade(backend, updateRatio, { ...made, setting: { optimizer } })
    expect(await read(sgd({ rate: 0.1 }))).toEqual(gradients.map((ratio) => expect.closeTo(0.1 * ratio, 10)))
    const heavy = momentum({ rate: 0.1, momentum: 0.75, weightDecay: 0.1 })
    expect(await read(heavy)).toEqual(gradients.map((ratio) => expect.closeTo(0.4 * ratio, 10)))
    // With Adam, each of the four weights moves by almost exactly the rate, for any gradient.
    const moved = [2, 0.5, 4].map((gain) => expect.closeTo((0.1 * 2) / (gain * Math.SQRT2), 8))
    expect(await read(adam({ rate: 0.1 }))).toEqual(moved)
  })

  it('the update ratio combines all weights of a block', async () => {
    const block = residual(chain(dense(5), tanh(), dense(3)))
    const made = {
      network: chain(dense(3), repeat(2, block, { name: 'hidden' }), dense(2)),
      inputs: [
        [0.5, -1],
        [2, 0.25],
      ],
      setting: { optimizer: sgd({ rate: 0.03 }) },
    }
    const naive = await seeHandMade(backend, made, { gradients: true }, (view) =>
      Promise.all(
        view.stages.map(async ({ weights }) => {
          const sum = (tensors: readonly Values[]): number =>
            tensors.flatMap((values) => Array.from(values)).reduce((total, value) => total + value ** 2, 0)
          const gradients = await Promise.all(weights.map((place) => view.gradient(place)))
          return 0.03 * Math.sqrt(sum(gradients) / sum(weights.map((place) => view.weight(place))))
        }),
      ),
    )
    const found = await readHandMade(backend, updateRatio, made)
    expect(found).toEqual(naive.map((value) => expect.closeTo(value, 12)))
  })

  it('the update ratio is NaN for weights that are 0 or not trained', async () => {
    const frozen = dense(2, { trained: false })
    const network = chain(frozen, dense(2, { init: { kind: 'zeros' } }))
    const made = { network, inputs: [[3, 4]], targets: [[1, 1]] }
    expect(await readHandMade(backend, updateRatio, made)).toEqual([Number.NaN, Number.NaN])
  })
})
