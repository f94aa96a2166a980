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
    { name: 'gradientNorm', title: 'Norm of the gradient', scale: 'log' },
    { name: 'deadUnits', title: 'Share of dead units', scale: 'linear', domain: [0, 1] },
    { name: 'angularDistance', title: 'Angular distance', unit: 'half turns', scale: 'linear' },
    { name: 'cosine', title: 'Cosine between samples', scale: 'linear' },
  ],
}

const labels = (svg: string): string[] => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map((match) => match[1])

describe('pictures of what probes saw', () => {
  it('are one for each probe that some layer has a value of', () => {
    const pictures = probePictures(data)
    expect(pictures.map(({ name }) => name)).toEqual(['gradientNorm', 'deadUnits'])
    for (const { svg } of pictures) expect(verifyMarkup(svg)).toEqual([])
    const [gradient, dead] = pictures.map(({ svg }) => svg)
    expect(gradient).toContain('<title>hidden[0]: 2.00 at step 0, 2.00 at step 100</title>')
    expect(gradient).toContain(
      'Norm of the gradient of 3 layers of mlp:depth=2 &amp; more on glyphs, from step 0 to step 100.',
    )
    expect(labels(dead)).toEqual(expect.arrayContaining(['0.0', '1.0', 'no value']))
  })

  it('stand together in one file, two beside each other', () => {
    const svg = probePicture(data)
    expect(verifyMarkup(svg)).toEqual([])
    expect(labels(svg)).toEqual(
      expect.arrayContaining(['mlp:depth=2 &amp; more on glyphs', 'Norm of the gradient', 'Share of dead units']),
    )
    expect(svg.match(/<svg/g)).toHaveLength(3)
    expect(svg).toContain('viewBox="0 0 904 374"')
  })

  it('are drawn of one look, and of none', () => {
    const [snapshot] = data.snapshots
    expect(verifyMarkup(probePicture({ ...data, snapshots: [snapshot] }))).toEqual([])
    const empty = probePicture({ ...data, snapshots: [] })
    expect(verifyMarkup(empty)).toEqual([])
    expect(empty.match(/<svg/g)).toHaveLength(1)
  })
})
