import { describe, expect, it } from 'vitest'
import { laterRefusal } from '../../test/support/refusal.ts'
import { lossesOf, tinyTask } from '../../test/support/tiny-training.ts'
import { createWasmBackend } from '../backends/wasm/backend.ts'
import { sgd } from '../graph/optimizers/sgd.ts'
import { runTrainingLoop } from './loop.ts'
import { checkObservers, type ObservedStep, type Observer } from './observers.ts'

const watch = async (observers: readonly Observer[], steps = 10) => {
  const backend = await createWasmBackend({ threads: 'inline' })
  try {
    const options = { steps, batch: 16, optimizer: sgd({ rate: 0.25 }), backend }
    return await runTrainingLoop({ ...tinyTask('mlp:depth=2,width=4', options), observers })
  } finally {
    backend.dispose()
  }
}

describe('when a training has an observer,', () => {
  it('the observer is called after every n-th step and the last step, in order with other observers', async () => {
    const seen: (readonly [string, number, number])[] = []
    const note = (name: string, every: number): Observer => ({
      every,
      observe: ({ step, loss }) => void seen.push([name, step, loss]),
    })
    const observed = await watch([note('three', 3), note('four', 4)])
    const alone = await watch([])
    expect(observed.losses).toEqual(alone.losses)
    expect(observed.state).toEqual(alone.state)
    const losses = lossesOf(alone)
    const turns = [
      ['three', 3],
      ['four', 4],
      ['three', 6],
      ['four', 8],
      ['three', 9],
      ['three', 10],
      ['four', 10],
    ] as const
    // The observed loss is the loss of the batch before the observed update.
    expect(seen).toEqual(turns.map(([name, step]) => [name, step, losses[step - 1]]))
  })

  it('the observer reads the weights after the update, and the gradient from which the update was made', async () => {
    const stored: { weights: Float64Array; gradient: Float64Array }[] = []
    const read = async ({ weights, gradient }: ObservedStep): Promise<void> => {
      const [own, its] = [await weights('hidden.dense1.weight'), await gradient('hidden.dense1.weight')]
      stored.push({ weights: own, gradient: its })
    }
    await watch([{ every: 1, observe: read }], 3)
    stored.slice(1).forEach(({ weights, gradient }, index) => {
      const expected = stored[index].weights.map((before, at) => before - 0.25 * gradient[at])
      expect(gradient.some((value) => value !== 0)).toBe(true)
      weights.forEach((value, at) => {
        expect(value).toBeCloseTo(expected[at], 6)
      })
    })
  })

  it('the training waits for the promise of the observer, and ends with the error that the observer throws', async () => {
    const late: Observer = {
      every: 2,
      observe: async () => {
        await new Promise((resolve) => setTimeout(resolve, 1))
        throw new Error('seen enough')
      },
    }
    expect(await laterRefusal(() => watch([late]))).toBe('Error: seen enough')
  })

  it('an observer that reads an unknown parameter or has an invalid `every` is refused', async () => {
    const ask = (name: string): Observer => ({ every: 1, observe: ({ weights }) => void weights(name) })
    expect(await laterRefusal(() => watch([ask('x')]))).toMatchInlineSnapshot(
      `"IsobathError: observers: expected a parameter of the network, got x."`,
    )
    expect(await laterRefusal(async () => checkObservers([{ every: 0, observe: () => {} }]))).toMatchInlineSnapshot(
      `"IsobathError: observers: every: expected a whole number of at least 1, got 0."`,
    )
  })
})
