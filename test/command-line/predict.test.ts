/**
 * Tests `predict` as a user runs it: on a run with words as labels, on new rows of the table, and on a weights file.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { chain, dataset, dense, readRun, resume, saveWeights, train } from '../../src/index.ts'
import { isobath, isobathJson, saidOn } from '../support/command-line.ts'
import { signed } from '../support/signed-run.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = temporaryFolder()
const run = join(root, 'run')
const table = join(root, 'flowers.csv')

beforeAll(async () => {
  const rows = Array.from(
    { length: 60 },
    (_, row) => `${row % 20},${(row * 7) % 11},${row % 20 < 10 ? 'rose' : 'lily, tall'}`,
  )
  const quoted = rows.map((row) => row.replace('lily, tall', '"lily, tall"'))
  writeFileSync(table, `length,width,flower\n${quoted.join('\n')}\n`)
  await isobathJson(`train mlp:depth=1,width=8 --data ${table} --steps 150 --run ${run}`)
})

describe('predict', () => {
  it('prints a CSV table with the names of the classes', async () => {
    const { status, stdout } = await isobath(['predict', run])
    const [head, ...lines] = stdout.trimEnd().split('\n')
    expect(status).toBe(0)
    expect(head).toBe('sample,expected,predicted,"probability of lily, tall",probability of rose')
    expect(lines).toHaveLength(12)
    expect(lines.every((line) => /^\d+,(rose|"lily, tall"),(rose|"lily, tall"),[\d.e-]+,[\d.e-]+$/.test(line))).toBe(
      true,
    )
  })

  it('standardizes new rows with the statistics of the training', async () => {
    const rows = join(root, 'new.csv')
    writeFileSync(rows, 'length,width,flower\n2,5,rose\n17,5,rose\n')
    const { predictions, task } = await isobathJson(`predict ${run} --test-file ${rows}`)
    expect(task).toBe('classification')
    expect(predictions).toMatchObject([
      { sample: 0, expected: 'rose', predicted: 'rose' },
      { sample: 1, expected: 'rose', predicted: 'lily, tall' },
    ])
    const evaluated = await isobathJson(`evaluate ${run} --test-file ${rows}`)
    expect(evaluated).toMatchObject({ test: { error: 0.5 }, sameData: true })
  })

  it('uses no test row of the training as a training row if --test-file names another file', async () => {
    const part = join(root, 'part')
    const words = '--data-seed 3 --samples 20 --validation 0.2 --test-fraction 0.4 --label flower --separator ,'
    const trained = await isobathJson(`train mlp:depth=1,width=8 --data ${table} ${words} --steps 20 --run ${part}`)
    const rows = join(root, 'part.csv')
    writeFileSync(rows, 'flower;length;width\nrose;2;5\nrose;17;5\nrose;3;5\nrose;1;\n')
    const file = join(part, 'run.json')
    const description = JSON.parse(readFileSync(file, 'utf8'))
    // The run as it is, and with the facts of older runs: the data is called csv, and has no encoding.
    for (const older of [{}, { name: 'csv' }, { name: 'csv', encoding: undefined }]) {
      writeFileSync(file, signed({ ...description, data: { ...description.data, ...older } }))
      const own = await isobathJson(`evaluate ${part}`)
      const { train, validation, ...other } = await isobathJson(`evaluate ${part} --test-file ${rows} --missing drop`)
      expect({ train, validation }).toEqual({ train: trained.train, validation: trained.validation })
      expect(own).toMatchObject({ train, validation, test: trained.test, sameData: true })
      expect(other).toMatchObject({ sameData: true, testFile: 'part.csv' })
      expect(other.test).not.toEqual(trained.test)
      const again = await isobathJson(`predict ${part} --test-file ${rows} --missing drop --set train`)
      expect(again.predictions).toEqual(Object(await isobathJson(`predict ${part} --set train`)).predictions)
    }
    const { stdout } = await isobath(['evaluate', part, '--test-file', rows, '--missing', 'drop'])
    const scores = /accuracy [\d.]+%, error [\d.]+%, loss [\d.]+/g
    expect(stdout.replace(root, 'ROOT').replace(scores, 'S').split('\n').slice(0, 4)).toEqual([
      'ROOT/part on flowers.csv, tested on part.csv',
      'train      S, 20 samples',
      'validation S, 7 samples',
      'test       S, 3 samples',
    ])
    const out = join(root, 'part-predictions.csv')
    const written = await isobath(['predict', part, '--test-file', rows, '--missing', 'drop', '--out', out])
    expect(written.stdout.replace(root, 'ROOT')).toBe(
      'ROOT/part-predictions.csv: 3 predictions, all rows of part.csv\n',
    )
    const folder = await isobath(['evaluate', part, '--test-file', root])
    expect(folder.stderr.replace(root, 'ROOT')).toBe(
      'isobath: ROOT: expected a file of test rows, got a folder. Name the file.\n',
    )
  })

  it('takes the file of --test-file instead of the test file of the training, even if that file is gone', async () => {
    const kept = join(root, 'tested')
    const [first, second] = ['first.csv', 'second.csv'].map((name) => join(root, name))
    writeFileSync(first, 'length,width,flower\n2,5,rose\n')
    writeFileSync(second, 'length,width\n2,5\n17,5\n')
    const data = `--data ${table} --test-file ${first}`
    const trained = await isobathJson(`train mlp:depth=1,width=8 ${data} --steps 20 --run ${kept}`)
    const predicted = await isobathJson(`predict ${kept} --test-file ${second}`)
    expect(predicted).toMatchObject({ set: 'test', predictions: [{ sample: 0 }, { sample: 1 }] })
    writeFileSync(second, 'length,width,flower\n2,5,rose\n17,5,rose\n')
    const scored = await isobathJson(`evaluate ${kept} --test-file ${second}`)
    expect(scored).toMatchObject({ train: trained.train, sameData: true, testFile: 'second.csv' })
    rmSync(first)
    const { testFile: _, sameData: __, ...same } = scored
    expect(await isobathJson(`evaluate ${kept} --test-file ${second}`)).toMatchObject({ ...same, sameData: false })
  })

  it('predicts every row of another table, with other columns, in another order and without labels', async () => {
    const lines = readFileSync(table, 'utf8').trimEnd().split('\n')
    const copy = join(root, 'copy.csv')
    writeFileSync(copy, `${lines.join('\n')}\n`)
    const rows = lines.slice(1).map((line) => line.split(','))
    const bare = join(root, 'bare.csv')
    writeFileSync(bare, `color;width;length\n${rows.map(([length, width]) => `red;${width};${length}\n`).join('')}`)
    const labeled = await isobathJson(`predict ${run} --data ${copy}`)
    const { stderr } = await isobath(['predict', run, '--data', bare])
    const unlabeled = await isobathJson(`predict ${run} --data ${bare}`)
    expect(labeled).toMatchObject({ set: 'all', predictions: { length: 60 } })
    const without = (list: unknown): unknown[] =>
      Object(list).map(({ expected: _, ...others }: object & { expected: unknown }) => others)
    expect(unlabeled.predictions).toEqual(without(labeled.predictions))
    expect(stderr.split('\n')).toEqual([
      'bare.csv: 60 rows, 3 columns separated by semicolons, with a header; 1 column left out',
      'columns left out because the training table lacks them: color',
      'the label flower is not in the table, so the predictions are not scored',
      '',
    ])
    const own = await isobathJson(`predict ${run} --data ${table}`)
    expect(own).toMatchObject({ set: 'test', predictions: { length: 12 } })
  })

  it('has a counterpart in evaluate, which scores every row of another table as one test set', async () => {
    const few = join(root, 'few.csv')
    writeFileSync(few, 'flower,width,length\nrose,5,2\nrose,5,3\nrose,5,17\n')
    const scored = await isobathJson(`evaluate ${run} --data ${few}`)
    expect(scored).toMatchObject({ test: { error: 1 / 3 }, sameData: null })
    expect(scored).not.toHaveProperty('train')
    const { stdout } = await isobath(['evaluate', run, '--data', few])
    expect(stdout.replace(root, 'ROOT').replace(/loss [\d.]+/, 'loss N')).toContain(
      'ROOT/run on all rows of few.csv\ntest   accuracy 66.67%, error 33.33%, loss N, 3 samples\n',
    )
  })

  it('encodes a new table like the table of the training, but not for an older run without an encoding', async () => {
    const cities = join(root, 'cities.csv')
    const line = (row: number): string =>
      `${row},${['Oslo', 'Bergen', 'Voss'][row % 3]},,${10 * (row % 3) + (row % 5)}\n`
    writeFileSync(cities, `id,city,remark,price\n${Array.from({ length: 90 }, (_, row) => line(row)).join('')}`)
    const kept = join(root, 'cities')
    const words = `--data ${cities} --categorical city --ignore id,remark --target values --label price --epochs 60`
    await isobathJson(`train mlp:depth=1,width=8 ${words} --run ${kept}`)
    const few = join(root, 'some-cities.csv')
    // Without the encoding of the training, Voss would be the second of two words, and Oslo the first.
    writeFileSync(few, 'city\nVoss\nOslo\nVoss\nRome\n')
    const { predictions } = await isobathJson(`predict ${kept} --data ${few}`)
    const [voss, oslo, again] = Object(predictions).map(({ predicted }: { predicted: number[] }) => predicted[0])
    expect(voss).toBeCloseTo(22, -1)
    expect(oslo).toBeCloseTo(2, -1)
    expect(again).toBe(voss)

    const file = join(kept, 'run.json')
    const description = JSON.parse(readFileSync(file, 'utf8'))
    const { encoding } = description.data
    const said: string[] = []
    for (const changed of [undefined, { ...encoding, columns: [] }, { ...encoding, columns: [{ name: 'x' }] }, []]) {
      writeFileSync(file, signed({ ...description, data: { ...description.data, name: 'csv', encoding: changed } }))
      const { status, stderr } = await isobath(['predict', kept, '--data', few])
      said.push(`${status} ${stderr}`)
    }
    expect(said.join('').replaceAll(root, 'ROOT')).toMatchInlineSnapshot(`
      "2 isobath: some-cities.csv: expected at least one column beside the label, got one column in total. Check --separator, --label and --ignore.
      2 isobath: ROOT/cities/run.json: data.encoding: Invalid input. The file was changed or broken.
      2 isobath: ROOT/cities/run.json: data.encoding.columns.0: Invalid input. The file was changed or broken.
      2 isobath: ROOT/cities/run.json: data.encoding: Invalid input: expected object, received array. The file was changed or broken.
      "
    `)
    writeFileSync(file, signed({ ...description, data: { ...description.data, name: 'csv', encoding: undefined } }))
    expect(await isobathJson(`evaluate ${kept}`)).toMatchObject({ sameData: true })
  })

  it('writes its predictions to a file, and reads a weights file with --network', async () => {
    const printed = await isobath(['predict', run, '--set', 'train'])
    const words = ['--network', 'mlp:depth=1,width=8', '--data', table, '--set', 'train']
    const out = join(root, 'made', 'predictions.csv')
    const written = await isobath(['predict', join(run, 'checkpoint-150.safetensors'), ...words, '--out', out])
    expect(written.stdout.replace(root, 'ROOT')).toBe(
      'ROOT/made/predictions.csv: 48 predictions, train set of flowers.csv\n',
    )
    expect(readFileSync(out, 'utf8')).toBe(printed.stdout)
  })

  it('reads a model with its statistics and classes, and predicts rows of numbers in the order of its inputs', async () => {
    const model = join(root, 'model.safetensors')
    await saveWeights(model, await readRun(run))
    const rows = join(root, 'rows.csv')
    writeFileSync(rows, 'length,width\n2,5\n17,5\n')
    const { status, stdout } = await isobath(['predict', model, '--data', rows])
    expect(status).toBe(0)
    expect(stdout.split('\n').slice(0, 3).join('\n')).toMatch(
      /^sample,predicted,"probability of lily, tall",probability of rose\n0,rose,.*\n1,"lily, tall",/,
    )
    const named = join(root, 'named.csv')
    writeFileSync(named, 'length,width,flower\n2,5,rose\n17,5,rose\n')
    expect(await isobathJson(`evaluate ${model} --data ${named}`)).toMatchObject({ test: { error: 0.5 } })
    // The columns are matched by the names in the table of the training.
    const turned = join(root, 'turned.csv')
    writeFileSync(turned, 'flower,width,length\nrose,5,2\nrose,5,17\n')
    expect(await isobathJson(`evaluate ${model} --data ${turned}`)).toMatchObject({ test: { error: 0.5 } })
    const alone = await isobathJson(`evaluate ${model} --data ${table} --label flower --network mlp:depth=1,width=8`)
    expect(alone).toMatchObject({ data: 'flowers.csv' })
    const refused = [
      await isobath(['predict', model, '--data', rows, '--standardize', 'none']),
      await isobath(['predict', model, '--data', 'blobs']),
      await isobath(['predict', model]),
    ]
    expect(saidOn(refused, root)).toMatchInlineSnapshot(`
      "isobath: --standardize: rows.csv is standardized like the table of the training. Leave --standardize out.
      isobath: blobs: expected 2 classes, as in the training of ROOT/model.safetensors, got 3. Use data like that of the training.
      isobath: --data: expected the name of a data set (blobs, cifar-10, csv, glyphs, mnist, moons, sawtooth, spirals, teacher, tiles), got none. Give a name, such as --data glyphs.
      "
    `)
  })

  it('predicts new tables with a run on data that a program made, but can not load that data', async () => {
    const inputs = Array.from({ length: 40 }, (_, row) => [1000 + row, row % 7])
    const labels = inputs.map(([first]) => (first < 1020 ? 'early' : 'late'))
    const own = join(root, 'own')
    const data = dataset({ inputs, labels, name: 'times' })
    await train(chain(dense(2)), { data, steps: 100, run: own, threads: 1, abort: AbortSignal.abort() })
    await resume(own, { data, threads: 1 })
    const rows = join(root, 'times.csv')
    writeFileSync(rows, '1001,3\n1038,3\n')
    const { stdout } = await isobath(['predict', own, '--data', rows])
    expect(
      stdout
        .split('\n')
        .slice(1, 3)
        .map((line) => line.split(',')[1]),
    ).toEqual(['early', 'late'])
    const first = join(root, 'first.csv')
    writeFileSync(first, 'when,a,b\nearly,1001,3\nlate,1038,3\n')
    const blank = join(root, 'blank.csv')
    writeFileSync(blank, '1001,3,early\n1038,3,\n')
    const { predictions } = await isobathJson(`predict ${own} --data ${blank}`)
    expect(predictions).toMatchObject([{ predicted: 'early' }, { predicted: 'late' }])
    const refused = [
      await isobath(['predict', own]),
      await isobath(['predict', own, '--data', first]),
      await isobath(['evaluate', own, '--data', blank]),
      await isobath(['evaluate', own, '--data', 'moons', '--target', 'autoencode']),
      await isobath(['predict', own, '--data', first, '--label', 'when']),
      await isobath(['diagnose', own]),
    ]
    expect(saidOn(refused, root)).toMatchInlineSnapshot(`
      "isobath: --data: expected the name of a data set (blobs, cifar-10, csv, glyphs, mnist, moons, sawtooth, spirals, teacher, tiles), got none. Give a name, such as --data glyphs.
      isobath: first.csv, line 2, column "column 1": expected a number, as in the training table, got "early". Correct the cell.
      isobath: blank.csv, line 2, column "label": expected a value, got an empty cell. Fill the cell in, or use --missing drop to leave out rows with missing cells.
      isobath: moons: expected classes, as in the training of ROOT/own, got inputs to reconstruct (--target autoencode). Use data like that of the training.
      isobath: --label: ROOT/own stores no names of columns. Leave the option out, and order the columns as in the training: first the inputs, then the label.
      isobath: times: a program made this data set, so no command can load it. Call resume, resumeDiagnosis, resumeComparison, resumePrescription or diagnoseRun in that program, with the data.
      "
    `)
  })

  it('predicts nothing if the outputs of the network are NaN', async () => {
    const lost = join(root, 'lost')
    await isobathJson(`train mlp:depth=1,width=8 --data ${table} --steps 30 --rate 1e30 --run ${lost}`)
    const { status, stdout, stderr } = await isobath(['predict', lost])
    expect(status).toBe(0)
    expect(stdout.split('\n')[1]).toMatch(/^\d+,(rose|"lily, tall"),,NaN,NaN$/)
    expect(stderr).toContain("12 of 12 samples: nothing is predicted, because the network's outputs are not numbers.")
    const { predictions } = await isobathJson(`predict ${lost}`)
    expect(predictions).toMatchObject(Array.from({ length: 12 }, () => ({ predicted: null })))
  })

  it('refuses data, sets and options that do not fit the run', async () => {
    mkdirSync(join(root, 'empty'))
    const other = join(root, 'other.csv')
    writeFileSync(other, readFileSync(table, 'utf8').replaceAll('rose', 'aster'))
    const unlabeled = join(root, 'unlabeled.csv')
    writeFileSync(unlabeled, 'width,length\n1,2\n')
    const narrow = join(root, 'narrow.csv')
    writeFileSync(narrow, 'flower,length\nrose,2\n')
    const said = [
      await isobath(['predict', join(root, 'empty')]),
      await isobath(['predict', run, '--set', 'validation']),
      await isobath(['predict', run, '--data', 'glyphs']),
      await isobath(['evaluate', run, '--data', 'blobs:features=2,classes=3']),
      await isobath(['evaluate', run, '--data', other]),
      await isobath(['predict', run, '--data', other, '--set', 'train']),
      await isobath(['predict', run, '--data', other, '--categorical', 'width']),
      await isobath(['predict', run, '--data', other, '--standardize', 'none']),
      await isobath(['evaluate', run, '--data', unlabeled]),
      await isobath(['predict', run, '--data', narrow]),
      await isobath(['predict', run, '--out', '/proc/predictions/p.csv']),
    ]
    expect(said.map(({ status }) => status)).toEqual([2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1])
    expect(saidOn(said, root)).toMatchInlineSnapshot(`
      "isobath: ROOT/empty: expected the folder of a run, which contains run.json. Give a folder that train wrote.
      isobath: --set: expected a set with samples, got validation, which is empty in flowers.csv. Hold out samples for validation, or choose train or test.
      isobath: glyphs: expected 2 values in a sample, as in the training of ROOT/run on flowers.csv, got 784. Use data like that of the training.
      isobath: blobs: expected 2 classes, as in the training of ROOT/run on flowers.csv, got 3. Use data like that of the training.
      isobath: other.csv, line 2, column "flower": expected a class of the training table (lily, tall, rose), got "aster". Correct the cell, or leave the row out, because the network predicts no other class.
      isobath: --set: all rows of other.csv are predicted, since the table is not the run's own. Leave --set out.
      isobath: --categorical: the run was trained with column "width" as numbers and must read other tables in the same way. Leave the option out.
      isobath: --standardize: other.csv is standardized like the table of the training. Leave --standardize out.
      isobath: unlabeled.csv: expected a column "flower", as in the training table, got width, length. Add the column, or rename the columns as in the training table.
      isobath: narrow.csv: expected a column "width", as in the training table, got flower, length. Add the column, or rename the columns as in the training table.
      isobath: /proc/predictions: can't be written (no such file or directory). Choose another place.
      "
    `)
  })
})
