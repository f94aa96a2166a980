/** Tests `count` on convolutional networks: exact figures, and the shape of the samples for which they are counted. */
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isobath, isobathJson } from '../support/command-line.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = temporaryFolder()

describe('count --against', () => {
  const stack = 'resnet-50:conv-bias=true,top=none'

  it('compares a convolutional stack with one fully connected layer to the last digit', async () => {
    const { status, stdout } = await isobath(`count ${stack} --against linear:depth=1,width=100352,top=none`)
    expect(status).toBe(0)
    expect(stdout).toMatchInlineSnapshot(`
      "                                 resnet-50:conv-bias=true,top=none  linear:depth=1,width=100352,top=none     ratio
      ───────────────────────────────  ─────────────────────────────────  ────────────────────────────────────  ────────
      parameters                                              23,534,592                        15,105,886,208     641.9
      running statistics                                          53,120                                     0     0.000
      all tensors                                             23,587,712                        15,105,886,208     640.4
      MACs                                                 3,855,925,248                        15,105,785,856     3.918
      FLOPs                                                7,711,850,496                        30,211,571,712     3.918
      activations in training, bytes                         144,515,072                             1,003,520  0.006944
      activations in inference, bytes                         10,436,608                             1,003,520   0.09615

      counted for samples of 3 x 224 x 224 and 1,000 classes
      strides of resnet-50:conv-bias=true,top=none: stem.conv1 2, stem.maxPool1 2, stage2.first.conv1 2, stage2.first.shortcut.conv1 2, stage3.first.conv1 2, stage3.first.shortcut.conv1 2, stage4.first.conv1 2, stage4.first.shortcut.conv1 2
      parameters: all trained values, including biases and the scales and shifts of norms, but not running statistics
      all tensors: parameters, weights that are not trained, and running statistics (two of the four vectors of a batch norm)
      a MAC is one multiply-add of a matrix product or a convolution in the forward pass of one sample; products with zeros beyond the border count too
      biases, norms, activations, pools and sums have no MACs
      FLOPs = 2 x MACs; a training step takes about three times as many FLOPs as a forward pass
      activations in training (kept): the input and every output that a layer writes, for one sample, kept for the backward pass
      activations in inference (alive): values that a layer reads, writes or holds for a sum, for one sample; the total is the maximum over the layers
      a value is 4 bytes (float32)
      "
    `)
  })

  it('prints the figures of both networks as JSON', async () => {
    const counted = await isobathJson(`count ${stack} --against linear:depth=1,width=2048,top=none`)
    expect(counted).toMatchObject({
      input: [3, 224, 224],
      tensors: 23_587_712,
      runningStatistics: 53_120,
      against: { parameters: 308_283_392, tensors: 308_283_392 },
    })
  })
})

describe('count', () => {
  const inputOf = async (words: string) => Object(await isobathJson(`count ${words}`)).input

  it('takes the data that the preset was made for, unless --data or --input is given', async () => {
    expect(await inputOf('mlp')).toEqual([784])
    expect(await inputOf('resnet-20')).toEqual([3, 32, 32])
    expect(await inputOf('resnet-18')).toEqual([3, 224, 224])
    expect(await inputOf('vanilla-cnn')).toEqual([1, 28, 28])
    expect(await inputOf('resnet-20 --data mnist')).toEqual([1, 28, 28])
    expect(await inputOf('resnet-20 --input 1x8x9')).toEqual([1, 8, 9])
    // A dense network takes images if it is compared with a network for images.
    expect(await inputOf('mlp --against resnet-20')).toEqual([3, 32, 32])
  })

  it('takes images for a network file with convolutions', async () => {
    const { stdout } = await isobath('show network cifar-resnet-8 --json')
    const file = `${root}/small.json`
    writeFileSync(file, stdout)
    const [fromFile, byName] = [await isobathJson(`count ${file}`), await isobathJson('count cifar-resnet-8')]
    expect({ ...fromFile, network: '' }).toEqual({ ...byName, network: '' })
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ kind: 'chain' })
  })

  it.each([
    'count resnet-20 --input 784',
    'count resnet-20 --input 3x32',
    'count resnet-20 --input 3x32x32 --data mnist',
    'count resnet-18 --input 3x0x0',
    'count resnet-20 --data moons',
    'count vanilla-cnn:kernel=99',
  ])('refuses the command "%s"', async (words) => {
    const { status, stdout, stderr } = await isobath(words)
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toMatchSnapshot()
  })
})

it('count gives figures for every layer that add up to the totals', async () => {
  const counted = Object(await isobathJson('count resnet-1202'))
  const layers: Record<string, number>[] = counted.layers
  const sum = (key: string) => layers.reduce((total, layer) => total + layer[key], 0)
  expect(sum('parameters')).toBe(counted.parameters)
  expect([sum('macs'), sum('flops')]).toEqual([counted.macs, counted.flops])
  expect(sum('trainingBytes') + 4 * 3 * 32 * 32).toBe(counted.trainingBytes)
  expect(Math.max(...layers.map(({ inferenceBytes }) => inferenceBytes))).toBe(counted.inferenceBytes)
})

it('count prints repeated blocks as loops, with the figures of each layer', async () => {
  const { stdout } = await isobath('count resnet-1202')
  expect(stdout.split('\n\n').slice(0, 2).join('\n\n')).toMatchInlineSnapshot(`
    "layer                       kind                 output        parameters           MACs         kept    alive
    input                                            3 x 32 x 32                                   12,288
    stem.conv1                  conv 3x3             16 x 32 x 32         432        442,368       65,536   77,824
    stem.batchNorm1             batchNorm            16 x 32 x 32          32              0       65,536  131,072
    stem.activation1            relu                 16 x 32 x 32           0              0       65,536  131,072
    stage1.block                x 200                16 x 32 x 32
      stage1.block.conv1        conv 3x3             16 x 32 x 32     460,800    471,859,200   13,107,200  131,072
      stage1.block.batchNorm1   batchNorm            16 x 32 x 32       6,400              0   13,107,200  196,608
      stage1.block.activation1  relu                 16 x 32 x 32           0              0   13,107,200  196,608
      stage1.block.conv2        conv 3x3             16 x 32 x 32     460,800    471,859,200   13,107,200  196,608
      stage1.block.batchNorm2   batchNorm            16 x 32 x 32       6,400              0   13,107,200  196,608
      stage1.block              residual sum         16 x 32 x 32           0              0   13,107,200  196,608
      stage1.block.output       relu                 16 x 32 x 32           0              0   13,107,200  131,072
    stage2.first.conv1          conv 3x3, stride 2   32 x 16 x 16       4,608      1,179,648       32,768  131,072
    stage2.first.batchNorm1     batchNorm            32 x 16 x 16          64              0       32,768  163,840
    stage2.first.activation1    relu                 32 x 16 x 16           0              0       32,768  163,840
    stage2.first.conv2          conv 3x3             32 x 16 x 16       9,216      2,359,296       32,768  163,840
    stage2.first.batchNorm2     batchNorm            32 x 16 x 16          64              0       32,768  163,840
    stage2.first.shortcut       subsample, stride 2  32 x 16 x 16           0              0       32,768   98,304
    stage2.first                residual sum         32 x 16 x 16           0              0       32,768   98,304
    stage2.first.output         relu                 32 x 16 x 16           0              0       32,768   65,536
    stage2.block                x 199                32 x 16 x 16
      stage2.block.conv1        conv 3x3             32 x 16 x 16   1,833,984    469,499,904    6,520,832   65,536
      stage2.block.batchNorm1   batchNorm            32 x 16 x 16      12,736              0    6,520,832   98,304
      stage2.block.activation1  relu                 32 x 16 x 16           0              0    6,520,832   98,304
      stage2.block.conv2        conv 3x3             32 x 16 x 16   1,833,984    469,499,904    6,520,832   98,304
      stage2.block.batchNorm2   batchNorm            32 x 16 x 16      12,736              0    6,520,832   98,304
      stage2.block              residual sum         32 x 16 x 16           0              0    6,520,832   98,304
      stage2.block.output       relu                 32 x 16 x 16           0              0    6,520,832   65,536
    stage3.first.conv1          conv 3x3, stride 2   64 x 8 x 8        18,432      1,179,648       16,384   65,536
    stage3.first.batchNorm1     batchNorm            64 x 8 x 8           128              0       16,384   81,920
    stage3.first.activation1    relu                 64 x 8 x 8             0              0       16,384   81,920
    stage3.first.conv2          conv 3x3             64 x 8 x 8        36,864      2,359,296       16,384   81,920
    stage3.first.batchNorm2     batchNorm            64 x 8 x 8           128              0       16,384   81,920
    stage3.first.shortcut       subsample, stride 2  64 x 8 x 8             0              0       16,384   49,152
    stage3.first                residual sum         64 x 8 x 8             0              0       16,384   49,152
    stage3.first.output         relu                 64 x 8 x 8             0              0       16,384   32,768
    stage3.block                x 199                64 x 8 x 8
      stage3.block.conv1        conv 3x3             64 x 8 x 8     7,335,936    469,499,904    3,260,416   32,768
      stage3.block.batchNorm1   batchNorm            64 x 8 x 8        25,472              0    3,260,416   49,152
      stage3.block.activation1  relu                 64 x 8 x 8             0              0    3,260,416   49,152
      stage3.block.conv2        conv 3x3             64 x 8 x 8     7,335,936    469,499,904    3,260,416   49,152
      stage3.block.batchNorm2   batchNorm            64 x 8 x 8        25,472              0    3,260,416   49,152
      stage3.block              residual sum         64 x 8 x 8             0              0    3,260,416   49,152
      stage3.block.output       relu                 64 x 8 x 8             0              0    3,260,416   32,768
    pool                        globalAveragePool    64                     0              0          256   16,640
    readout                     dense                10                   650            640           40      296
    total                                                          19,421,274  2,829,238,912  160,821,544  196,608 (and 89,632 running statistics)

    strides                   stage2.first.conv1 2, stage2.first.shortcut 2, stage3.first.conv1 2, stage3.first.shortcut 2
    all tensors               19,510,906
    FLOPs                     5,658,477,824
    activations in training   160,821,544 bytes per sample
    activations in inference  196,608 bytes per sample"
  `)
})
