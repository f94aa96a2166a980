/** What pictures of a diagnosis are drawn from: quantities by layer and step, and by layer before and after training. */
import type { LayerProbeName } from '../probes/layer-probes.ts'
import type { Cause, Verdict } from './cause.ts'
import { type CauseRow, causeTable } from './causes/table.ts'
import { type Evidence, readingOf, recordsOf } from './evidence.ts'

export interface LayerMap {
  readonly title: string
  readonly scale: 'log' | 'linear'
  readonly domain?: readonly [number, number]
  readonly steps: readonly number[]
  /** By the index of the step, then of the stage. */
  readonly values: readonly (readonly (number | null)[])[]
  readonly caption: string
}

export interface LayerProfile {
  readonly id: string
  readonly title: string
  readonly axis: string
  readonly scale: 'log' | 'linear'
  readonly domain?: readonly [number, number]
  readonly series: readonly { readonly name: string; readonly values: readonly (number | null)[] }[]
  /** Whether only some layers were looked at. */
  readonly isSparse?: boolean
  readonly caption: string
}

interface Quantity {
  readonly probe: LayerProbeName
  readonly title: string
  readonly axis: string
  readonly scale: 'log' | 'linear'
  readonly domain?: readonly [number, number]
  readonly caption: string
  readonly map?: (value: number) => number
  /** Whether there is something to see. */
  readonly isShown?: (values: readonly number[]) => boolean
}

const share = [0, 1] as const
const isAny = (values: readonly number[]): boolean => values.some((value) => value > 0)

const quantities: readonly Quantity[] = [
  {
    probe: 'meanSquare',
    title: 'Signal',
    axis: 'mean square of the outputs',
    scale: 'log',
    caption: 'The mean square of each layer’s outputs over the probe samples.',
  },
  {
    probe: 'cosine',
    title: 'How different samples look',
    axis: '1 - cosine between samples',
    scale: 'log',
    caption: '1 - the mean cosine between the outputs of different samples: 0 where all look alike to the layer.',
    map: (value) => Math.max(1 - value, 1e-16),
  },
  {
    probe: 'gradientNorm',
    title: 'Gradients',
    axis: 'norm of the gradient',
    scale: 'log',
    caption: 'The norm of the loss’s gradient with respect to each layer’s weights.',
  },
  {
    probe: 'deadUnits',
    title: 'Dead units',
    axis: 'share of the units',
    scale: 'linear',
    domain: share,
    caption: 'Units that are active for none of the probe samples.',
    isShown: isAny,
  },
  {
    probe: 'saturatedUnits',
    title: 'Saturated units',
    axis: 'share of the reactions',
    scale: 'linear',
    domain: share,
    caption: 'Reactions of units to samples with a derivative under a thousandth of the function’s maximum.',
    isShown: isAny,
  },
  {
    probe: 'lostUpdates',
    title: 'Updates lost to rounding',
    axis: 'share of the weights',
    scale: 'linear',
    domain: share,
    caption: 'Weights that a step would change by less than half a unit in their last place.',
    isShown: isAny,
  },
]

/** Looked at before the first step and after the last alone. */
const atEnds: readonly (Quantity & { readonly when: 'start' | 'end' })[] = [
  {
    probe: 'closestPairs',
    when: 'start',
    title: 'The closest pairs of samples',
    axis: 'mean cosine',
    scale: 'linear',
    caption: 'The mean cosine of each sample and the one that is nearest to it after the first layer.',
  },
  {
    probe: 'effectiveRank',
    when: 'start',
    title: 'Dimensions',
    axis: 'effective rank of the outputs',
    scale: 'log',
    caption: 'How many directions each layer’s outputs for the probe samples fill.',
  },
  {
    probe: 'responseDeviation',
    when: 'end',
    title: 'Responses',
    axis: 'deviation after batch norm',
    scale: 'linear',
    caption: 'The standard deviation of each layer’s responses, after its batch norm (He et al. 2015, figure 7).',
  },
  {
    probe: 'neighborSimilarity',
    when: 'end',
    title: 'Likeness to the layer before',
    axis: 'linear CKA',
    scale: 'linear',
    domain: share,
    caption:
      'How alike each layer and the one before it see the probe samples: 1 is the same but for turns and stretches.',
  },
]

const drawable = (value: number | null | undefined): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null

/** Of the network's first seed. */
export function layerMaps(evidence: Evidence): LayerMap[] {
  const [record] = recordsOf(evidence, 'network')
  if (!record) return []
  return quantities.flatMap(({ probe, title, scale, domain, caption, map = same, isShown }) => {
    const snapshots = record.snapshots.filter(({ reading }) => reading[probe] !== undefined)
    const known = snapshots.map(({ reading }) => reading[probe] ?? [])
    if (snapshots.length < 2 || (isShown && !isShown(known.flat()))) return []
    const values = known.map((row) => row.map((value) => (drawable(value) === null ? null : map(value))))
    return [{ title, scale, domain, steps: snapshots.map(({ step }) => step), values, caption }]
  })
}

const same = (value: number): number => value

/** Of the network and the networks with fewer layers. */
export function layerProfiles(evidence: Evidence): LayerProfile[] {
  const controls = (['network', 'shallow twin', 'shallower twin'] as const).filter(
    (control) => recordsOf(evidence, control).length > 0,
  )
  const shown = [...quantities.map((quantity) => ({ ...quantity, when: 'start' as const })), ...atEnds]
  const profiles = shown.flatMap(({ probe, when, title, axis, scale, domain, caption, map = same, isShown }) => {
    const series = controls.map((name) => {
      const values = readingOf(evidence, probe, when, name)
      return { name, values: values.map((value) => (drawable(value) === null ? null : map(value))) }
    })
    const known = series.flatMap(({ values }) => values.flatMap((value) => value ?? []))
    if (known.length === 0 || (isShown && !isShown(known))) return []
    const time = when === 'start' ? 'before' : 'after'
    return [{ id: probe, title: `${title} ${time} training`, axis, scale, domain, series, caption }]
  })
  return [...profiles, ...precisionProfile(evidence), ...readableProfile(evidence)]
}

function readableProfile({ measured: { linearProbe } }: Evidence): LayerProfile[] {
  if (!linearProbe) return []
  const [train, test] = [linearProbe.train, linearProbe.test].map((values) => values.map(drawable))
  if (test.every((value) => value === null)) return []
  return [
    {
      id: 'linearProbe',
      title: 'What can be read off each layer after training',
      axis: 'accuracy of a linear classifier',
      scale: 'linear',
      domain: share,
      series: [
        { name: 'training samples', values: train },
        { name: 'test samples', values: test },
      ],
      isSparse: true,
      caption: 'How many of 512 samples a linear classifier on the layer’s outputs gets right (Alain & Bengio 2017).',
    },
  ]
}

function precisionProfile({ measured: { precision } }: Evidence): LayerProfile[] {
  if (!precision) return []
  const values = precision.gradient.map((value) => (drawable(value) === null || value === 0 ? null : value))
  return [
    {
      id: 'precision',
      title: 'Rounding of the gradient before training',
      axis: 'relative error of float32',
      scale: 'log',
      series: [{ name: 'network', values }],
      caption: 'How far each layer’s float32 gradient is from its float64 gradient, relative to its length.',
    },
  ]
}

/** The profile that shows the verdict best, by its id; `losses` where the trainings themselves do. */
export function pictureOf(verdict: Verdict, profiles: readonly LayerProfile[]): string {
  if (verdict === 'healthy' || verdict === 'undecided') return 'losses'
  const { picture }: CauseRow<Cause> = causeTable[verdict]
  return picture !== undefined && profiles.some(({ id }) => id === picture) ? picture : 'losses'
}
