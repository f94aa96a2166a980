/**
 * Known results of updates and of clipping for some numbers. The results come from one step of PyTorch 1.13's
 * optimizers and of clip_grad_norm_ in float64, with states set by hand. The norms come from Python's math.
 */
import type { KnownAnswer } from './known-answers.ts'

/** Values of a parameter. */
export const parameter = { shape: [2, 3], values: [0.5, -1.25, 2, 1.5, 0.75, -0.5] }
/** Gradient of the parameter. */
export const gradient = { shape: [2, 3], values: [0.25, 1, -0.75, -1.5, 0.5, 2.25] }
/** Velocity or first moment of the parameter. */
export const first = { shape: [2, 3], values: [1, -0.5, 0.25, 0.75, 2, -1.5] }
/** Second moment of the parameter. */
const second = { shape: [2, 3], values: [0.5, 1.25, 0.125, 2, 0.75, 1] }
/** The rate and the two bias corrections of Adam. */
const adamScalars = [0.25, 1.7297297297297298, 1.7405705383053478].map((value) => ({ shape: [], values: [value] }))

export const knownUpdates: readonly KnownAnswer[] = [
  {
    op: 'momentumUpdate',
    inputs: [parameter, gradient, first, { shape: [], values: [0.25] }, { shape: [], values: [0.75] }],
    outputs: [
      [0.140625, -1.34375, 1.85546875, 1.72265625, 0.0859375, -1.1640625],
      [1.25, 0, 0.4375, -0.1875, 2.375, 0.875],
    ],
    attributes: { weightDecay: 0.5, nesterov: true },
  },
  {
    op: 'adamUpdate',
    inputs: [parameter, gradient, first, second, ...adamScalars],
    outputs: [
      [
        0.1983078894666963, -1.185900959918733, 1.8357877110568201, 1.4327367877852444, 0.27715075511622483,
        -0.3715140067285414,
      ],
      [0.875, -0.28125, 0.25, 0.375, 1.71875, -0.625],
      [0.46875, 1.111328125, 0.1171875, 1.8203125, 0.751953125, 1.375],
    ],
    attributes: { firstDecay: 0.75, secondDecay: 0.875, epsilon: 0.0625, weightDecay: 0.5, decoupled: false },
  },
  {
    op: 'adamUpdate',
    inputs: [parameter, gradient, first, second, ...adamScalars],
    outputs: [
      [0.15045128874457886, -1.06650553277763, 1.75, 1.2806184136853482, 0.18955647564358125, -0.3269247906663594],
      [0.8125, -0.125, 0.0, 0.1875, 1.625, -0.5625],
      [0.4453125, 1.21875, 0.1796875, 2.03125, 0.6875, 1.5078125],
    ],
    attributes: { firstDecay: 0.75, secondDecay: 0.875, epsilon: 0.0625, weightDecay: 0.5, decoupled: true },
  },
  {
    op: 'adagradUpdate',
    inputs: [parameter, gradient, second, { shape: [], values: [0.25] }],
    outputs: [
      [
        0.3941157127272833, -1.315217391304348, 1.9299057190775908, 1.603448275862069, 0.6024180255510605,
        -0.7076663885065384,
      ],
      // PyTorch's sum contains the initial accumulator.
      [1.25, 1.890625, 0.6875, 3.0625, 2.015625, 5.5].map((sum) => sum - 0.5),
    ],
    attributes: { initialAccumulator: 0.5, epsilon: 0.0625, weightDecay: 0.5 },
  },
  {
    op: 'rmspropUpdate',
    inputs: [parameter, gradient, second, { shape: [], values: [0.25] }],
    outputs: [
      [
        0.3326982999982635, -1.333953057108111, 1.8456129112051152, 1.632819568676922, 0.5146969752517461,
        -0.9048242288158113,
      ],
      [0.46875, 1.111328125, 0.1171875, 1.8203125, 0.751953125, 1.375],
    ],
    attributes: { secondDecay: 0.875, epsilon: 0.0625, weightDecay: 0.5 },
  },
  {
    op: 'rmspropMomentumUpdate',
    inputs: [parameter, gradient, second, first, { shape: [], values: [0.25] }],
    outputs: [
      [
        0.1451982999982635, -1.240203057108111, 1.7987379112051152, 1.492194568676922, 0.13969697525174607,
        -0.6235742288158113,
      ],
      [0.46875, 1.111328125, 0.1171875, 1.8203125, 0.751953125, 1.375],
      [
        1.419206800006946, -0.03918777156755554, 0.8050483551795394, 0.031221725292312152, 2.4412120989930157,
        0.4942969152632448,
      ],
    ],
    attributes: { secondDecay: 0.875, epsilon: 0.0625, weightDecay: 0.5, momentum: 0.75 },
  },
  {
    // Computed with PyTorch's sign. The mean gradient of the third and of the last element is 0.
    op: 'lionUpdate',
    inputs: [
      parameter,
      { shape: [2, 3], values: [0.25, 1, -0.75, -1.5, 0.5, 4.5] },
      first,
      { shape: [], values: [0.25] },
    ],
    outputs: [
      [0.1875, -0.84375, 1.75, 1.0625, 0.40625, -0.4375],
      [0.90625, -0.3125, 0.125, 0.46875, 1.8125, -0.75],
    ],
    attributes: { firstDecay: 0.75, secondDecay: 0.875, weightDecay: 0.5 },
  },
  {
    op: 'norms',
    inputs: [gradient],
    outputs: [[1.2747548783981961, 2.75]],
    attributes: { axes: 1 },
  },
  {
    // Computed by hand: the clipped gradient is 0.25, 0.5, -0.5, -0.5, 0.5, 0.5, and a quarter of it is subtracted.
    op: 'sgdUpdate',
    inputs: [parameter, gradient, { shape: [], values: [0.25] }],
    outputs: [[0.4375, -1.375, 2.125, 1.625, 0.625, -0.625]],
    attributes: { weightDecay: 0, clipValue: 0.5 },
  },
  {
    // The norms of the clipped gradient are sqrt(1/16 + 1/4 + 1/4) and sqrt(3/4).
    op: 'norms',
    inputs: [gradient],
    outputs: [[0.75, Math.sqrt(0.75)]],
    attributes: { axes: 1, clipValue: 0.5 },
  },
  {
    // 1 - 2^-25 rounds to 1, but 1 - 2^-24 does not. 2^-25 is half a unit of 0.5 and rounds to the even neighbor.
    op: 'unmoved',
    inputs: [
      { shape: [2, 3], values: [1, 1, 0.5, 0, -3, 0] },
      { shape: [2, 3], values: [2 ** -24, 2 ** -23, -(2 ** -24), 0, 0.5, 2 ** -30] },
    ],
    outputs: [[2, 1]],
    attributes: { axes: 1, factor: 0.5 },
  },
  {
    op: 'normOfAll',
    inputs: [
      { shape: [2], values: [1.2747548783981961, 2.75] },
      { shape: [], values: [0.5] },
    ],
    outputs: [[3.0720514318611269]],
  },
  {
    op: 'clipFactor',
    inputs: [{ shape: [], values: [3.0310889132455352] }],
    outputs: [[0.49487149604014125]],
    attributes: { limit: 1.5 },
  },
]
