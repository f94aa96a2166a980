/** Tests that a trained model works on plain arrays, in another process, and without its training set. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  autoencode,
  chain,
  dataset,
  decodeModel,
  decodeTensors,
  dense,
  encodeModel,
  encodeTensors,
  glyphs,
  loadModel,
  loadWeights,
  type Model,
  predict,
  type Run,
  readCsv,
  readRun,
  relu,
  resume,
  type Samples,
  saveWeights,
  train,
} from '../../src/index.ts'
import { readRecord } from '../../src/internal.ts'
import { builtFolder } from '../support/build.ts'
import { laterRefusal, refusal } from '../support/refusal.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = temporaryFolder()
const inputs = Array.from({ length: 60 }, (_, row) => [1000 + row, (row * 7) % 11])
const labels = inputs.map(([first]) => (first < 1030 ? 'early' : 'late'))
const data = dataset({ inputs, labels, name: 'times' })
const network = chain(dense(8), relu(), dense(2))
const folder = join(root, 'run')
const file = join(root, 'weights.safetensors')
let run: Run

beforeAll(async () => {
  run = await train(network, { data, steps: 200, run: folder, threads: 1 })
  await saveWeights(file, run)
})

describe('the model of a run:', () => {
  it('predict gives the same outputs for plain arrays as for the data set, with the standardization of the training', async () => {
    const ofSet = await predict(network, { data, weights: run.weights, statistics: run.statistics })
    const rows = Array.from({ length: data.test.count }, (_, row) => [...data.test.inputs.slice(2 * row, 2 * row + 2)])
    const ofRows = await predict(run, rows)
    expect(ofRows).toEqual(ofSet)
    const alone = await predict(run, [rows[0]])
    expect([...alone.values]).toEqual([...ofSet.values.slice(0, 2)])
    // The type needs no question mark, because the task `classification` guarantees classes.
    if (ofRows.task === 'classification') expect(ofRows.classes).toHaveLength(12)
    expect(run).toMatchObject({
      task: 'classification',
      input: [2],
      classNames: ['early', 'late'],
      loss: 'cross-entropy',
    })
  })

  it('the model is the same after resuming, after reading the folder, and after reading the weights file', async () => {
    const rows = [
      [1003, 4],
      [1055, 9],
    ]
    const expected = await predict(run, rows)
    const models = [await readRun(folder), (await readRecord(folder))?.run ?? run, await resume(folder, { data })]
    const bytes = encodeModel(run)
    expect(readFileSync(file).equals(bytes)).toBe(true)
    for (const model of [...models, await loadModel(file), decodeModel(bytes)]) {
      expect(await predict(model, rows)).toEqual(expected)
      expect(model).toMatchObject({ task: 'classification', classNames: ['early', 'late'] })
    }
    expect(expected.classes && [...expected.classes].map((number) => run.classNames?.[number])).toEqual([
      'early',
      'late',
    ])
  })

  it('another process predicts with only the weights file', async () => {
    const program = join(root, 'use.mjs')
    const lines = [
      `import { loadModel, predict } from ${JSON.stringify(pathToFileURL(join(builtFolder, 'index.js')).href)}`,
      `const model = await loadModel(${JSON.stringify(file)})`,
      'const { classes } = await predict(model, [[1003, 4], [1055, 9]])',
      'console.log(Array.from(classes, (number) => model.classNames[number]).join())',
    ]
    writeFileSync(program, lines.join('\n'))
    const printed = execFileSync(process.execPath, [program], { encoding: 'utf8' })
    expect(printed).toBe('early,late\n')
  })

  it('a model predicts values in the original units, and accepts only bytes if it was trained on bytes', async () => {
    const targets = inputs.map(([first, second]) => 3 * first - second)
    const values = await train(chain(dense(1)), {
      data: dataset({ inputs, targets, targetNames: ['price'] }),
      steps: 400,
      threads: 1,
    })
    const predicted = await predict(values, new Float64Array([1010, 3]))
    expect(predicted.kind).toBe('values')
    expect(predicted.values[0]).toBeCloseTo(3027, 0)
    expect(values).toMatchObject({ task: 'regression', targetNames: ['price'] })
    const images = await train(chain(dense(784)), {
      data: autoencode(glyphs({ train: 64, test: 8 })),
      steps: 2,
      threads: 1,
    })
    const saved = join(root, 'images.safetensors')
    await saveWeights(saved, images)
    const loaded = await loadModel(saved)
    expect(loaded).toMatchObject({ task: 'autoencoding', input: [1, 28, 28], statistics: { bytes: true } })
    const image = Array.from({ length: 784 }, (_, at) => at % 256)
    expect(await predict(loaded, [image])).toEqual(await predict(images, Uint8Array.from(image)))
    const bright = image.with(3, 300)
    expect(await laterRefusal(() => predict(loaded, [image, bright]))).toBe(
      'IsobathError: inputs: sample 1, value 3: expected a byte (a whole number from 0 to 255), as in the training, got 300.',
    )
  })
})

describe('weights files:', () => {
  it('a model file can be read as plain weights, but a file of plain weights cannot be read as a model', async () => {
    const weights = await loadWeights(file, run.blueprint)
    expect([...weights.keys()]).toEqual([...run.weights.keys()])
    const plain = join(root, 'plain.safetensors')
    await saveWeights(plain, { blueprint: run.blueprint, weights })
    expect((await laterRefusal(() => loadModel(plain))).replaceAll(root, 'ROOT')).toMatchInlineSnapshot(
      `"IsobathError: ROOT/plain.safetensors: expected a model, got only weights. Read the weights for their network with loadWeights."`,
    )
  })

  it('a model file is refused if its metadata does not fit its network', () => {
    const { tensors, metadata } = decodeTensors(readFileSync(file), 'whole')
    const facts = JSON.parse(metadata['isobath.model'])
    const { inputs, targets } = facts.statistics
    const decode = (change: object): Model => {
      const text = JSON.stringify({ ...facts, ...change })
      return decodeModel(encodeTensors({ tensors, metadata: { 'isobath.model': text } }), 'changed')
    }
    const changed = [
      { statistics: { ...facts.statistics, inputs: { mean: [1], deviation: [1, 2] } } },
      { statistics: { ...facts.statistics, inputs: { mean: [1, 2, 3], deviation: [1, 2, 3] } } },
      { statistics: { ...facts.statistics, inputs: { ...inputs, deviation: [1, -1] } } },
      { statistics: { ...facts.statistics, targets: inputs } },
      { task: 'regression', statistics: { ...facts.statistics, targets } },
    ]
    expect(changed.map((change) => refusal(() => decode(change))).join('\n')).toMatchInlineSnapshot(`
      "IsobathError: changed: isobath.model: the statistics don't fit 2 inputs. The file was changed or broken.
      IsobathError: changed: isobath.model: the statistics don't fit 2 inputs. The file was changed or broken.
      IsobathError: changed: isobath.model: the statistics don't fit 2 inputs. The file was changed or broken.
      IsobathError: changed: isobath.model: the statistics of the targets don't fit 2 outputs. The file was changed or broken.
      IsobathError: changed: isobath.model: the statistics of the targets don't fit 2 outputs. The file was changed or broken."
    `)
    // No result depends on class names, so a list of class names with a wrong length is left out.
    expect(decode({ classNames: ['early'] }).classNames).toBeUndefined()
  })

  it('a model file of a network with named targets or table columns reads back with the names', async () => {
    const table = new TextEncoder().encode(
      `size,price\n${inputs.map(([one, other]) => `${one},${other + one}`).join('\n')}\n`,
    )
    const read = await readCsv(table)
    const wide = `a,b,c\n${inputs.map(([one, other]) => `${one},${other},${other + one}`).join('\n')}\n`
    const pairs = await readCsv(new TextEncoder().encode(wide))
    const trained = await train(chain(dense(1)), { data: autoencode(read), steps: 2, threads: 1 })
    const model = decodeModel(encodeModel(trained))
    expect(model).toMatchObject({ task: 'autoencoding', encoding: { target: 'autoencode' } })
    expect(model.targetNames).toBeUndefined()
    // The samples have another shape than their table, so the encoding of the table does not apply.
    const first = (set: Samples): Samples => ({ ...set, inputs: set.inputs.filter((_, at) => at % 2 === 0) })
    const cut = { ...pairs, shape: [1], train: first(pairs.train), test: first(pairs.test) }
    expect((await train(chain(dense(1)), { data: cut, steps: 2, threads: 1 })).encoding).toBeUndefined()
    const values = await train(chain(dense(1)), { data: read, steps: 2, threads: 1 })
    expect(decodeModel(encodeModel(values))).toMatchObject({ targetNames: ['price'], encoding: read.encoding })
  })

  it('a model file with changed metadata is refused, and the message names its path', async () => {
    const broken = join(root, 'broken.safetensors')
    const bytes = readFileSync(file)
    const at = bytes.indexOf('classification')
    bytes.write('clossification', at)
    writeFileSync(broken, bytes)
    expect((await laterRefusal(() => loadModel(broken))).replaceAll(root, 'ROOT')).toMatchInlineSnapshot(
      `"IsobathError: ROOT/broken.safetensors: isobath.model.task: Invalid option: expected one of "classification"|"regression"|"autoencoding". The file was changed or broken."`,
    )
  })
})

describe('predict', () => {
  it('refuses inputs that do not fit the model, and names the first wrong value', async () => {
    const tiny = Float64Array.of(1e-6, 1e-6)
    const narrow = { ...run.statistics, inputs: { mean: tiny, deviation: tiny } }
    const said = [
      await laterRefusal(() => predict(run, [[1, 2, 3]])),
      await laterRefusal(() => predict(run, [[1, Number.NaN]])),
      await laterRefusal(() => predict(run, new Float32Array([1, 2, 3]))),
      await laterRefusal(() => predict(run, new Float32Array([1, Number.POSITIVE_INFINITY]))),
      await laterRefusal(() => predict(run, [])),
      await laterRefusal(() =>
        predict(run, [
          [1000, 4],
          [1e45, 2],
        ]),
      ),
      await laterRefusal(() => predict(run, [[1e200, 2]])),
      await laterRefusal(() => predict({ ...run, statistics: narrow }, [[1e36, 2]])),
      // @ts-expect-error a network has no weights
      await laterRefusal(() => predict(network, [[1, 2]])),
    ]
    expect(said.join('\n')).toMatchInlineSnapshot(`
      "IsobathError: inputs: sample 0: expected 2 values, got 3.
      IsobathError: inputs: sample 0, value 1: expected a finite number, got NaN. Leave the sample out, or replace the value with a finite number.
      IsobathError: inputs: expected at least one sample of 2 values, got 3 values.
      IsobathError: inputs: sample 0, value 1: expected a finite number, got Infinity. Leave the sample out, or replace the value with a finite number.
      IsobathError: inputs: expected at least one sample of 2 values, got 0 values.
      IsobathError: inputs: sample 1, value 0: expected a finite number, got 1e+45, which is too large for float32. Give the values in a larger unit.
      IsobathError: inputs: sample 0, value 0: expected a finite number, got 1e+200, which is too large for float32. Give the values in a larger unit.
      IsobathError: inputs: sample 0, value 0: expected a value near the values of the training set, got 1e+36, which is too far away for float32.
      IsobathError: predict: expected a model for these inputs, got a network. Give a run or the result of loadModel."
    `)
  })
})
