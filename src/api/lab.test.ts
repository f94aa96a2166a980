import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { laterRefusal } from '../../test/support/refusal.ts'
import { signed } from '../../test/support/signed-run.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { fewPoints, preset } from '../../test/support/tiny-training.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { initialize } from '../blueprint/initialize.ts'
import type { Dataset } from '../data/dataset.ts'
import { moons, spirals } from '../data/planar.ts'
import { momentum, nesterov } from '../graph/optimizers/momentum.ts'
import { sgd } from '../graph/optimizers/sgd.ts'
import { evaluate } from './evaluate.ts'
import { hashDataset } from './hash-dataset.ts'
import { loadWeights, readRun, saveWeights } from './saved-models.ts'
import { train } from './train.ts'

const root = temporaryFolder()
const network = preset('mlp:depth=2,width=16')

describe('train', () => {
  it('reaches less than 1% training error on the moons', async () => {
    const run = await train(network, { data: moons(), steps: 400, seed: 1 })
    expect(run.train.error).toBeLessThan(0.01)
    expect(run.test.error).toBeLessThan(0.015)
    expect(run).toMatchObject({ run: null, diverged: null, interrupted: false, steps: 400 })
  })

  it('trains to the same bits on any number of threads, and to other bits with another seed', async () => {
    const hash = async (seed: number, threads: number): Promise<string> =>
      (await train(network, { data: fewPoints, steps: 20, seed, threads })).weightsSha256
    const first = await hash(1, 1)
    expect(await Promise.all([hash(1, 1), hash(1, 2), hash(1, 3)])).toEqual([first, first, first])
    expect(await hash(2, 1)).not.toBe(first)
  })

  it('stores a run with all its settings, and the stored run gives the same scores again', async () => {
    const folder = join(root, 'run')
    const optimizer = momentum({ rate: 0.01, weightDecay: 1e-3 })
    const options = {
      data: fewPoints,
      dataOptions: { seed: 3 },
      steps: 25,
      logEvery: 10,
      optimizer,
      seed: 9,
      exact: true,
    }
    const run = await train(network, { ...options, run: folder })
    const description = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'))
    const { network: described, versions, isobath, checksum, ...rest } = description
    expect(checksum).toMatch(/^[0-9a-f]{64}$/)
    expect(described).toEqual(network)
    expect(versions).toEqual({ isobath, node: process.version })
    expect({ ...rest, data: { ...rest.data, sha256: 'checked below' } }).toMatchInlineSnapshot(`
      {
        "checkpointEvery": null,
        "data": {
          "name": "moons",
          "options": {
            "seed": 3,
          },
          "sha256": "checked below",
          "task": "classification",
          "test": 32,
          "train": 64,
        },
        "format": 2,
        "input": [
          2,
        ],
        "label": "network",
        "mode": {
          "exact": true,
          "precision": "float32",
          "winograd": true,
        },
        "seed": 9,
        "settings": {
          "augment": "none",
          "batch": 64,
          "clipNorm": null,
          "layerRates": {},
          "logEvery": 10,
          "loss": "cross-entropy",
          "optimizer": {
            "name": "momentum",
            "rate": 0.01,
            "rule": {
              "kind": "momentum",
              "momentum": 0.9,
              "momentumSchedule": "constant",
              "nesterov": false,
              "weightDecay": 0.001,
            },
          },
          "order": "shuffled",
          "schedule": {
            "dropAt": [
              0.5,
              0.75,
            ],
            "dropFactor": 0.1,
            "name": "constant",
            "warmup": 0,
          },
          "standardize": "per-channel",
          "steps": 25,
        },
        "signal": {
          "first": 2.1389778275105784,
          "last": 1.795925201577094,
          "layer": null,
          "layers": 3,
          "position": null,
          "verdict": "steady",
        },
        "statistics": {
          "bytes": false,
          "inputs": {
            "deviation": [
              0.9315861831656443,
              0.4785942767886562,
            ],
            "mean": [
              -0.05333639256423339,
              0.026763358371681534,
            ],
          },
          "targets": {
            "deviation": [],
            "mean": [],
          },
        },
      }
    `)
    expect(readFileSync(join(folder, 'metrics.jsonl'), 'utf8').trimEnd().split('\n')).toHaveLength(4)
    const result = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8'))
    expect(result).toMatchObject({ train: run.train, test: run.test, weightsSha256: run.weightsSha256, steps: 25 })

    const saved = await readRun(folder)
    expect(saved.network).toEqual(network)
    expect(saved).toMatchObject({
      step: 25,
      exact: true,
      winograd: true,
      data: { name: 'moons', sha256: await hashDataset(fewPoints) },
    })
    const scores = await evaluate(saved.network, { data: fewPoints, weights: saved.weights, exact: true })
    expect(scores).toEqual({ train: run.train, test: run.test })
  })

  it('starts from the given weights, and gives the same bits if these weights were drawn from its own seed', async () => {
    const file = join(root, 'below', 'initial.safetensors')
    const blueprint = createBlueprint(network, [2])
    await saveWeights(file, { blueprint, weights: initialize(blueprint, 5) })
    const weights = await loadWeights(file, blueprint)
    const [drawn, given] = await Promise.all([
      train(network, { data: fewPoints, steps: 10, seed: 5 }),
      train(network, { data: fewPoints, steps: 10, seed: 5, weights }),
    ])
    expect(given.weightsSha256).toBe(drawn.weightsSha256)
    const other = await train(network, { data: fewPoints, steps: 10, seed: 5, weights: initialize(blueprint, 6) })
    expect(other.weightsSha256).not.toBe(drawn.weightsSha256)
  })

  it('reports its progress in steps and in scored samples', async () => {
    const reported: string[] = []
    await train(network, {
      data: fewPoints,
      steps: 3,
      onProgress: (done, steps) => void reported.push(`${done} of ${steps}`),
      onEvaluation: (done, samples) => void reported.push(`${done} of ${samples} scored`),
    })
    expect([reported[0], reported.at(-1)]).toEqual(['0 of 3', '96 of 96 scored'])
    expect(reported).toContain('3 of 3')
  })

  it('refuses invalid options before it makes a folder', async () => {
    const run = join(root, 'never')
    const three = spirals({ classes: 3, train: 9, test: 9 })
    const said = [
      await laterRefusal(() => train(network, { data: three, run })),
      await laterRefusal(() => train(network, { data: fewPoints, run, steps: 0 })),
      await laterRefusal(() => train(network, { data: fewPoints, run, threads: 0 })),
      await laterRefusal(() => train(network, { data: fewPoints, run, memoryLimit: 1000 })),
      await laterRefusal(() => train(network, { data: fewPoints, run, weights: new Map() })),
      await laterRefusal(() => readRun(run)),
    ]
    expect(said.join('\n').replaceAll(root, 'ROOT')).toMatchInlineSnapshot(`
      "IsobathError: output: expected 3 values, one for each class of spirals, got 2. Set the last dense layer's width to 3. If the network should reproduce its inputs, use target: "autoencode".
      IsobathError: steps: expected a whole number of at least 1, got 0.
      IsobathError: threads: expected a whole number from 1 to 256, got 0.
      IsobathError: a training step with a batch of 64 needs at least 64.0 KiB of memory, and the limit is 1000 B. Not even a batch of 1 would fit: use fewer or narrower layers.
      IsobathError: weights: expected values of first.weight, got none. Give the weights of this network.
      IsobathError: ROOT/never: expected the folder of a run, which contains run.json. Give a folder that train wrote."
    `)
  })

  it('refuses missing options and arguments of the wrong type', async () => {
    const call = (given: readonly unknown[]) => laterRefusal(() => Reflect.apply(train, undefined, given))
    const said = [
      await call([network]),
      await call([network, null]),
      await call([network, { data: 'glyphs' }]),
      await call(['resnet-20', { data: fewPoints, steps: 1 }]),
      await call([network, { data: fewPoints, evaluateEvery: 'x' }]),
    ]
    expect(said.join('\n')).toMatchInlineSnapshot(`
      "IsobathError: data: expected a data set, got nothing. Give a data set such as glyphs().
      IsobathError: data: expected a data set, got nothing. Give a data set such as glyphs().
      IsobathError: data: expected a data set, got "glyphs". Give a data set such as glyphs().
      IsobathError: network: expected a network, got "resnet-20". Build the network with parseNetwork('resnet-20', { classes: 10 }).
      IsobathError: evaluateEvery: expected a number of steps, such as 500, or { epochs: 1 }, or 'never', got "x"."
    `)
  })

  it('refuses option values of the wrong kind', async () => {
    const run = join(root, 'never')
    const call = (given: object) => laterRefusal(() => Reflect.apply(train, undefined, [network, { run, ...given }]))
    const cyclic: Record<string, unknown> = {}
    cyclic.self = cyclic
    const bad = [
      { data: { train: 1, test: 1 } },
      { weights: {} },
      { observers: 3 },
      { observers: [{ every: 1 }] },
      { onProgress: 3 },
      { onEvaluation: {} },
      { onSignal: 'x' },
      { onMeasured: true },
      { onProbed: 3 },
      { onCheckpoint: [] },
      { abort: true },
      { exact: 'yes' },
      { winograd: 0 },
      { label: 3 },
      { run: 3 },
      { dataOptions: 3 },
      { dataOptions: { seed: 10n } },
      { dataOptions: { inner: cyclic } },
      { memoryLimit: '1000' },
      { checkpointEvery: 'x' },
      { optimizer: null },
      { optimizer: { ...momentum(), rate: -1 } },
      { optimizer: { ...momentum(), name: 'adam' } },
      { optimizer: { ...momentum(), rule: { ...momentum().rule, momentum: 'x' } } },
      { optimizer: { ...nesterov(), rule: { kind: 'momentum', momentum: 0.9, weightDecay: 0 } } },
      { augment: true },
    ]
    const said: string[] = []
    for (const given of bad) said.push(await call({ data: fewPoints, steps: 1, ...given }))
    expect(said.join('\n')).toMatchInlineSnapshot(`
      "IsobathError: data: expected a data set, got an object. Give a data set such as glyphs().
      IsobathError: weights: expected a Map with the values of each parameter by name, got an object. Give the result of initialize or loadWeights, or the weights of a run.
      IsobathError: observers: expected a list of observers, got 3. Give a list such as [{ every: 10, observe: ({ step, loss }) => console.log(step, loss) }].
      IsobathError: observers: expected a list of observers, got a list of 1. Give a list such as [{ every: 10, observe: ({ step, loss }) => console.log(step, loss) }].
      IsobathError: onProgress: expected a function, got 3. Give a valid value, or leave the option out.
      IsobathError: onEvaluation: expected a function, got an object. Give a valid value, or leave the option out.
      IsobathError: onSignal: expected a function, got "x". Give a valid value, or leave the option out.
      IsobathError: onMeasured: expected a function, got true. Give a valid value, or leave the option out.
      IsobathError: onProbed: expected a function, got 3. Give a valid value, or leave the option out.
      IsobathError: onCheckpoint: expected a function, got an empty list. Give a valid value, or leave the option out.
      IsobathError: abort: expected an AbortSignal, got true. Give the signal of an AbortController, such as new AbortController().signal.
      IsobathError: exact: expected true or false, got "yes". Choose true or false, or leave the option out.
      IsobathError: winograd: expected true or false, got 0. Choose true or false, or leave the option out.
      IsobathError: label: expected a text with the network's name, got 3. Give a valid value, or leave the option out.
      IsobathError: run: expected the path of a folder, got 3. Give a valid value, or leave the option out.
      IsobathError: dataOptions: expected an object of numbers, texts and lists, such as { seed: 1 }, got 3. Give a valid value, or leave the option out.
      IsobathError: dataOptions: expected an object of numbers, texts and lists, such as { seed: 1 }, got an object. Give a valid value, or leave the option out.
      IsobathError: dataOptions: expected an object of numbers, texts and lists, such as { seed: 1 }, got an object. Give a valid value, or leave the option out.
      IsobathError: memoryLimit: expected a number of bytes above 0, got "1000". Give a number such as 2 ** 30, or leave the option out.
      IsobathError: checkpointEvery: expected a whole number of at least 1, got "x".
      IsobathError: optimizer: expected an optimizer, got null. Give an optimizer, such as momentum({ rate: 0.03 }).
      IsobathError: optimizer: expected an optimizer, got an object. Give an optimizer, such as momentum({ rate: 0.03 }).
      IsobathError: optimizer: expected an optimizer, got an object. Give an optimizer, such as momentum({ rate: 0.03 }).
      IsobathError: optimizer: expected an optimizer, got an object. Give an optimizer, such as momentum({ rate: 0.03 }).
      IsobathError: optimizer: expected an optimizer, got an object. Give an optimizer, such as momentum({ rate: 0.03 }).
      IsobathError: augment: expected one of none, pad-crop-flip, got true. Choose a name from the list."
    `)
    expect(existsSync(run)).toBe(false)
  })

  it('says that options of the optimizer belong to the optimizer', async () => {
    const given: object[] = [
      { rate: 0.1 },
      { momentum: 0.9 },
      { weightDecay: 1e-4 },
      { lr: 0.1 },
      { step: 3 },
      { toString: 1 },
    ]
    const said = await Promise.all(
      given.map((options) => laterRefusal(() => train(network, { data: fewPoints, ...options }))),
    )
    const ends = said.map((text) => text.replace(/expected one of [^.]*memoryLimit\./, '...'))
    expect(ends.join('\n')).toMatchInlineSnapshot(`
      "IsobathError: rate: ... Give this option to the optimizer, such as momentum({ rate: 0.1 }).
      IsobathError: momentum: ... Give this option to the optimizer, such as momentum({ momentum: 0.9 }).
      IsobathError: weightDecay: ... Give this option to the optimizer, such as momentum({ weightDecay: 0.0001 }).
      IsobathError: lr: ... Give this option to the optimizer, such as momentum({ rate: 0.1 }).
      IsobathError: step: ... Did you mean steps?
      IsobathError: toString: ..."
    `)
  })

  it('gives weights that evaluate scores with the given loss and standardization', async () => {
    const { weights } = await train(network, { data: fewPoints, steps: 5, optimizer: sgd() })
    const scoresOf = (options: object) => evaluate(network, { data: fewPoints, weights, ...options })
    const [usual, squared, raw] = await Promise.all([
      scoresOf({}),
      scoresOf({ loss: 'squared-error' }),
      scoresOf({ standardize: 'none' }),
    ])
    expect(squared.train.error).toBe(usual.train.error)
    expect(squared.train.loss).not.toBe(usual.train.loss)
    expect(raw.train.loss).not.toBe(usual.train.loss)
    const missing = new Map(weights)
    missing.delete('readout.bias')
    expect(await laterRefusal(() => evaluate(network, { data: fewPoints, weights: missing }))).toMatchInlineSnapshot(
      `"IsobathError: weights: expected values of readout.bias, got none. Give the weights of this network."`,
    )
  })
})

describe('reading a run that was changed by hand', () => {
  it('fails with an error that names the changed file and the problem', async () => {
    const folder = join(root, 'changed')
    await train(network, { data: fewPoints, steps: 1, run: folder })
    const file = join(folder, 'run.json')
    const description = JSON.parse(readFileSync(file, 'utf8'))
    const readAfter = (change: object): Promise<string> => {
      writeFileSync(file, signed({ ...description, ...change }))
      return laterRefusal(() => readRun(folder))
    }
    writeFileSync(file, JSON.stringify({ ...description, seed: 7 }))
    const said = [
      await laterRefusal(() => readRun(folder)),
      await readAfter({ network: { kind: 'dens', width: 3 } }),
      await readAfter({ network: preset('mlp:depth=3,width=16') }),
      await readAfter({ input: [3] }),
    ]
    expect(said.join('\n').replaceAll(root, 'ROOT')).toMatchInlineSnapshot(`
      "IsobathError: ROOT/changed/run.json: expected content that matches the checksum in the file, got changed content. Restore the file, or start a new run.
      IsobathError: ROOT/changed/run.json: kind: expected one of dense, conv, maxPool, averagePool, globalAveragePool, subsample, scalarBias, scale, activation, prelu, softmax, dropout, layerNorm, batchNorm, flatten, chain, residual, repeat, got "dens". Did you mean dense?
      IsobathError: ROOT/changed/checkpoint-1.safetensors: hidden.dense1.weight: expected the shape [2, 16, 16], got [1, 16, 16]. Give the weights of this network.
      IsobathError: ROOT/changed/checkpoint-1.safetensors: first.weight: expected the shape [16, 3], got [16, 2]. Give the weights of this network."
    `)
  })
})

describe('hashDataset', () => {
  it('gives another hash if any input, label, shape or number of classes changes', async () => {
    const data = moons({ seed: 3, train: 64, test: 32 })
    const copy = (change: (data: Dataset) => void): Dataset => {
      const other = structuredClone(data)
      change(other)
      return other
    }
    const changed = [
      copy(({ train: set }) => {
        set.inputs[127] += 1e-3
      }),
      copy(({ train: set }) => {
        set.labels[0] = 1 - set.labels[0]
      }),
      copy(({ test: set }) => {
        set.inputs[0] += 1e-3
      }),
      { ...data, classes: 3 },
      { ...data, shape: [1, 2] },
      { ...data, train: data.test, test: data.train },
    ]
    const hashes = await Promise.all([data, copy(() => {}), ...changed].map(hashDataset))
    expect(hashes[1]).toBe(hashes[0])
    expect(hashes[0]).toMatch(/^[0-9a-f]{64}$/)
    expect(new Set(hashes).size).toBe(1 + changed.length)
  })
})
