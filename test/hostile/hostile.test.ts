/**
 * Tests networks, weights and paths that try to break the program: each is refused in one sentence and leaves no file
 * behind.
 */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { builtProgram } from '../support/build.ts'
import { isobath } from '../support/command-line.ts'
import { allRefused, refused } from '../support/hostile.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = temporaryFolder()
const home = process.cwd()
const quick = 'mlp:depth=2,width=8 --data moons --samples 64 --steps 12'

beforeAll(() => {
  process.chdir(root)
  return () => process.chdir(home)
})

describe('a hostile network file', () => {
  it('is refused for wrong sizes, structures and bytes', async () => {
    const dense = '{"kind":"dense","width":3}'
    const files: Record<string, string | Uint8Array> = {
      'wide.json': '{"kind":"dense","width":1000000000}',
      'deep.json': `{"kind":"repeat","times":1e12,"block":${dense}}`,
      'product.json': `{"kind":"repeat","times":1000000,"block":{"kind":"repeat","times":1000000,"block":{"kind":"dense","width":784}}}`,
      'nested.json': `${'{"kind":"chain","layers":['.repeat(10_000)}${dense}${']}'.repeat(10_000)}`,
      'brackets.json': '['.repeat(200_000),
      'lists.json': `${'['.repeat(200_000)}${']'.repeat(200_000)}`,
      'long.json': `{"kind":"chain","layers":[${Array(50_000).fill(dense).join()}]}`,
      'nan.json': '{"kind":"dense","width":NaN}',
      'infinite.json': '{"kind":"dense","width":1e999}',
      'text.json': '{"kind":"dense","width":"3; rm -rf /"}',
      'prototype.json': '{"kind":"dense","width":3,"__proto__":{"polluted":1}}',
      'inherited.json': '{"__proto__":{"kind":"dense","width":3}}',
      'constructor.json': '{"kind":"constructor","prototype":{"polluted":1}}',
      'name.json': '{"kind":"dense","width":3,"name":"../../etc/passwd"}',
      'latin.json': Uint8Array.of(0x7b, 0x22, 0xe9, 0x22, 0x3a, 0x31, 0x7d),
      'zeros.json': new Uint8Array(1000),
      'empty.json': '',
      'null.json': 'null',
    }
    for (const [name, content] of Object.entries(files)) writeFileSync(name, content)
    writeFileSync('large.json', '')
    truncateSync('large.json', 2 ** 30)
    const names = [...Object.keys(files), 'large.json']
    expect(
      await allRefused(Object.fromEntries(names.map((name) => [name, `count ${name}`])), root),
    ).toMatchInlineSnapshot(`
      "
      wide.json: wide.json: width: expected at most 1,000,000, got 1000000000. Give a whole number from 1 to 1,000,000.
      deep.json: deep.json: times: expected at most 1,000,000, got 1000000000000. Give a whole number from 1 to 1,000,000.
      product.json: product.json: network: expected a size that can be counted exactly, got 614656000000000000. Make the network narrower or shallower.
      nested.json: nested.json: network: expected at most 100 levels of nested layers, got more. Write the layers one after the other in one chain, or as a repeat.
      brackets.json: brackets.json: expected JSON, got other text (Unexpected end of JSON input). Make a network file with isobath show network NETWORK.
      lists.json: lists.json: network: expected a layer, got a list of 1. Write {"kind": ...} with one of dense, conv, maxPool, averagePool, globalAveragePool, subsample, scalarBias, scale, activation, prelu, softmax, dropout, layerNorm, batchNorm, flatten, chain, residual, repeat.
      long.json: long.json: network: expected at most 50,000 layers written out, got more. Replace equal layers by a repeat.
      nan.json: nan.json: expected JSON, got other text (Unexpected token 'N', ..."","width":NaN}" is not valid JSON). Make a network file with isobath show network NETWORK.
      infinite.json: infinite.json: width: expected a positive integer, got Infinity. Give a whole number from 1 to 1,000,000.
      text.json: text.json: width: expected a positive integer, got "3; rm -rf /". Give a whole number from 1 to 1,000,000.
      prototype.json: prototype.json: network: expected the fields kind, name, width, bias, init, trained, got "__proto__". Remove the unknown field.
      inherited.json: inherited.json: kind: expected one of dense, conv, maxPool, averagePool, globalAveragePool, subsample, scalarBias, scale, activation, prelu, softmax, dropout, layerNorm, batchNorm, flatten, chain, residual, repeat, got nothing. Choose a kind from the list.
      constructor.json: constructor.json: kind: expected one of dense, conv, maxPool, averagePool, globalAveragePool, subsample, scalarBias, scale, activation, prelu, softmax, dropout, layerNorm, batchNorm, flatten, chain, residual, repeat, got "constructor". Choose a kind from the list.
      name.json: name.json: name: expected a name of letters, digits, _ and -, got "../../etc/passwd". Names become part of tensor names, in which a dot separates layers.
      latin.json: latin.json: expected JSON, got bytes that are not UTF-8. Make a network file with isobath show network NETWORK.
      zeros.json: zeros.json: expected JSON, got other text (Unexpected token '\\x00', "\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00"... is not valid JSON). Make a network file with isobath show network NETWORK.
      empty.json: empty.json: expected JSON, got other text (Unexpected end of JSON input). Make a network file with isobath show network NETWORK.
      null.json: null.json: network: expected a layer, got null. Write {"kind": ...} with one of dense, conv, maxPool, averagePool, globalAveragePool, subsample, scalarBias, scale, activation, prelu, softmax, dropout, layerNorm, batchNorm, flatten, chain, residual, repeat.
      large.json: large.json: expected at most 16,777,216 bytes, got 1,073,741,824 bytes. Give a preset or the JSON file of a network.
      "
    `)
    expect('polluted' in {}).toBe(false)
  })
})

describe('a hostile preset', () => {
  it('is refused with the cost of its size', async () => {
    expect(
      await allRefused(
        {
          wide: 'count mlp:width=1000000000',
          'wide, for training': `train mlp:width=1000000000 --data moons`,
          shallow: 'count mlp:depth=1,width=1000000000',
          wider: `count mlp:width=${'9'.repeat(25)}`,
          'of the largest width': 'train mlp:width=1000000,depth=100 --data moons',
          'of the largest width, for init': 'init mlp:width=1000000,depth=2 --out w.safetensors',
          deep: 'count mlp:depth=1e12',
          'a width that is no number': 'count mlp:width=NaN',
          'a prototype': 'count __proto__',
          'an option of a prototype': 'count mlp:constructor=3',
          'a value of a prototype': 'count mlp:init=toString',
          'an unknown preset': 'count resnt-mlp',
          'an unknown option': 'count mlp:widht=3',
          'a multiplier of nothing': 'count mlp:multiplier=1/L',
          'a multiplier without end': 'count residual-mlp:multiplier=1e999',
        },
        root,
      ),
    ).toMatchInlineSnapshot(`
      "
      wide: mlp:width=1000000000: expected a whole number from 1 to 1,000,000, got 1000000000. The hidden layers after the first one would have 3,000,000,003,000,000,000 parameters, which take 12,000,000,012 GB in float32. Choose a smaller width.
      wide, for training: mlp:width=1000000000: expected a whole number from 1 to 1,000,000, got 1000000000. The hidden layers after the first one would have 3,000,000,003,000,000,000 parameters, which take 12,000,000,012 GB in float32. Choose a smaller width.
      shallow: mlp:width=1000000000: expected a whole number from 1 to 1,000,000, got 1000000000. Leave width out to use the default (64).
      wider: mlp:width=9999999999999999999999999: expected a whole number from 1 to 1,000,000, got 9999999999999999999999999. The hidden layers after the first one would have 299,999,999,999,999,999,999,999,970,000,000,000,000,000,000,000,000 parameters, which take 1,199,999,999,999,999,999,999,999,880,000,000,000,000,000 GB in float32. Choose a smaller width.
      of the largest width: a training step with a batch of 128 needs at least 720.3 TiB of memory, and the limit is 4.00 GiB. Not even a batch of 1 would fit: use fewer or narrower layers.
      of the largest width, for init: mlp:width=1000000,depth=2: expected at most 4 GiB of weights, the limit of training, got 1,000,796,000,010 weights of 4 bytes. Make the network narrower or less deep.
      deep: mlp:depth=1e12: expected a whole number from 1 to 10,000, got 1e12. Leave depth out to use the default (4).
      a width that is no number: mlp:width=NaN: expected a whole number from 1 to 1,000,000, got NaN. Leave width out to use the default (64).
      a prototype: __proto__: expected a preset (mlp, residual-mlp, linear, linear-residual, autoencoder, resnet-20|32|44|56|110|1202, cifar-resnet-N, plain-N, preact-resnet-N, wide-resnet-D-K, hardt-ma, resnet-18|34, resnet-50|101|152, plain-18|34, vgg-11|13|16|19, lenet-5, vanilla-cnn, du-fc, du-resnet, du-conv-resnet), got __proto__. Choose a preset from the list.
      an option of a prototype: mlp:constructor: expected an option (depth, width, widths, activation, slope, init, gain, sw2, sb2, norm, dropout, top, output), got constructor. Choose an option from the list.
      a value of a prototype: mlp:init=toString: expected one of he, glorot, lecun, orthogonal, fanInUniform, varianceScaling, uniform, constant, identity, zeros, sparse, pytorch, keras, got toString. Leave init out to use the default (he with relu, relu6, leakyRelu, prelu, elu, gelu, silu, mish and hardSwish, lecun with selu, glorot with all other activations).
      an unknown preset: resnt-mlp: expected a preset (mlp, residual-mlp, linear, linear-residual, autoencoder, resnet-20|32|44|56|110|1202, cifar-resnet-N, plain-N, preact-resnet-N, wide-resnet-D-K, hardt-ma, resnet-18|34, resnet-50|101|152, plain-18|34, vgg-11|13|16|19, lenet-5, vanilla-cnn, du-fc, du-resnet, du-conv-resnet), got resnt-mlp. Choose a preset from the list.
      an unknown option: mlp:widht: expected an option (depth, width, widths, activation, slope, init, gain, sw2, sb2, norm, dropout, top, output), got widht. Did you mean width?
      a multiplier of nothing: mlp:multiplier: expected a preset with skip connections (residual-mlp, linear-residual), because multiplier changes residual branches, got mlp. Leave multiplier out, or take residual-mlp.
      a multiplier without end: residual-mlp:multiplier=1e999: expected a number or one of 1/L, 1/sqrt(L), 1/l, 1/sqrt(l), got 1e999. Leave multiplier out to use the default (1/L).
      "
    `)
  })

  it('is cut in the message if its text is very long', async () => {
    for (const text of [
      `mlp:${'depth=3,'.repeat(5000)}`,
      'm'.repeat(50_000),
      `mlp:widths=${'5-'.repeat(20_000)}5`,
      `mlp:gain=${'1'.repeat(120_000)}x`,
    ]) {
      expect((await refused(['count', text], root)).length).toBeLessThan(600)
    }
  })
})

/**
 * Makes a file of tensors with this header and this many zero bytes of data. The stored length of the header may be
 * false.
 */
function tensors(header: string, dataBytes: number, headerBytes = BigInt(header.length)): Uint8Array {
  const file = Buffer.alloc(8 + header.length + dataBytes)
  file.writeBigUInt64LE(headerBytes, 0)
  file.write(header, 8, 'latin1')
  return file
}

describe('a hostile weights file', () => {
  const tensor = (start: number, end: number, shape = `[${(end - start) / 4}]`, dtype = 'F32'): string =>
    `{"dtype":"${dtype}","shape":${shape},"data_offsets":[${start},${end}]}`

  it('is refused for every kind of false header', async () => {
    const files: Record<string, Uint8Array> = {
      'a header of a terabyte': tensors('{}', 0, 2n ** 40n),
      'a header of 2^64 - 1': tensors('{}', 0, 2n ** 64n - 1n),
      overlapping: tensors(`{"a":${tensor(0, 16)},"b":${tensor(8, 24)}}`, 24),
      'out of range': tensors(`{"a":${tensor(0, 16)},"b":${tensor(16, 1e12)}}`, 24),
      'with a hole': tensors(`{"a":${tensor(0, 8)},"b":${tensor(16, 24)}}`, 24),
      'with bytes of no tensor': tensors(`{"a":${tensor(0, 8)}}`, 24),
      'with a name twice': tensors(`{"a":${tensor(0, 8)},"a":${tensor(8, 16)}}`, 16),
      'of another type': tensors(`{"a":${tensor(0, 8, '[4]', 'BF16')}}`, 8),
      'of another shape': tensors(`{"a":${tensor(0, 8, '[3]')}}`, 8),
      'a shape beyond all memory': tensors(`{"a":${tensor(0, 8, '[1e200,1e200]')}}`, 8),
      'a shape whose size overflows to 0': tensors(`{"a":${tensor(0, 8, '[4294967296,4294967296]')}}`, 8),
      'a shape of infinite size': tensors(`{"a":${tensor(0, 8, '[1e999]')}}`, 8),
      'no UTF-8': tensors(`{"\xff":${tensor(0, 8)}}`, 8),
      'nested 10,000 deep': tensors(`{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, 0),
      'a prototype': tensors(`{"__proto__":${tensor(0, 8)}}`, 8),
      'metadata that is a list': tensors(`{"__metadata__":[1],"a":${tensor(0, 8)}}`, 8),
      'a name that moves the cursor': tensors(`{"\\u001b[2J":${tensor(0, 16)}}`, 8),
      'of other tensors': tensors(`{"a":${tensor(0, 8)}}`, 8),
      empty: new Uint8Array(0),
    }
    const lines: Record<string, string> = {}
    for (const [index, [what, bytes]] of Object.entries(files).entries()) {
      writeFileSync(`${index}.safetensors`, bytes)
      lines[what] = `train ${quick} --init ${index}.safetensors`
    }
    expect(await allRefused(lines, root)).toMatchInlineSnapshot(`
      "
      a header of a terabyte: 0.safetensors: expected a header within the file's 10 bytes, got a header of 1099511627776 bytes. Give a whole .safetensors file.
      a header of 2^64 - 1: 1.safetensors: expected a header within the file's 10 bytes, got a header of 18446744073709552000 bytes. Give a whole .safetensors file.
      overlapping: 2.safetensors: tensor b: expected bytes of its own, got bytes that the previous tensor uses. Give a whole .safetensors file.
      out of range: 3.safetensors: tensor b: expected 999999999984 bytes for its shape [249999999996], got the bytes from 16 to 1000000000000 of 24. Give a whole .safetensors file.
      with a hole: 4.safetensors: tensor b: expected to start at byte 8 of the data, got 16. Give a whole .safetensors file.
      with bytes of no tensor: 5.safetensors: expected tensors that fill 24 bytes of data, got 8. Give a whole .safetensors file.
      with a name twice: 6.safetensors: tensor a: expected the name once in the header, got the name twice. Give a whole .safetensors file.
      of another type: 7.safetensors: tensor a: expected dtype F32 or F64, got BF16. Convert the tensor to F32 first.
      of another shape: 8.safetensors: tensor a: expected 12 bytes for its shape [3], got the bytes from 0 to 8 of 8. Give a whole .safetensors file.
      a shape beyond all memory: 9.safetensors: tensor a: expected dtype, shape and data_offsets. Give a whole .safetensors file.
      a shape whose size overflows to 0: 10.safetensors: tensor a: expected 73786976294838210000 bytes for its shape [4294967296, 4294967296], got the bytes from 0 to 8 of 8. Give a whole .safetensors file.
      a shape of infinite size: 11.safetensors: tensor a: expected dtype, shape and data_offsets. Give a whole .safetensors file.
      no UTF-8: 12.safetensors: expected a JSON header. Give a whole .safetensors file.
      nested 10,000 deep: 13.safetensors: tensor a: expected dtype, shape and data_offsets. Give a whole .safetensors file.
      a prototype: 14.safetensors: expected a tensor first.weight, got none. Give the weights of this network.
      metadata that is a list: 15.safetensors: expected text values in __metadata__. Give a whole .safetensors file.
      a name that moves the cursor: 16.safetensors: tensor \\x1b[2J: expected 16 bytes for its shape [4], got the bytes from 0 to 16 of 8. Give a whole .safetensors file.
      of other tensors: 17.safetensors: expected a tensor first.weight, got none. Give the weights of this network.
      empty: 18.safetensors: expected at least 8 bytes, got 0. Give a whole .safetensors file.
      "
    `)
  })

  it('is refused by evaluate as well', async () => {
    writeFileSync('short.safetensors', Uint8Array.of(1, 2, 3))
    const evaluation = await refused('evaluate short.safetensors --network mlp --data moons', root)
    expect(evaluation).toContain('expected at least 8 bytes, got 3')
  })
})

describe('a path of the wrong kind', () => {
  it('is named if a file is expected and a folder is there, and the other way round', async () => {
    mkdirSync('folder.json')
    mkdirSync('folder.safetensors')
    writeFileSync('file', 'x')
    symlinkSync('circle', 'circle')
    spawnSync('mkfifo', ['pipe.json', 'pipe.safetensors'])
    const pipes: Record<string, string> = existsSync('pipe.json')
      ? { 'a pipe as a network': 'count pipe.json', 'a pipe as weights': `train ${quick} --init pipe.safetensors` }
      : {}
    const said = await allRefused(
      {
        'a folder as a network': 'count folder.json',
        'a folder as weights': `train ${quick} --init folder.safetensors`,
        'a file as a folder of data': 'train mlp --data mnist --data-dir file',
        'a file as a folder to check': 'data check mnist --data-dir file',
        'a file as a folder to fetch into': 'data fetch mnist --data-dir file',
        'a file below a file': 'count file/below.json',
        'a link to itself': 'evaluate circle',
        'a link to itself as a run': 'train --resume circle',
        'a file as a run': 'train --resume file',
        ...pipes,
      },
      root,
    )
    expect(said.replace(/a pipe as .*\n/g, '')).toMatchInlineSnapshot(`
      "
      a folder as a network: folder.json: expected a file, got a folder. Give a preset or the JSON file of a network.
      a folder as weights: folder.safetensors: expected a file, got a folder. Give a .safetensors file.
      a file as a folder of data: mnist: expected train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte (plain or .gz) in file or in its subfolder mnist, found none of the files. Get the files with isobath data fetch mnist, or name their folder with --data-dir FOLDER or the environment variable ISOBATH_DATA.
      a file as a folder to check: file: expected a folder of data sets, got a file. Name the folder that holds the file.
      a file as a folder to fetch into: file: expected a folder of data sets, got a file. Name the folder that holds the file.
      a file below a file: file/below.json: can't be read (not a directory). Give a preset or the JSON file of a network.
      a link to itself: circle: expected the folder of a run or a weights file, but nothing exists there. Check the path.
      a link to itself as a run: circle: expected the folder of a run, which contains run.json. Give a folder that train wrote.
      a file as a run: file: expected the folder of a run, which contains run.json. Give a folder that train wrote.
      "
    `)
    for (const line of said.split('\n').filter((one) => one.startsWith('a pipe'))) {
      expect(line).toContain('expected a file, got a device or a pipe')
    }
  })

  it.skipIf(process.getuid?.() === 0)(
    'is named if the user may not read it (skipped for root, who may read every file)',
    async () => {
      writeFileSync('secret.json', '{"kind":"dense","width":3}')
      chmodSync('secret.json', 0)
      expect(await refused('count secret.json', root)).toContain("secret.json: can't be read (permission denied)")
      mkdirSync('closed')
      chmodSync('closed', 0o500)
      expect(await refused(`train ${quick} --run closed/run`, root, 1)).toContain(
        "can't be written (permission denied)",
      )
    },
  )

  it('gives exit status 1 if the path can not be written, and leaves no file behind', async () => {
    writeFileSync('taken', 'x')
    const lines = { run: `train ${quick} --run taken`, init: 'init mlp --out taken/w.safetensors' }
    expect(await allRefused(lines, root, 1)).toMatchInlineSnapshot(`
      "
      run: taken: can't be written (it is a file, not a folder). Choose another place.
      init: taken: can't be written (it is a file, not a folder). Choose another place.
      "
    `)
  })
})

describe('a full disk', () => {
  /**
   * Runs the command line with a limit on the size of files, in KiB. Writing beyond the limit fails like a full disk.
   */
  function limited(kilobytes: number, words: string): { status: number | null; stderr: string } {
    const command = `ulimit -f ${kilobytes} && exec "$0" "$1" ${words}`
    const { status, stderr } = spawnSync('bash', ['-c', command, process.execPath, builtProgram], {
      encoding: 'utf8',
      cwd: root,
      // A shell without the user's locale would print a warning first.
      env: { ...process.env, LC_ALL: 'C' },
    })
    return { status, stderr }
  }

  it('ends init with exit status 1, one message and no part of a file', () => {
    const { status, stderr } = limited(20, 'init mlp:depth=4,width=64 --out whole/w.safetensors')
    expect(stderr).toBe("isobath: whole/w.safetensors: can't be written (file too large). Choose another place.\n")
    expect(status).toBe(1)
    expect(readdirSync('whole')).toEqual([])
  })

  it('ends a training with exit status 1, one message and an intact last checkpoint', async () => {
    const train = 'train mlp:depth=2,width=16 --data moons --samples 64'
    const { status, stderr } = limited(4, `${train} --steps 4000 --run full`)
    expect(stderr.split('\n').filter((line) => line.startsWith('isobath: '))).toHaveLength(1)
    expect(stderr).toContain("can't be written (file too large)")
    expect(stderr).not.toContain('    at ')
    expect(status).toBe(1)
    const names = existsSync('full') ? readdirSync('full') : []
    expect(names.filter((name) => name.endsWith('.partial'))).toEqual([])
  })
})

describe('a broken run', () => {
  it('is refused for every kind of broken run.json', async () => {
    expect((await isobath(`train ${quick} --run good`)).status).toBe(0)
    const files = readdirSync('good')
    expect(files).toContain('run.json')
    const whole = readFileSync('good/run.json', 'utf8')
    expect(whole).toContain('"settings": {')
    const nested = `"settings": { "x": ${'['.repeat(20_000)}${']'.repeat(20_000)},`
    const texts: Record<string, string> = {
      empty: '',
      'cut off': '{"format":1,',
      'of another kind': '[]',
      null: 'null',
      'of another format': '{"format":99}',
      nested: `${'['.repeat(200_000)}${']'.repeat(200_000)}`,
      'with a prototype': '{"__proto__":{"format":1}}',
      'whole, and nested': whole.replace('"settings": {', nested),
    }
    for (const [what, text] of Object.entries(texts)) {
      writeFileSync('good/run.json', text)
      for (const command of ['train --resume good', 'evaluate good']) {
        expect(await refused(command, root), what).toContain('good/run.json')
      }
    }
    expect(statSync('good').isDirectory()).toBe(true)
  })
})
