import { describe, expect, it } from 'vitest'
import { collapsed, trial } from '../../test/support/diagnosis-sample.ts'
import { cured, healthy, hostile, interrupted, tooLargeStep, undecided } from '../../test/support/diagnosis-samples.ts'
import { verifyMarkup } from '../../test/support/verify-markup.ts'
import { diagnosisPicture, diagnosisReport } from './diagnosis.ts'

const samples = {
  collapsed: collapsed(),
  healthy: healthy(),
  undecided: undecided(),
  interrupted: interrupted(),
  step: tooLargeStep(),
  cured: cured(),
}

describe('diagnosisReport', () => {
  it('writes well-formed HTML for complete, interrupted and nearly empty diagnoses', () => {
    const data = Object.values(samples)
    const one = { ...samples.collapsed, ...collapsed([1]) }
    const bare = { ...samples.collapsed, trials: samples.collapsed.trials.map((run) => ({ ...run, losses: [] })) }
    const lost = { ...bare, profiles: [], trials: [trial('network', 1, 1, { diverged: true })] }
    for (const each of [...data, one, bare, lost]) {
      expect(verifyMarkup(diagnosisReport(each))).toEqual([])
      expect(verifyMarkup(diagnosisPicture(each))).toEqual([])
    }
  })

  it('shows no test scores if the data has no test samples', () => {
    const { dataset, trials, ...others } = samples.collapsed
    const untested = trials.map((run) => ({ ...run, test: { loss: null, error: null } }))
    const html = diagnosisReport({ ...others, dataset: { ...dataset, test: 0 }, trials: untested })
    expect(verifyMarkup(html)).toEqual([])
    expect(html).toContain('no test samples')
    expect(html).not.toMatch(/NaN|test error [–\d]|<th[^>]*>test/)
  })

  it('answers with the change, its measured result and the folded code of the changed network', () => {
    const html = diagnosisReport(samples.cured)
    for (const text of [
      'Add a skip connection around each of the 58 hidden layers, multiplied by 1/58. Everything else stays.',
      'Training error 87.2% → 2.4%, test error 89.2% → 3.7% (with the change: 5 fresh seeds).',
      '<summary>The changed network in TypeScript</summary>\n<pre>import { chain, dense } from &#39;isobath&#39;',
      '94%. With a leaky slope by depth',
    ])
      expect(html).toContain(text)
    expect(html).not.toContain('not tried here')
  })

  it('escapes every text of the diagnosis', () => {
    for (const data of Object.values(samples).map(hostile)) {
      expect(verifyMarkup(diagnosisReport(data))).toEqual([])
      expect(diagnosisReport(data)).not.toContain('<script')
      expect(verifyMarkup(diagnosisPicture(data))).toEqual([])
    }
  })

  it('orders the page from the answer and the main picture to the papers and the facts', () => {
    const html = diagnosisReport(samples.collapsed)
    const parts = [
      '<h1>mlp:depth=60: correlation collapse</h1>',
      '<p class="lead">Samples become alike on the way to the output',
      '<h2>What to do</h2>',
      '<h2>How sure</h2>',
      'Cosine between different samples, before training</text>',
      '>layer 20 of 60</text>',
      '<h2>What was seen</h2>',
      '<h2>Correlation collapse</h2>',
      '1.42 dimensions',
      'Misclassified (%)</text>',
      '1 of 3 diverged;<br>84.1% and 84.3%</td>',
      '3 x rate: diverged with seed 2 after 200 steps.</p>',
      'The network and its twin</text>',
      'Gradient norm</text>',
      'Mean square activation</text>',
      '<h2>Other cures, not tried here</h2>',
      'residual branches: residual-mlp:depth=60',
      'Schoenholz et al. 2017',
      '<summary>What it is not: 3 causes ruled out</summary>',
      '<strong>Numerical error.</strong>',
      'How to read this report',
      'How this report was made',
      '1 min 34 s of a budget of 2 min 0 s, for 19 trainings',
    ]
    const places = parts.map((part) => html.indexOf(part))
    expect(places.filter((place) => place < 0)).toEqual([])
    expect(places).toEqual([...places].sort((a, b) => a - b))
  })

  it('shows facts from before the training above the findings, and the ladder of rates as the main picture', () => {
    const { findings } = samples.collapsed
    const html = diagnosisReport({ ...samples.step, findings })
    const places = [
      'Take the rate 0.3 instead of 3. Everything else stays.',
      'with the change</th>',
      'Training loss by learning rate</text>',
      'A batch has 128 of 200 samples. Set a batch of 16.',
      findings[0].sentence,
      '<h2>Learning rates</h2>',
      'best</td>',
    ]
    const found = places.map((part) => html.indexOf(part))
    expect(found).not.toContain(-1)
    expect(found).toEqual([...found].sort((a, b) => a - b))
    const below = diagnosisReport({ ...samples.step, picture: 'losses' })
    expect(below.indexOf('Training loss by learning rate</text>')).toBeGreaterThan(
      below.indexOf('<h2>Learning rates</h2>'),
    )
    expect(below).not.toContain('short run')
  })

  it('contains the main picture exactly once', () => {
    for (const data of Object.values(samples)) {
      expect(diagnosisReport(data).split(diagnosisPicture(data))).toHaveLength(2)
    }
  })

  it('shows `diverged` in place of the numbers of a diverged training', () => {
    const html = diagnosisReport(samples.undecided)
    expect(html).toContain('<td class="number">diverged</td>')
    expect(html).toContain('<title>rate / 3, training, seed 1: diverged</title>')
  })

  it('shows no interval for a single seed', () => {
    expect(diagnosisReport(samples.collapsed)).toContain('±')
    expect(diagnosisReport(samples.undecided)).not.toContain('±')
    expect(diagnosisReport(samples.undecided)).toContain('1 seed, so no interval')
  })

  it('explains the error of a regression as a fraction of the variance', () => {
    expect(diagnosisReport(samples.undecided)).toContain('Error (fraction of the variance)</text>')
    expect(diagnosisReport(samples.undecided)).not.toMatch(/Misclassified|guessing/)
    expect(diagnosisReport(samples.collapsed)).not.toContain('fraction of the variance')
  })

  it('lists the open questions with the trainings that would decide them and their time', () => {
    const html = diagnosisReport(samples.undecided)
    expect(html).toContain('Would be decided by: rate / 3 and rate / 10, 3 seeds each, about 1 min 15 s')
    expect(html).toContain('Would be decided by: 4 x width</li>')
  })

  it('states that an interrupted diagnosis was stopped', () => {
    expect(diagnosisReport(samples.interrupted)).toContain('was stopped after 0.4 s and is incomplete')
    expect(diagnosisReport(samples.collapsed)).not.toContain('Stopped')
  })

  it('leaves the long name of a network out of the heading', () => {
    const network = `mlp:${'width=128,'.repeat(5)}depth=60`
    const html = diagnosisReport({ ...samples.collapsed, network })
    expect(html).toContain('<h1>Correlation collapse</h1>')
    expect(html).toContain(network)
  })
})

describe('diagnosisPicture', () => {
  it('draws the requested profile, the ladder of rates or the losses', () => {
    expect(diagnosisPicture(samples.collapsed)).toContain('network: 0.300 to 0.998 over 60 layers.')
    const other = { ...samples.collapsed, picture: 'activation' }
    expect(diagnosisPicture(other)).toContain('<title>Mean square activation</title>')
    expect(diagnosisPicture(samples.healthy)).toContain('<title>Loss during training</title>')
    expect(diagnosisPicture(samples.step)).toContain('<title>Training loss by learning rate</title>')
  })

  it('draws another picture if the requested one is missing', () => {
    const unlogged = { ...samples.healthy, trials: [] }
    expect(diagnosisPicture(unlogged)).toContain('<title>Cosine between different samples, before training</title>')
    expect(diagnosisPicture({ ...samples.healthy, picture: 'ladder' })).toContain('<title>Loss during training</title>')
    expect(diagnosisPicture({ ...samples.collapsed, picture: 'unknown' })).toContain(
      '<title>Loss during training</title>',
    )
    expect(diagnosisPicture(samples.interrupted)).toContain('<title>Nothing was measured</title>')
  })
})
