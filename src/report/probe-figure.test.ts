import { describe, expect, it } from 'vitest'
import { verifyMarkup } from '../../test/support/verify-markup.ts'
import { type ProbedData, probePicture, probePictures } from './probe-figure.ts'

const data: ProbedData = {
  network: 'mlp:depth=2 & more',
  dataset: 'glyphs',
  layers: ['first', 'hidden[0]', 'readout'],
  snapshots: [0, 50, 100].map((step) => ({
    step,
    probes: { gradientNorm: [1, 2, 3 + step], deadUnits: [0, 0.25, null], angularDistance: [null, null, null] },
  })),
  quantities: [
    { name: 'gradientNorm', title: 'Gradient norm', scale: 'log' },
    { name: 'deadUnits', title: 'Fraction of dead units', scale: 'linear', domain: [0, 1] },
    { name: 'angularDistance', title: 'Angular distance', unit: 'half turns', scale: 'linear' },
    { name: 'cosine', title: 'Cosine between samples', scale: 'linear' },
  ],
}

const labels = (svg: string): string[] => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map((match) => match[1])

describe('probePictures and probePicture', () => {
  it('probePictures draws one heat map for each probe with a value in some layer', () => {
    const pictures = probePictures(data)
    expect(pictures.map(({ name }) => name)).toEqual(['gradientNorm', 'deadUnits'])
    for (const { svg } of pictures) expect(verifyMarkup(svg)).toEqual([])
    const [gradient, dead] = pictures.map(({ svg }) => svg)
    expect(gradient).toContain('<title>hidden[0]: 2.00 at step 0, 2.00 at step 100</title>')
    expect(gradient).toContain(
      'Gradient norm for 3 layers of mlp:depth=2 &amp; more on glyphs, from step 0 to step 100.',
    )
    expect(labels(dead)).toEqual(expect.arrayContaining(['0.0', '1.0', 'no value']))
  })

  it('probePicture combines the heat maps of all probes in one file, two in a row', () => {
    const svg = probePicture(data)
    expect(verifyMarkup(svg)).toEqual([])
    expect(labels(svg)).toEqual(
      expect.arrayContaining(['mlp:depth=2 &amp; more on glyphs', 'Gradient norm', 'Fraction of dead units']),
    )
    expect(svg.match(/<svg/g)).toHaveLength(3)
    expect(svg).toContain('viewBox="0 0 904 374"')
  })

  it('probePicture draws a file for a single snapshot and for no snapshot', () => {
    const [snapshot] = data.snapshots
    expect(verifyMarkup(probePicture({ ...data, snapshots: [snapshot] }))).toEqual([])
    const empty = probePicture({ ...data, snapshots: [] })
    expect(verifyMarkup(empty)).toEqual([])
    expect(empty.match(/<svg/g)).toHaveLength(1)
  })
})
