/** Tests files of other programs in place of networks, weights and data: one line says what to do instead. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { createBlueprint, loadDataset, loadModel, loadWeights, parseNetwork } from '../../src/index.ts'
import { isobath, isobathJson } from '../support/command-line.ts'
import { laterRefusal } from '../support/refusal.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = temporaryFolder()
const home = process.cwd()

function write(file: string, content: string | Uint8Array = ''): void {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), content)
}

beforeAll(() => {
  process.chdir(root)
  return () => process.chdir(home)
})

/** Runs each command, which must be refused in one line, and returns what all of them said. */
async function saidBy(lines: readonly string[]): Promise<string> {
  const said: string[] = []
  for (const line of lines) {
    const { status, stdout, stderr } = await isobath(line)
    expect({ line, status, stdout, lines: stderr.split('\n').length }).toEqual({
      line,
      status: 2,
      stdout: '',
      lines: 2,
    })
    said.push(`${line}\n  ${stderr}`)
  }
  return said.join('')
}

describe('a model of another program', () => {
  it('is refused as a network in every command, whether the file exists or not', async () => {
    write('model.h5', Uint8Array.of(0x89, 0x48, 0x44, 0x46))
    write('saved/saved_model.pb')
    const lines = [
      'train model.h5 --data moons',
      'train missing.keras --data moons',
      'count MODEL.PT',
      'show network net.onnx',
      'diagnose saved --data moons',
      'diagnose models/net.ckpt',
      'compare model.h5 --data moons',
    ]
    expect(await saidBy(lines)).toMatchInlineSnapshot(`
      "train model.h5 --data moons
        isobath: model.h5: expected a preset or a JSON file, got a Keras file (.h5). Isobath can't read Keras files yet. Write the network as a preset, such as mlp:depth=2,width=128, or as JSON, as the page docs/networks.md shows for Keras and PyTorch.
      train missing.keras --data moons
        isobath: missing.keras: expected a preset or a JSON file, got a Keras file (.keras). Isobath can't read Keras files yet. Write the network as a preset, such as mlp:depth=2,width=128, or as JSON, as the page docs/networks.md shows for Keras and PyTorch.
      count MODEL.PT
        isobath: MODEL.PT: expected a preset or a JSON file, got a PyTorch file (.pt). Isobath can't read PyTorch files yet. Write the network as a preset, such as mlp:depth=2,width=128, or as JSON, as the page docs/networks.md shows for Keras and PyTorch.
      show network net.onnx
        isobath: net.onnx: expected a preset or a JSON file, got an ONNX file (.onnx). Isobath can't read ONNX files yet. Write the network as a preset, such as mlp:depth=2,width=128, or as JSON, as the page docs/networks.md shows for Keras and PyTorch.
      diagnose saved --data moons
        isobath: saved: expected a preset, a JSON file or the folder of a run, got a SavedModel folder. Isobath can't read SavedModel folders yet. Write the network as a preset, such as mlp:depth=2,width=128, or as JSON, as the page docs/networks.md shows for Keras and PyTorch.
      diagnose models/net.ckpt
        isobath: models/net.ckpt: expected a preset or a JSON file, got a PyTorch file (.ckpt). Isobath can't read PyTorch files yet. Write the network as a preset, such as mlp:depth=2,width=128, or as JSON, as the page docs/networks.md shows for Keras and PyTorch.
      compare model.h5 --data moons
        isobath: model.h5: expected a preset or a JSON file, got a Keras file (.h5). Isobath can't read Keras files yet. Write the network as a preset, such as mlp:depth=2,width=128, or as JSON, as the page docs/networks.md shows for Keras and PyTorch.
      "
    `)
    const others = [
      'train saved --data moons',
      'count saved',
      'diagnose saved',
      'predict saved',
      'init a.pth --out w.safetensors',
      'train a.hdf5 --data moons',
      'count a.tflite',
      'bench --roofline a.pt',
      'diagnose mlp:depth=2 --against a.pt --data moons',
      'predict w.safetensors --network a.pt --data moons',
    ]
    write('w.safetensors', Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d))
    expect(await saidBy(others)).not.toMatch(/^ {2}(?!.*can't read)/m)
  })

  it('is refused as weights', async () => {
    write('model.pt', 'PK')
    expect(await saidBy(['predict model.pt', 'train mlp --data moons --init weights.h5'])).toMatchInlineSnapshot(`
      "predict model.pt
        isobath: model.pt: expected a .safetensors file, got a PyTorch file (.pt). Isobath can't read PyTorch files yet. Save the weights as .safetensors with the package safetensors, as the page docs/networks.md shows.
      train mlp --data moons --init weights.h5
        isobath: weights.h5: expected a .safetensors file, got a Keras file (.h5). Isobath can't read Keras files yet. Write the network as the page docs/networks.md shows, and train it with Isobath.
      "
    `)
    const blueprint = createBlueprint(parseNetwork('mlp:depth=1', { classes: 2, input: [2] }), [2])
    for (const load of [() => loadWeights('model.pt', blueprint), () => loadModel('model.pt')])
      expect(await laterRefusal(load)).toMatch(/^IsobathError: model.pt: expected a .safetensors file, got a PyTorch/)
  })

  it('is no folder of a run with such a name, and no preset', async () => {
    const { run } = await isobathJson('train mlp:depth=1,width=4 --data moons --steps 2 --run runs/model.h5')
    expect(run).toBe('runs/model.h5')
    expect((await isobath('predict runs/model.h5')).status).toBe(0)
    expect((await isobath('diagnose runs/model.h5 --data moons')).stderr).not.toMatch('Keras')
    expect((await isobath('count mlp:depth=1.pt')).stderr).toMatch('depth')
  })
})

describe('a data file of another program', () => {
  it('is refused with a command that writes a table, whether the file exists or not', async () => {
    write('rows.csv', 'a,b\n1,2\n3,4\n')
    write('x.npy')
    write('image.png', Uint8Array.of(0x89, 0x50))
    const lines = [
      'train mlp --data x.npy',
      'train mlp --data missing.npz',
      'train mlp --data rows.csv --test-file my/test.parquet',
      'count mlp --data rows.pkl',
      'compare mlp --data Book.XLSX',
      'diagnose mlp --data image.png',
      'train mlp --data csv --data-dir x.npy',
    ]
    expect(await saidBy(lines)).toMatchInlineSnapshot(`
      "train mlp --data x.npy
        isobath: x.npy: expected a table, got a NumPy file (.npy). Isobath can't read NumPy files yet. If the labels are in another array, add its file to the end of the command. This command writes a table: python3 -c "import sys, numpy as n; a = [n.load(f) for f in sys.argv[2:]]; n.savetxt(sys.argv[1], n.column_stack([x.reshape(len(x), -1) for x in a]), '%s', ',')" x.csv x.npy
      train mlp --data missing.npz
        isobath: missing.npz: expected a table, got a NumPy file (.npz). Isobath can't read NumPy files yet. The command takes arrays of one length, the labels last, and docs/data.md shows one for other arrays. This command writes a table: python3 -c "import sys, numpy as n; z = n.load(sys.argv[2]); a = [z[k] for k in z.files]; n.savetxt(sys.argv[1], n.column_stack([x.reshape(len(x), -1) for x in a]), '%s', ',')" missing.csv missing.npz
      train mlp --data rows.csv --test-file my/test.parquet
        isobath: my/test.parquet: expected a table, got a Parquet file (.parquet). Isobath can't read Parquet files yet. The command needs the Python packages pandas and pyarrow. This command writes a table: python3 -c "import sys, pandas; pandas.read_parquet(sys.argv[2]).to_csv(sys.argv[1], index=False)" my/test.csv my/test.parquet
      count mlp --data rows.pkl
        isobath: rows.pkl: expected a table, got a pickle file (.pkl). Isobath can't read pickle files yet. The command needs the Python package pandas, and it runs any code that the file contains. This command writes a table: python3 -c "import sys, pandas; pandas.read_pickle(sys.argv[2]).to_csv(sys.argv[1], index=False)" rows.csv rows.pkl
      compare mlp --data Book.XLSX
        isobath: Book.XLSX: expected a table, got a spreadsheet file (.xlsx). Isobath can't read spreadsheet files yet. Save the sheet as CSV in your spreadsheet program, such as Book.csv.
      diagnose mlp --data image.png
        isobath: image.png: expected a table, got an image (.png). Isobath can't read images yet. Write the images as a table with a row of bytes for each image, or as IDX files. The page docs/data.md has a short Python script for each.
      train mlp --data csv --data-dir x.npy
        isobath: x.npy: expected a table, got a NumPy file (.npy). Isobath can't read NumPy files yet. If the labels are in another array, add its file to the end of the command. This command writes a table: python3 -c "import sys, numpy as n; a = [n.load(f) for f in sys.argv[2:]]; n.savetxt(sys.argv[1], n.column_stack([x.reshape(len(x), -1) for x in a]), '%s', ',')" x.csv x.npy
      "
    `)
    expect(await laterRefusal(() => loadDataset('csv', { dataDir: 'x.npy' }))).toMatch(
      /^IsobathError: x.npy: expected a/,
    )
  })

  it('is found in folders, in a few levels of folders', async () => {
    for (const place of ['photos/cat/1.JPG', 'split/train/dog/2.png', 'arrays/x_train.npy', 'a/b/c/d/5.png'])
      write(place)
    mkdirSync('empty')
    symlinkSync('.', 'empty/loop')
    const lines = ['photos', 'split', 'arrays', 'a', 'empty'].map((folder) => `train mlp --data ${folder}`)
    expect(await saidBy(lines)).toMatchInlineSnapshot(`
      "train mlp --data photos
        isobath: photos: expected train.csv and test.csv, got images, such as photos/cat/1.JPG. Isobath can't read images yet. Write the images as a table with a row of bytes for each image, or as IDX files. The page docs/data.md has a short Python script for each.
      train mlp --data split
        isobath: split: expected train.csv and test.csv, got images, such as split/train/dog/2.png. Isobath can't read images yet. Write the images as a table with a row of bytes for each image, or as IDX files. The page docs/data.md has a short Python script for each.
      train mlp --data arrays
        isobath: arrays: expected train.csv and test.csv, got NumPy files, such as arrays/x_train.npy. Isobath can't read NumPy files yet. If the labels are in another array, add its file to the end of the command. This command writes a table: python3 -c "import sys, numpy as n; a = [n.load(f) for f in sys.argv[2:]]; n.savetxt(sys.argv[1], n.column_stack([x.reshape(len(x), -1) for x in a]), '%s', ',')" arrays/x_train.csv arrays/x_train.npy
      train mlp --data a
        isobath: a: expected train.csv and test.csv (plain or .gz), found neither. To split the rows of a single table, name its file.
      train mlp --data empty
        isobath: empty: expected train.csv and test.csv (plain or .gz), found neither. To split the rows of a single table, name its file.
      "
    `)
  })

  it('is no folder of tables with such a name', async () => {
    for (const set of ['train', 'test']) write(`tables.npy/${set}.csv`, 'a,b\n1,2\n3,4\n5,6\n')
    write('tables.npy/photo.png')
    expect((await isobath('train mlp:depth=1,width=4 --data tables.npy --steps 2')).status).toBe(0)
  })
})

const page = readFileSync(fileURLToPath(new URL('../../docs/data.md', import.meta.url)), 'utf8')
const python = ['/usr/bin/python3', 'python3'].find((name) => spawnSync(name, ['-c', 'import numpy']).status === 0)

/** Runs a command that begins with python3 in a shell, with the Python that has NumPy. */
function runs(command: string): void {
  const { status, stderr } = spawnSync('sh', ['-c', command.replace('python3', python ?? '')], { encoding: 'utf8' })
  expect(status, stderr).toBe(0)
}

/** The command at the end of the error about a data file. */
async function commandFor(file: string): Promise<string> {
  const { stderr } = await isobath(['train', 'mlp', '--data', file])
  return /python3 .*/.exec(stderr)?.[0] ?? ''
}

// The commands need NumPy.
describe.skipIf(python === undefined)('the printed command', () => {
  const make = `import numpy as n
x = n.arange(24, dtype='f4').reshape(8, 3) / 10
n.save('in puts.npy', x); n.save('y.npy', n.arange(8) % 2); n.save('words.npy', n.array(['cat', 'dog'] * 4))
n.save("it's.npy", n.arange(32, dtype='u1').reshape(8, 2, 2)); n.savez('both.npz', x=x, y=n.arange(8) % 2)
n.savez('split.npz', x_train=x, y_train=n.arange(8) % 2, x_test=x[:4], y_test=n.arange(4) % 2)`
  beforeAll(() => runs(`python3 -c "${make.replaceAll('"', '\\"')}"`))

  it.each([
    ['in puts.npy', ' y.npy', 'in puts.csv', [3], 2],
    ['in puts.npy', ' words.npy', 'in puts.csv', [3], 2],
    ['both.npz', '', 'both.csv', [3], 2],
    ["it's.npy", ' y.npy', "it's.csv", [4], 2],
  ])('writes %s%s as a table', async (file, labels, table, shape, classes) => {
    runs(`${await commandFor(file)}${labels}`)
    const data = await loadDataset('csv', { dataDir: table })
    expect(data).toMatchObject({ shape, classes, train: { count: 6 } })
    if (file === 'in puts.npy') expect(readFileSync(table, 'utf8').split('\n')[1]).toMatch(/^0\.3\d*,0\.4\d*,0\.5\d*,/)
    rmSync(table)
  })

  it('is the command in the docs', async () => {
    const command = (await commandFor('data.npy')).replace(/data\.csv data\.npy$/, 'data.csv inputs.npy labels.npy')
    expect(page).toContain(command)
    expect(page).toContain(await commandFor('data.parquet'))
  })

  it('in the docs splits the arrays of an archive', async () => {
    const [script] = /(?<=```python\n)[^`]*/.exec(page) ?? []
    write('split.py', script)
    runs('python3 split.py split.npz')
    expect(await loadDataset('csv', { dataDir: '.' })).toMatchObject({ train: { count: 8 }, test: { count: 4 } })
  })
})
