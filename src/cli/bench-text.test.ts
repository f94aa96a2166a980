import { describe, expect, it } from 'vitest'
import type { BenchResult, RooflineResult } from '../bench/bench.ts'
import type { RooflineRow } from '../bench/roofline.ts'
import { atLeast, atMost, rowOf } from '../bench/rows.ts'
import { benchText, rooflineText } from './bench-text.ts'

const machine = {
  processor: 'A processor',
  cores: 2,
  platform: 'linux',
  node: '20.19.0',
  loadBefore: 0.5,
  loadAfter: 1.25,
} as const

const result: BenchResult = {
  machine,
  threads: 2,
  exact: false,
  winograd: true,
  quick: false,
  rounds: 3,
  steps: 7,
  peer: { name: 'PyTorch', version: '2.0', facts: { blas: 'OpenBLAS' }, warning: null },
  missing: null,
  interrupted: false,
  rows: [
    rowOf({
      name: 'MLP 1000 x 64, batch 64',
      unit: 'ms',
      against: 'peer',
      ours: [50, 49, 51],
      others: [200, 230, 210],
      setting: { threads: 1, layout: null },
      tried: [
        { threads: 1, layout: null, milliseconds: 210, rounds: 3 },
        { threads: 2, layout: null, milliseconds: 220, rounds: 3 },
      ],
      bar: atLeast(4, 5),
    }),
    rowOf({ name: 'MLP 50 x 256, batch 128', unit: 'ms', against: 'peer', ours: [60], note: 'PyTorch: out of memory' }),
    rowOf({
      name: 'ResNet-20, batch 128',
      unit: 'ms',
      against: 'peer',
      ours: [300, 310, 320],
      others: [310, 300, 320],
      setting: { threads: 2, layout: 'channels_last' },
      tried: [
        { threads: 1, layout: 'NCHW', milliseconds: 480, rounds: 1 },
        { threads: 1, layout: 'channels_last', milliseconds: 470, rounds: 1 },
        { threads: 2, layout: 'NCHW', milliseconds: 390, rounds: 3 },
        { threads: 2, layout: 'channels_last', milliseconds: 310, rounds: 3 },
      ],
      bar: atLeast(1, 1.3),
    }),
    rowOf({
      name: 'GEMM 1024^3 forward',
      unit: 'GFLOP/s',
      against: 'peak',
      ours: [40],
      others: [50],
      bar: atLeast(0.85, 0.95),
    }),
    rowOf({ name: 'conv 32x32x16 forward', unit: 'GFLOP/s', against: 'peak', ours: [75], others: [50] }),
    rowOf({
      name: 'code, depth 10,000 over 10',
      unit: 'bytes',
      against: 'shallow',
      ours: [13498],
      others: [13498],
      bar: atMost(1.2, 1),
    }),
    rowOf({ name: 'side by side, MLP 20 x 64', unit: 'ms', against: 'turns', ours: [2], others: [2.5] }),
  ],
}

describe('the table of the bench', () => {
  it('shows each ratio with its spread and with the ratios to reach', () => {
    expect(benchText(result)).toMatchInlineSnapshot(`
      "A processor, 2 cores, Node 20.19.0, load 0.5 before, 1.3 after; 2 threads
      PyTorch 2.0, OpenBLAS

      work                                ours                              other  ratio      spread  to reach  beyond  reached
      ──────────────────────────  ────────────  ─────────────────────────────────  ─────  ──────────  ────────  ──────  ───────
      MLP 1000 x 64, batch 64          50.0 ms                  210 ms (1 thread)   4.12  4.00..4.69         4       5  yes
      MLP 50 x 256, batch 128          60.0 ms
      ResNet-20, batch 128              310 ms  310 ms (2 threads, channels_last)   1.00  0.97..1.03         1     1.3  yes
      GEMM 1024^3 forward         40.0 GFLOP/s                       50.0 GFLOP/s   0.80  0.80..0.80      0.85    0.95  no
      conv 32x32x16 forward       75.0 GFLOP/s                       50.0 GFLOP/s   1.50  1.50..1.50
      code, depth 10,000 over 10  13,498 bytes                       13,498 bytes   1.00  1.00..1.00     ≤ 1.2     ≤ 1  beyond
      side by side, MLP 20 x 64        2.00 ms                            2.50 ms   1.25  1.25..1.25

      MLP 50 x 256, batch 128: PyTorch: out of memory
      ResNet-20, batch 128: in the first round PyTorch was clearly slower with these settings: 1 thread, NCHW (480 ms); 1 thread, channels_last (470 ms)
      MLP, ResNet: the column other shows PyTorch with its fastest number of threads and layout (NCHW or channels_last). The column ratio is other / ours.
      ResNet: networks with batch norm and shortcuts without parameters, trained with momentum and weight decay.
        The images are 3 x 32 x 32.
      GEMM, conv: one thread. The column other shows the FMA peak. The column ratio is ours / other.
      conv HxWxC: a 3 x 3 convolution of H x W images from C channels to C channels, in batches of 128.
        The figures of convolutions count the operations of the direct sum.
        A convolution with fewer operations, such as Winograd's algorithm, can exceed the FMA peak.
      depth: the column other shows the shallower network. The column ratio is ours / other. Batches have 64 samples.
        The rows compile and code use residual-mlp:width=32. The row step uses mlp:width=64.
      side by side: one training per thread, all at the same time. The column ratio is other / ours.
        The column other shows the same trainings in turn, each on all threads.
        The figures are the time in which every training does one step, with batches of 128.
      Each figure is the median of 3 rounds of 7 steps. The spread is the range of the ratios of all rounds.
      Steps of over 0.5 s are timed seven times in all rounds together."
    `)
  })

  it('says that the peer is missing, that the figures are rough, and that the bench was stopped', () => {
    const text = benchText({
      ...result,
      peer: null,
      missing: 'PyTorch is missing.',
      quick: true,
      interrupted: true,
      rows: [],
    })
    expect(text).toMatchInlineSnapshot(`
      "A processor, 2 cores, Node 20.19.0, load 0.5 before, 1.3 after; 2 threads, quick mode: the figures are rough
      PyTorch is missing. The bench measured Isobath alone.

      No row was finished.
      The bench was stopped, so some rows are missing."
    `)
  })

  it('says that the machine was busy before the bench began', () => {
    const busy = benchText({ ...result, machine: { ...machine, loadBefore: 1 } })
    expect(busy).toContain('\nOther programs keep this machine busy, so the figures are rough.\n')
    expect(benchText(result)).not.toContain('busy')
  })

  it('shows the warning of a peer whose BLAS is slow', () => {
    const peer = { name: 'PyTorch', version: '2.0', facts: {}, warning: 'The BLAS is slow.' }
    expect(benchText({ ...result, peer })).toContain('\nPyTorch 2.0\nWARNING: The BLAS is slow.\n')
  })
})

const row = (name: string, milliseconds: number, roof: number, others: Partial<RooflineRow> = {}): RooflineRow => ({
  name,
  size: '128 x 100 x 100',
  calls: 99,
  milliseconds,
  share: milliseconds / 20,
  operations: 8e8,
  leastOperations: 8e8,
  bytes: 4e6,
  gflops: 8e8 / milliseconds / 1e6,
  gigabytes: 4e6 / milliseconds / 1e6,
  bound: 'compute',
  roofMilliseconds: roof,
  ofRoof: roof / milliseconds,
  lostMilliseconds: Math.max(0, milliseconds - roof),
  ...others,
})

describe('the table of the roofline', () => {
  const idle = { size: '', operations: 0, leastOperations: 0, bytes: 0, bound: null, ofRoof: null }
  const roofline: RooflineResult = {
    machine,
    threads: 2,
    exact: false,
    winograd: true,
    quick: false,
    rounds: 5,
    roofline: {
      peaks: { gflops: 100, programBandwidth: 30, cacheBandwidth: 150 },
      memoryBytes: 20 * 2 ** 20,
      threads: 2,
      precision: 'float32',
      rows: [
        row('dense+addBias+tanh', 12, 8),
        row('waiting at barriers', 4, 0, idle),
        row('denseWeightGradient', 3.9, 3),
        row('momentumUpdate', 0.06, 0.02, { bound: 'memory', calls: 1 }),
        row('sumOverBatch', 0.04, 0.04, { bound: 'cache', calls: 100 }),
      ],
      profiledMilliseconds: 20,
      stepMilliseconds: 19.5,
      stepMedian: 19.8,
      stepSlowest: 24,
      rounds: 20,
    },
  }

  it('shows a bar for each large kernel, one row for all small kernels, and the total beside a step without the profile', () => {
    expect(rooflineText(roofline, 'mlp, batch 128')).toMatchInlineSnapshot(`
      "mlp, batch 128: a training step
      A processor, 2 cores, Node 20.19.0, load 0.5 before, 1.3 after; 2 threads
      Peaks of all threads, measured in this run: 100 GFLOP/s, 30.0 GB/s over memory of the program's size (20.0 MiB), 150 GB/s in the cache

      kernel               size             calls     ms  share  GFLOP/s   GB/s  bound by  of roof  lost ms  █ at the roof ░ lost
      ───────────────────  ───────────────  ─────  ─────  ─────  ───────  ─────  ────────  ───────  ───────  ────────────────────────
      dense+addBias+tanh   128 x 100 x 100     99   12.0    60%     66.7  0.333  compute       67%     4.00  ████████████████░░░░░░░░
      waiting at barriers                      99   4.00    20%                                        4.00  ░░░░░░░░
      denseWeightGradient  128 x 100 x 100     99   3.90    20%      205   1.03  compute       77%    0.900  ██████░░
      2 other kernels                         101  0.100   0.5%                                60%    0.040  ░
      total                                         20.0   100%      160  0.800                55%     8.94

      A step takes 19.5 ms without the profile in the fastest of 20 rounds (median 19.8 ms, slowest 24.0 ms). With the profile a step takes 20.0 ms, +2.6%.
      Times are means over the threads, in the fastest round. Bytes count each operand once.
      The operations of products are exact. Other operations are approximate: an elementary function counts as 1.
      A kernel that is faster than memory finds its operands in the cache."
    `)
  })

  it('explains the operations and the roof of a convolution by Winograd’s algorithm', () => {
    if (!roofline.roofline) throw new Error('expected a roofline')
    const rows = [row('conv', 5, 3, { operations: 9e8, leastOperations: 2.25e8 })]
    const text = rooflineText({ ...roofline, roofline: { ...roofline.roofline, rows } }, 'resnet')
    expect(text).toContain("The roof of a convolution by Winograd's algorithm counts the products of that algorithm")
    expect(rooflineText(roofline, 'mlp')).not.toContain('Winograd')
  })

  it('says that the bench was stopped before the roofline was measured', () => {
    expect(rooflineText({ ...roofline, roofline: null }, 'mlp')).toBe(
      'The bench was stopped before the roofline was measured.',
    )
  })
})
