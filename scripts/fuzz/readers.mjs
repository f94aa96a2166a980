/**
 * Lists every reader of external input, with accepted inputs. The fuzzer changes the inputs until one breaks the
 * reader.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'

const encode = (text) => new TextEncoder().encode(text)
const decode = (bytes) => new TextDecoder().decode(bytes)

function idx(sizes, values) {
  const bytes = new Uint8Array(4 + 4 * sizes.length + values.length)
  bytes.set([0, 0, 8, sizes.length])
  const view = new DataView(bytes.buffer)
  for (const [axis, size] of sizes.entries()) view.setUint32(4 + 4 * axis, size)
  bytes.set(values, 4 + 4 * sizes.length)
  return bytes
}

function tar(files) {
  const blocks = Object.entries(files).flatMap(([name, bytes]) => {
    const header = Buffer.alloc(512)
    header.write(name, 0)
    header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124)
    header.write('0', 156)
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]
  })
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}

/** A safetensors file with this text as the header. */
function tensorFile(header, data) {
  const text = encode(header)
  const bytes = Buffer.alloc(8 + text.length + data)
  bytes.writeBigUInt64LE(BigInt(text.length), 0)
  bytes.set(text, 8)
  return bytes
}

/**
 * Packs the files of a folder into one input, so that mutations can change any file. A line `name length\n` precedes
 * each.
 */
const pack = (files) => Buffer.concat(files.flatMap(([name, bytes]) => [encode(`${name} ${bytes.length}\n`), bytes]))

function unpack(bytes, names, folder) {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true })
  let rest = bytes
  for (const name of names) {
    const line = rest.indexOf(10)
    const size = Number(decode(rest.subarray(0, line)).split(' ').at(-1))
    const end = line + 1 + (Number.isInteger(size) && size >= 0 ? size : rest.length)
    writeFileSync(join(folder, name), rest.subarray(line + 1, end))
    rest = rest.subarray(end)
  }
}

const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(0, -1, 2 ** 31, 2 ** 32, 2 ** 53, 1e300))
const json = (arbitrary) => arbitrary.map((value) => encode(JSON.stringify(value) ?? ''))

const layer = fc.letrec((tie) => ({
  layer: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.record(
      {
        kind: fc.constant('dense'),
        width: fc.oneof(fc.integer({ min: 1, max: 9 }), number),
        init: fc.option(
          fc.record({
            kind: fc.constantFrom('he', 'gaussian', 'sparse', 'x'),
            gain: fc.oneof(number, fc.array(number, { maxLength: 3 })),
            sw2: number,
          }),
        ),
      },
      { requiredKeys: ['kind'] },
    ),
    fc.record(
      {
        kind: fc.constantFrom('activation', 'prelu', 'softmax', 'dropout', 'batchNorm', 'layerNorm', 'flatten'),
        function: fc.constantFrom('relu', 'leakyRelu', 'x'),
        slope: number,
        rate: fc.oneof(number, fc.array(number)),
      },
      { requiredKeys: ['kind'] },
    ),
    fc.record({ kind: fc.constant('chain'), layers: fc.array(tie('layer'), { maxLength: 4 }) }),
    fc.record({
      kind: fc.constant('repeat'),
      times: fc.oneof(fc.integer({ min: 1, max: 5 }), number),
      block: tie('layer'),
    }),
    fc.record(
      {
        kind: fc.constant('residual'),
        branch: tie('layer'),
        shortcut: tie('layer'),
        multiplier: fc.oneof(number, fc.array(number)),
      },
      { requiredKeys: ['kind', 'branch'] },
    ),
    fc.jsonValue(),
  ),
})).layer

const entry = fc.record({
  dtype: fc.constantFrom('F32', 'F64', 'I8'),
  shape: fc.array(fc.oneof(fc.integer({ min: 0, max: 5 }), number), { maxLength: 4 }),
  data_offsets: fc.tuple(fc.oneof(fc.nat(64), number), fc.oneof(fc.nat(64), number)),
})

const cell = fc.oneof(
  fc.double().map(String),
  fc.integer().map(String),
  fc.constantFrom('', 'NA', '?', 'red', 'a "word"', '"a, b"', '1,5', ' 2 '),
  fc.string(),
)
const table = fc
  .tuple(
    fc.constantFrom(',', ';', '\t'),
    fc.constantFrom('\n', '\r\n'),
    fc.array(fc.array(cell, { maxLength: 5 }), { maxLength: 12 }),
  )
  .map(([separator, end, rows]) => encode(rows.map((cells) => cells.join(separator)).join(end)))

const option = fc
  .tuple(
    fc.constantFrom(
      'depth',
      'width',
      'widths',
      'activation',
      'slope',
      'init',
      'gain',
      'sw2',
      'sb2',
      'norm',
      'dropout',
      'multiplier',
      '',
    ),
    fc.oneof(number.map(String), fc.string(), fc.constantFrom('relu', 'he', '1/L', '8-8-3', 'batch')),
  )
  .map((pair) => pair.join('='))
const preset = fc
  .tuple(fc.constantFrom('mlp', 'residual-mlp', 'linear', 'linear-residual', 'x'), fc.array(option, { maxLength: 4 }))
  .map(([name, options]) => encode(`${name}:${options.join()}`))

/**
 * Creates the readers by name. `corpus` holds accepted inputs, `structured` generates inputs of the right form, and
 * `read` reads one input. The function `load` imports a module of the program, and `folder` is a folder for readers of
 * files.
 */
export async function createReaders(load, folder) {
  const { gunzipBeginning, gunzipLimited } = await load('data/gzip')
  const { parsePackedIdx } = await load('data/idx')
  const { loadMnist } = await load('data/mnist')
  const { CIFAR_RECORD, parseCifar } = await load('data/cifar10')
  const { readArchive } = await load('data/tar')
  const { readCsv } = await load('data/csv')
  const { decodeTensors } = await load('training/safetensors')
  const { networkFromJson } = await load('network/json')
  const { parseNetwork, withDepth } = await load('network/presets')
  const { createBlueprint } = await load('blueprint/create')
  const { count } = await load('blueprint/count')
  const { wholeFrom, wholeList } = await load('cli/numbers')
  const kinds = await load('support/kinds')
  const { addDataOptions, dataChoice } = await load('cli/data-options')
  const { moons, readRun, train } = await load('index')
  const { readResult } = await load('runs/run-description')
  const { Command } = await import('commander')

  const place = (name) => {
    const path = join(folder, name)
    mkdirSync(path, { recursive: true })
    return path
  }
  const digits = idx([2, 28, 28], new Uint8Array(2 * 784).fill(7))
  const mnistNames = [
    'train-images-idx3-ubyte',
    'train-labels-idx1-ubyte',
    't10k-images-idx3-ubyte',
    't10k-labels-idx1-ubyte',
  ]
  const mnistFiles = [digits, idx([2], Uint8Array.of(3, 9)), gzipSync(digits), gzipSync(idx([2], Uint8Array.of(0, 1)))]
  const tableEncoding = {
    named: true,
    columns: [
      { name: 'y', role: 'category', words: ['2', '4', 'a'], fill: '4' },
      { name: 'x', role: 'number', fill: 1.5, indicator: true },
      { name: 'label', role: 'target' },
    ],
    target: 'classes',
    classes: ['a', 'b', '2'],
  }
  const tensors = {
    'a.weight': { dtype: 'F32', shape: [2, 2], data_offsets: [0, 16] },
    'a.bias': { dtype: 'F64', shape: [1], data_offsets: [16, 24] },
  }
  const chain = {
    kind: 'chain',
    layers: [
      { kind: 'dense', width: 3, init: { kind: 'gaussian', sw2: 2 } },
      { kind: 'activation', function: 'leakyRelu', slope: 0.1 },
      { kind: 'prelu', slope: 0.2, shared: true },
      {
        kind: 'repeat',
        times: 5,
        block: {
          kind: 'residual',
          multiplier: [1, 0.5, 0.25, 0.1, 0.1],
          branch: {
            kind: 'chain',
            layers: [{ kind: 'dense', width: 3 }, { kind: 'batchNorm' }, { kind: 'dropout', rate: 0.1 }],
          },
        },
      },
      { kind: 'layerNorm' },
      { kind: 'dense', width: 2, name: 'readout' },
    ],
  }

  const network = (value) => count(createBlueprint(networkFromJson(value), [4]))
  const runPlace = place('run')
  const made = join(folder, 'made')
  await train(parseNetwork('mlp:depth=2,width=4', { classes: 2, input: [2] }), {
    data: moons({ train: 32, test: 8 }),
    steps: 4,
    batch: 8,
    run: made,
    threads: 1,
  })
  const runNames = readdirSync(made).filter((name) => /\.(json|jsonl|safetensors)$/.test(name))
  const runFiles = runNames.map((name) => [name, readFileSync(join(made, name))])

  return {
    gzip: {
      corpus: [
        gzipSync('hello'),
        gzipSync(new Uint8Array(5000)),
        Buffer.concat([gzipSync('a'), gzipSync('b'), Buffer.alloc(20)]),
      ],
      structured: fc
        .array(fc.uint8Array({ maxLength: 40 }), { maxLength: 3 })
        .map((parts) => Buffer.concat(parts.map((part) => gzipSync(part)))),
      read: (bytes) => {
        gunzipLimited(bytes, 'x', 2 ** 16)
        gunzipBeginning(bytes, 'x')
      },
    },
    idx: {
      corpus: [idx([3, 4], new Uint8Array(12)), gzipSync(idx([2, 3, 4], new Uint8Array(24)))],
      structured: fc
        .tuple(
          fc.array(fc.oneof(fc.nat(5), fc.constantFrom(2 ** 31, 2 ** 32 - 1)), { maxLength: 5 }),
          fc.uint8Array({ maxLength: 60 }),
          fc.boolean(),
        )
        .map(([sizes, values, packed]) => (packed ? gzipSync(idx(sizes, values)) : idx(sizes, values))),
      read: (bytes) => parsePackedIdx(bytes, 'x'),
    },
    mnist: {
      corpus: [pack(mnistNames.map((name, index) => [name, mnistFiles[index]]))],
      read: (bytes) => {
        unpack(bytes, mnistNames, place('mnist'))
        loadMnist(place('mnist'))
      },
    },
    cifar: {
      corpus: [new Uint8Array(2 * CIFAR_RECORD).fill(9), new Uint8Array(2 * CIFAR_RECORD)],
      structured: fc
        .tuple(fc.nat(3), fc.integer({ min: -1, max: 1 }), fc.nat(255))
        .map(([records, more, value]) => new Uint8Array(Math.max(0, records * CIFAR_RECORD + more)).fill(value)),
      read: (bytes) => {
        const size = CIFAR_RECORD - 1
        const samples = { count: 2, inputs: new Uint8Array(2 * size), labels: new Uint8Array(2) }
        parseCifar(bytes, 'x', samples)
        const same = [0, 1].every((record) => {
          const start = record * CIFAR_RECORD + 1
          const image = samples.inputs.subarray(record * size, (record + 1) * size)
          return samples.labels[record] < 10 && image.every((value, at) => value === bytes[start + at])
        })
        if (!same || bytes.length !== 2 * CIFAR_RECORD)
          throw new Error('the reader returned other values than the bytes of the file')
      },
    },
    tar: {
      corpus: [gzipSync(tar({ 'x/a.bin': new Uint8Array(700), 'x/b.bin': new Uint8Array(3), readme: encode('text') }))],
      structured: fc.uint8Array({ minLength: 512, maxLength: 2000 }).map((bytes) => gzipSync(bytes)),
      read: async (bytes) => {
        const file = join(place('tar'), 'x.tar.gz')
        writeFileSync(file, bytes)
        await readArchive(
          file,
          [
            { name: 'a.bin', bytes: 700 },
            { name: 'b.bin', bytes: 3 },
          ],
          () => {},
        )
      },
    },
    csv: {
      corpus: [
        'x,y,label\n1,2,a\n3,4,b\n5,6,a\n7,8,b\n9,1,a\n',
        '1;2,5\n3;4,5\n1;2\n',
        '"a ""quoted""\ncell",b,c\r\n1,2,3\r\n2,3,4\r\n4,1,3\r\n',
        '\ufeffa\tb\n1\t2\n2\t3\n4\t5\n',
        'x,y,label\n1,,a\n,4,b\n5,?,a\n70,8,\n',
      ].map(encode),
      structured: table,
      read: async (bytes) => {
        const source = { name: 'x', bytes: [bytes] }
        const options = { missing: ['drop', 'error', 'fill'][bytes.length % 3], keepIds: true }
        const use = { ...options, encoding: tableEncoding, whole: true, unlabeled: bytes.length % 2 > 0 }
        await readCsv(source, use).catch((error) => {
          if (!isRefusal(error)) throw error
        })
        const { encoding } = await readCsv(source, options)
        // A table that was read once must be readable with its own encoding.
        await readCsv(source, { ...options, encoding }).catch((error) => {
          throw new Error(`the table was refused with its own encoding: ${error.message}`, { cause: error })
        })
      },
    },
    safetensors: {
      corpus: [
        tensorFile(JSON.stringify(tensors), 24),
        tensorFile(JSON.stringify({ __metadata__: { step: '3' }, ...tensors }), 24),
        tensorFile('{}', 0),
      ],
      structured: fc
        .tuple(fc.dictionary(fc.string(), fc.oneof(entry, fc.jsonValue())), fc.nat(64))
        .map(([header, data]) => tensorFile(JSON.stringify(header), data)),
      read: (bytes) => decodeTensors(bytes, 'x'),
    },
    network: {
      corpus: [
        encode(JSON.stringify(chain)),
        encode(JSON.stringify({ kind: 'dense', width: 7, bias: false, init: { kind: 'sparse', incoming: 3 } })),
      ],
      structured: json(layer),
      read: (bytes) => {
        let value
        try {
          value = JSON.parse(decode(bytes))
        } catch {
          return
        }
        network(value)
      },
    },
    preset: {
      corpus: [
        'mlp:depth=5,width=8,activation=tanh,init=glorot,gain=2',
        'residual-mlp:depth=9,multiplier=1/sqrt(l),norm=batch,dropout=0.1',
        'linear:widths=8-8-3-3,sw2=1.5,sb2=0.1',
        'mlp:activation=leakyRelu,slope=0.2',
        'mlp:activation=prelu,output=softmax',
      ].map(encode),
      structured: preset,
      read: (bytes) => {
        const text = decode(bytes)
        createBlueprint(parseNetwork(text, { classes: 3, input: [4] }), [4])
        if (!text.includes('widths')) withDepth(text, 7)
      },
    },
    run: {
      corpus: [pack(runFiles)],
      read: async (bytes) => {
        unpack(bytes, runNames, runPlace)
        await readRun(runPlace)
        readResult(runPlace)
      },
    },
    numbers: {
      corpus: ['2GiB', '500 MB', '1.5e3', '4,16,64', '0.03', '1e-4'].map(encode),
      structured: fc
        .tuple(number, fc.constantFrom('', 'B', 'KiB', 'MB', 'GB', 'x'))
        .map((parts) => encode(parts.join(''))),
      read: (bytes) => {
        for (const parse of [wholeFrom(0), wholeList(1)]) refusable(() => parse(decode(bytes)))
        for (const { text } of [kinds.bytes(), kinds.positive(), kinds.count(), kinds.texts()]) text.read(decode(bytes))
      },
    },
    options: {
      corpus: [
        '--data csv --data-dir x.csv --label y --missing fill --test-fraction 0 --categorical a',
        '--data mnist --samples 50 --data-seed 3',
        '--data blobs --validation 0.1',
      ].map(encode),
      read: (bytes) => {
        const command = addDataOptions(
          new Command('x').exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} }),
        )
        refusable(() => dataChoice(command.parse(decode(bytes).split(' '), { from: 'user' }).opts()))
      },
    },
  }
}

/** Runs work and accepts the errors of Commander, which are errors that a user can act on. */
function refusable(work) {
  try {
    work()
  } catch (error) {
    if (!String(error?.code).startsWith('commander.')) throw error
  }
}

/** Whether an error is one that a user can act on. */
export const isRefusal = (error) => error?.name === 'IsobathError' && error.code !== 'internal'
