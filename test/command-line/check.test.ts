/** Tests the command `check`, and the facts that train and compare print before the training. */
import { writeFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { isobath, isobathJson } from '../support/command-line.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = temporaryFolder()
const home = process.cwd()

const houses = Array.from({ length: 120 }, (_, row) => {
  const [size, rooms] = [40 + ((37 * row) % 160), 1 + (row % 5)]
  return `${size},${rooms},${1500 * size + 8000 * rooms + 1000 * (row % 7)}`
})

beforeAll(() => {
  process.chdir(root)
  writeFileSync('houses.csv', `size,rooms,price\n${houses.join('\n')}\n`)
  const layer = (width: number) => ({ kind: 'dense', width, bias: true, init: { kind: 'he', gain: 1, fan: 'in' } })
  writeFileSync('flat.json', JSON.stringify({ kind: 'chain', layers: [layer(8), layer(10)] }))
  writeFileSync('one.json', JSON.stringify({ kind: 'chain', layers: [layer(8), layer(1)] }))
  return () => process.chdir(home)
})

const houseWords = 'mlp:depth=1,width=8,output=relu --data houses.csv --target values --standardize none'
/** The words of the last command that the text names after `Next`. */
const nextIn = (text: string): string => /.*Next[^:]*: isobath (.*)$/ms.exec(text)?.[1].trim() ?? ''

describe('check', () => {
  it('prints each fact with its remedy and the command to type next, and the last command finds nothing', async () => {
    const { status, stdout, stderr } = await isobath(`check ${houseWords}`)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatchInlineSnapshot(`
      "output-range: The network ends in a relu. An output that is 0 for every sample has no gradient, so this output never learns.
        Leave the relu at the end out. Next: isobath check mlp:depth=1,width=8 --data houses.csv --target values --standardize none
      unscaled-inputs: The input size is from 40 to 194, with a typical size of 125 instead of about 1. Such inputs make the first outputs and gradients too large, and they saturate tanh and sigmoid.
        Standardize the inputs. Next: isobath check mlp:depth=1,width=8,output=relu --data houses.csv --target values --standardize per-channel
      unscaled-targets: The target price is from 68,000 to 336,000, with a typical size of 214,000 instead of about 1. An output starts near 0 and reaches such values only after many steps, or the first gradients are far too large.
        Standardize the targets. Next: isobath check mlp:depth=1,width=8,output=relu --data houses.csv --target values --standardize none --standardize-targets per-target
      Next, with all changes: isobath check mlp:depth=1,width=8 --data houses.csv --target values --standardize per-channel --standardize-targets per-target
      "
    `)
    const after = await isobath(nextIn(stdout))
    expect(after.status).toBe(0)
    expect(after.stdout).toMatchInlineSnapshot(`
      "Nothing stands out for mlp:depth=1,width=8 on houses.csv (96 training samples and 24 test samples). The check looked at the range of the outputs, the layers, the scale of the inputs, the scale of the targets, the batch, and samples that both sets share.
      Standardizing removes unscaled-inputs: The input size is from 40 to 194, with a typical size of 125 instead of about 1. Such inputs make the first outputs and gradients too large, and they saturate tanh and sigmoid.
      Standardizing removes unscaled-targets: The target price is from 68,000 to 336,000, with a typical size of 214,000 instead of about 1. An output starts near 0 and reaches such values only after many steps, or the first gradients are far too large.
      "
    `)
  })

  it('prints the facts as JSON, with a command whose words repeat the given command', async () => {
    const { facts, removed, ...rest } = await isobathJson(`check ${houseWords} --seed 3`)
    expect(rest).toEqual({ network: 'mlp:depth=1,width=8,output=relu', data: 'houses.csv' })
    expect(removed).toEqual([])
    expect(facts).toMatchObject([
      { fact: 'output-range', command: expect.arrayContaining(['mlp:depth=1,width=8']) },
      { fact: 'unscaled-inputs', change: { standardize: 'per-channel' }, fix: 'Standardize the inputs.' },
      { fact: 'unscaled-targets', change: { standardizeTargets: 'per-target' } },
    ])
    const [{ command }] = facts as { command: string[] }[]
    expect(command.join(' ')).toBe(`check ${houseWords.replace(',output=relu', '')} --seed 3`)
  })

  it('says what was looked at if nothing stands out', async () => {
    const { status, stdout } = await isobath('check mlp:depth=2,width=8 --data moons')
    expect(status).toBe(0)
    expect(stdout).toMatchInlineSnapshot(`
      "Nothing stands out for mlp:depth=2,width=8 on moons (2,000 training samples and 1,000 test samples). The check looked at the range of the outputs, the layers, the scale of the inputs, the sizes of the classes, the batch, and samples that both sets share.
      "
    `)
    expect(await isobathJson('check mlp:depth=2,width=8 --data moons')).toMatchObject({ facts: [], removed: [] })
  })

  it('does not tell that a preset is linear if its name says so', async () => {
    for (const preset of ['linear:depth=3', 'linear-residual:depth=3']) {
      expect((await isobathJson(`check ${preset} --data glyphs`)).facts).toEqual([])
    }
    expect((await isobathJson('check flat.json --data glyphs')).facts).toMatchObject([{ fact: 'no-nonlinearity' }])
  })

  it('names one output for ten classes as a fact, and takes every option of a training', async () => {
    expect((await isobathJson('check one.json --data glyphs')).facts).toMatchObject([
      { fact: 'single-output-for-classes' },
      { fact: 'no-nonlinearity' },
    ])
    const many =
      '--optimizer adam --rate 0.01 --schedule cosine --steps 50 --early-stopping 3 --samples 200 --threads 1'
    expect((await isobathJson(`check mlp --data glyphs ${many}`)).facts).toEqual([])
    expect((await isobathJson('check autoencoder --data glyphs')).facts).toEqual([])
  })

  it('refuses wrong input as a training does', async () => {
    const refusals: string[] = []
    for (const words of [
      'check',
      'check mlp',
      'check mlp --data nowhere',
      'check mpl --data moons',
      'check mlp --data moons --batch 0',
      'check flat.json --data moons',
      'check missing.json --data moons',
      'check mlp --data moons --momentum 0.5 --optimizer sgd',
    ]) {
      const { status, stdout, stderr } = await isobath(words)
      expect({ status, stdout }, words).toEqual({ status: 2, stdout: '' })
      refusals.push(stderr.split('\n')[0])
    }
    expect(refusals.join('\n')).toMatchInlineSnapshot(`
      "isobath: missing required argument 'network'
      isobath: --data: expected the name of a data set (blobs, cifar-10, csv, glyphs, mnist, moons, sawtooth, spirals, teacher, tiles), got none. Give a name, such as --data glyphs.
      isobath: data set "nowhere": expected one of blobs, cifar-10, csv, glyphs, mnist, moons, sawtooth, spirals, teacher, tiles.
      isobath: mpl: expected a preset (mlp, residual-mlp, linear, linear-residual, autoencoder, resnet-20|32|44|56|110|1202, cifar-resnet-N, plain-N, preact-resnet-N, wide-resnet-D-K, hardt-ma, resnet-18|34, resnet-50|101|152, plain-18|34, vgg-11|13|16|19, lenet-5, vanilla-cnn, du-fc, du-resnet, du-conv-resnet), got mpl. Did you mean mlp?
      isobath: option '--batch <n>' argument '0' is invalid. Expected a whole number of at least 1.
      isobath: output: expected 2 values, one for each class of moons, got 10. Set the last dense layer's width to 2.
      isobath: missing.json: can't be read (no such file or directory). Give a preset or the JSON file of a network.
      isobath: --momentum: the optimizer sgd has no such option, got 0.5. Use --optimizer momentum, nesterov or rmsprop."
    `)
  })
})

describe('the facts before a training', () => {
  const bad = `${houseWords} --steps 3 --threads 1`

  it('train prints them on stderr before the first step, and stores them in the folder of the run', async () => {
    const { status, stderr } = await isobath(`train ${bad} --run bad`)
    expect(status).toBe(0)
    const [facts, rest] = stderr.split('training:')
    expect(facts).toContain('unscaled-targets: The target price is from')
    expect(nextIn(facts)).toBe(
      'train mlp:depth=1,width=8 --data houses.csv --target values --steps 3 --threads 1 --standardize per-channel --standardize-targets per-target',
    )
    expect(rest).not.toContain('unscaled')
    const { facts: stored } = await isobathJson('train --resume bad')
    expect(stored).toMatchObject([{ fact: 'output-range' }, { fact: 'unscaled-inputs' }, { fact: 'unscaled-targets' }])
  })

  it('train prints no line if nothing stands out, or if the name of the preset says that it is linear', async () => {
    for (const network of ['mlp:depth=1,width=8', 'linear:depth=1,width=8']) {
      const { stderr } = await isobath(
        `train ${network} --data moons --steps 3 --threads 1 --run quiet-${network.length}`,
      )
      expect(stderr).not.toContain('Next')
      expect(stderr).not.toContain('no-nonlinearity')
    }
  })

  it('compare prints the facts about the data once, and those about networks with their depths', async () => {
    const words = `compare mlp:width=4,output=softmax linear:width=4 --depths 1,2 --seeds 1 --steps 3 --threads 1 --data blobs --batch 5000`
    const { status, stderr } = await isobath(words)
    expect(status).toBe(0)
    const lines = stderr
      .split('\n')
      .filter((line) => /^\S*(.*: )?(softmax-twice|large-batch|no-nonlinearity)/.test(line))
    expect(lines).toEqual([expect.stringMatching(/^mlp:width=4,output=softmax, depth 1 and 2: softmax-twice: /)])
    const { facts } = await isobathJson(words.replace('--steps 3', '--epochs 1'))
    expect(facts).toMatchObject([
      { fact: 'large-batch', change: { batch: 32 } },
      { fact: 'softmax-twice', family: 'mlp:width=4,output=softmax', depths: [1, 2] },
    ])
  })
})
