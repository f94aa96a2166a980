import { describe, expect, it } from 'vitest'
import { verifyMarkup } from '../../test/support/verify-markup.ts'
import { type TrainingData, trainingPicture } from './training-figure.ts'

const at = (step: number, train: number | null, test: number | null) => ({
  step,
  train: { error: train },
  test: { error: test },
})
const data: TrainingData = {
  network: 'mlp:depth=3',
  dataset: 'glyphs',
  areClasses: true,
  steps: 300,
  evaluations: [at(100, 0.3, 0.4), at(200, 0.1, 0.2), at(300, 0.05, 0.25)],
}

describe('trainingPicture', () => {
  it('draws training and test error as lines, and describes both in words', () => {
    const svg = trainingPicture(data)
    expect(verifyMarkup(svg)).toEqual([])
    for (const words of ['mlp:depth=3 on glyphs', 'Misclassified (%)', '>training<', '>test<'])
      expect(svg).toContain(words)
    expect(svg).toContain(
      'mlp:depth=3 on glyphs, 3 evaluations. Training error: 30.00% after step 100, 5.00% after step 300. ' +
        'Test error: 40.00% after step 100, 25.00% after step 300.',
    )
  })

  it('draws the training error alone if there is no test error', () => {
    const svg = trainingPicture({ ...data, evaluations: [at(100, 0.3, null), at(200, 0.1, null)] })
    expect(verifyMarkup(svg)).toEqual([])
    expect(svg).toContain('>training<')
    expect(svg).not.toMatch(/>test<|Test error|NaN/)
  })

  it('puts ticks at whole steps, and does not magnify differences of hundredths of a percent', () => {
    const evaluations = [at(1, 0.8785, 0.8788), at(2, 0.8786, 0.8789)]
    const svg = trainingPicture({ ...data, steps: 2, evaluations })
    const marked = Array.from(svg.matchAll(/<text[^>]*>([\d.]+%?)</g), ([, text]) => text)
    expect(marked).toEqual(expect.arrayContaining(['0', '1', '2', '87.0%', '88.0%', '89.0%']))
    expect(marked.filter((text) => /^[\d.]*\.[\d]/.test(text) && !text.endsWith('%'))).toEqual([])
    expect(marked.filter((text) => /\.\d\d/.test(text))).toEqual([])
  })

  it('draws a picture for a missing error, a single evaluation and a long network name', () => {
    const long = `mlp:widths=${'64-'.repeat(60)}64`
    const svg = trainingPicture({ ...data, network: long, areClasses: false, evaluations: [at(300, null, 0.5)] })
    expect(verifyMarkup(svg)).toEqual([])
    expect(svg).toContain('Unexplained variance')
    expect(svg).toContain('1 evaluation.')
    const [, heading = ''] = /<text[^>]*class="iso-heading"[^>]*>([^<]*)</.exec(svg) ?? []
    expect(heading).toHaveLength(72)
    expect(heading).toMatch(/^mlp:widths=64-.*…$/)
  })
})
