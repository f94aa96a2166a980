/** The command line as its users see it: what is printed where, in words and as JSON, and the exit status. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import packageFile from '../package.json' with { type: 'json' }
import { isobath, isobathJson } from './support/command-line.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const root = temporaryFolder()
const home = process.cwd()
const file = (name: string): string => join(root, name)

/** Few steps on few points; each test adds what it is about. */
const quick = 'mlp:depth=2,width=8 --data moons --samples 64 --steps 12'

beforeAll(() => {
  process.chdir(root)
  return () => process.chdir(home)
})

const commands = ['start', 'train', 'evaluate', 'compare', 'show', 'count', 'init', 'data list']

describe('help', () => {
  it('is there without any words, and lists commands, presets and their options within 80 columns', async () => {
    const [bare, asked] = [await isobath(''), await isobath('--help')]
    expect(bare).toEqual(asked)
    expect(bare.status).toBe(0)
    for (const word of [...commands.map((name) => name.split(' ')[0]), 'residual-mlp', 'multiplier', '1/sqrt(L)'])
      expect(bare.stdout).toContain(word)
    expect(Math.max(...bare.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  })

  it.each(commands)('of %s says what it does and names the options of every command', async (command) => {
    const { status, stdout, stderr } = await isobath(`${command} --help`)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(new RegExp(`^Usage: isobath ${command} `))
    for (const option of ['--json', '--seed <n>', '--threads <n>', '--help']) expect(stdout).toContain(option)
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  })

  it('of train has every option of the contract', async () => {
    const { stdout } = await isobath('train --help')
    const contract =
      'optimizer rate momentum weight-decay schedule batch epochs steps loss standardise order init log-every run exact memory data data-dir samples'
    for (const option of contract.split(' ')) expect(stdout).toContain(`--${option} `)
  })

  it('has the version of the package', async () => {
    expect(await isobath('--version')).toEqual({ status: 0, stdout: `${packageFile.version}\n`, stderr: '' })
  })
})

describe('train', () => {
  it('prints the scores, and where the run is kept', async () => {
    const { status, stdout, stderr } = await isobath(`train ${quick} --run words`)
    expect(status).toBe(0)
    const stable = stdout
      .replace(/^time .*$/m, 'time   TIME')
      .replace(/[0-9a-f]{64}/, 'SHA')
      .replace(/\d\.\d{4}/g, 'LOSS')
      .replace(/\d+\.\d\d%/g, 'ERROR')
      .replace(/[▁-█]+/, 'CURVE')
    expect(stable).toMatchInlineSnapshot(`
      "mlp:depth=2,width=8 on moons: 12 steps of 64 samples, 12 epochs
      momentum 0.9, rate 0.03, constant rate, cross-entropy, seed 0

      loss   CURVE  LOSS to LOSS
      train  loss LOSS, error ERROR of 64 samples
      test   loss LOSS, error ERROR of 1,000 samples

      time   TIME
      run    words
      sha256 SHA (weights)
      "
    `)
    expect(stderr).toMatch(/^training: 0 of 12 steps \(0%\)\ntraining: 12 steps in 0:0\d, loss 0\.\d+\n$/)
    expect(readdirSync(file('words')).sort()).toEqual([
      'checkpoint-0.safetensors',
      'checkpoint-12.safetensors',
      'metrics.jsonl',
      'result.json',
      'run.json',
    ])
  })

  it('prints one JSON document with the fields of the contract', async () => {
    const run = await isobathJson(`train ${quick} --run json --seed 3`)
    expect(run).toMatchObject({
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

  it('keeps a run below runs/ where no folder is named, each in its own', async () => {
    const runs: unknown[] = []
    for (const seed of [0, 1, 2]) runs.push((await isobathJson(`train ${quick} --seed ${seed}`)).run)
    expect(runs).toEqual(['runs/mlp-moons-1', 'runs/mlp-moons-2', 'runs/mlp-moons-3'])
    await isobath(`train ${quick} --rate -1`)
    expect(readdirSync('runs').sort()).toEqual(['mlp-moons-1', 'mlp-moons-2', 'mlp-moons-3'])
  })

  it('takes the weights of init, and ends with the bits that the seed alone gives', async () => {
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

  it('takes a network from a file, and calls the run after it', async () => {
    const { stdout } = await isobath('show network residual-mlp:depth=3,width=8 --data moons')
    writeFileSync('my net.json', stdout)
    const words = ['train', 'my net.json', '--data', 'moons', '--samples', '64', '--steps', '12', '--json']
    const run = JSON.parse((await isobath(words)).stdout)
    const preset = await isobathJson('train residual-mlp:depth=3,width=8 --data moons --samples 64 --steps 12')
    expect(run.run).toBe('runs/my-net-moons-1')
    expect(run.weightsSha256).toBe(preset.weightsSha256)
  })

  it('is not misled by a folder that is called like a preset', async () => {
    mkdirSync('mlp')
    expect((await isobath('count mlp')).status).toBe(0)
  })

  it('says that it diverged, where, and that the signal exploded; that is an answer', async () => {
    const words = 'train residual-mlp:depth=30,multiplier=100 --data moons --samples 64 --steps 12 --run wild'
    const { status, stdout } = await isobath(words)
    expect(status).toBe(0)
    expect(stdout).toMatch(/^loss {3}the first step's loss was not finite$/m)
    expect(stdout).toMatch(/^train {2}loss not finite, error unknown of 64 samples$/m)
    expect(stdout).toMatch(
      /^Before training the signal explodes by layer \d+ of 31 \(hidden\[\d+\]\): its mean square is .+\.$/m,
    )
    expect(stdout).toMatch(
      /^Training diverged at step 0: the outputs of hidden\.dense1\[\d+\] were the first that weren't finite\.$/m,
    )
    expect(stdout).not.toMatch(/NaN|Infinity/)
    const json = await isobathJson(words.replace('--run wild', '--run wild-json'))
    expect(json).toMatchObject({
      losses: [],
      train: { loss: null, error: null },
      diverged: { step: 0, what: 'outputs' },
    })
  })

  it('trains with every option there is', async () => {
    const options =
      '--optimizer sgd --rate 0.1 --weight-decay 1e-4 --schedule cosine --batch 16 --epochs 2.5 --loss squared-error --standardise per-pixel --order sequential --log-every 4 --exact --memory 64MiB --threads 2 --data-seed 5'
    const run = await isobathJson(
      `train linear-residual:depth=3,width=4 --data spirals --samples 64 ${options} --run all`,
    )
    expect(run).toMatchObject({
      losses: expect.objectContaining({ length: 4 }),
      steps: 10,
      settings: {
        optimizer: { name: 'sgd', rate: 0.1, rule: { weightDecay: 1e-4 } },
        schedule: 'cosine',
        batch: 16,
        loss: 'squared-error',
        standardise: 'per-pixel',
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
  it('gives a run the scores that train printed, with its own data, loss and standardising', async () => {
    const options = '--loss squared-error --standardise none --data-seed 4'
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

  it('gives a weights file the same scores, with the network named', async () => {
    const trained = await isobathJson(`train ${quick} --run weights`)
    const words = 'evaluate weights/checkpoint-12.safetensors --network mlp:depth=2,width=8 --data moons --samples 64'
    expect(await isobathJson(words)).toMatchObject({ train: trained.train, test: trained.test, sameData: null })
  })

  it('prints a line for each set', async () => {
    await isobath(`train ${quick} --run lines`)
    const { stdout, stderr } = await isobath('evaluate lines')
    expect(stdout).toMatch(
      /^lines on moons\ntrain {2}loss \d\.\d{4}, error \d+\.\d\d% of 64 samples\ntest {3}loss \d\.\d{4}, error \d+\.\d\d% of 1,000 samples\n$/,
    )
    expect(stderr).toBe('')
  })
})

describe('show', () => {
  it('prints every stage, and its JSON', async () => {
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

  it('says how large the program is, which the depth does not change by a fifth', async () => {
    const [ten, many] = [
      await isobathJson('show kernels mlp:depth=10'),
      await isobathJson('show kernels mlp:depth=10000'),
    ]
    expect(Number(many.programBytes) / Number(ten.programBytes)).toBeLessThan(1.2)
  })

  it('takes the shape from a data set without reading its files', async () => {
    expect((await isobath('show blueprint mlp --data mnist --data-dir /nowhere')).stdout).toContain('1 x 28 x 28')
    expect((await isobath('show blueprint mlp --data spirals')).stdout).toMatch(/^input +2$/m)
  })
})

describe('count', () => {
  it('gives every figure of the contract, and says what it counts', async () => {
    expect(await isobathJson('count mlp:depth=1,width=30')).toMatchObject({
      parameters: 784 * 30 + 30 + 300 + 10,
      macs: 784 * 30 + 300,
      flops: 2 * (784 * 30 + 300),
      layers: [{ path: 'first' }, { path: 'activation1' }, { path: 'readout' }],
    })
    const { stdout } = await isobath('count mlp:depth=1,width=30')
    expect(stdout).toMatchInlineSnapshot(`
      "layer        kind   output  parameters    MACs
      input               784
      first        dense  30          23,550  23,520
      activation1  relu   30               0       0
      readout      dense  10             310     300
      total                           23,860  23,820

      FLOPs                     47,640
      activations in training   3,416 bytes a sample
      activations in inference  3,256 bytes a sample

      parameters: all that is trained, biases and the scales and shifts of norms included; running statistics apart
      a MAC is one multiply-add of a matrix product, for one sample, forwards; biases, norms and activations count none
      FLOPs = 2 x MACs; a training step takes about three times as many
      activations in training: the input and every output that a layer writes, for one sample, kept for the way back
      activations in inference: the most values alive at once, for one sample, nothing overwritten in place
      a value is 4 bytes (float32)
      "
    `)
  })

  it('puts two networks side by side', async () => {
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
  it('names what it wrote', async () => {
    const { stdout } = await isobath('init mlp:depth=2,width=4 --data moons --seed 2 --out named.safetensors')
    expect(stdout.replace(/[0-9a-f]{64}/, 'SHA')).toMatchInlineSnapshot(`
      "named.safetensors: 6 tensors, 42 parameters, float32, seed 2
      sha256 SHA (weights)
      "
    `)
    const json = await isobathJson('init mlp:depth=2,width=4 --data moons --out named.safetensors')
    expect(json).toMatchObject({ out: 'named.safetensors', seed: 0, tensors: expect.objectContaining({ length: 6 }) })
    expect(readdirSync(root).filter((name) => name.endsWith('.partial'))).toEqual([])
  })
})

describe('compare', () => {
  const words = 'compare mlp:width=8 residual-mlp:width=8 --data moons --samples 64 --steps 12 --depths 1,3 --seeds 2'

  it('prints a sentence, a table and a chart, and a line for each training on stderr', async () => {
    const { status, stdout, stderr } = await isobath(`${words} --report out/report.html --figure out/figure.svg`)
    expect(status).toBe(0)
    expect(stdout).toContain("one or two seeds can't tell")
    expect(stdout).toContain('plain is mlp:width=8')
    expect(stdout).toMatch(/\nWritten: out\/report\.html, out\/figure\.svg\n$/)
    expect(stderr.split('\n').filter((line) => line.includes('steps in'))).toHaveLength(8)
    const report = readFileSync('out/report.html', 'utf8')
    expect(report).toContain('<span>residual-mlp:width=8</span> <span>--data</span> <span>moons</span>')
    expect(report.match(/NaN|undefined/)).toBeNull()
    expect(readFileSync('out/figure.svg', 'utf8')).toMatch(/^<svg/)
  })

  it('prints one JSON document with the fields of the contract', async () => {
    const { rows, sentence } = await isobathJson(words)
    expect(sentence).toEqual(expect.any(String))
    expect(rows).toHaveLength(8)
    expect(rows).toContainEqual(
      expect.objectContaining({
        network: 'residual-mlp:width=8',
        depth: 3,
        seed: 1,
        train: { loss: expect.any(Number), error: expect.any(Number) },
        test: { loss: expect.any(Number), error: expect.any(Number) },
      }),
    )
  })
})

describe('data list', () => {
  it('lists every set', async () => {
    const { stdout } = await isobath('data list')
    for (const name of ['glyphs', 'mnist', 'moons', 'spirals']) expect(stdout).toMatch(new RegExp(`^${name} `, 'm'))
    expect(await isobathJson('data list')).toMatchObject({
      datasets: expect.arrayContaining([expect.objectContaining({ name: 'mnist', shape: [1, 28, 28], classes: 10 })]),
    })
  })
})

describe('wrong input', () => {
  /** Status and stderr; nothing is ever on stdout, no folder is made, and no stack is shown. */
  async function refused(words: string | readonly string[]): Promise<string> {
    const before = readdirSync(root)
    const { status, stdout, stderr } = await isobath(words)
    expect(stdout).toBe('')
    expect(stderr).not.toMatch(/\n {4}at |node:internal|defect/)
    expect(readdirSync(root)).toEqual(before)
    const shown = typeof words === 'string' ? words : words.join(' ')
    return `${shown}\n${stderr}${status}\n`.replaceAll(root, 'ROOT')
  }

  const all = async (lines: readonly string[]): Promise<string> => {
    const said: string[] = []
    for (const words of lines) said.push(await refused(words))
    return `\n${said.join('\n')}`
  }

  it('in commands and options says what is wrong, and exits with 2', async () => {
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
        'train mlp --data moons --optimizer adam',
        'train mlp --data moons --optimizer sgd --momentum 0.5',
        'train mlp --data moons --momentum 1',
        'train mlp --data moons --schedule cosin',
        'train mlp --data moons --memory lots',
        'train mlp --data moons --memory 100KB',
        'train mlp --data moons --threads 1000',
        'train mlp --data moons --seed -1',
        'train mlp --data moons --samples 5000',
        'compare mlp --data moons --depths 1,x',
        'compare mlp mlp --data moons',
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
      isobath: --data: expected a data set (glyphs, mnist, moons, spirals), got none. Name one, such as --data glyphs.
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
      isobath: option '--data <name>' argument missing
      (isobath train --help lists the options)
      2

      train mlp --data moonz
      isobath: data set "moonz": expected one of glyphs, mnist, moons, spirals. Did you mean moons?
      2

      train mlp --data moons --rate fast
      isobath: option '--rate <number>' argument 'fast' is invalid. Expected a number.
      (isobath train --help lists the options)
      2

      train mlp --data moons --rate -1
      isobath: rate: expected a number of at least 0, got -1.
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
      isobath: epochs: expected a number above 0 that can be counted in steps, got 0.
      2

      train mlp --data moons --steps 5 --epochs 1
      isobath: option '--steps <n>' cannot be used with option '--epochs <number>'
      (isobath train --help lists the options)
      2

      train mlp --data moons --batch many
      isobath: option '--batch <n>' argument 'many' is invalid. Expected a whole number of at least 1.
      (isobath train --help lists the options)
      2

      train mlp --data moons --optimizer adam
      isobath: option '--optimizer <name>' argument 'adam' is invalid. Allowed choices are sgd, momentum.
      (isobath train --help lists the options)
      2

      train mlp --data moons --optimizer sgd --momentum 0.5
      isobath: --momentum: sgd has none, got 0.5. Use --optimizer momentum.
      2

      train mlp --data moons --momentum 1
      isobath: momentum: expected a number from 0 to below 1, got 1.
      2

      train mlp --data moons --schedule cosin
      isobath: option '--schedule <name>' argument 'cosin' is invalid. Allowed choices are constant, cosine.
      (isobath train --help lists the options)
      2

      train mlp --data moons --memory lots
      isobath: option '--memory <size>' argument 'lots' is invalid. Expected a size such as 2GiB or 500MB.
      (isobath train --help lists the options)
      2

      train mlp --data moons --memory 100KB
      isobath: a training step with a batch of 128 needs 768.2 KiB of memory, and the limit is 33.7 KiB. Not even a batch of 1 would fit: use fewer layers.
      2

      train mlp --data moons --threads 1000
      isobath: threads: expected a whole number from 1 to 256, got 1000.
      2

      train mlp --data moons --seed -1
      isobath: option '--seed <n>' argument '-1' is invalid. Expected a whole number of at least 0.
      (isobath train --help lists the options)
      2

      train mlp --data moons --samples 5000
      isobath: moons: samples: expected a whole number from 1 to 2000, got 5000.
      2

      compare mlp --data moons --depths 1,x
      isobath: option '--depths <list>' argument '1,x' is invalid. Expected a whole number of at least 1.
      (isobath compare --help lists the options)
      2

      compare mlp mlp --data moons
      isobath: compare: expected different networks, got mlp twice. Leave one out.
      2

      compare mlp:widths=8-8 --data moons
      isobath: mlp:widths=8-8: expected depth and width, got widths. Replace widths, so that the depth can be changed.
      2

      compare net.json --data moons
      isobath: net.json: a network file has one depth. Compare presets, or train it by itself.
      2

      compare mlp:width=8,depth=3 --data moons
      isobath: mlp:width=8,depth=3: expected a preset without a depth. Leave it out, and give --depths 3.
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
      isobath: unknown command 'fetch'
      (isobath data --help lists the commands)
      2
      "
    `)
  })

  it('in networks names the place', async () => {
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
      isobath: mlpp: expected a preset (mlp, residual-mlp, linear, linear-residual), got mlpp. Did you mean mlp?
      2

      count mlp:dept=3
      isobath: mlp:dept: expected an option (depth, width, widths, activation, slope, init, gain, sw2, sb2, norm, dropout), got dept. Did you mean depth?
      2

      count mlp:depth=-3
      isobath: mlp:depth=-3: expected a whole number from 1 to 10,000, got -3. Leave depth out for 4.
      2

      count mlp:depth=3,depth=4
      isobath: mlp:depth=3,depth=4: expected depth once, got it twice. Remove one of the two.
      2

      count mlp:activation=rely
      isobath: mlp:activation=rely: expected one of identity, relu, leakyRelu, tanh, sigmoid, softplus, gelu, silu, selu, erf, got rely. Did you mean relu? Leave activation out for relu.
      2

      count residual-mlp:multiplier=1/M
      isobath: residual-mlp:multiplier=1/M: expected a number or one of 1/L, 1/sqrt(L), 1/l, 1/sqrt(l), got 1/M. Did you mean 1/L? Leave multiplier out for 1/L.
      2

      count nothing.json
      isobath: nothing.json: can't be read (no such file or directory). Give a preset or a network's JSON file.
      2

      count broken.json
      isobath: broken.json: expected JSON, got something else (Expected ',' or '}' after property value in JSON at position 16). Write one with isobath show network NETWORK.
      2

      count width.json
      isobath: width.json: layers[1].block.width: expected a positive integer, got 0. Give a whole number from 1 to 1,000,000.
      2

      count shape.json
      isobath: repeat1.dense1: expected 2 outputs so that the block can be repeated, got 5. Set its width to 2.
      2

      train three.json --data moons
      isobath: output: expected 2 values, one for each class of moons, got 3. Set the last dense layer's width to 2.
      2

      count mlp:depth=10000,width=1000000
      isobath: network: expected a size that can be counted exactly, got 9999000794000000. Make it narrower or less deep.
      2

      init mlp:depth=10000,width=1000000 --out w.safetensors
      isobath: network: expected a size that can be counted exactly, got 9999000794000000. Make it narrower or less deep.
      2

      init mlp:depth=10,width=100000 --out w.safetensors
      isobath: mlp:depth=10,width=100000: expected at most 4 GiB of weights, as much as can be trained, got 90,080,400,010 of 4 bytes. Make the network narrower or less deep.
      2

      train mlp:depth=10000,width=10000 --data moons
      isobath: a training step with a batch of 128 needs 11.0 TiB of memory, and the limit is 4.00 GiB. Not even a batch of 1 would fit: use fewer layers.
      2
      "
    `)
  })

  it('in files says what was expected', async () => {
    await isobath('init mlp:depth=2,width=9 --data moons --out other.safetensors')
    writeFileSync('broken.safetensors', 'not a file of weights')
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
      isobath: mnist: expected train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte (plain or .gz) in /nowhere or its folder mnist, found none of them. Put them there, or name their folder with --data-dir FOLDER or the environment variable ISOBATH_DATA.
      2

      train mlp:depth=2,width=8 --data moons --samples 64 --steps 12 --init missing.safetensors
      isobath: missing.safetensors: can't be read (no such file or directory). Give a .safetensors file.
      2

      train mlp:depth=2,width=8 --data moons --samples 64 --steps 12 --init broken.safetensors
      isobath: broken.safetensors: expected a header within the file's 21 bytes, got one of 7594793423135338000. Give a whole .safetensors file.
      2

      train mlp:depth=2,width=8 --data moons --samples 64 --steps 12 --init other.safetensors
      isobath: other.safetensors: first.weight: expected the shape [8, 2], got [9, 2]. Give the weights of this network.
      2

      train mlp:depth=2,width=8 --data moons --samples 64 --steps 12 --run existing
      isobath: existing: there is a run in this folder already. Choose another one.
      2

      evaluate missing
      isobath: missing: expected a run's folder or a weights file, and there is nothing. Check the path.
      2

      evaluate empty
      isobath: empty: expected a run's folder with run.json in it. Give the folder that train named.
      2

      evaluate existing --data glyphs
      isobath: output: expected 10 values, one for each class of glyphs, got 2. Set the last dense layer's width to 10.
      2

      evaluate existing --network mlp
      isobath: --network: existing is a run and has its network. Leave it out.
      2

      evaluate other.safetensors --data moons
      isobath: --network: expected the network of other.safetensors, got none. The file has weights alone.
      2

      evaluate other.safetensors --network mlp --data moons
      isobath: other.safetensors: first.weight: expected the shape [64, 2], got [9, 2]. Give the weights of this network.
      2

      evaluate other.safetensors --network mlp
      isobath: --data: expected a data set (glyphs, mnist, moons, spirals), got none. Name one, such as --data glyphs.
      2

      evaluate broken.json --network mlp --data moons
      isobath: broken.json: expected a header within the file's 16 bytes, got one of 4189021028785791500. Give a whole .safetensors file.
      2
      "
    `)
  })
})

describe('what can not be written', () => {
  it('exits with 1, at once where the work is long, and leaves nothing', async () => {
    writeFileSync('file', '')
    const said: string[] = []
    for (const words of [
      `train ${quick} --run file`,
      `train ${quick} --run file/below`,
      'init mlp --out file/below/w.safetensors',
      'compare mlp --data moons --report file/below/report.html',
      'start --report file/report.html',
    ]) {
      const { status, stdout, stderr } = await isobath(words)
      expect(stdout).toBe('')
      said.push(`${words}\n${stderr}${status}`)
    }
    expect(`\n${said.join('\n\n')}\n`).toMatchInlineSnapshot(`
      "
      train mlp:depth=2,width=8 --data moons --samples 64 --steps 12 --run file
      training: 0 of 12 steps (0%)
      isobath: file: can't be written (it is a file, not a folder). Free some space or choose another place.
      1

      train mlp:depth=2,width=8 --data moons --samples 64 --steps 12 --run file/below
      training: 0 of 12 steps (0%)
      isobath: file/below: can't be written (not a directory). Free some space or choose another place.
      1

      init mlp --out file/below/w.safetensors
      isobath: file/below: can't be written (not a directory). Free some space or choose another place.
      1

      compare mlp --data moons --report file/below/report.html
      isobath: file/below: can't be written (not a directory). Free some space or choose another place.
      1

      start --report file/report.html
      isobath: file: can't be written (it is a file, not a folder). Free some space or choose another place.
      1
      "
    `)
    expect(existsSync('file/below')).toBe(false)
  })
})
