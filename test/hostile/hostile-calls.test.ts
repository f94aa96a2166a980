/**
 * Tests wrong values that a program in plain JavaScript may pass to the library. Each wrong value must throw an
 * IsobathError.
 */
import { beforeAll, expect, it } from 'vitest'
import * as isobath from '../../src/index.ts'
import { IsobathError, type Run } from '../../src/index.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = temporaryFolder()
const data = isobath.blobs({ train: 40, test: 20 })
const network = isobath.chain(isobath.dense(3))
const blueprint = isobath.createBlueprint(network, data.shape)
let run: Run

const library: Readonly<Record<string, unknown>> = { ...isobath }

beforeAll(async () => {
  run = await isobath.train(network, { data, steps: 2, threads: 1 })
})

/** Calls a public function with values that its types don't allow. Returns the error. */
async function call(name: string, ...values: readonly unknown[]): Promise<unknown> {
  const called = library[name]
  if (typeof called !== 'function') throw new Error(`${name} is not a function`)
  try {
    await Reflect.apply(called, undefined, values)
  } catch (error) {
    return error
  }
  return 'nothing was refused'
}

const junk = [null, 5, 'word', true, Symbol('symbol'), () => {}] as const

/** Valid arguments after the first one, so that only the first argument is wrong. */
const rest: Readonly<Record<string, readonly unknown[]>> = {
  train: [{ data, steps: 1 }],
  evaluate: [{ data, weights: new Map() }],
  diagnose: [{ data, steps: 1, seeds: [0] }],
  prescribe: [{ data, steps: 1 }],
  check: [{ data, steps: 1 }],
  compare: [{ data, steps: 1, seeds: [0], depths: [1] }],
  predict: [[[1, 2]]],
  resume: [{ data }],
  resumeDiagnosis: [{ data }],
  resumeComparison: [{ data }],
  resumePrescription: [{ data }],
  diagnoseRun: [{ data }],
  show: [network, { input: data.shape }],
  readRun: [],
  loadModel: [],
  createMachine: [],
  createWasmBackend: [],
  createBlueprint: [data.shape],
  dataset: [],
  readCsv: [],
  encodeModel: [],
  decodeModel: [],
  probeSamples: [],
  initialize: [1],
  saveWeights: [{ blueprint, weights: new Map() }],
  reportComparison: [{ data, families: [], depths: [1], seeds: [0] }],
  reportDiagnosis: [{ data }],
  reportPrescription: [{ data }],
  reportTraining: [{ data }],
  reportEvaluation: [{ data, network, weights: new Map() }],
}

it.each(Object.keys(rest))('%s refuses a wrong first argument', async (name) => {
  // A word may be the name of a folder or a file. The error then says that the folder or the file doesn't exist.
  for (const first of junk) {
    const error = await call(name, first, ...rest[name])
    if (error === 'nothing was refused') throw new Error(`${name} took ${String(first)}`)
    expect(error, `${name}(${String(first)})`).toBeInstanceOf(IsobathError)
    expect(error, `${name}(${String(first)})`).not.toMatchObject({ code: 'internal' })
  }
})

it('public functions refuse wrong arguments after the first one', async () => {
  const calls: readonly (readonly [string, ...unknown[]])[] = [
    ['predict', run, [[1, 2]], 5],
    ['predict', run, [[1, 2]], { onProgress: 5 }],
    ['predict', run, null],
    ['predict', run, [[1e45, 2]]],
    ['predict', run, [[1e200, 2]]],
    ['saveWeights', 5, run],
    ['saveWeights', `${root}/w.safetensors`],
    ['saveWeights', `${root}/w.safetensors`, {}],
    ['saveWeights', `${root}/w.safetensors`, { blueprint: null, weights: new Map() }],
    ['saveWeights', `${root}/w.safetensors`, { blueprint, weights: null }],
    ['train', network, { data, steps: 1, onProgress: 'x' }],
    ['check', network],
    ['check', network, null],
    ['check', network, { data: null }],
    ['check', network, { data, batch: 'x' }],
    ['check', network, { data, threads: 1 }],
    ['diagnose', network, { data, start: 5 }],
    ['prescribe', network, { data, seeds: [0, 1] }],
    ['prescribe', network, { data, budget: 0 }],
    ['prescribe', network, { data, seed: 1 }],
    ['train', network, { data, steps: 1, onFacts: 5 }],
    ['diagnose', network, { data, against: '' }],
    ['diagnose', network, { data, against: null }],
    ['diagnose', network, { data, steps: 1, seeds: [0], start: () => null }],
    ['compare', [{ name: 'a', label: 'a', ofDepth: () => network }], { data, depths: ['1'], seeds: [0] }],
    ['compare', [{ label: 'a', ofDepth: () => network }], { data, depths: [1], seeds: [0] }],
    ['initialize', blueprint, '5'],
    ['initialize', blueprint, -1],
    ['probeSamples', data, { count: Number.NaN }],
    ['probeSamples', data, 'x'],
    ['probeSamples', data, { standardize: 'x' }],
    ['show', 'plan', network, { input: data.shape, batch: '5' }],
    ['kernelsOf', network, { input: data.shape, loss: 'nope' }],
    ['readCsv', new Uint8Array(4), null],
    ['decodeModel', new Uint8Array(4)],
    ['show', 'network', 5, { input: data.shape }],
    ['reportComparison', { mode: {} }],
    ['reportComparison', { mode: {} }, { data }],
    ['reportDiagnosis', { mode: {} }],
    ['reportPrescription', { mode: {} }],
    ['reportTraining', run],
    ['reportEvaluation', run],
    ['createWasmBackend', { thread: 2 }],
    ['createMachine', { backend: () => ({}) }],
  ]
  for (const [name, ...values] of calls) {
    const error = await call(name, ...values)
    expect(error, `${name} ${String(values[1])}`).toBeInstanceOf(IsobathError)
    expect(error, name).not.toMatchObject({ code: 'internal' })
  }
})
