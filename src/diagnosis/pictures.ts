/**
 * Data for the pictures of a diagnosis: quantities by layer and step, and quantities by layer before and after
 * training.
 */
import type { LayerProbeName } from '../probes/layer-probes.ts'
import type { Cause, Verdict } from './cause.ts'
import { type CauseRow, causeTable, type JudgedCause } from './causes/table.ts'
import { type Evidence, readingOf, recordsOf } from './evidence.ts'
import { type LayerMark, markedLayer } from './marked-layer.ts'

export interface LayerMap {
  readonly title: string
  readonly scale: 'log' | 'linear'
  readonly domain?: readonly [number, number]
  readonly steps: readonly number[]
  /** Values of the quantity, indexed by step and then by stage. */
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
  /** Whether only some layers have values of the quantity. */
  readonly isSparse?: boolean
  /** Layer of the network that the sentence about the first finding names. */
  readonly mark?: LayerMark
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
  /** Returns whether the values of the quantity are worth a picture. */
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
    title: 'Difference between samples',
    axis: '1 - cosine between samples',
    scale: 'log',
    caption:
      '1 - the mean cosine between the outputs of different samples. A value of 0 means that all samples look alike.',
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
    axis: 'fraction of the units',
    scale: 'linear',
    domain: share,
    caption: 'The fraction of the units that are inactive for all probe samples.',
    isShown: isAny,
  },
  {
    probe: 'saturatedUnits',
    title: 'Saturated units',
    axis: 'fraction of the activations',
    scale: 'linear',
    domain: share,
    caption: 'The fraction of the activations with a derivative below a thousandth of the maximum.',
    isShown: isAny,
  },
  {
    probe: 'lostUpdates',
    title: 'Updates lost to rounding',
    axis: 'fraction of the weights',
    scale: 'linear',
    domain: share,
    caption: 'The fraction of the weights that a step would change by less than half a unit in the last place.',
    isShown: isAny,
  },
]

/** Quantities that are read only before the first step and after the last step. */
const atEnds: readonly (Quantity & { readonly when: 'start' | 'end' })[] = [
  {
    probe: 'closestPairs',
    when: 'start',
    title: 'The closest pairs of samples',
    axis: 'mean cosine',
    scale: 'linear',
    caption: 'The mean cosine between each sample and the sample that is closest after the first layer.',
  },
  {
    probe: 'effectiveRank',
    when: 'start',
    title: 'Dimensions',
    axis: 'effective rank of the outputs',
    scale: 'log',
    caption: 'The number of dimensions that each layer’s outputs for the probe samples fill.',
  },
  {
    probe: 'responseDeviation',
    when: 'end',
    title: 'Responses',
    axis: 'deviation after batch norm',
    scale: 'linear',
    caption: 'The standard deviation of each layer’s outputs after batch norm (He et al. 2015, figure 7).',
  },
  {
    probe: 'neighborSimilarity',
    when: 'end',
    title: 'Similarity to the previous layer',
    axis: 'linear CKA',
    scale: 'linear',
    domain: share,
    caption:
      'The similarity between the outputs of each layer and of the previous layer. At a similarity of 1, the outputs of the two layers differ only in rotation and scale.',
  },
]

const drawable = (value: number | null | undefined): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null

/** Returns the heat maps of the training of the network with the first seed. */
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

/**
 * Returns the profiles (values by layer) of the network and of its twins. The profile that shows the finding `found` marks
 * the layer that the sentence about the finding names.
 */
export function layerProfiles(evidence: Evidence, found?: JudgedCause): LayerProfile[] {
  const row: CauseRow<Cause> | undefined = found && causeTable[found.cause]
  const mark = found && markedLayer(found)
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
    const marked = probe === row?.picture && mark !== undefined ? { mark } : {}
    return [{ id: probe, title: `${title} ${time} training`, axis, scale, domain, series, ...marked, caption }]
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
      title: 'Linear readability of each layer after training',
      axis: 'accuracy of a linear classifier',
      scale: 'linear',
      domain: share,
      series: [
        { name: 'training samples', values: train },
        { name: 'test samples', values: test },
      ],
      isSparse: true,
      caption: 'The accuracy of a linear classifier on the layer’s outputs for 512 samples (Alain & Bengio 2017).',
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
      caption: 'The relative error of each layer’s float32 gradient, compared with the float64 gradient.',
    },
  ]
}

/** The verdicts that the ladder of rates shows best. */
const stepVerdicts: ReadonlySet<Verdict> = new Set<Verdict>(['unstable-step', 'step-too-small'])

/**
 * Returns the picture that shows the verdict best: the id of a profile, `ladder` for the ladder of rates, or `losses`
 * for the loss curves.
 */
export function pictureOf(verdict: Verdict, profiles: readonly LayerProfile[]): string {
  if (verdict === 'healthy' || verdict === 'undecided') return 'losses'
  if (stepVerdicts.has(verdict)) return 'ladder'
  const { picture }: CauseRow<Cause> = causeTable[verdict]
  return picture !== undefined && profiles.some(({ id }) => id === picture) ? picture : 'losses'
}
