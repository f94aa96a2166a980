import { describe, expect, it } from 'vitest'
import { type HandMadeParts, handMade } from '../../test/support/hand-made-view.ts'
import type { Backend } from '../backends/backend.ts'
import { createReferenceBackend } from '../backends/reference/backend.ts'
import { createWasmBackend } from '../backends/wasm/backend.ts'
import { momentum } from '../graph/optimizers/momentum.ts'
import { activation, batchNorm, chain, dense, relu, repeat, residual } from '../network/layers.ts'
import type { Network } from '../network/network.ts'
import { createRandom } from '../support/random.ts'
import { type LayerProbeName, layerProbes } from './layer-probes.ts'
import { createProbePass, type Reading } from './probe-pass.ts'

const everyName = Object.keys(layerProbes).filter((name): name is LayerProbeName => name in layerProbes)

/** A network with dense layers, residual blocks with batch norm, and a sigmoid, so every probe has a value. */
const block = residual(chain(dense(6), batchNorm(), relu(), dense(4), activation('tanh')))
const network: Network = chain(dense(4), relu(), repeat(3, block, { name: 'hidden' }), dense(2), activation('sigmoid'))

function madeBy(seed: number): HandMadeParts {
  const random = createRandom(seed, 'snapshots')
  const table = (width: number): number[][] =>
    Array.from({ length: 6 }, () => Array.from({ length: width }, () => random.normal()))
  const { weights: start } = handMade({ network, inputs: [[1, 2, 3]] })
  const optimizer = momentum({ rate: 0.1 })
  return handMade({
    network,
    inputs: table(3),
    targets: table(2),
    weights: { 'dense1.weight': Array.from({ length: 12 }, () => random.normal()) },
    setting: { optimizer, start },
  })
}

interface Counted {
  readonly backend: Backend
  readonly counts: { compiled: number; disposed: number }
}

function counted(backend: Backend): Counted {
  const counts = { compiled: 0, disposed: 0 }
  const counting: Backend = {
    ...backend,
    compile: async (graph, options) => {
      counts.compiled++
      const program = await backend.compile(graph, options)
      return { ...program, dispose: () => counts.disposed++ }
    },
  }
  return { backend: counting, counts }
}

async function probeOnce(backend: Backend, names: readonly LayerProbeName[], made = madeBy(1)): Promise<Reading> {
  const probePass = await createProbePass(made.blueprint, backend, made.samples, names, made.setting)
  const reading = await probePass.run(made.weights)
  probePass.dispose()
  return reading
}

describe('createProbePass', () => {
  it('compiles nothing if no probe is requested', async () => {
    const { backend, counts } = counted(createReferenceBackend())
    expect(await probeOnce(backend, [])).toEqual({})
    expect(counts.compiled).toBe(0)
  })

  it('compiles one program for all probes, and frees the program', async () => {
    const { backend, counts } = counted(createReferenceBackend())
    const { blueprint, samples, setting, weights } = madeBy(1)
    const probePass = await createProbePass(blueprint, backend, samples, everyName, setting)
    const first = await probePass.run(weights)
    expect(await probePass.run(weights)).toEqual(first)
    expect(counts).toEqual({ compiled: 1, disposed: 0 })
    probePass.dispose()
    expect(counts.disposed).toBe(1)
  })

  it('reads the same number for each stage with all probes together as with a single probe', async () => {
    const backend = createReferenceBackend()
    const together = await probeOnce(backend, everyName)
    expect(Object.keys(together)).toEqual(everyName)
    for (const name of everyName) {
      expect(await probeOnce(backend, [name])).toEqual({ [name]: together[name] })
      expect(together[name]).toHaveLength(5)
      expect(together[name]?.some(Number.isFinite), name).toBe(true)
    }
  })

  it('reads new values after the weights change', async () => {
    const { blueprint, samples, setting, weights } = madeBy(1)
    const probePass = await createProbePass(blueprint, createReferenceBackend(), samples, ['meanSquare'], setting)
    const { meanSquare: before = [] } = await probePass.run(weights)
    const doubled = (name: string): number[] =>
      Array.from(weights(name), (value) => (name.startsWith('dense1') ? 2 * value : value))
    const { meanSquare: after = [] } = await probePass.run(doubled)
    expect(after[0]).toBeCloseTo(4 * before[0], 12)
    probePass.dispose()
  })

  it('reads the same values on the WebAssembly backend in float64 as on the reference', async () => {
    const expected = await probeOnce(createReferenceBackend(), everyName)
    const compiled = await createWasmBackend({ precision: 'float64', threads: 'inline' })
    const found = await probeOnce(compiled, everyName)
    compiled.dispose()
    for (const name of everyName) {
      const close = expected[name]?.map((value) => (Number.isNaN(value) ? value : expect.closeTo(value, 9)))
      expect(found[name], name).toEqual(close)
    }
  })
})
