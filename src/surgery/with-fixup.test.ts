import { describe, expect, it } from 'vitest'
import { createBlueprint } from '../blueprint/create.ts'
import { chain, dense, relu, repeat, residual } from '../network/layers.ts'
import type { Network } from '../network/network.ts'
import { parseNetwork } from '../network/presets.ts'
import { withFixup } from './with-fixup.ts'

const preset = (text: string): Network => parseNetwork(text, { classes: 3, input: [3, 8, 8] })

describe('A network with Fixup', () => {
  it.each(['cifar-resnet-20', 'resnet-110', 'cifar-resnet-14:shortcut=b', 'resnet-50'])(
    'is the preset with Fixup, if it was %s',
    (text) => {
      const fixed = `${text}${text.includes(':') ? ',' : ':'}remedy=fixup`
      expect(withFixup(preset(text))).toEqual(preset(fixed))
    },
  )

  it('has outputs of 0 and branches of 0, in a dense network too', () => {
    const made = withFixup(preset('residual-mlp:depth=9,block=two-layer'))
    expect(made && createBlueprint(made, [3, 8, 8]).output).toEqual([3])
    expect(made).toMatchObject({
      layers: [
        { name: 'first' },
        { kind: 'scalarBias' },
        {},
        {
          times: 4,
          block: {
            layers: [
              {
                trainedMultiplier: true,
                branch: { layers: [{}, { init: { kind: 'he', gain: 0.5 } }, {}, {}, {}, { init: { kind: 'zeros' } }] },
              },
              { name: 'outputBias' },
            ],
          },
        },
        { name: 'readoutBias' },
        { name: 'readout', init: { kind: 'zeros' } },
      ],
    })
  })

  it('does not exist without branches of two layers, and with trained multipliers', () => {
    for (const text of [
      'mlp',
      'residual-mlp',
      'residual-mlp:block=two-layer,remedy=rezero',
      'cifar-resnet-14:remedy=fixup',
    ]) {
      expect(withFixup(preset(text)), text).toBeUndefined()
    }
    const nested = residual(chain(dense(4), residual(chain(dense(4), relu(), dense(4)))))
    expect(withFixup(chain(repeat(2, nested), dense(3)))).toBeUndefined()
  })
})
