import { describe, expect, it } from 'vitest'
import { refusal } from '../../test/support/refusal.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { parseNetwork } from '../network/presets.ts'
import { type LayerRates, resolveLayerRates } from './layer-rates.ts'

const blueprint = createBlueprint(parseNetwork('mlp:depth=4,width=8', { classes: 3 }), [5])

describe('resolveLayerRates', () => {
  it('returns factors for a layer and all layers inside, or one factor for each iteration', () => {
    expect([...resolveLayerRates(blueprint, { hidden: [1, 2, 3], readout: 0.5 })]).toMatchInlineSnapshot(`
      [
        [
          "hidden.dense1.weight",
          [
            1,
            2,
            3,
          ],
        ],
        [
          "hidden.dense1.bias",
          [
            1,
            2,
            3,
          ],
        ],
        [
          "readout.weight",
          [
            0.5,
          ],
        ],
        [
          "readout.bias",
          [
            0.5,
          ],
        ],
      ]
    `)
    expect([...resolveLayerRates(blueprint, { hidden: 0.1, 'hidden.dense1': 0.2 }).values()]).toEqual([
      [0.2, 0.2, 0.2],
      [0.2, 0.2, 0.2],
    ])
  })

  it('refuses unknown layers and bad factors', () => {
    const refused: LayerRates[] = [
      { redout: 1 },
      { hidden: [1, 2] },
      { first: [1, 2] },
      { readout: -1 },
      { readout: Number.NaN },
    ]
    expect(refused.map((rates) => refusal(() => resolveLayerRates(blueprint, rates)))).toMatchInlineSnapshot(`
      [
        "IsobathError: layerRates: expected the path of a layer with weights, got redout. Did you mean readout?",
        "IsobathError: layerRates: hidden: expected one factor, or 3 factors, got 2.",
        "IsobathError: layerRates: first: expected one factor, got 2.",
        "IsobathError: layerRates: readout: expected numbers of at least 0, got -1.",
        "IsobathError: layerRates: readout: expected numbers of at least 0, got NaN.",
      ]
    `)
  })
  it('lists the known layers in the error, or 12 of many layers and the number of the rest', () => {
    const network = (name: string, input: number[]) => createBlueprint(parseNetwork(name, { classes: 10 }), input)
    const asked = [
      network('mlp', [4]),
      network('resnet-20', [3, 8, 8]),
      network('mlp:widths=1-2-3-4-5-6-7-8-9-10-11', [4]),
    ]
    expect(
      asked.map((one) => refusal(() => resolveLayerRates(one, { xyz: 2 })).replace(/.*with weights are /, '')),
    ).toMatchInlineSnapshot(`
      [
        "first, hidden.dense1, readout.",
        "stem.conv1, stem.batchNorm1, stage1.block.conv1, stage1.block.batchNorm1, stage1.block.conv2, stage1.block.batchNorm2, stage2.first.conv1, stage2.first.batchNorm1, stage2.first.conv2, stage2.first.batchNorm2, stage2.block.conv1, stage2.block.batchNorm1 and 11 more.",
        "first, layer2, layer3, layer4, layer5, layer6, layer7, layer8, layer9, layer10, layer11, readout.",
      ]
    `)
  })
})
