/** The picture of a learning curve: training and test error by number of training samples. */
import { lineFigure } from './line-figure.ts'
import { domainOf, roundOutward } from './scale.ts'

export interface CurveData {
  readonly network: string
  readonly dataset: string
  /** Whether errors are fractions of misclassified samples (true) or unexplained fractions of the variance (false). */
  readonly areClasses: boolean
  readonly points: readonly {
    readonly samples: number
    readonly train: { readonly error: number | null }
    readonly test: { readonly error: number | null }
  }[]
  /** The heading of the picture, by default the names of the network and the data set. */
  readonly heading?: string
  readonly width?: number
  readonly height?: number
}

/** Draws training and test error by number of training samples, as an SVG file. */
export function curvePicture(data: CurveData): string {
  const { network, dataset, areClasses, points, width = 620, height = 330 } = data
  const errors = points.flatMap(({ train, test }) => [train.error, test.error])
  const line = (name: 'train' | 'test', label: string) => ({
    name: label,
    note: `${label} error`,
    marks: true,
    points: points.map((point) => ({ x: point.samples, y: point[name].error })),
  })
  const [, most] = domainOf([0, ...errors])
  const title = `${network} on ${dataset}`
  return lineFigure({
    title: data.heading ?? (title.length > 72 ? `${title.slice(0, 71)}…` : title),
    description: `${title}: training and test error by number of training samples, with one seed.`,
    x: { label: 'Training samples', whole: true, domain: [0, points.at(-1)?.samples ?? 1] },
    y: {
      label: areClasses ? 'Misclassified' : 'Unexplained variance, 1 - R²',
      percent: true,
      domain: roundOutward([0, most], 'linear', 5),
    },
    // Without test samples, the curve has no test errors.
    series: [line('train', 'training'), line('test', 'test')].filter(({ points }) =>
      points.some(({ y }) => y !== null),
    ),
    width,
    height,
  })
}
