import { describe, expect, it } from 'vitest'
import { collapsed, trial } from '../../test/support/diagnosis-sample.ts'
import { cured, healthy, hostile, interrupted, tooLargeStep, undecided } from '../../test/support/diagnosis-samples.ts'
import { diagnosisText } from './diagnosis-text.ts'

const samples = {
  collapsed: collapsed(),
  healthy: healthy(),
  undecided: undecided(),
  interrupted: interrupted(),
  step: tooLargeStep(),
  cured: cured(),
}

function widest(text: string): number {
  return Math.max(...text.split('\n').map((line) => [...line].length))
}

describe('diagnosisText', () => {
  it('prints the answer, a chart with the named layer, the ruled-out causes, and then everything else', () => {
    expect(diagnosisText(samples.collapsed)).toMatchInlineSnapshot(`
      "Samples become alike on the way to the output: by layer 20 of 60, the cosine of
      two samples is 0.99.

      What to do: no change was measured that mends the training. Cures to try stand
      at the end.

      How sure: the evidence has the score 0.94 of 1, and 0.5 is at the limit.

      Cosine between different samples, before training
      network               ▁▅▇▇▇█████████████████████████████  0.300 to 0.998
                                       ▲ layer 20 of 60
      shallow twin          ▁▁▄▄▄▅▅▅▆▆▆▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇████████  0.300 to 0.968
      Cosine from ▁ 0.300 to █ 0.998; first layer to read-out

      What it is not   ruled out by
      ───────────────  ──────────────────────
      Numerical error  float64
      Unstable step    rate / 3 and rate / 10
      Overfitting      training error

      With 60 hidden layers, the training loss is 2.28, and that of the twin with 12
      hidden layers is 0.084. The network is worse on the training set, so this is not
      overfitting.

      Also found: dead units.

      mlp:depth=60, 60 layers · glyphs, 10,000 training samples, 10 classes
      600 steps of 128 · momentum, rate 0.03 · 3 seeds

      Correlation collapse (score 0.94)
        Different samples leave the last hidden layer as almost the same vector, so
        the read-out can’t separate the samples.
        - cosine after the last layer: 0.998 (limit 0.95), mean over 2,016 pairs of
          samples, before training
        - effective rank: 1.42 dimensions (limit 4 dimensions), of 64 samples after
          the last layer
        - relative loss: 86.2% (limit 5%), above the twin’s on the training set,
          paired by seed
        - papers: Poole et al. 2016; Schoenholz et al. 2017

      Dead units (score 0.31)
        A third of the units are never active because of the collapse.
        - never active: 33.4% (limit 40%), of all units, over 512 samples
        - papers: Lu et al. 2020

      Controls: mean and 95% interval over 3 seeds
      control            train loss      train error       test error  seeds
      ────────────  ───────────────  ───────────────  ───────────────  ─────
      network           2.28 ± 0.00      87.2 ± 0.2%      89.2 ± 0.2%      3
      shallow twin  0.0840 ± 0.0050       3.6 ± 0.2%       5.6 ± 0.2%      3
      rate / 3          2.29 ± 0.00      87.6 ± 0.2%      89.6 ± 0.2%      3
      rate / 10         2.30 ± 0.00      88.0 ± 0.2%      90.0 ± 0.2%      3
      3 x rate      1 of 3 diverged  1 of 3 diverged  1 of 3 diverged      3
      float64                  2.28            87.1%            89.1%      1
      constructive  0.0740 ± 0.0050       3.3 ± 0.2%       5.3 ± 0.2%      3

      shallow twin: mlp:depth=12
      3 x rate: diverged with seed 2 after 200 steps. Seed 1: train loss 2.20, train
      error 84.1% and test error 86.1%. Seed 3: train loss 2.21, train error 84.3% and
      test error 86.3%.
      constructive: the twin with 48 exact identity layers

      Other cures, not tried here
        - Correlation collapse: residual branches: residual-mlp:depth=60; batch norm:
          mlp:depth=60,norm=batch
      "
    `)
  })

  it('prints the losses as the main chart, the errors of a regression, and open questions', () => {
    expect(diagnosisText(samples.undecided)).toMatchInlineSnapshot(`
      "Undecided: 1 control did not rule out unstable step and too little capacity.

      What to do: give the diagnosis a larger budget. These trainings are missing:
      rate / 3 and rate / 10, 3 seeds each; 4 x width.

      With 60 hidden layers, the training loss is 0.902, and that of the twin with 12
      hidden layers is 0.202.

      Loss during training
      network seed 1        █▇▇▆▆▅▅▅▅▅▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▃▄▃▄  2.39 to 0.929
      shallow twin seed 1   █▇▆▆▅▄▄▄▃▃▃▃▃▃▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂  2.39 to 0.233
      rate / 3 seed 1       ██▇▇▇▇▇▇▇▇▇×                        2.39 to diverged
      Loss from ▁ 0 to █ 2.50; step 0 to 600

      mlp:depth=60, 60 layers · waves, 4,000 training samples, 1 value
      600 steps of 128 · momentum, rate 0.03 · 1 seed, so no interval

      Open questions
        - Unstable step: would be decided by rate / 3 and rate / 10, 3 seeds each,
          about 1 min 15 s
        - Too little capacity: would be decided by 4 x width

      Controls: 1 seed, so no interval
      control       train loss  train R2   test R2  seeds
      ────────────  ──────────  ────────  ────────  ─────
      network            0.902     0.653     0.633      1
      shallow twin       0.202     0.919     0.899      1
      rate / 3        diverged  diverged  diverged      1

      rate / 3: diverged with seed 1 after 200 steps.
      R2 is the fraction of the variance that the network explains. The error is the
      rest, 1 - R2.
      "
    `)
  })

  it('states that an interrupted diagnosis was stopped, and leaves out the table without a training', () => {
    expect(diagnosisText(samples.interrupted)).toMatchInlineSnapshot(`
      "The diagnosis was stopped before the first training.

      How sure: the diagnosis was stopped after 0.4 s and is incomplete.

      mlp:depth=60, 60 layers · glyphs, 10,000 training samples, 10 classes
      600 steps of 128 · momentum, rate 0.03 · 3 seeds
      "
    `)
  })

  it('prints the ladder of rates as the main table, and no short trainings among the controls', () => {
    expect(diagnosisText(samples.step)).toMatchInlineSnapshot(`
      "The step is too large: at 0.3 instead of 3, the training error is 3.6%.

      What to do: take the rate 0.3 instead of 3. Everything else stays.
        isobath train mlp:depth=4 --data glyphs --steps 600 --rate 0.3
      Without the change, 2 of 3 trainings diverge. With the change: training error
      3.6%, test error 5.6% (3 seeds).

      At the rate 3, 2 of 3 seeds diverge. With 4 hidden layers at the best rates, the
      network trains.

      Rates
      network   rate  short loss       train loss      train error  seeds
      ───────  ─────  ──────────  ───────────────  ───────────────  ─────  ─────
      network  0.003        1.99
      network   0.03       0.702            0.202             8.1%      1
      network    0.3       0.502  0.0840 ± 0.0050       3.6 ± 0.2%      3  best
      network      3    diverged  2 of 3 diverged  2 of 3 diverged      3  given
      network     30    diverged

      The short loss is the training loss after a short training whose rate decays to
      0.
      The best rate is the given rate unless another rate is clearly better with all
      seeds.

      What it is not   ruled out by
      ───────────────  ──────────────────────
      Numerical error  float64
      Unstable step    rate / 3 and rate / 10
      Overfitting      training error

      mlp:depth=4, 60 layers · glyphs, 10,000 training samples, 10 classes
      600 steps of 128 · momentum, rate 3 · 3 seeds

      Before training
        - A batch has 128 of 200 samples. Set a batch of 16.

      Controls: mean and 95% interval over 3 seeds
      control                 train loss      train error       test error  seeds
      ─────────────────  ───────────────  ───────────────  ───────────────  ─────
      network            2 of 3 diverged  2 of 3 diverged  2 of 3 diverged      3
      rate / 10          0.0840 ± 0.0050       3.6 ± 0.2%       5.6 ± 0.2%      3
      shallow twin         0.504 ± 0.005      19.6 ± 0.2%      21.6 ± 0.2%      3
      best linear model                             14.5%            21.6%
      guessing                                      90.0%            90.0%

      network: diverged with seed 1 after 200 steps and seed 2 after 200 steps. Seed
      3: train loss 2.01, train error 76.7% and test error 78.7%.
      "
    `)
  })

  it('prints what is wrong, what to do with the measured result, and how sure, on the first screen', () => {
    const lines = diagnosisText(samples.cured).split('\n')
    const end = lines.indexOf('Cosine between different samples, before training')
    expect(lines.slice(0, end).join('\n')).toMatchInlineSnapshot(`
      "Samples become alike on the way to the output: by layer 20 of 60, the cosine of
      two samples is 0.99.

      What to do: add a skip connection around each of the 58 hidden layers,
      multiplied by 1/58. Everything else stays.
        isobath train /home/user/experiments/runs/mlp-glyphs-diagnosis-1/cure.json --data glyphs --steps 600 --rate 0.03
      Training error 87.2% -> 2.4%, test error 89.2% -> 3.7% (with the change: 5 fresh
      seeds). The printed command ends below a training error of 5%.
      The changed network is in runs/mlp-glyphs-diagnosis-1/cure.json and
      runs/mlp-glyphs-diagnosis-1/cure.ts.

      How sure: 94%. With a leaky slope by depth, three seeds close 96% of the gap to
      the best training of the diagnosis. The sentence rests on the cosine at steps 0,
      1, 10 and 100.
      "
    `)
    // A terminal shows a long command in several lines.
    const rows = lines.slice(0, end).reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / 80)), 0)
    expect(rows).toBeLessThanOrEqual(25)
  })

  it('points at the named layer from the side that has room', () => {
    const pointers = [0, 30, 59].map((stage) => {
      const [cosine, ...others] = samples.collapsed.profiles
      const mark = { stage, label: `layer ${stage + 1} of 60, with a long label` }
      const text = diagnosisText({ ...samples.collapsed, profiles: [{ ...cosine, mark }, ...others] })
      return text.split('\n').find((line) => line.includes('▲'))
    })
    expect(pointers).toMatchInlineSnapshot(`
      [
        "                      ▲ layer 1 of 60, with a long label",
        "                                       ▲ layer 31 of 60, with a long label",
        "                     layer 60 of 60, with a long label ▲",
      ]
    `)
  })

  it('prints the names of controls whole, in several lines if needed', () => {
    const names = ['without regularization, rate / 10', 'without regularization, rate / 100', 'free output, rate x 100']
    const trials = names.flatMap((name) => [1, 2, 3].map((seed) => trial(name, seed, 0.3, { diverged: seed === 2 })))
    const text = diagnosisText({ ...samples.collapsed, trials: [...samples.collapsed.trials, ...trials] })
    const rows = text.split('\n').map((line) => line.slice(0, 19).trimEnd())
    expect(rows.join('\n')).toContain(
      '\nwithout\n  regularization,\n  rate / 10\nwithout\n  regularization,\n  rate / 100\n',
    )
    expect(rows.join('\n')).toContain('\nfree output,\n  rate x 100\n')
    expect(widest(text)).toBeLessThanOrEqual(80)
  })

  it('stays within 80 columns for long names of networks and controls', () => {
    const long = `residual-mlp:${'width=128,'.repeat(12)}depth=60`
    const named = { ...samples.collapsed, network: long, answer: [`${long} is worse.`] }
    const renamed = named.trials.map((one) => ({ ...one, control: `${one.control} with very many words` }))
    for (const { cureCommand: _, ...data } of [
      ...Object.values(samples),
      named,
      { ...named, trials: renamed },
      hostile(samples.collapsed),
    ]) {
      expect(widest(diagnosisText(data))).toBeLessThanOrEqual(80)
    }
  })

  it('charts trainings with 200,000 stored losses', () => {
    const losses = Array.from({ length: 200_000 }, (_, step) => ({ step, loss: 2 / (1 + step) }))
    const data = { ...samples.healthy, trials: samples.healthy.trials.map((one) => ({ ...one, losses })) }
    expect(diagnosisText(data)).toContain('step 0 to 199,999')
  })

  it('removes escape sequences that a terminal would obey', () => {
    for (const data of Object.values(samples)) expect(diagnosisText(hostile(data))).not.toContain('\u001b')
  })
})
