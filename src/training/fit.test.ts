import { afterEach, describe, expect, it } from 'vitest'
import { refusal } from '../../test/support/refusal.ts'
import { preset, tinyTask } from '../../test/support/tiny-training.ts'
import type { Backend } from '../backends/backend.ts'
import { createWasmBackend } from '../backends/wasm/backend.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { chooseStep } from './fit.ts'
import { runTrainingSession } from './session.ts'

let backend: Backend
const withLimit = async (memoryLimit: number) => {
  backend = await createWasmBackend({ threads: 'inline', memoryLimit })
  return backend
}
afterEach(() => backend.dispose())

describe('chooseStep', () => {
  const task = tinyTask('residual-mlp:depth=200,width=8')
  const choose = (batch = 64) => chooseStep(task.blueprint, { ...task.settings, batch }, backend)

  it('keeps all activations if they fit into memory, and recomputes activations if they do not', async () => {
    await withLimit(2 ** 30)
    const usual = choose()
    expect(usual.recompute).toBe(false)
    const { graph, ringSlots } = usual
    backend.dispose()
    await withLimit(Math.ceil(backend.memoryOf(graph, { ringSlots }) / 2))
    const small = choose()
    expect(small.recompute).toBe(true)
    expect(backend.memoryOf(small.graph, small)).toBeLessThanOrEqual(backend.memoryLimit)
    const program = await backend.compile(small.graph, small)
    expect(program.memoryBytes).toBe(backend.memoryOf(small.graph, small))
    program.dispose()
  })

  it('keeps as many activations as fill three quarters of the memory limit', async () => {
    await withLimit(2 ** 30)
    const { graph, ringSlots } = choose(512)
    const all = backend.memoryOf(graph, { ringSlots })
    backend.dispose()
    const shares = [0.9, 0.75, 0.6, 0.5]
    const found: number[] = []
    for (const share of shares) {
      await withLimit(Math.ceil(share * all))
      const small = choose(512)
      expect(small.recompute).toBe(true)
      found.push(backend.memoryOf(small.graph, small))
      backend.dispose()
    }
    // The step uses at most three quarters of the memory limit, and at least nine tenths of these three quarters.
    found.forEach((bytes, index) => {
      const most = 0.75 * shares[index] * all
      expect(bytes).toBeLessThanOrEqual(most)
      expect(bytes).toBeGreaterThan(0.9 * most)
    })
  })

  it('gives the same bits with and without recomputation, and the record says whether activations were recomputed', async () => {
    const train = async (memoryLimit: number) => {
      await withLimit(memoryLimit)
      return runTrainingSession({ ...task, weights: undefined, backend })
    }
    const stored = await train(2 ** 30)
    backend.dispose()
    const again = await train(Math.ceil(0.7 * stored.memoryBytes))
    expect([stored.recompute, again.recompute]).toEqual([false, true])
    expect(again.memoryBytes).toBeLessThan(0.7 * stored.memoryBytes)
    expect(again.weightsSha256).toBe(stored.weightsSha256)
    expect([again.train, again.test]).toEqual([stored.train, stored.test])
  })
})

describe('when a training step needs too much memory,', () => {
  it('the step is refused with the batch size that would fit, and a step with this batch size fits', async () => {
    await withLimit(1e6)
    const blueprint = createBlueprint(preset('mlp:depth=500,width=8'), [2])
    const { settings } = tinyTask('mlp')
    const said = refusal(() => chooseStep(blueprint, { ...settings, batch: 1024 }, backend))
    expect(said).toMatchInlineSnapshot(
      `"IsobathError: a training step with a batch of 1024 needs at least 3.38 MiB of memory, and the limit is 976.6 KiB. A batch of 216 would fit."`,
    )
    const fitting = Number(/A batch of (\d+)/.exec(said)?.[1])
    expect(() => chooseStep(blueprint, { ...settings, batch: fitting }, backend)).not.toThrow()
  })

  it('the step is refused with advice on the layers if not even a batch of 1 fits', async () => {
    await withLimit(1e6)
    const blueprint = createBlueprint(preset('mlp:depth=5000,width=80'), [2])
    expect(refusal(() => chooseStep(blueprint, tinyTask('mlp').settings, backend))).toMatchInlineSnapshot(
      `"IsobathError: a training step with a batch of 64 needs at least 251.3 MiB of memory, and the limit is 976.6 KiB. Not even a batch of 1 would fit: use fewer or narrower layers."`,
    )
  })
})
