/** Tests recipes and evaluations during training as a user of the command line sees them. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isobath, isobathJson, saidOn } from '../support/command-line.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = temporaryFolder()
const place = (name: string): string => join(root, name)
const quick = 'train mlp:depth=2,width=8 --data moons --samples 64'

describe('train --recipe', () => {
  it('trains as the paper describes, except for options that are given', async () => {
    const words = `${quick} --recipe he-2015 --steps-scale 0.0005 --augment none --rate 0.05 --run ${place('he')}`
    const { settings, bestTest, evaluations } = await isobathJson(words)
    expect(settings).toMatchObject({
      recipe: 'he-2015',
      stepsScale: 0.0005,
      steps: 32,
      batch: 64,
      standardize: 'per-pixel-mean',
      optimizer: { name: 'momentum', rate: 0.05, rule: { momentum: 0.9, weightDecay: 1e-4 } },
      schedule: { name: 'step', warmup: 0, dropAt: [0.5, 0.75], dropFactor: 0.1 },
      // An epoch of this small data set is one step.
      evaluateEvery: 1,
    })
    expect(evaluations).toHaveLength(32)
    expect(bestTest).toEqual({ error: expect.any(Number), step: expect.any(Number) })
  })

  it('takes another optimizer with the constants of that optimizer', async () => {
    const common = `${quick} --recipe he-2015 --steps 2 --augment none --evaluate-every never`
    const { settings: adam } = await isobathJson(`${common} --optimizer adam --run ${place('adam')}`)
    expect(adam).toMatchObject({ optimizer: { name: 'adam', rate: 0.001, rule: { weightDecay: 0 } } })
    const { settings: usual, ...rest } = await isobathJson(`${common} --optimizer momentum --run ${place('usual')}`)
    expect(usual).toMatchObject({ optimizer: { name: 'momentum', rate: 0.1, rule: { weightDecay: 1e-4 } } })
    expect(rest).not.toHaveProperty('bestTest')
  })

  it('refuses an unknown recipe, and suggests a similar name', async () => {
    expect(await isobath(`${quick} --recipe he2016`)).toEqual({
      status: 2,
      stdout: '',
      stderr:
        'isobath: --recipe: expected one of he-2015, he-2016, wide-resnet-2016, got he2016. Did you mean he-2016?\n',
    })
  })

  it('has a help text that lists all recipes', async () => {
    const { stdout } = await isobath('train --help')
    expect(stdout.slice(stdout.indexOf('Recipes:'))).toMatchInlineSnapshot(`
      "Recipes:
        he-2015
          momentum 0.9, rate 0.1, divided by 10 at 32k and 48k of 64k steps; networks
          of at least 110 layers have a warm-up.
          He, Zhang, Ren & Sun 2015, Deep Residual Learning for Image Recognition,
          section 4.2 (CIFAR-10).
        he-2016
          like he-2015, but all networks have a warm-up: a tenth of the rate in the
          first 400 steps.
          He, Zhang, Ren & Sun 2016, Identity Mappings in Deep Residual Networks,
          appendix (CIFAR).
        wide-resnet-2016
          nesterov 0.9, rate 0.1, divided by 5 at 60, 120 and 160 of 200 epochs,
          weight decay 0.0005.
          Zagoruyko & Komodakis 2016, Wide Residual Networks, sections 3 and 4 (CIFAR,
          mean/std).
          The paper pads images with reflections, Isobath pads images with zeros.
      "
    `)
  })
})

describe('train --evaluate-every', () => {
  it('prints the final and the best test error, and says that the best one is not the result', async () => {
    const words = `${quick} --steps 40 --rate 3 --evaluate-every 10 --run ${place('words')}`
    const { stdout, stderr } = await isobath(words)
    const shown = stdout
      .replace(/\d\.\d{4}/g, 'LOSS')
      .replace(/\d+\.\d\d%/g, 'ERROR')
      .replace(/[▁-█]+/g, 'CURVE')
      .replace(/after \d+ steps/, 'after STEPS')
      .replace(/samples of the test set by[\s\S]*?\n\n/, 'CONFUSION\n\n')
      .replace(
        /^time .*$/m,
        (line) =>
          `time   ${line
            .replace(/\d+(\.\d)? m?s/g, 'TIME')
            .replace(/\(.*?\)/, '(SPEED)')
            .slice(7)}`,
      )
    expect(shown.slice(shown.indexOf('train '), shown.indexOf('memory'))).toMatchInlineSnapshot(`
      "train  accuracy ERROR, error ERROR, loss LOSS, 64 samples
      test   accuracy ERROR, error ERROR, loss LOSS, 1,000 samples
      linear a linear model: training error ERROR, test error ERROR
      guess  always the largest class: training error ERROR, test error ERROR
      best   test error ERROR after STEPS: the lowest of 4 test errors, chosen with the test set itself. The result of the run is the final test error.

      error during training, first measured after 10 steps:
      train  CURVE  ERROR to ERROR
      test   CURVE  ERROR to ERROR

      CONFUSION

      time   TIME in total, TIME for the steps (SPEED), TIME for measurements between the steps
      "
    `)
    expect(stderr).toMatch(/^step 10: training error \d+\.\d\d%, test error \d+\.\d\d%$/m)
    // A run that has ended is printed again without its data, so without the advice, which needs the data.
    const again = await isobath(`train --resume ${place('words')}`)
    expect(again).toMatchObject({ status: 0, stderr: '' })
    expect(stdout.startsWith(again.stdout.trimEnd())).toBe(true)
  })

  it.each([
    ['20', [20, 32]],
    ['16epochs', [16, 32]],
    ['never', undefined],
  ])('evaluates at the right steps with the value %s', async (every, steps) => {
    const { evaluations } = await isobathJson(`${quick} --steps 32 --evaluate-every ${every} --run ${place(every)}`)
    const seen = Array.isArray(evaluations) ? evaluations.map(({ step }) => step) : undefined
    expect(seen).toEqual(steps)
  })

  it('reports the step at which the warm-up ended, and the training error there', async () => {
    const words = `${quick} --steps 150 --warmup-until-error 0.9 --run ${place('warm')}`
    const { stdout, stderr } = await isobath(words)
    expect(stdout).toMatch(/^The warm-up ended at step 100, with a training error of \d+\.\d\d%\.$/m)
    expect(stderr).toMatch(/^step 100: training error \d+\.\d\d%, the warm-up has ended$/m)
    const never = await isobath(`${quick} --steps 9 --warmup-until-error 0.9 --run ${place('cold')}`)
    expect(never.stdout).toContain('The run ended during the warm-up, before the training error was measured.')
  })

  it('refuses bad values of options for evaluation, schedule and warm-up', async () => {
    const bad = [
      '--evaluate-every often',
      '--evaluate-every 0',
      '--evaluate-every -1epochs',
      '--steps-scale 0',
      '--warmup-factor 0.5',
      '--warmup 3 --warmup-until-error 0.5',
      '--warmup-until-error 80',
    ]
    const said: string[] = []
    for (const words of bad) {
      const { status, stderr } = await isobath(`${quick} ${words}`)
      said.push(`${status} ${stderr.split('\n')[0]}`)
    }
    expect(said.join('\n')).toMatchInlineSnapshot(`
      "2 isobath: option '--evaluate-every <when>' argument 'often' is invalid. Expected a number of steps (500), a number of passes (epoch, 0.5epochs), or never.
      2 isobath: option '--evaluate-every <when>' argument '0' is invalid. Expected a number of steps (500), a number of passes (epoch, 0.5epochs), or never.
      2 isobath: --evaluate-every: expected a number above 0 that gives a countable number of steps, got -1.
      2 isobath: --steps-scale: expected a number above 0 and up to 1,000, got 0.
      2 isobath: --warmup-factor: expected a warm-up for the factor, got none. Give the steps of a warm-up (--warmup) or the error that ends a warm-up (--warmup-until-error).
      2 isobath: --warmup and --warmup-until-error: expected one of the two, got both. Leave out --warmup or --warmup-until-error.
      2 isobath: --warmup-until-error: expected a fraction above 0 and up to 1, such as 0.8, got 80."
    `)
  })
})

describe('train --figure', () => {
  it('draws the errors during training, also for a run that has ended', async () => {
    const [first, again] = [place('first.svg'), place('again.svg')]
    const { stdout } = await isobath(`${quick} --steps 4 --figure ${first} --run ${place('drawn')}`)
    expect(stdout).toContain(`Drawn: ${first}`)
    const svg = readFileSync(first, 'utf8')
    expect(svg).toContain('mlp:depth=2,width=8 on moons, 4 evaluations.')
    await isobath(`train --resume ${place('drawn')} --figure ${again}`)
    expect(readFileSync(again, 'utf8')).toBe(svg)
  })

  it('is refused before the training if there would be nothing to draw', async () => {
    await isobath(`${quick} --steps 4 --run ${place('plain')}`)
    const said = [
      await isobath(`${quick} --figure ${place('no.svg')} --evaluate-every never --run ${place('none')}`),
      await isobath(`train --resume ${place('plain')} --figure ${place('no.svg')}`),
      await isobath(`${quick} --figure ${place('no.png')} --run ${place('none')}`),
    ]
    expect(said.map(({ status }) => status)).toEqual([2, 2, 2])
    expect(saidOn(said, root)).toMatchInlineSnapshot(`
      "isobath: --figure: there is nothing to draw with --evaluate-every never. Leave one of the two options out.
      isobath: --figure: the run in ROOT/plain has no evaluations, so there is nothing to draw. Leave --figure out.
      isobath: --figure: expected a file name that ends in .svg, got ROOT/no.png. Pictures are SVG files, so choose such a name.
      "
    `)
    expect(existsSync(place('none'))).toBe(false)
  })
})

describe('compare --evaluate-every', () => {
  it('adds the best test error to each row, and is off by default even with a recipe', async () => {
    const common =
      'compare mlp:width=4 --depths 1 --seeds 1 --data moons --samples 64 --recipe he-2015 --augment none --steps 8'
    const { rows } = await isobathJson(`${common} --evaluate-every 4`)
    expect(rows).toEqual([
      expect.objectContaining({
        bestTest: { error: expect.any(Number), step: expect.any(Number) },
        evaluations: [expect.objectContaining({ step: 4 }), expect.objectContaining({ step: 8 })],
      }),
    ])
    const { rows: plain } = await isobathJson(common)
    expect(plain).toEqual([expect.not.objectContaining({ bestTest: expect.anything() })])
  })
})
