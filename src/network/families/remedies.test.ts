import { describe, expect, test } from 'vitest'
import { blueprintOf, kindsOf, layersOf, namesOf, ofKind, parse } from '../../../test/support/preset-layers.ts'
import type { Layer } from '../network.ts'

describe('the remedies of presets:', () => {
  test('with zero-gamma, the last norm of each branch starts at 0', () => {
    const scales = ofKind('resnet-20:remedy=zero-gamma', 'batchNorm').map(({ scale }) => scale)
    expect(scales).toEqual([1, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0])
  })

  test('with skipinit and rezero, the multipliers are trained and start at 0', () => {
    for (const text of ['resnet-20:remedy=skipinit', 'resnet-20:remedy=rezero', 'residual-mlp:remedy=rezero']) {
      for (const { multiplier, trainedMultiplier } of ofKind(text, 'residual')) {
        expect([multiplier, trainedMultiplier]).toEqual([0, true])
      }
    }
    expect(kindsOf('resnet-20:remedy=skipinit')).not.toContain('batchNorm')
    expect(kindsOf('resnet-20:remedy=rezero')).toContain('batchNorm')
    expect(namesOf('resnet-20:remedy=skipinit')).toContain('stage1.block.multiplier 3')
    const outputs = (text: string) => layersOf(parse(text)).filter(({ name }) => name === 'output').length
    expect([outputs('resnet-20'), outputs('resnet-20:remedy=rezero')]).toEqual([5, 0])
  })

  test('with fixup, branches start scaled by L^(-1/(2m - 2)) and end in zeros, and the read-out starts at 0', () => {
    const started = (text: string) =>
      ofKind(text, 'conv').map(({ init }) => (init.kind === 'he' ? init.gain : init.kind))
    const basic = 9 ** (-1 / 2)
    expect(started('resnet-20:remedy=fixup')).toEqual([1, ...Array(5).fill([basic, 'zeros']).flat()])
    const wide = 16 ** (-1 / 4)
    expect(started('resnet-50:remedy=fixup').slice(0, 5)).toEqual([1, wide, wide, 'zeros', 1])
    expect(ofKind('resnet-20:remedy=fixup', 'dense').map(({ init }) => init.kind)).toEqual(['zeros'])
    for (const { multiplier, trainedMultiplier } of ofKind('resnet-20:remedy=fixup', 'residual')) {
      expect([multiplier, trainedMultiplier]).toEqual([1, true])
    }
    // A scalar bias stands before each convolution, activation and read-out, except before the first convolution, as in
    // the authors' code.
    const kinds = layersOf(parse('resnet-20:remedy=fixup')).map(({ kind }) => kind)
    const bare = (kind: Layer['kind']) => kinds.filter((one, at) => one === kind && kinds[at - 1] !== 'scalarBias')
    expect([bare('conv').length, bare('activation').length, bare('dense').length]).toEqual([1, 0, 0])
    expect(kinds).not.toContain('batchNorm')
  })

  test.each(['zero-gamma', 'skipinit', 'rezero', 'fixup'])(
    'with %s, parameters have the same names at any depth',
    (remedy) => {
      const names = (text: string) => blueprintOf(text).parameters.map(({ name }) => name)
      expect(names(`resnet-110:remedy=${remedy}`)).toEqual(names(`resnet-20:remedy=${remedy}`))
    },
  )
})
