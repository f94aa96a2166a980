import { describe, expect, it } from 'vitest'
import { laterRefusal } from '../../test/support/refusal.ts'
import type { Backend } from './backend.ts'
import { type CreateMachineOptions, createMachine } from './machine.ts'
import { createReferenceBackend } from './reference/backend.ts'
import type { WasmOptions } from './wasm/backend.ts'
import { availableCores } from './wasm/platform.ts'

/**
 * Makes reference backends under the name of another engine, and records how each backend is requested and disposed of.
 */
function watched(name = 'other') {
  const asked: WasmOptions[] = []
  const disposed: string[] = []
  const make = async (options: WasmOptions): Promise<Backend> => {
    asked.push(options)
    const { precision = 'float32' } = options
    const capabilities = { precisions: ['float32', 'float64'], exact: true } as const
    return { ...createReferenceBackend(), name, precision, capabilities, dispose: () => void disposed.push(precision) }
  }
  return { make, asked, disposed }
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))

describe('a machine', () => {
  it('uses the wasm backend in float32 on all cores by default', async () => {
    const machine = await createMachine()
    expect(machine.mode).toEqual({ backend: 'wasm', precision: 'float32', exact: false, winograd: true })
    expect(machine.workers).toBe(await availableCores())
    const { name, precision } = await machine.backend()
    expect({ name, precision }).toEqual({ name: 'wasm', precision: 'float32' })
    machine.dispose()
  })

  it('has the options that createMachine received', async () => {
    const options = { threads: 3, exact: true, winograd: false, memoryLimit: 2 ** 24, precision: 'float64' } as const
    const machine = await createMachine(options)
    expect(machine.mode).toEqual({ backend: 'wasm', precision: 'float64', exact: true, winograd: false })
    expect(machine.workers).toBe(3)
    expect(machine.precisions).toEqual(['float64', 'float32'])
    const { capabilities, memoryLimit } = await machine.backend()
    expect([capabilities.exact, memoryLimit]).toEqual([true, 2 ** 24])
    machine.dispose()
  })

  it('makes its own backend of each precision once, at the first request, and a new backend for each worker', async () => {
    const { make, asked, disposed } = watched()
    const machine = await createMachine({ backend: make, threads: 4 })
    const [one, again] = [await machine.backend(), await machine.backend('float32')]
    expect(again).toBe(one)
    const other = await machine.backend('float64')
    expect(other).not.toBe(one)
    const workers = [await machine.createWorkerBackend(), await machine.createWorkerBackend('float64')]
    expect(new Set([one, other, ...workers]).size).toBe(4)
    expect(asked.map(({ precision, threads }) => [precision, threads])).toEqual([
      [undefined, 4],
      ['float64', 4],
      ['float32', 1],
      ['float64', 1],
    ])
    machine.dispose()
    await turn()
    expect(disposed.sort()).toEqual(['float32', 'float64'])
  })

  it('takes its mode from the backend that a given function makes, and has one worker', async () => {
    const { make } = watched('webgpu')
    const machine = await createMachine({ backend: make })
    expect(machine.mode).toEqual({ backend: 'webgpu', precision: 'float32', exact: true, winograd: true })
    expect(machine.workers).toBe(1)
    machine.dispose()
  })

  it('computes only in float64 with the reference backend', async () => {
    const machine = await createMachine({ backend: 'reference' })
    expect(machine.mode).toEqual({ backend: 'reference', precision: 'float64', exact: false, winograd: false })
    expect(machine.precisions).toEqual(['float64'])
    expect(machine.workers).toBe(1)
    expect((await machine.backend()).precision).toBe('float64')
    expect(await laterRefusal(() => machine.createWorkerBackend('float32'))).toMatchInlineSnapshot(
      `"IsobathError: machine: expected a backend that computes in float32, got the backend reference, which computes in float64. Choose another precision or backend."`,
    )
    machine.dispose()
  })

  it('disposes of a backend that is still being made, and makes no backend after its disposal', async () => {
    const { make, disposed } = watched()
    const machine = await createMachine({ backend: make })
    const pending = machine.backend('float64')
    machine.dispose()
    await pending
    await turn()
    expect(disposed.sort()).toEqual(['float32', 'float64'])
    expect(await laterRefusal(() => machine.backend())).toMatchInlineSnapshot(
      `"IsobathError: machine: the machine was disposed of before this call. Make a new machine."`,
    )
  })

  it('refuses wrong options with messages that name the option and the expected value', async () => {
    const stubborn = async (): Promise<Backend> => createReferenceBackend()
    const wrong: readonly unknown[] = [
      null,
      5,
      { backend: () => ({}) },
      { backend: async () => null },
      { backend: 'webgpu' },
      { memory: 2 ** 20 },
      { threads: 0 },
      { exact: 'yes' },
      { memoryLimit: -1 },
      { precision: 'float16' },
      { backend: 'reference', threads: 2 },
      { backend: 'reference', precision: 'float32' },
      { backend: stubborn, precision: 'float32' },
    ]
    const refusals = []
    for (const options of wrong) refusals.push(await laterRefusal(() => createMachine(options as CreateMachineOptions)))
    expect(refusals.join('\n')).toMatchInlineSnapshot(`
      "IsobathError: createMachine: expected an object such as { threads: 2 }, got null.
      IsobathError: createMachine: expected an object such as { threads: 2 }, got 5.
      IsobathError: backend: expected a function that makes a backend, such as createWasmBackend, got a function that makes an object.
      IsobathError: backend: expected a function that makes a backend, such as createWasmBackend, got a function that makes null.
      IsobathError: backend: expected one of wasm, reference, or a function that makes a backend, got "webgpu".
      IsobathError: createMachine: expected the options backend, precision, threads, exact, winograd, memoryLimit, got "memory". Did you mean memoryLimit?
      IsobathError: threads: expected a whole number from 1 to 256, got 0.
      IsobathError: exact: expected true or false, got "yes". Choose true or false, or leave the option out.
      IsobathError: memoryLimit: expected a number of bytes above 0, got -1. Give a number such as 2 ** 30, or leave the option out.
      IsobathError: precision: expected one of float32, float64, got float16. Did you mean float32?
      IsobathError: threads: expected no value with the reference backend, got 2. Leave threads out.
      IsobathError: machine: expected a backend that computes in float32, got the backend reference, which computes in float64. Choose another precision or backend.
      IsobathError: machine: expected a backend that computes in float32, got the backend reference, which computes in float64. Choose another precision or backend."
    `)
  })
})
