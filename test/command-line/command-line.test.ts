/**
 * Tests the command line as a user sees it: the text and the JSON on stdout, the progress on stderr, and the exit
 * status.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import packageFile from '../../package.json' with { type: 'json' }
import { isobath, isobathJson } from '../support/command-line.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { verifyMarkup } from '../support/verify-markup.ts'

const root = temporaryFolder()
const home = process.cwd()
const file = (name: string): string => join(root, name)

/** A training with few steps on few points. Each test adds the options that it tests. */
const quick = 'mlp:depth=2,width=8 --data moons --samples 64 --steps 12'

beforeAll(() => {
  process.chdir(root)
  return () => process.chdir(home)
})

const commands = ['start', 'train', 'evaluate', 'compare', 'show', 'count', 'init', 'data list', 'bench']

describe('the help', () => {
  it('is printed by isobath without arguments, and lists commands, presets and their options within 80 columns', async () => {
    const [bare, asked] = [await isobath(''), await isobath('--help')]
    expect(bare).toEqual(asked)
    expect(bare.status).toBe(0)
    for (const word of [...commands.map((name) => name.split(' ')[0]), 'residual-mlp', 'multiplier', '1/sqrt(L)'])
      expect(bare.stdout).toContain(word)
    expect(Math.max(...bare.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  })

  it.each(commands)('shows the usage of the command %s and the options of every command', async (command) => {
    const { status, stdout, stderr } = await isobath(`${command} --help`)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(new RegExp(`^Usage: isobath ${command} `))
    for (const option of ['--json', '--help']) expect(stdout).toContain(option)
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  })

  it('lists for train every option that programs and users rely on', async () => {
    const { stdout } = await isobath('train --help')
    const contract =
      'optimizer rate momentum weight-decay schedule batch epochs steps loss standardize order init log-every run exact no-winograd memory data data-dir samples'
    for (const option of contract.split(' ')) expect(stdout).toContain(`--${option} `)
  })

  it('is not printed for --version, which prints the version of the package', async () => {
    expect(await isobath('--version')).toEqual({ status: 0, stdout: `${packageFile.version}\n`, stderr: '' })
  })
})

describe('train', () => {
  it('prints the scores and the folder of the run', async () => {
    const { status, stdout, stderr } = await isobath(`train ${quick} --run words`)
    expect(status).toBe(0)
    const stable = stdout
      .replace(/^time .*$/m, 'time   TIME')
      .replace(/[0-9a-f]{64}/, 'SHA')
      .replace(/\d\.\d{4}/g, 'LOSS')
      .replace(/\d+\.\d\d%/g, 'ERROR')
      .replace(/[▁-█]+/, 'CURVE')
      .replace(/^([01]) +\d+ +\d+ +[\d.]+%$/gm, '$1 COUNTS')
    expect(stable).toMatchInlineSnapshot(`
      "mlp:depth=2,width=8 on moons: 12 steps of 64 samples, 12 epochs
      momentum 0.9, rate 0.03, constant rate, cross-entropy, seed 0

      loss   CURVE  LOSS to LOSS
      train  accuracy ERROR, error ERROR, loss LOSS, 64 samples
      test   accuracy ERROR, error ERROR, loss LOSS, 1,000 samples
      linear a linear model: training error ERROR, test error ERROR
      guess  always the largest class: training error ERROR, test error ERROR

      samples of the test set by true class (rows) and predicted class (columns):
      true class    0    1  right
      ──────────  ───  ───  ─────
      0 COUNTS
      1 COUNTS

      time   TIME
      memory 64.0 KiB for a step
      run    words
      sha256 SHA (weights)

      On the training set, the network is no better than the best linear model: error ERROR, against error ERROR for the linear model. A diagnosis looks for the reason.
      Next: isobath diagnose words
      "
    `)
    // On a busy machine there are more lines between and after, because long work reports its progress.
    expect(stderr).toMatch(
      /^training: 0 of 12 steps \(0%\)\n(training: \d+ of 12 .*\n)*training: 12 steps in \d+:\d\d, loss 0\.\d+\n(scoring: .*\n)*$/,
    )
    expect(readdirSync(file('words')).sort()).toEqual([
      'checkpoint-0.safetensors',
      'checkpoint-12.safetensors',
      'metrics.jsonl',
      'result.json',
      'run.json',
    ])
  })

  it('prints one JSON document with all fields that programs rely on', async () => {
    const run = await isobathJson(`train ${quick} --run json --seed 3`)
    expect(run).toMatchObject({
      network: expect.stringMatching(/^mlp/),
      data: 'moons',
      losses: Array.from({ length: 12 }, () => expect.any(Number)),
      train: { loss: expect.any(Number), error: expect.any(Number) },
      test: { loss: expect.any(Number), error: expect.any(Number) },
      weightsSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      run: 'json',
      seconds: expect.any(Number),
      diverged: null,
      interrupted: false,
    })
  })

  it("explains absurd scores if the running statistics of batch norm haven't settled", async () => {
    const deep = 'train mlp:depth=40,width=16,norm=batch,gain=1.6 --data moons --samples 64'
    const remark = 'Batches are normalized by their own statistics, but scores use the running statistics'
    expect((await isobath(`${deep} --steps 2 --run unsettled`)).stdout).toContain(remark)
    expect((await isobath(`train ${quick} --run settled`)).stdout).not.toContain('the running statistics')
  })

  it('stores each run in a new folder below runs/ if no folder is named', async () => {
    const runs: unknown[] = []
    const kept = () => readdirSync('runs').filter((name) => name.startsWith('mlp-moons-'))
    for (const seed of [0, 1, 2]) runs.push((await isobathJson(`train ${quick} --seed ${seed}`)).run)
    expect(runs).toEqual(['runs/mlp-moons-1', 'runs/mlp-moons-2', 'runs/mlp-moons-3'])
    await isobath(`train ${quick} --rate -1`)
    expect(kept().sort()).toEqual(['mlp-moons-1', 'mlp-moons-2', 'mlp-moons-3'])
  })

  it('starts from the weights that init wrote, and ends with the same bits as with the same seed alone', async () => {
    const init = await isobathJson('init mlp:depth=2,width=8 --data moons --seed 7 --out initial/w.safetensors')
    const drawn = await isobathJson(`train ${quick} --seed 7 --run drawn`)
    const given = await isobathJson(`train ${quick} --seed 7 --run given --init initial/w.safetensors`)
    expect(given.weightsSha256).toBe(drawn.weightsSha256)
    expect(given.losses).toEqual(drawn.losses)
    expect(init.weightsSha256).not.toBe(drawn.weightsSha256)
    expect(
      readFileSync('drawn/checkpoint-0.safetensors').includes(readFileSync('initial/w.safetensors').subarray(-64)),
    ).toBe(true)
  })

  it('reads a network from a JSON file, and names the run after the file', async () => {
    const { stdout } = await isobath('show network residual-mlp:depth=3,width=8 --data moons')
    writeFileSync('my net.json', stdout)
    const words = ['train', 'my net.json', '--data', 'moons', '--samples', '64', '--steps', '12', '--json']
    const run = JSON.parse((await isobath(words)).stdout)
    const preset = await isobathJson('train residual-mlp:depth=3,width=8 --data moons --samples 64 --steps 12')
    expect(run.run).toBe('runs/my-net-moons-1')
    expect(run.weightsSha256).toBe(preset.weightsSha256)
  })

  it('says before the training that the last layer limits the outputs, of a preset, a JSON file and a finished run', async () => {
    const about = '--data moons --samples 64 --steps 12'
    const softmax = 'mlp:depth=2,width=8,activation=prelu,output=softmax'
    const fact = {
      fact: 'softmax-twice',
      sentence:
        "The network ends in a softmax, and the loss cross-entropy applies its own softmax, so softmax is applied twice. A class can get at most the probability 73.1%, and the loss can't fall below 0.313.",
      fix: 'Leave the softmax at the end out.',
    }
    const { stdout, stderr } = await isobath(`train ${softmax} ${about} --run twice`)
    const next = `train mlp:depth=2,width=8,activation=prelu ${about}`
    expect(stderr).toContain(`${fact.fact}: ${fact.sentence}\n`)
    expect(stderr).toContain(`${fact.fix} Next: isobath ${next}\n`)
    expect(stdout, 'the sentence is not printed twice').not.toContain('softmax is applied twice')
    const run = await isobathJson('train --resume twice')
    expect(run.facts).toEqual([{ ...fact, command: next.split(' ') }])
    expect(await isobathJson('evaluate twice')).toMatchObject({ train: run.train, test: run.test })
    writeFileSync('ends-in-softmax.json', (await isobath(`show network ${softmax} --data moons`)).stdout)
    const fromFile = await isobathJson(`train ends-in-softmax.json ${about}`)
    expect(fromFile).toMatchObject({ facts: [fact], weightsSha256: run.weightsSha256 })
    const sigmoid = await isobathJson(`train mlp:depth=2,width=8,output=sigmoid --loss squared-error ${about}`)
    expect(sigmoid.facts).toEqual([])
    expect((await isobathJson(`train ${quick}`)).facts).toEqual([])
  })

  it('takes a word as a preset even if a folder has the same name', async () => {
    mkdirSync('mlp')
    expect((await isobath('count mlp')).status).toBe(0)
  })

  it('reports a diverged training as an answer with status 0, with the layer and the explosion of the signal', async () => {
    const words = 'train residual-mlp:depth=30,multiplier=100 --data moons --samples 64 --steps 12 --run wild'
    const { status, stdout, stderr } = await isobath(words)
    expect(status).toBe(0)
    expect(stderr, 'the signal is reported before the training starts').toMatch(
      /Before training the signal explodes by layer/,
    )
    expect(stdout).toMatch(/^loss {3}the first step's loss was not finite$/m)
    expect(stdout).toMatch(/^train {2}loss not finite, 64 samples$/m)
    expect(stdout).toMatch(
      /^Before training the signal explodes by layer \d+ of 31 \(hidden\[\d+\]\): its mean square is .+\.$/m,
    )
    expect(stdout).toMatch(
      /^Training diverged at step 0: the outputs of hidden\.dense1\[\d+\] were the first outputs that weren't finite\.$/m,
    )
    expect(stdout).not.toMatch(/NaN|Infinity/)
    const json = await isobathJson(words.replace('--run wild', '--run wild-json'))
    expect(json).toMatchObject({
      losses: [],
      train: { loss: null, error: null },
      diverged: { step: 0, what: 'outputs' },
    })
  })

  it('trains with every option', async () => {
    const options =
      '--optimizer nesterov --momentum 0.8 --momentum-schedule sutskever --rate 0.1 --weight-decay 1e-4 --clip-value 0.5 --clip-norm 2 --schedule step --warmup 2 --drop-at 0.5 --drop-factor 0.2 --layer-rate readout=0.5 --layer-rate hidden=1,2 --batch 16 --epochs 2.5 --loss squared-error --standardize per-pixel --order sequential --log-every 4 --exact --memory 64MiB --threads 2 --data-seed 5'
    const run = await isobathJson(
      `train linear-residual:depth=3,width=4 --data spirals --samples 64 ${options} --run all`,
    )
    expect(run).toMatchObject({
      losses: expect.objectContaining({ length: 4 }),
      steps: 10,
      settings: {
        optimizer: {
          name: 'nesterov',
          rate: 0.1,
          rule: { momentum: 0.8, momentumSchedule: 'sutskever', weightDecay: 1e-4 },
        },
        schedule: { name: 'step', warmup: 2, dropAt: [0.5], dropFactor: 0.2 },
        clipValue: 0.5,
        clipNorm: 2,
        layerRates: { readout: 0.5, hidden: [1, 2] },
        batch: 16,
        loss: 'squared-error',
        standardize: 'per-pixel',
        order: 'sequential',
        logEvery: 4,
      },
    })
    expect(JSON.parse(readFileSync('all/run.json', 'utf8'))).toMatchObject({
      data: { name: 'spirals', train: 64, options: { seed: 5, samples: 64 } },
      mode: { exact: true },
    })
  })
})

describe('evaluate', () => {
  it('gives a run the same scores as train, with the data, the loss and the standardization of the run', async () => {
    const options = '--loss squared-error --standardize none --data-seed 4'
    const trained = await isobathJson(`train ${quick} ${options} --run scored`)
    const scores = await isobathJson('evaluate scored')
    expect(scores).toMatchObject({ train: trained.train, test: trained.test, data: 'moons', sameData: true })
    const named = await isobathJson('evaluate scored --data moons')
    expect(named).toEqual(scores)
    const others = await isobathJson('evaluate scored --data moons --samples 100')
    expect(others).toMatchObject({ sameData: false })
    expect((await isobath('evaluate scored --data-seed 9')).stdout).toContain(
      '(not the samples that the run was trained on)',
    )
  })

  it('gives a weights file the same scores as train if --network names its network', async () => {
    const trained = await isobathJson(`train ${quick} --run weights`)
    const words = 'evaluate weights/checkpoint-12.safetensors --network mlp:depth=2,width=8 --data moons --samples 64'
    expect(await isobathJson(words)).toMatchObject({ train: trained.train, test: trained.test, sameData: null })
  })

  it('prints one line of scores for each set, and the confusion matrix of the test set', async () => {
    await isobath(`train ${quick} --run lines`)
    const { stdout, stderr } = await isobath('evaluate lines')
    const scores = 'accuracy \\d+\\.\\d\\d%, error \\d+\\.\\d\\d%, loss \\d\\.\\d{4}'
    const errors = 'training error \\d+\\.\\d\\d%, test error \\d+\\.\\d\\d%'
    const baselines = `linear a linear model: ${errors}\nguess  always the largest class: ${errors}`
    expect(stdout).toMatch(
      new RegExp(
        `^lines on moons\ntrain {2}${scores}, 64 samples\ntest {3}${scores}, 1,000 samples\n${baselines}\n\nsamples of the test`,
      ),
    )
    const rows = stdout.split('\n').filter((line) => /^[01] +\d+ +\d+ +\d+\.\d%$/.test(line))
    expect(rows).toHaveLength(2)
    expect(stderr).toMatch(/^(scoring: .*\n)*$/)
  })

  it('gives accuracy, recall and confusion of all samples as JSON', async () => {
    await isobath(`train ${quick} --run counts`)
    const { test } = z
      .object({
        test: z.object({
          error: z.number(),
          accuracy: z.number(),
          recall: z.array(z.number()),
          classSamples: z.array(z.number()),
          confusion: z.array(z.array(z.number())),
        }),
      })
      .parse(await isobathJson('evaluate counts'))
    expect(test.accuracy + test.error).toBeCloseTo(1, 12)
    const rowSums = test.confusion.map((row) => row.reduce((sum, count) => sum + count, 0))
    expect(rowSums).toEqual(test.classSamples)
    expect(test.recall).toEqual(test.confusion.map((row, label) => row[label] / rowSums[label]))
    expect(rowSums.reduce((sum, count) => sum + count, 0)).toBe(1000)
  })

  it('writes a report with the scores and the confusion matrix, and so does train', async () => {
    const { stdout } = await isobath(`train ${quick} --run reported --report own/train.html`)
    expect(stdout).toMatch(/^Written: own\/train\.html$/m)
    await isobath('evaluate reported --report own/evaluate.html')
    for (const file of ['own/train.html', 'own/evaluate.html']) {
      const page = readFileSync(file, 'utf8')
      expect(verifyMarkup(page)).toEqual([])
      expect(page).toContain('Confusion on the test set')
    }
    expect(readFileSync('own/train.html', 'utf8')).toContain('Loss of the batches')
    const again = await isobath('train --resume reported --report own/again.html')
    expect(again.stdout).toMatch(/^Written: own\/again\.html$/m)
    const refused = await isobath('evaluate reported --report reported/run.json')
    expect([refused.status, refused.stderr]).toEqual([
      2,
      'isobath: --report: reported/run.json belongs to a stored run. Choose another file.\n',
    ])
  })
})

describe('show', () => {
  it('prints every stage as text and as JSON', async () => {
    const network = 'mlp:depth=3,width=8'
    for (const stage of ['network', 'blueprint', 'graph', 'plan', 'kernels']) {
      const { status, stdout } = await isobath(`show ${stage} ${network}`)
      expect({ stage, status }).toEqual({ stage, status: 0 })
      expect(stdout).toContain(stage === 'kernels' ? 'momentumUpdate' : 'hidden')
      const json = await isobathJson(`show ${stage} ${network}`)
      const expected = { network: 'kind', kernels: 'programBytes' }[stage] ?? 'text'
      expect(Object.keys(json)).toContain(expected)
    }
  })

  it('shows that a program for 10,000 layers is less than a fifth larger than one for 10 layers', async () => {
    const [ten, many] = [
      await isobathJson('show kernels mlp:depth=10'),
      await isobathJson('show kernels mlp:depth=10000'),
    ]
    expect(Number(many.programBytes) / Number(ten.programBytes)).toBeLessThan(1.2)
  })

  it('takes the shape of a sample from a data set without reading the files of the data set', async () => {
    expect((await isobath('show blueprint mlp --data mnist --data-dir /nowhere')).stdout).toContain('1 x 28 x 28')
    expect((await isobath('show blueprint mlp --data spirals')).stdout).toMatch(/^input +2$/m)
  })
})

describe('count', () => {
  it('gives all figures that programs rely on, and explains how they are counted', async () => {
    expect(await isobathJson('count mlp:depth=1,width=30')).toMatchObject({
      parameters: 784 * 30 + 30 + 300 + 10,
      macs: 784 * 30 + 300,
      flops: 2 * (784 * 30 + 300),
      layers: [{ path: 'first' }, { path: 'activation1' }, { path: 'readout' }],
    })
    const { stdout } = await isobath('count mlp:depth=1,width=30')
    expect(stdout).toMatchInlineSnapshot(`
      "layer        kind   output  parameters    MACs   kept  alive
      input               784                         3,136
      first        dense  30          23,550  23,520    120  3,256
      activation1  relu   30               0       0    120    240
      readout      dense  10             310     300     40    160
      total                           23,860  23,820  3,416  3,256

      all tensors               23,860
      FLOPs                     47,640
      activations in training   3,416 bytes per sample
      activations in inference  3,256 bytes per sample

      parameters: all trained values, including biases and the scales and shifts of norms, but not running statistics
      all tensors: parameters, weights that are not trained, and running statistics (two of the four vectors of a batch norm)
      a MAC is one multiply-add of a matrix product or a convolution in the forward pass of one sample; products with zeros beyond the border count too
      biases, norms, activations, pools and sums have no MACs
      FLOPs = 2 x MACs; a training step takes about three times as many FLOPs as a forward pass
      activations in training (kept): the input and every output that a layer writes, for one sample, kept for the backward pass
      activations in inference (alive): values that a layer reads, writes or holds for a sum, for one sample; the total is the maximum over the layers
      a value is 4 bytes (float32)
      "
    `)
  })

  it('shows the figures of two networks side by side', async () => {
    const { stdout } = await isobath('count mlp:depth=4 --against residual-mlp:depth=64')
    expect(stdout).toMatch(/^parameters +63,370 +312,970 +4\.939$/m)
    expect(await isobathJson('count mlp:depth=4 --against residual-mlp:depth=64')).toMatchObject({
      parameters: 63_370,
      against: { network: 'residual-mlp:depth=64', parameters: 312_970 },
      rows: expect.arrayContaining([expect.objectContaining({ figure: 'parameters', ratio: 312_970 / 63_370 })]),
    })
  })
})

describe('init', () => {
  it('names the file and the tensors that it wrote, and overwrites a file only with --force', async () => {
    const { stdout } = await isobath('init mlp:depth=2,width=4 --data moons --seed 2 --out named.safetensors')
    expect(stdout.replace(/[0-9a-f]{64}/, 'SHA')).toMatchInlineSnapshot(`
      "named.safetensors: 6 tensors, 42 parameters, float32, seed 2
      sha256 SHA (weights)
      "
    `)
    const again = 'init mlp:depth=2,width=4 --data moons --out named.safetensors'
    expect(await isobath(again)).toEqual({
      status: 2,
      stdout: '',
      stderr:
        'isobath: --out: named.safetensors exists already. Choose another file, or add --force to overwrite the file.\n',
    })
    const json = await isobathJson(`${again} --force`)
    expect(json).toMatchObject({ out: 'named.safetensors', seed: 0, tensors: expect.objectContaining({ length: 6 }) })
    expect(readdirSync(root).filter((name) => name.endsWith('.partial'))).toEqual([])
  })
})

describe('compare', () => {
  const words = 'compare mlp:width=8 residual-mlp:width=8 --data moons --samples 64 --steps 12 --depths 1,3 --seeds 2'

  it('prints a sentence, a table and a chart, and a line for each training on stderr', async () => {
    const { status, stdout, stderr } = await isobath(`${words} --report out/report.html --figure out/figure.svg`)
    expect(status).toBe(0)
    expect(stdout).toContain("One or two seeds can't tell")
    expect(stdout).toContain('plain is mlp:width=8')
    expect(stdout).toMatch(/\nWritten: out\/report\.html, out\/figure\.svg\n$/)
    expect(stderr.split('\n').filter((line) => line.includes('steps in'))).toHaveLength(8)
    const report = readFileSync('out/report.html', 'utf8')
    expect(report).toContain('<span>residual-mlp:width=8</span> <span>--data</span> <span>moons</span>')
    expect(report.match(/NaN|undefined/)).toBeNull()
    expect(readFileSync('out/figure.svg', 'utf8')).toMatch(/^<svg/)
  })

  it('compares the depths in the names, and takes plain-8 and plain-20 as one family', async () => {
    const names = 'plain-20 cifar-resnet-8 plain-8 cifar-resnet-20'
    const options = '--data tiles --samples 16 --batch 4 --steps 1 --seeds 1 --figure families.svg'
    const { rows } = await isobathJson(`compare ${names} ${options}`)
    expect(rows).toMatchObject([
      { network: 'plain-N', depth: 8 },
      { network: 'plain-N', depth: 20 },
      { network: 'cifar-resnet-N', depth: 8 },
      { network: 'cifar-resnet-N', depth: 20 },
    ])
    expect(readFileSync('families.svg', 'utf8')).toMatch(/>cifar-resnet( \d+%)?</)
  })

  it('prints one JSON document with all fields that programs rely on', async () => {
    const { rows, sentence } = await isobathJson(words)
    expect(sentence).toEqual(expect.any(String))
    expect(rows).toHaveLength(8)
    expect(rows).toContainEqual(
      expect.objectContaining({
        network: 'residual-mlp:width=8',
        depth: 3,
        seed: 1,
        train: expect.objectContaining({ loss: expect.any(Number), accuracy: expect.any(Number) }),
        test: expect.objectContaining({ error: expect.any(Number), confusion: expect.any(Array) }),
      }),
    )
  })
})

describe('data list', () => {
  it('lists every data set', async () => {
    const { stdout } = await isobath('data list')
    for (const name of ['glyphs', 'mnist', 'moons', 'spirals']) expect(stdout).toMatch(new RegExp(`^${name} `, 'm'))
    expect(await isobathJson('data list')).toMatchObject({
      datasets: expect.arrayContaining([expect.objectContaining({ name: 'mnist', shape: [1, 28, 28], classes: 10 })]),
    })
  })
})
