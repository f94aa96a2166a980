import { describe, expect, it } from 'vitest'
import { refusal } from '../../test/support/refusal.ts'
import { preset, tinyTask } from '../../test/support/tiny-training.ts'
import { createWasmBackend } from '../backends/wasm/backend.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { checkFits } from './fit.ts'

describe('a training step that needs too much memory', () => {
  it('is refused with the batch that would fit, and that one does fit', async () => {
    const backend = await createWasmBackend({ threads: 'inline', memoryLimit: 2e6 })
    const blueprint = createBlueprint(preset('mlp:depth=500,width=8'), [2])
    const { settings } = tinyTask('mlp')
    const said = refusal(() => checkFits(blueprint, { ...settings, batch: 512 }, backend))
    expect(said).toMatchInlineSnapshot(
      `"IsobathError: a training step with a batch of 512 needs 8.50 MiB of memory, and the limit is 1.84 MiB. A batch of 88 would fit."`,
    )
    const fitting = Number(/A batch of (\d+)/.exec(said)?.[1])
    expect(() => checkFits(blueprint, { ...settings, batch: fitting }, backend)).not.toThrow()
    backend.dispose()
  })

  it('is refused for its layers where no batch fits', async () => {
    const backend = await createWasmBackend({ threads: 'inline', memoryLimit: 1e6 })
    const blueprint = createBlueprint(preset('mlp:depth=5000,width=80'), [2])
    expect(refusal(() => checkFits(blueprint, tinyTask('mlp').settings, backend))).toMatchInlineSnapshot(
      `"IsobathError: a training step with a batch of 64 needs 468.5 MiB of memory, and the limit is 912.6 KiB. Not even a batch of 1 would fit: use fewer layers."`,
    )
    backend.dispose()
  })
})
