/** Wrong input: each mistake gives one message and an exit status, and leaves no file. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { isobath } from '../support/command-line.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = temporaryFolder()
const home = process.cwd()

/** A training with few steps on few points. Each test adds the options that it tests. */
const quick = 'mlp:depth=2,width=8 --data moons --samples 64 --steps 12'

beforeAll(() => {
  process.chdir(root)
  return () => process.chdir(home)
})

describe('the command line', () => {
  /**
   * Returns stderr and the exit status of a refused command. Stdout must be empty, no file may be made, and no stack is
   * shown.
   */
  async function refused(words: string | readonly string[]): Promise<string> {
    const before = readdirSync(root)
    const { status, stdout, stderr } = await isobath(words)
    expect(stdout).toBe('')
    expect(stderr).not.toMatch(/\n {4}at |node:internal|defect/)
    expect(readdirSync(root)).toEqual(before)
    const shown = typeof words === 'string' ? words : words.join(' ')
    // From Node 22 on, the errors of JSON.parse also name the line and the column.
    return `${shown}\n${stderr}${status}\n`.replaceAll(root, 'ROOT').replace(/ \(line \d+ column \d+\)/, '')
  }

  const all = async (lines: readonly string[]): Promise<string> => {
    const said: string[] = []
    for (const words of lines) said.push(await refused(words))
    return `\n${said.join('\n')}`
  }

  it('refuses wrong commands and options with one message and exit status 2', async () => {
    expect(
      await all([
        'trian mlp',
        'train',
        'train mlp',
        'train mlp --dta moons',
        'train mlp another --data moons',
        'train mlp --data',
        'train mlp --data moonz',
        'train mlp --data moons --rate fast',
        'train mlp --data moons --rate -1',
        'train mlp --data moons --steps 0',
        'train mlp --data moons --steps 1.5',
        'train mlp --data moons --epochs 0',
        'train mlp --data moons --steps 5 --epochs 1',
        'train mlp --data moons --batch many',
        'train mlp --data moons --optimizer adadelta',
        'train mlp --data moons --optimizer adam --momentum 0.9',
        'train mlp --data moons --epsilon 1e-6',
        'train mlp --data moons --optimizer rmsprop --second-decay 1',
        'train mlp --data moons --optimizer adam --epsilon 0',
        'train mlp --data moons --optimizer rmsprop --initial-accumulator 1',
        'train mlp --data moons --optimizer adagrad --initial-accumulator -1',
        'train mlp --data moons --optimizer lion --first-decay -0.1',
        'train mlp --data moons --layer-rate readout',
        'train mlp --data moons --layer-rate redout=2',
        'train mlp --data moons --drop-at 0.5',
        'train mlp --data moons --clip-norm 0',
        'train mlp --data moons --optimizer sgd --momentum 0.5',
        'train mlp --data moons --momentum 1',
        'train mlp --data moons --schedule cosin',
        'train mlp --data moons --memory lots',
        'train mlp --data moons --memory 100KB',
        'train mlp --data moons --threads 1000',
        'train mlp --data moons --seed -1',
        'train mlp --data t.csv --test-file u.csv --test-fraction 0.5',
        'train mlp --data blobs:classes=5,classes=6',
        'train mlp --data moons --samples 5000',
        'compare mlp --data moons --depths 1,x',
        'compare mlp mlp --data moons',
        'compare plain-N --data tiles',
        'compare mlp --data moons --figure out.png',
        'compare mlp:widths=8-8 --data moons',
        'compare net.json --data moons',
        'compare mlp:width=8,depth=3 --data moons',
        'show kernel mlp',
        'show graph',
        'init mlp',
        'data fetch',
      ]),
    ).toMatchInlineSnapshot(`
      "
      trian mlp
      isobath: unknown command 'trian'
      (Did you mean train?)
      (isobath --help lists the commands)
      2

      train
      isobath: missing required argument 'network'
      (isobath train --help lists the options)
      2

      train mlp
      isobath: --data: expected the name of a data set (blobs, cifar-10, csv, glyphs, mnist, moons, sawtooth, spirals, teacher, tiles), got none. Give a name, such as --data glyphs.
      2

      train mlp --dta moons
      isobath: unknown option '--dta'
      (Did you mean --data?)
      (isobath train --help lists the options)
      2

      train mlp another --data moons
      isobath: too many arguments for 'train'. Expected 1 argument but got 2.
      (isobath train --help lists the options)
      2

      train mlp --data
      isobath: --data: expected the name of a data set, or a table such as FILE.csv, got none. Give a value.
      2

      train mlp --data moonz
      isobath: data set "moonz": expected one of blobs, cifar-10, csv, glyphs, mnist, moons, sawtooth, spirals, teacher, tiles. Did you mean moons?
      2

      train mlp --data moons --rate fast
      isobath: option '--rate <number>' argument 'fast' is invalid. Expected a number.
      (isobath train --help lists the options)
      2

      train mlp --data moons --rate -1
      isobath: --rate: expected a number of at least 0, got -1.
      2

      train mlp --data moons --steps 0
      isobath: option '--steps <n>' argument '0' is invalid. Expected a whole number of at least 1.
      (isobath train --help lists the options)
      2

      train mlp --data moons --steps 1.5
      isobath: option '--steps <n>' argument '1.5' is invalid. Expected a whole number of at least 1.
      (isobath train --help lists the options)
      2

      train mlp --data moons --epochs 0
      isobath: --epochs: expected a number above 0 that gives a countable number of steps, got 0.
      2

      train mlp --data moons --steps 5 --epochs 1
      isobath: --steps and --epochs: expected one of the two, got both. Leave out --steps or --epochs.
      2

      train mlp --data moons --batch many
      isobath: option '--batch <n>' argument 'many' is invalid. Expected a whole number of at least 1.
      (isobath train --help lists the options)
      2

      train mlp --data moons --optimizer adadelta
      isobath: option '--optimizer <name>' argument 'adadelta' is invalid. Allowed choices are sgd, momentum, nesterov, adagrad, rmsprop, adam, adamw, lion.
      (isobath train --help lists the options)
      2

      train mlp --data moons --optimizer adam --momentum 0.9
      isobath: --momentum: the optimizer adam has no such option, got 0.9. Use --optimizer momentum, nesterov or rmsprop.
      2

      train mlp --data moons --epsilon 1e-6
      isobath: --epsilon: the optimizer momentum has no such option, got 0.000001. Use --optimizer adagrad, rmsprop, adam or adamw.
      2

      train mlp --data moons --optimizer rmsprop --second-decay 1
      isobath: --second-decay: expected a number from 0 to below 1, got 1.
      2

      train mlp --data moons --optimizer adam --epsilon 0
      isobath: --epsilon: expected a number of at least 1e-38, got 0.
      2

      train mlp --data moons --optimizer rmsprop --initial-accumulator 1
      isobath: --initial-accumulator: the optimizer rmsprop has no such option, got 1. Use --optimizer adagrad.
      2

      train mlp --data moons --optimizer adagrad --initial-accumulator -1
      isobath: --initial-accumulator: expected a number of at least 0, got -1.
      2

      train mlp --data moons --optimizer lion --first-decay -0.1
      isobath: --first-decay: expected a number from 0 to below 1, got -0.1.
      2

      train mlp --data moons --layer-rate readout
      isobath: option '--layer-rate <path=factor>' argument 'readout' is invalid. Expected PATH=FACTOR, such as readout=0.1.
      (isobath train --help lists the options)
      2

      train mlp --data moons --layer-rate redout=2
      isobath: --layer-rate: expected the path of a layer with weights, got redout. Did you mean readout?
      2

      train mlp --data moons --drop-at 0.5
      isobath: --drop-at and --drop-factor: the constant schedule has no drops. Use the step schedule.
      2

      train mlp --data moons --clip-norm 0
      isobath: --clip-norm: expected a number above 0, got 0.
      2

      train mlp --data moons --optimizer sgd --momentum 0.5
      isobath: --momentum: the optimizer sgd has no such option, got 0.5. Use --optimizer momentum, nesterov or rmsprop.
      2

      train mlp --data moons --momentum 1
      isobath: --momentum: expected a number from 0 to below 1, got 1.
      2

      train mlp --data moons --schedule cosin
      isobath: option '--schedule <name>' argument 'cosin' is invalid. Allowed choices are constant, cosine, step. Did you mean cosine?
      (isobath train --help lists the options)
      2

      train mlp --data moons --memory lots
      isobath: option '--memory <size>' argument 'lots' is invalid. Expected a size such as 2GiB or 500MB.
      (isobath train --help lists the options)
      2

      train mlp --data moons --memory 100KB
      isobath: a training step with a batch of 128 needs at least 320.0 KiB of memory, and the limit is 97.7 KiB. Not even a batch of 1 would fit: use fewer or narrower layers.
      2

      train mlp --data moons --threads 1000
      isobath: --threads: expected a whole number from 1 to 256, got 1000.
      2

      train mlp --data moons --seed -1
      isobath: option '--seed <n>' argument '-1' is invalid. Expected a whole number of at least 0.
      (isobath train --help lists the options)
      2

      train mlp --data t.csv --test-file u.csv --test-fraction 0.5
      isobath: --test-fraction: --test-file u.csv holds the test rows already. Leave one of the two options out.
      2

      train mlp --data blobs:classes=5,classes=6
      isobath: --data blobs: expected the option classes once, got it twice. Remove one of the two.
      2

      train mlp --data moons --samples 5000
      isobath: --samples: expected at most 2,000, the number of training samples of moons, got 5,000.
      2

      compare mlp --data moons --depths 1,x
      isobath: option '--depths <list>' argument '1,x' is invalid. Expected a whole number of at least 1.
      (isobath compare --help lists the options)
      2

      compare mlp mlp --data moons
      isobath: compare: expected different networks, got mlp twice. Remove one of the two.
      2

      compare plain-N --data tiles
      isobath: plain-N: expected plain-N with N = 6n + 2 from 8 to 10,000, such as 20, 56 or 110, or plain-18|34, got plain-4. Choose another number. Every network is compared at every depth. The default depths are 4, 16, 64. Choose other depths with --depths.
      2

      compare mlp --data moons --figure out.png
      isobath: --figure: expected a file name that ends in .svg, got out.png. Pictures are SVG files, so choose such a name.
      2

      compare mlp:widths=8-8 --data moons
      isobath: mlp:widths=8-8: expected depth and width, got widths. Replace the option widths by width, so that the depth can be changed. Every network is compared at every depth. The default depths are 4, 16, 64. Choose other depths with --depths.
      2

      compare net.json --data moons
      isobath: net.json: expected a preset without a depth, got a network file, which has one depth. Compare presets, or train this network alone.
      2

      compare mlp:width=8,depth=3 --data moons
      isobath: mlp:width=8,depth=3: expected a preset without a depth, got depth=3. Leave the depth out, and use --depths 3.
      2

      show kernel mlp
      isobath: command-argument value 'kernel' is invalid for argument 'stage'. Allowed choices are network, blueprint, graph, plan, kernels.
      (isobath show --help lists the options)
      2

      show graph
      isobath: missing required argument 'network'
      (isobath show --help lists the options)
      2

      init mlp
      isobath: required option '--out <file>' not specified
      (isobath init --help lists the options)
      2

      data fetch
      isobath: missing required argument 'name'
      (isobath data fetch --help lists the options)
      2
      "
    `)
  })

  it('refuses wrong networks with a message that names the place of the mistake', async () => {
    writeFileSync('broken.json', '{"kind": "chain"')
    const width = {
      kind: 'chain',
      layers: [
        { kind: 'dense', width: 2 },
        { kind: 'repeat', times: 3, block: { kind: 'dense', width: 0 } },
      ],
    }
    writeFileSync('width.json', JSON.stringify(width))
    const shape = {
      kind: 'chain',
      layers: [
        { kind: 'dense', width: 2 },
        { kind: 'repeat', times: 3, block: { kind: 'dense', width: 5 } },
      ],
    }
    writeFileSync('shape.json', JSON.stringify(shape))
    writeFileSync('three.json', JSON.stringify({ kind: 'dense', width: 3 }))
    expect(
      await all([
        'count mlpp',
        'count mlp:dept=3',
        'count mlp:depth=-3',
        'count mlp:depth=3,depth=4',
        'count mlp:activation=rely',
        'count residual-mlp:multiplier=1/M',
        'count nothing.json',
        'count broken.json',
        'count width.json',
        'count shape.json',
        'train three.json --data moons',
        'count mlp:depth=10000,width=1000000',
        'init mlp:depth=10000,width=1000000 --out w.safetensors',
        'init mlp:depth=10,width=100000 --out w.safetensors',
        'train mlp:depth=10000,width=10000 --data moons',
      ]),
    ).toMatchInlineSnapshot(`
      "
      count mlpp
      isobath: mlpp: expected a preset (mlp, residual-mlp, linear, linear-residual, autoencoder, resnet-20|32|44|56|110|1202, cifar-resnet-N, plain-N, preact-resnet-N, wide-resnet-D-K, hardt-ma, resnet-18|34, resnet-50|101|152, plain-18|34, vgg-11|13|16|19, lenet-5, vanilla-cnn, du-fc, du-resnet, du-conv-resnet), got mlpp. Did you mean mlp?
      2

      count mlp:dept=3
      isobath: mlp:dept: expected an option (depth, width, widths, activation, slope, init, gain, sw2, sb2, norm, dropout, top, output), got dept. Did you mean depth?
      2

      count mlp:depth=-3
      isobath: mlp:depth=-3: expected a whole number from 1 to 10,000, got -3. Leave depth out to use the default (4).
      2

      count mlp:depth=3,depth=4
      isobath: mlp:depth=3,depth=4: expected depth once, got depth twice. Remove one of the two values of depth.
      2

      count mlp:activation=rely
      isobath: mlp:activation=rely: expected one of identity, relu, relu6, leakyRelu, prelu, elu, tanh, softsign, sigmoid, softplus, gelu, silu, mish, hardSwish, selu, erf, got rely. Did you mean relu? Leave activation out to use the default (relu).
      2

      count residual-mlp:multiplier=1/M
      isobath: residual-mlp:multiplier=1/M: expected a number or one of 1/L, 1/sqrt(L), 1/l, 1/sqrt(l), got 1/M. Did you mean 1/L? Leave multiplier out to use the default (1/L).
      2

      count nothing.json
      isobath: nothing.json: can't be read (no such file or directory). Give a preset or the JSON file of a network.
      2

      count broken.json
      isobath: broken.json: expected JSON, got other text (Expected ',' or '}' after property value in JSON at position 16). Make a network file with isobath show network NETWORK.
      2

      count width.json
      isobath: width.json: layers[1].block.width: expected a positive integer, got 0. Give a whole number from 1 to 1,000,000.
      2

      count shape.json
      isobath: shape.json: repeat1.dense1: expected 2 outputs so that the block can be repeated, got 5. Set the layer's width to 2.
      2

      train three.json --data moons
      isobath: output: expected 2 values, one for each class of moons, got 3. Set the last dense layer's width to 2.
      2

      count mlp:depth=10000,width=1000000
      isobath: network: expected a size that can be counted exactly, got 9999000794000000. Make the network narrower or shallower.
      2

      init mlp:depth=10000,width=1000000 --out w.safetensors
      isobath: network: expected a size that can be counted exactly, got 9999000794000000. Make the network narrower or shallower.
      2

      init mlp:depth=10,width=100000 --out w.safetensors
      isobath: mlp:depth=10,width=100000: expected at most 4 GiB of weights, the limit of training, got 90,080,400,010 weights of 4 bytes. Make the network narrower or less deep.
      2

      train mlp:depth=10000,width=10000 --data moons
      isobath: a training step with a batch of 128 needs at least 7.28 TiB of memory, and the limit is 4.00 GiB. Not even a batch of 1 would fit: use fewer or narrower layers.
      2
      "
    `)
  })

  it('refuses wrong files with a message about the expected contents', async () => {
    await isobath('init mlp:depth=2,width=9 --data moons --out other.safetensors')
    writeFileSync('broken.safetensors', 'not a file of weights')
    writeFileSync('broken.json', '{"kind": "chain"')
    mkdirSync('empty')
    await isobath(`train ${quick} --run existing`)
    expect(
      await all([
        'train mlp --data mnist --data-dir /nowhere',
        `train ${quick} --init missing.safetensors`,
        `train ${quick} --init broken.safetensors`,
        `train ${quick} --init other.safetensors`,
        `train ${quick} --run existing`,
        'evaluate missing',
        'evaluate empty',
        'evaluate existing --data glyphs',
        'evaluate existing --network mlp',
        'evaluate other.safetensors --data moons',
        'evaluate other.safetensors --network mlp --data moons',
        'evaluate other.safetensors --network mlp',
        'evaluate broken.json --network mlp --data moons',
      ]),
    ).toMatchInlineSnapshot(`
      "
      train mlp --data mnist --data-dir /nowhere
      isobath: mnist: expected train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte (plain or .gz) in /nowhere or in its subfolder mnist, found none of the files. Get the files with isobath data fetch mnist, or name their folder with --data-dir FOLDER or the environment variable ISOBATH_DATA.
      2

      train mlp:depth=2,width=8 --data moons --samples 64 --steps 12 --init missing.safetensors
      isobath: missing.safetensors: can't be read (no such file or directory). Give a .safetensors file.
      2

      train mlp:depth=2,width=8 --data moons --samples 64 --steps 12 --init broken.safetensors
      isobath: broken.safetensors: expected a header within the file's 21 bytes, got a header of 7594793423135338000 bytes. Give a whole .safetensors file.
      2

      train mlp:depth=2,width=8 --data moons --samples 64 --steps 12 --init other.safetensors
      isobath: other.safetensors: first.weight: expected the shape [8, 2], got [9, 2]. Give the weights of this network.
      2

      train mlp:depth=2,width=8 --data moons --samples 64 --steps 12 --run existing
      isobath: existing: this folder already holds a run. Choose another folder, or resume the run with train --resume, or with resume in a program.
      2

      evaluate missing
      isobath: missing: expected the folder of a run or a weights file, but nothing exists there. Check the path.
      2

      evaluate empty
      isobath: empty: expected the folder of a run, which contains run.json. Give a folder that train wrote.
      2

      evaluate existing --data glyphs
      isobath: glyphs: expected 2 values in a sample, as in the training of existing on moons, got 784. Use data like that of the training.
      2

      evaluate existing --network mlp
      isobath: --network: existing is a run, which stores its network. Leave --network out.
      2

      evaluate other.safetensors --data moons
      isobath: --network: expected the network of other.safetensors, got none. The file holds weights only, so name their network.
      2

      evaluate other.safetensors --network mlp --data moons
      isobath: other.safetensors: first.weight: expected the shape [64, 2], got [9, 2]. Give the weights of this network.
      2

      evaluate other.safetensors --network mlp
      isobath: --data: expected the name of a data set (blobs, cifar-10, csv, glyphs, mnist, moons, sawtooth, spirals, teacher, tiles), got none. Give a name, such as --data glyphs.
      2

      evaluate broken.json --network mlp --data moons
      isobath: broken.json: expected a header within the file's 16 bytes, got a header of 4189021028785791500 bytes. Give a whole .safetensors file.
      2
      "
    `)
  })
})
