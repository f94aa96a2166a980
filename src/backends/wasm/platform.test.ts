import { describe, expect, it } from 'vitest'
import { createBlueprint } from '../../blueprint/create.ts'
import { trainingGraph } from '../../graph/programs.ts'
import { parseNetwork } from '../../network/presets.ts'
import { createWasmBackend } from './backend.ts'
import { hasAvx } from './node.ts'
import { enableRelaxedSimd } from './platform.ts'

const optimizer = { kind: 'sgd', weightDecay: 0 } as const

function graphOf(network: string, batch = 16) {
  const blueprint = createBlueprint(parseNetwork(network, { classes: 10 }), [20])
  return trainingGraph(blueprint, { batch, loss: 'cross-entropy', optimizer, seed: 0 })
}

describe('the platform', () => {
  // V8 has had relaxed SIMD since version 11.3, at first behind a flag. Without relaxed SIMD, kernels run at half their
  // speed.
  it('supports relaxed SIMD in WebAssembly', async () => {
    expect(await enableRelaxedSimd()).toBe(true)
  })

  it('uses no relaxed SIMD on processors without AVX, for which V8 compiles relaxed SIMD wrongly', () => {
    expect(hasAvx('processor\t: 0\nflags\t\t: fpu sse sse2 ssse3 sse4_1\n')).toBe(false)
    expect(hasAvx('processor\t: 0\nflags\t\t: fpu sse4_2 avx f16c\nvmx flags\t: vnmi\n')).toBe(true)
    expect(hasAvx('')).toBe(true)
  })
})

describe('the wasm backend', () => {
  it('refuses a program that needs more memory than the limit', async () => {
    const backend = await createWasmBackend({ threads: 'inline', memoryLimit: 2 ** 20 })
    await expect(backend.compile(graphOf('mlp:depth=100,width=64'))).rejects.toThrowErrorMatchingInlineSnapshot(
      `[IsobathError: training step: the program needs 3.81 MiB of memory, and the limit is 1.00 MiB. Use a smaller batch or fewer layers.]`,
    )
  })

  it('refuses 0 threads', async () => {
    await expect(createWasmBackend({ threads: 0 })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[IsobathError: threads: expected a whole number from 1 to 256, or 'inline', got 0.]`,
    )
  })

  it('refuses an unknown precision, a negative memory limit and a memory limit of null', async () => {
    const options = JSON.parse('[{ "precision": "float16" }, { "memoryLimit": -1 }, { "memoryLimit": null }]')
    const said = await Promise.all(options.map((option: object) => createWasmBackend(option).catch(String)))
    expect(said).toMatchInlineSnapshot(`
      [
        "IsobathError: precision: expected one of float32, float64, got float16. Did you mean float32?",
        "IsobathError: memoryLimit: expected a number of bytes above 0, got -1. Give a number such as 2 ** 30, or leave the option out.",
        "IsobathError: memoryLimit: expected a number of bytes above 0, got null. Give a number such as 2 ** 30, or leave the option out.",
      ]
    `)
  })

  it('rejects a run in progress when the backend is disposed of', async () => {
    const backend = await createWasmBackend({ threads: 1 })
    const program = await backend.compile(graphOf('mlp:depth=2000,width=64', 64))
    const running = program.run(0, 1)
    backend.dispose()
    await expect(running).rejects.toThrow('disposed')
  })
})
