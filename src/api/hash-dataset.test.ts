import { expect, test } from 'vitest'
import { autoencode, type Dataset } from '../data/dataset.ts'
import { moons } from '../data/planar.ts'
import { hashDataset } from './hash-dataset.ts'

const data = moons({ train: 20, test: 10 })

test('hashDataset gives the same hash for a classification set as older versions, so that older runs accept their data', async () => {
  expect(await hashDataset(data)).toMatchInlineSnapshot(
    `"70eb0dda5b03798429f3315c9af0f377aff8c7f073031a7673c96a2a395ee34d"`,
  )
})

test('hashDataset gives another hash if targets, validation samples or class names change', async () => {
  const targets = Float32Array.from({ length: 20 }, (_, row) => row)
  const others: Dataset[] = [
    data,
    autoencode(data),
    { ...data, train: { ...data.train, targets }, test: { ...data.test, targets: targets.slice(0, 10) } },
    { ...data, train: { ...data.train, targets: targets.map((value) => -value) }, test: data.test },
    { ...data, validation: data.test },
    { ...data, classNames: ['left', 'right'] },
    { ...data, classNames: ['right', 'left'] },
  ]
  const hashes = await Promise.all(others.map(hashDataset))
  expect(new Set(hashes).size).toBe(others.length)
})
