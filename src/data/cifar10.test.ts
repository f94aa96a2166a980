import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeEach, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { loadCifar10, parseCifar } from './cifar10.ts'

const root = temporaryFolder()
const folder = join(root, 'set')
const RECORD = 3073
const BYTES = 10_000 * RECORD
const names = [1, 2, 3, 4, 5].map((number) => `data_batch_${number}.bin`).concat('test_batch.bin')

/** Writes a file of zeros, which needs no space on the disk, and changes some bytes. */
function write(file: string, changes: Readonly<Record<number, readonly number[]>> = {}, size = BYTES): void {
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, '')
  truncateSync(file, size)
  const open = openSync(file, 'r+')
  for (const [at, bytes] of Object.entries(changes))
    writeSync(open, Uint8Array.from(bytes), 0, bytes.length, Number(at))
  closeSync(open)
}

/** Writes six files. The first records have the labels 1, 2 and so on, and each file ends with a different pixel. */
function writeAll(place = folder): void {
  for (const [index, name] of names.entries()) {
    write(join(place, name), { 0: [index + 1, 10 * (index + 1)], [BYTES - 1]: [100 + index] })
  }
}

/** Returns an archive of the files. Each run of zeros is a gzip member of its own, so the archive stays small. */
function archive(files: readonly string[], size = BYTES): Uint8Array {
  const zeros = gzipSync(new Uint8Array(size + ((512 - (size % 512)) % 512)), { level: 1 })
  const members = files.flatMap((name) => {
    const header = Buffer.alloc(512)
    header.write(`cifar-10-batches-bin/${name}`, 0)
    header.write(`${size.toString(8).padStart(11, '0')}\0`, 124)
    header.write('0', 156)
    return [gzipSync(header), zeros]
  })
  return Buffer.concat([...members, gzipSync(new Uint8Array(1024))])
}

async function problem(place = folder): Promise<string> {
  const error: unknown = await loadCifar10(place).catch((error: unknown) => error)
  expect(error).toMatchObject({ name: 'IsobathError', code: 'data' })
  return String(error).replaceAll(folder, 'FOLDER').replace('IsobathError: ', '')
}

beforeEach(() => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
})

test('CIFAR-10 joins its six files in the order of their numbers', async () => {
  writeAll()
  const { train, test: held, ...rest } = await loadCifar10(folder)
  expect(rest).toMatchInlineSnapshot(`
    {
      "classNames": [
        "airplane",
        "automobile",
        "bird",
        "cat",
        "deer",
        "dog",
        "frog",
        "horse",
        "ship",
        "truck",
      ],
      "classes": 10,
      "name": "cifar-10",
      "shape": [
        3,
        32,
        32,
      ],
    }
  `)
  expect([train.count, held.count, train.inputs.length, held.inputs.length]).toEqual([50_000, 10_000, 153.6e6, 30.72e6])
  for (const [index, samples] of [train, train, train, train, train, held].entries()) {
    const first = samples === held ? 0 : index * 10_000
    const end = (first + 10_000) * 3072
    expect([samples.labels[first], samples.labels[first + 1]]).toEqual([index + 1, 0])
    expect([samples.inputs[first * 3072], samples.inputs[end - 1]]).toEqual([10 * (index + 1), 100 + index])
  }
})

test('CIFAR-10 is found in each possible folder, and otherwise in the archive', async () => {
  writeAll(join(folder, 'cifar-10', 'cifar-10-batches-bin'))
  const labels = async (place: string): Promise<number[]> => [...(await loadCifar10(place)).test.labels.subarray(0, 2)]
  for (const place of ['', 'cifar-10/cifar-10-batches-bin']) expect(await labels(join(folder, place))).toEqual([6, 0])
  writeFileSync(join(folder, 'cifar-10-binary.tar.gz'), archive(['batches.meta.txt', ...names].toReversed()))
  rmSync(join(folder, 'cifar-10/cifar-10-batches-bin/test_batch.bin'))
  expect(await labels(folder)).toEqual([0, 0])
  renameSync(join(folder, 'cifar-10-binary.tar.gz'), join(folder, 'as-downloaded'))
  expect(await labels(join(folder, 'as-downloaded'))).toEqual([0, 0])
})

describe('the error of CIFAR-10', () => {
  test('names missing files', async () => {
    const said = [await problem(), await problem(join(folder, 'nowhere'))]
    writeAll(join(folder, 'cifar-10-batches-bin'))
    for (const name of ['data_batch_2.bin', 'test_batch.bin']) rmSync(join(folder, 'cifar-10-batches-bin', name))
    said.push(await problem(), await problem(join(folder, 'cifar-10-batches-bin/data_batch_1.bin')))
    expect(`\n${said.join('\n')}\n`).toMatchInlineSnapshot(`
      "
      cifar-10: expected the binary version (data_batch_1.bin to data_batch_5.bin and test_batch.bin) or cifar-10-binary.tar.gz in FOLDER, in its subfolder cifar-10-batches-bin or in its subfolder cifar-10, found none of the files. Get the files with npx isobath data fetch cifar-10, or name their folder or the archive with dataDir: "PATH" or the environment variable ISOBATH_DATA.
      cifar-10: expected the binary version (data_batch_1.bin to data_batch_5.bin and test_batch.bin) or cifar-10-binary.tar.gz in FOLDER/nowhere, in its subfolder cifar-10-batches-bin or in its subfolder cifar-10, found none of the files. Get the files with npx isobath data fetch cifar-10, or name their folder or the archive with dataDir: "PATH" or the environment variable ISOBATH_DATA.
      cifar-10: expected the binary version (data_batch_1.bin to data_batch_5.bin and test_batch.bin) or cifar-10-binary.tar.gz in FOLDER, in its subfolder cifar-10-batches-bin or in its subfolder cifar-10, found no data_batch_2.bin, test_batch.bin in FOLDER/cifar-10-batches-bin. Get the files with npx isobath data fetch cifar-10, or name their folder or the archive with dataDir: "PATH" or the environment variable ISOBATH_DATA.
      FOLDER/cifar-10-batches-bin/data_batch_1.bin: expected the folder of CIFAR-10's files or cifar-10-binary.tar.gz, got one of the files. Name the folder that holds the file.
      "
    `)
  })

  test('describes a broken file', async () => {
    writeAll()
    const broken: Record<string, () => void> = {
      'data_batch_3.bin': () => write(join(folder, 'data_batch_3.bin'), {}, BYTES - 1),
      'data_batch_2.bin': () => write(join(folder, 'data_batch_2.bin'), {}, BYTES - RECORD),
      'data_batch_1.bin': () => write(join(folder, 'data_batch_1.bin'), { [77 * RECORD]: [10] }),
      'data_batch_4.bin': () => write(join(folder, 'data_batch_4.bin'), {}, BYTES + 1),
      'data_batch_5.bin': () => write(join(folder, 'data_batch_5.bin'), {}, 0),
      'test_batch.bin': () => write(join(folder, 'test_batch.bin'), {}, 2 ** 40),
    }
    const said: string[] = []
    for (const [name, breakIt] of Object.entries(broken)) {
      breakIt()
      said.push(await problem())
      write(join(folder, name))
    }
    expect(`\n${said.join('\n')}\n`).toMatchInlineSnapshot(`
      "
      FOLDER/data_batch_3.bin: expected 30,730,000 bytes (10,000 records of a label and 3,072 bytes of an image), got 30,729,999. Fetch the file again, or check that you named the right file.
      FOLDER/data_batch_2.bin: expected 30,730,000 bytes (10,000 records of a label and 3,072 bytes of an image), got 30,726,927. Fetch the file again, or check that you named the right file.
      FOLDER/data_batch_1.bin: expected labels from 0 to 9, got 10 for sample 77. Fetch the file again, or check that you named the right file.
      FOLDER/data_batch_4.bin: expected at most 30,730,000 bytes, got 30,730,001 bytes. Fetch the file again, or check that you named the right file.
      FOLDER/data_batch_5.bin: expected 30,730,000 bytes (10,000 records of a label and 3,072 bytes of an image), got 0. Fetch the file again, or check that you named the right file.
      FOLDER/test_batch.bin: expected at most 30,730,000 bytes, got 1,099,511,627,776 bytes. Fetch the file again, or check that you named the right file.
      "
    `)
  })

  test('describes a broken archive', async () => {
    const whole = Buffer.from(archive(names))
    const changed = Buffer.from(whole)
    changed[whole.length - 6] ^= 1 // the checksum of the bytes after the last file
    const said: string[] = []
    for (const bytes of [
      whole.subarray(0, 50_000),
      changed,
      archive(names.slice(5)),
      archive(names, BYTES - RECORD),
      Buffer.from('<html>not found</html>'),
      Buffer.alloc(0),
    ]) {
      writeFileSync(join(folder, 'cifar-10-binary.tar.gz'), bytes)
      said.push(await problem())
    }
    expect(`\n${said.join('\n')}\n`).toMatchInlineSnapshot(`
      "
      FOLDER/cifar-10-binary.tar.gz: can't be unpacked: the packed data is cut off. Fetch the file again, or check that you named the right file.
      FOLDER/cifar-10-binary.tar.gz: can't be unpacked: the unpacked bytes don't have the checksum that was stored with them. Fetch the file again, or check that you named the right file.
      FOLDER/cifar-10-binary.tar.gz: expected data_batch_1.bin, data_batch_2.bin, data_batch_3.bin, data_batch_4.bin, data_batch_5.bin in the archive, found no file of that name. Fetch the file again, or check that you named the right file.
      FOLDER/cifar-10-binary.tar.gz: data_batch_1.bin: expected 30730000 bytes, got 30726927. Fetch the file again, or check that you named the right file.
      FOLDER/cifar-10-binary.tar.gz: can't be unpacked: the packed data is broken (incorrect header check). Fetch the file again, or check that you named the right file.
      FOLDER/cifar-10-binary.tar.gz: can't be unpacked: the packed data is cut off. Fetch the file again, or check that you named the right file.
      "
    `)
  })
})

test('parseCifar splits records into labels and images', () => {
  const bytes = Uint8Array.from({ length: 3 * RECORD }, (_, at) => (at % RECORD === 0 ? (3 * at) / RECORD : at % 251))
  const samples = { count: 3, inputs: new Uint8Array(3 * 3072), labels: new Uint8Array(3) }
  parseCifar(bytes, 'x', samples)
  expect([...samples.labels]).toEqual([0, 3, 6])
  const images = [0, 1, 2].flatMap((record) => [...bytes.subarray(record * RECORD + 1, (record + 1) * RECORD)])
  expect([...samples.inputs]).toEqual(images)
})

const real = join(import.meta.dirname, '../../../shared/data/cifar-10-batches-bin')

test.skipIf(!existsSync(real))(`CIFAR-10 loads from the real files (skipped when ${real} is absent)`, async () => {
  const { train, test: held } = await loadCifar10(real)
  expect([...train.labels.subarray(0, 10)]).toEqual([6, 9, 9, 4, 1, 1, 2, 7, 8, 3])
  expect([...held.labels.subarray(0, 10)]).toEqual([3, 8, 8, 0, 6, 6, 1, 6, 3, 1])
  // Many tutorials quote these means of the training pixels: 0.4914, 0.4822 and 0.4465.
  const sums = [0, 0, 0]
  for (let start = 0; start < train.inputs.length; start += 1024) {
    let sum = 0
    for (let at = start; at < start + 1024; at++) sum += train.inputs[at]
    sums[(start / 1024) % 3] += sum
  }
  expect(sums.map((sum) => (sum / (50_000 * 1024 * 255)).toFixed(4))).toEqual(['0.4914', '0.4822', '0.4465'])
})
