/** Tests data files that try to break the program: each is refused in one sentence, quickly and in little memory. */
import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { isobath } from '../support/command-line.ts'
import { allRefused } from '../support/hostile.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = temporaryFolder()
const home = process.cwd()

beforeAll(() => {
  process.chdir(root)
  return () => process.chdir(home)
})

/** Makes an IDX file. The sizes in its header may be false. */
function idx(sizes: readonly number[], values: number, type = 8): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * sizes.length + values)
  const view = new DataView(bytes.buffer)
  bytes.set([0, 0, type, sizes.length])
  for (const [axis, size] of sizes.entries()) view.setUint32(4 + 4 * axis, size)
  return bytes
}

function changed(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy[at < 0 ? copy.length + at : at] ^= 0xff
  return copy
}

/**
 * Makes a gzip file that unpacks to this many megabytes of zeros. The file repeats one piece, packed a thousand to one.
 */
function bomb(megabytes: number): Uint8Array {
  const piece = gzipSync(new Uint8Array(2 ** 20))
  return Buffer.concat(Array.from({ length: megabytes }, () => piece))
}

describe('a hostile IDX file', () => {
  const images = idx([2, 28, 28], 2 * 784)
  const files: Record<string, Uint8Array> = {
    'cut off': images.subarray(0, 1000),
    'too long': Buffer.concat([images, Buffer.from('x')]),
    'cut off, packed': gzipSync(images).subarray(0, -9),
    'cut off in its header, packed': gzipSync(images).subarray(0, 15),
    'changed, packed': changed(gzipSync(images), -6),
    'changed in its length, packed': changed(gzipSync(images), -1),
    'followed by something else': Buffer.concat([gzipSync(images), Buffer.from('#!/bin/sh')]),
    'a bomb': Buffer.concat([gzipSync(images), bomb(64)]),
    'a bomb of zeros': bomb(64),
    'of another type': idx([2, 28, 28], 2 * 784, 0x0d),
    'of no magic number': Buffer.from('<html>not found</html>'),
    'sizes with a product beyond all numbers': idx([0xffffffff, 0xffffffff, 0xffffffff], 0),
    'sizes with a product that overflows to 0': idx([65_536, 65_536, 65_536], 0),
    'a size of 4 GiB without the bytes': idx([0xffffffff], 10),
    'a size of 1 GiB without the bytes': gzipSync(idx([2 ** 30], 10)),
    'of nothing': idx([0, 28, 28], 0),
    'of rank 255': idx(new Array(255).fill(1), 1),
    empty: new Uint8Array(0),
  }

  beforeEach(() => {
    for (const part of ['train', 't10k']) {
      writeFileSync(`${part}-images-idx3-ubyte`, images)
      writeFileSync(`${part}-labels-idx1-ubyte`, idx([2], 2))
    }
  })

  it('is refused, in memory that does not grow with the sizes in the file', async () => {
    const before = process.memoryUsage().rss
    let said = ''
    for (const [what, bytes] of Object.entries(files)) {
      writeFileSync('train-images-idx3-ubyte', bytes)
      said += await allRefused({ [what]: 'train mlp --data mnist --data-dir . --steps 2' }, root)
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(300e6)
    expect(
      said.replaceAll('\n\n', '\n').replaceAll(' Fetch the file again, or check that you named the right file.', ''),
    ).toMatchInlineSnapshot(`
      "
      cut off: train-images-idx3-ubyte: expected 1584 bytes (2 x 28 x 28 after a header of 16 bytes), got 1000.
      too long: train-images-idx3-ubyte: expected 1584 bytes (2 x 28 x 28 after a header of 16 bytes), got 1585.
      cut off, packed: train-images-idx3-ubyte: can't be unpacked: the packed data is cut off.
      cut off in its header, packed: train-images-idx3-ubyte: expected a header of 16 bytes for rank 3, got 4.
      changed, packed: train-images-idx3-ubyte: can't be unpacked: the unpacked bytes don't have the checksum that was stored with them.
      changed in its length, packed: train-images-idx3-ubyte: can't be unpacked: the unpacked bytes don't have the length that was stored with them.
      followed by something else: train-images-idx3-ubyte: can't be unpacked: other data follows the end of the packed data.
      a bomb: train-images-idx3-ubyte: expected 1,584 bytes after unpacking, as the header of the file says, got more.
      a bomb of zeros: train-images-idx3-ubyte: expected an IDX file of unsigned bytes, which begins with 00 00 08 and a rank of at most 16, got 00 00 00 00.
      of another type: train-images-idx3-ubyte: expected an IDX file of unsigned bytes, which begins with 00 00 08 and a rank of at most 16, got 00 00 0d 03.
      of no magic number: train-images-idx3-ubyte: expected an IDX file of unsigned bytes, which begins with 00 00 08 and a rank of at most 16, got 3c 68 74 6d.
      sizes with a product beyond all numbers: train-images-idx3-ubyte: expected 1 to 1073741824 elements, got the sizes 4294967295 x 4294967295 x 4294967295.
      sizes with a product that overflows to 0: train-images-idx3-ubyte: expected 1 to 1073741824 elements, got the sizes 65536 x 65536 x 65536.
      a size of 4 GiB without the bytes: train-images-idx3-ubyte: expected 1 to 1073741824 elements, got the sizes 4294967295.
      a size of 1 GiB without the bytes: train-images-idx3-ubyte: expected 1073741832 bytes (1073741824 after a header of 8 bytes), got 18.
      of nothing: train-images-idx3-ubyte: expected 1 to 1073741824 elements, got the sizes 0 x 28 x 28.
      of rank 255: train-images-idx3-ubyte: expected an IDX file of unsigned bytes, which begins with 00 00 08 and a rank of at most 16, got 00 00 08 ff.
      empty: train-images-idx3-ubyte: expected an IDX file of unsigned bytes, which begins with 00 00 08 and a rank of at most 16, got no bytes.
      "
    `)
  })

  it('is refused if its labels do not fit the images', async () => {
    const labels = idx([2], 2)
    labels[9] = 200
    writeFileSync('train-labels-idx1-ubyte', labels)
    const words = 'train mlp --data mnist --data-dir .'
    let said = await allRefused({ 'a label too large': words }, root)
    writeFileSync('train-labels-idx1-ubyte', idx([3], 3))
    said += await allRefused({ 'a label too many': words }, root)
    expect(said).toMatchInlineSnapshot(`
      "
      a label too large: train-labels-idx1-ubyte: expected labels from 0 to 9, got 200 for sample 1. Fetch the file again, or check that you named the right file.

      a label too many: train-labels-idx1-ubyte: expected 2 labels, one for each image of train-images-idx3-ubyte, got the sizes 3. Take both files from the same distribution.
      "
    `)
  })

  it('is found by data check, which prints a remedy', async () => {
    const { status, stdout, stderr } = await isobath('data check mnist --data-dir .')
    expect(`\n${stdout}${stderr}${status}`).toMatchInlineSnapshot(`
      "
      broken   train-images-idx3-ubyte: expected 47,040,016 bytes, got 1,584
      broken   train-labels-idx1-ubyte: expected 60,008 bytes, got 10
      broken   t10k-images-idx3-ubyte: expected 7,840,016 bytes, got 1,584
      broken   t10k-labels-idx1-ubyte: expected 10,008 bytes, got 10
      isobath: mnist in .: 4 of 4 files are broken or missing. Remove the broken files, and run isobath data fetch mnist.
      2"
    `)
    expect((await isobath('data check --data-dir . --json')).status).toBe(2)
  })
})

describe('hostile files of CIFAR-10', () => {
  const names = ['data_batch_1', 'data_batch_2', 'data_batch_3', 'data_batch_4', 'data_batch_5', 'test_batch']
  const size = 30_730_000
  const words = 'train mlp --data cifar-10 --data-dir cifar --steps 2'

  /** Writes a file of zeros that takes no room on the disk. */
  function write(name: string, bytes = size): void {
    writeFileSync(`cifar/${name}.bin`, '')
    truncateSync(`cifar/${name}.bin`, bytes)
  }

  beforeEach(() => {
    rmSync('cifar', { recursive: true, force: true })
    mkdirSync('cifar')
  })

  it('are refused if they have a wrong size or are missing', async () => {
    let said = await allRefused({ none: words }, root)
    for (const name of names) write(name)
    const broken: Record<string, () => void> = {
      'cut off': () => write('data_batch_4', size - 1),
      'a record short': () => write('data_batch_3', size - 3073),
      'too long': () => write('data_batch_2', 2 * size),
      'of 4 TiB': () => write('test_batch', 2 ** 42),
      empty: () => write('data_batch_1', 0),
      'a folder': () => {
        rmSync('cifar/data_batch_1.bin')
        mkdirSync('cifar/data_batch_1.bin')
      },
    }
    for (const [what, change] of Object.entries(broken)) {
      change()
      said += await allRefused({ [what]: words }, root)
      for (const name of names) if (what !== 'a folder') write(name)
    }
    said += await allRefused({ 'named as a table': 'train mlp --data cifar' }, root)
    said += await allRefused({ 'a single file of the set': words.replace('cifar --', 'cifar/test_batch.bin --') }, root)
    expect(said.replaceAll('\n\n', '\n')).toMatchInlineSnapshot(`
      "
      none: cifar-10: expected the binary version (data_batch_1.bin to data_batch_5.bin and test_batch.bin) or cifar-10-binary.tar.gz in cifar, in its subfolder cifar-10-batches-bin or in its subfolder cifar-10, found none of the files. Get the files with isobath data fetch cifar-10, or name their folder or the archive with --data-dir PATH or the environment variable ISOBATH_DATA.
      cut off: cifar/data_batch_4.bin: expected 30,730,000 bytes (10,000 records of a label and 3,072 bytes of an image), got 30,729,999. Fetch the file again, or check that you named the right file.
      a record short: cifar/data_batch_3.bin: expected 30,730,000 bytes (10,000 records of a label and 3,072 bytes of an image), got 30,726,927. Fetch the file again, or check that you named the right file.
      too long: cifar/data_batch_2.bin: expected at most 30,730,000 bytes, got 61,460,000 bytes. Fetch the file again, or check that you named the right file.
      of 4 TiB: cifar/test_batch.bin: expected at most 30,730,000 bytes, got 4,398,046,511,104 bytes. Fetch the file again, or check that you named the right file.
      empty: cifar/data_batch_1.bin: expected 30,730,000 bytes (10,000 records of a label and 3,072 bytes of an image), got 0. Fetch the file again, or check that you named the right file.
      a folder: cifar-10: expected the binary version (data_batch_1.bin to data_batch_5.bin and test_batch.bin) or cifar-10-binary.tar.gz in cifar, in its subfolder cifar-10-batches-bin or in its subfolder cifar-10, found no data_batch_1.bin in cifar. Get the files with isobath data fetch cifar-10, or name their folder or the archive with --data-dir PATH or the environment variable ISOBATH_DATA.
      named as a table: --data cifar: expected the name of a data set or a table, got an archive or the files of CIFAR-10. Use --data cifar-10 --data-dir cifar.
      a single file of the set: cifar/test_batch.bin: expected the folder of CIFAR-10's files or cifar-10-binary.tar.gz, got one of the files. Name the folder that holds the file.
      "
    `)
  })

  it('are refused in an archive, in memory that does not grow with the sizes in the archive', async () => {
    const header = (name: string, bytes: number | string): Uint8Array => {
      const block = Buffer.alloc(512)
      block.write(name, 0)
      block.write(typeof bytes === 'string' ? bytes : bytes.toString(8).padStart(11, '0'), 124)
      block.write('0', 156)
      return block
    }
    const archives: Record<string, Uint8Array> = {
      'no gzip': Buffer.from('<html>not found</html>'),
      'a bomb of zeros': bomb(64),
      'a bomb in another file': Buffer.concat([gzipSync(header('readme', 2 ** 32)), bomb(64)]),
      'a bomb in a file of the right size': Buffer.concat([gzipSync(header('x/test_batch.bin', size)), bomb(1100)]),
      'a file of another size': gzipSync(header('x/test_batch.bin', 2 ** 29)),
      'a size that is no number': gzipSync(header('x/test_batch.bin', '99999999999')),
      'cut off': gzipSync(header('../../x/data_batch_1.bin', size)),
      'without the files': gzipSync(new Uint8Array(1024)),
      empty: new Uint8Array(0),
    }
    const before = process.memoryUsage().rss
    let said = ''
    for (const [what, bytes] of Object.entries(archives)) {
      writeFileSync('cifar/cifar-10-binary.tar.gz', bytes)
      said += await allRefused({ [what]: words }, root)
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(500e6)
    expect(
      said.replaceAll('\n\n', '\n').replaceAll(' Fetch the file again, or check that you named the right file.', ''),
    ).toMatchInlineSnapshot(`
      "
      no gzip: cifar/cifar-10-binary.tar.gz: can't be unpacked: the packed data is broken (incorrect header check).
      a bomb of zeros: cifar/cifar-10-binary.tar.gz: expected data_batch_1.bin, data_batch_2.bin, data_batch_3.bin, data_batch_4.bin, data_batch_5.bin, test_batch.bin in the archive, found no file of that name.
      a bomb in another file: cifar/cifar-10-binary.tar.gz: expected a tar archive of at most 1 GiB, got something else.
      a bomb in a file of the right size: cifar/cifar-10-binary.tar.gz: expected a tar archive of at most 1 GiB, got more.
      a file of another size: cifar/cifar-10-binary.tar.gz: test_batch.bin: expected 30730000 bytes, got 536870912.
      a size that is no number: cifar/cifar-10-binary.tar.gz: expected a tar archive of at most 1 GiB, got something else.
      cut off: cifar/cifar-10-binary.tar.gz: data_batch_1.bin: the archive is cut off.
      without the files: cifar/cifar-10-binary.tar.gz: expected data_batch_1.bin, data_batch_2.bin, data_batch_3.bin, data_batch_4.bin, data_batch_5.bin, test_batch.bin in the archive, found no file of that name.
      empty: cifar/cifar-10-binary.tar.gz: can't be unpacked: the packed data is cut off.
      "
    `)
  })
})

describe('a hostile table', () => {
  const rows = (end: string): string => `x,y,label\n1,2,a\n3,4,b\n5,6,a\n7,8,b\n9,10,a\n${end}`

  it('is refused with the line and the column of the mistake', async () => {
    const files: Record<string, string | Uint8Array> = {
      'a missing cell': rows('1,,b\n'),
      'a word for a number': rows('1,two,b\n'),
      'a number without end': rows('1,1e999,b\n'),
      'a ragged row': rows('1,2\n'),
      'a row too long': rows('1,2,a,b\n'),
      'a quote that never ends': rows('1,2,"a\n'),
      'a name twice': 'x,x,label\n1,2,a\n3,4,b\n',
      '300,000 digits that are no number': rows(`1,${'1'.repeat(300_000)}x,b\n`),
      'a header alone': 'x,y,label\n',
      'one class': 'x,label\n1,a\n2,a\n3,a\n',
      'no UTF-8': Uint8Array.of(0x78, 0x2c, 0x79, 10, 0xff, 0x2c, 0x31, 10),
      zeros: new Uint8Array(1000),
      empty: '',
      'packed and cut off': gzipSync(rows('')).subarray(0, -5),
      'packed and changed': changed(gzipSync(rows('')), -6),
      'packed, then padded, then something else': Buffer.concat([
        gzipSync(rows('')),
        new Uint8Array(512),
        gzipSync('1,2'),
      ]),
    }
    const lines: Record<string, string> = {}
    for (const [index, [what, content]] of Object.entries(files).entries()) {
      writeFileSync(`table${index}.csv`, content)
      lines[what] = `train mlp --data table${index}.csv --steps 2`
    }
    expect(await allRefused(lines, root)).toMatchInlineSnapshot(`
      "
      a missing cell: table0.csv, line 7, column "y": expected a value, got an empty cell. Use --missing fill to fill missing cells with medians and most frequent words, or --missing drop to leave out their rows.
      a word for a number: table1.csv, line 7, column "y": expected a number, got "two". Correct the cell. For columns of words, use --categorical y or --ignore y.
      a number without end: table2.csv, line 7, column "y": expected a number, got "1e999". The number is too large for float32. Correct the cell. For columns of words, use --categorical y or --ignore y.
      a ragged row: table3.csv, line 7: expected 3 cells, as in the first line, got 2. Check the line. A cell that contains the separator must be in quotes.
      a row too long: table4.csv, line 7: expected 3 cells, as in the first line, got 4. Check the line. A cell that contains the separator must be in quotes.
      a quote that never ends: table5.csv, line 7: expected a closing quote, got the end of the file. Add the quote, or write a quote that belongs to the cell twice.
      a name twice: table6.csv, line 1: expected different column names, got "x" for columns 1 and 2. Rename column 1 or 2. If the first line is no header, use --header no.
      300,000 digits that are no number: table7.csv, line 7, column "y": expected a number, got "1111111111111111111111111111111111111111...". Correct the cell. For columns of words, use --categorical y or --ignore y.
      a header alone: table8.csv: expected rows of cells below the header, got none.
      one class: table9.csv: expected at least two classes in the column "label", got "a" in every row. Choose another label with --label.
      no UTF-8: table10.csv: expected text in UTF-8, got other bytes. Save the table as CSV in UTF-8.
      zeros: table11.csv: expected at least one column beside the label, got one column in total. Check --separator, --label and --ignore.
      empty: table12.csv: expected rows of cells, got none.
      packed and cut off: table13.csv: can't be unpacked: the packed data is cut off. Fetch the file again, or check that you named the right file.
      packed and changed: table14.csv: can't be unpacked: the unpacked bytes don't have the checksum that was stored with them. Fetch the file again, or check that you named the right file.
      packed, then padded, then something else: table15.csv: can't be unpacked: other data follows the end of the packed data. Fetch the file again, or check that you named the right file.
      "
    `)
  })

  it('is refused if it is one endless line', async () => {
    writeFileSync('line.csv', '')
    truncateSync('line.csv', 2 ** 28)
    writeFileSync('line.csv.gz', bomb(256))
    const before = process.memoryUsage().rss
    const said = await allRefused({ plain: 'train mlp --data line.csv', packed: 'train mlp --data line.csv.gz' }, root)
    expect(said).toContain('line.csv')
    expect(process.memoryUsage().rss - before).toBeLessThan(600e6)
  })
})
