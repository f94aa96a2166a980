import { describe, expect, it } from 'vitest'
import { collapsed, trial } from '../../test/support/diagnosis-sample.ts'
import { healthy, hostile, interrupted, tooLargeStep, undecided } from '../../test/support/diagnosis-samples.ts'
import { diagnosisText } from './diagnosis-text.ts'

const samples = {
  collapsed: collapsed(),
  healthy: healthy(),
  undecided: undecided(),
  interrupted: interrupted(),
  step: tooLargeStep(),
}

function widest(text: string): number {
  return Math.max(...text.split('\n').map((line) => [...line].length))
}

describe('diagnosisText', () => {
  it('prints the answer, a chart, the controls, the findings and the causes that are ruled out', () => {
    expect(diagnosisText(samples.collapsed)).toMatchInlineSnapshot(`
      "The network mlp:depth=60 is worse than 12 layers of the same kind because
      samples become alike: after layer 22, the cosine of two samples is 0.99.

      The cause is not overfitting, because the training error is 88%, and neither
      smaller steps nor float64 help.

      Residual branches or batch norm keep the samples apart.

      mlp:depth=60, 60 layers · glyphs, 10,000 training samples, 10 classes
      600 steps of 128 · momentum, rate 0.03 · 3 seeds

      Cosine between different samples, before training
      network               ▁▅▇▇▇█████████████████████████████  0.300 to 0.998
      shallow twin          ▁▁▄▄▄▅▅▅▆▆▆▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇████████  0.300 to 0.968
      Cosine from ▁ 0.300 to █ 0.998; first layer to read-out

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

      Correlation collapse (score 0.94)
        Different samples leave the last hidden layer as almost the same vector, so
        the read-out can’t separate the samples.
        - cosine after the last layer: 0.998 (limit 0.95), mean over 2,016 pairs of
          samples, before training
        - effective rank: 1.42 dimensions (limit 4 dimensions), of 64 samples after
          the last layer
        - relative loss: 86.2% (limit 5%), above the twin’s on the training set,
          paired by seed
        - to try: residual branches: residual-mlp:depth=60
        - to try: batch norm: mlp:depth=60,norm=batch
        - papers: Poole et al. 2016; Schoenholz et al. 2017

      Dead units (score 0.31)
        A third of the units are never active because of the collapse.
        - never active: 33.4% (limit 40%), of all units, over 512 samples
        - papers: Lu et al. 2020

      Ruled out
        - Numerical error (by float64): In float64 the training loss is the same to
          0.3%.
        - Unstable step (by rate / 3 and rate / 10): With a third and a tenth of the
          rate the loss is no lower.
        - Overfitting (by training error): The training error is also worse.
      "
    `)
  })

  it('prints the losses as the main chart, the errors of a regression, and open questions', () => {
    expect(diagnosisText(samples.undecided)).toMatchInlineSnapshot(`
      "The training loss is worse than the twin’s.

      Two causes fit.

      Three more trainings would decide the question.

      mlp:depth=60, 60 layers · waves, 4,000 training samples, 1 value
      600 steps of 128 · momentum, rate 0.03 · 1 seed, so no interval

      Loss during training
      network seed 1        █▇▇▆▆▅▅▅▅▅▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▃▄▃▄  2.39 to 0.929
      shallow twin seed 1   █▇▆▆▅▄▄▄▃▃▃▃▃▃▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂  2.39 to 0.233
      rate / 3 seed 1       ██▇▇▇▇▇▇▇▇▇×                        2.39 to diverged
      Loss from ▁ 0 to █ 2.50; step 0 to 600

      Controls: 1 seed, so no interval
      control       train loss  train R2   test R2  seeds
      ────────────  ──────────  ────────  ────────  ─────
      network            0.902     0.653     0.633      1
      shallow twin       0.202     0.919     0.899      1
      rate / 3        diverged  diverged  diverged      1

      rate / 3: diverged with seed 1 after 200 steps.
      R2 is the fraction of the variance that the network explains. The error is the
      rest, 1 - R2.

      Open questions
        - Unstable step: would be decided by rate / 3 and rate / 10, 3 seeds each,
          about 1 min 15 s
        - Too little capacity: would be decided by 4 x width
      "
    `)
  })

  it('states that an interrupted diagnosis was stopped, and leaves out the table without a training', () => {
    expect(diagnosisText(samples.interrupted)).toMatchInlineSnapshot(`
      "The diagnosis was stopped before the first training.

      Stopped after 0.4 s, so the diagnosis is incomplete.
      mlp:depth=60, 60 layers · glyphs, 10,000 training samples, 10 classes
      600 steps of 128 · momentum, rate 0.03 · 3 seeds
      "
    `)
  })

  it('prints the ladder of rates as the main table, and no short trainings among the controls', () => {
    expect(diagnosisText(samples.step)).toMatchInlineSnapshot(`
      "The step is too large.

      mlp:depth=4, 60 layers · glyphs, 10,000 training samples, 10 classes
      600 steps of 128 · momentum, rate 3 · 3 seeds

      What mends the training: the rate 0.3 instead of 3
      training             train error       test error  seeds
      ───────────────  ───────────────  ───────────────  ─────
      as diagnosed     2 of 3 diverged  2 of 3 diverged      3
      with the change       3.6 ± 0.2%       5.6 ± 0.2%      3

      Before training
        - A batch has 128 of 200 samples. Set a batch of 16.

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

      Ruled out
        - Numerical error (by float64): In float64 the training loss is the same to
          0.3%.
        - Unstable step (by rate / 3 and rate / 10): With a third and a tenth of the
          rate the loss is no lower.
        - Overfitting (by training error): The training error is also worse.
      "
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
    for (const data of [...Object.values(samples), named, { ...named, trials: renamed }, hostile(samples.collapsed)]) {
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
