import { describe, expect, it } from 'vitest'
import { verifyMarkup } from '../../test/support/verify-markup.ts'
import { type OutputGroup, outputFigure, worstClassTables } from './output-figures.ts'

const unknown = { loss: null, error: null }

/** A group of trainings whose test scores have the given confusion matrices, one for each seed. */
function classified(name: string, matrices: readonly number[][][], diverged = false): OutputGroup {
  const runs = matrices.map((confusion, seed) => {
    return { seed, diverged: diverged && seed === 1, train: unknown, test: { ...unknown, confusion } }
  })
  return { name, runs }
}

function predicted(name: string, seed: number, values: (number | null)[], diverged = false): OutputGroup {
  const predictions = { set: 'test', targets: [{ actual: [0, 10, 20], predicted: values }] } as const
  return { name, runs: [{ seed, diverged, train: unknown, test: unknown, predictions }] }
}

const classes = { names: { areValues: false, classNames: ['cat', 'dog', 'fox'] }, isTested: true }
const values = { names: { areValues: true, targetNames: ['price'] }, isTested: true }
const even = [
  [90, 5, 5],
  [5, 90, 5],
  [5, 5, 90],
]
const foxless = [
  [98, 1, 1],
  [1, 98, 1],
  [60, 2, 38],
]

describe('the pictures of several networks', () => {
  it('add up the confusion of all seeds', () => {
    const found = outputFigure([classified('depth 2', [even, even]), classified('depth 9', [foxless])], classes)
    expect(found?.panels).toHaveLength(2)
    for (const panel of found?.panels ?? []) expect(verifyMarkup(panel)).toEqual([])
    expect(found?.panels[0]).toContain('>180</text>')
    expect(found?.panels[1]).toContain('60 samples of class fox taken for cat')
    expect(found?.caption).toContain('right answers on the test set')
    expect(found?.caption).toContain('The samples of all seeds are counted together.')
  })

  it('show one training beside diverged trainings and say so', () => {
    const found = outputFigure([classified('depth 9', [foxless, even, foxless], true)], classes)
    expect(found?.panels[0]).toContain('60 samples of class fox taken for cat')
    expect(found?.panels[0]).toContain('depth 9, seed 0 (1 of 3 diverged)')
    expect(found?.caption).toContain('Beside diverged trainings, only one training is shown (depth 9).')
    expect(found?.caption).not.toContain('counted together')
    expect(outputFigure([predicted('depth 2', 0, [1, 2, 3], true)], values)).toBeNull()
    const one = outputFigure([predicted('depth 2', 0, [1, 2, 3]), predicted('depth 9', 0, [1, 2, 3], true)], values)
    expect(one?.panels).toHaveLength(1)
    expect(one?.caption).toContain('Every training diverged (depth 9).')
  })

  it('show predicted against actual values with one range for all networks', () => {
    const found = outputFigure([predicted('depth 2', 3, [0, 10, 20]), predicted('depth 9', 3, [10, null, 1e3])], values)
    const ends = found?.panels.map((panel) => /x1="([\d.]+)" y1="([\d.]+)" x2/.exec(panel)?.slice(1))
    expect(ends?.[0]).toEqual(ends?.[1])
    expect(found?.panels[0]).toContain('3 samples as points')
    expect(found?.panels[1]).toContain('2 samples as points')
    expect(found?.panels[0].match(/>1,000<|>1000</)).not.toBeNull()
    expect(found?.caption).toContain('values of price for 3 samples of the test set')
    expect(found?.caption).toContain('with seed 3')
  })

  it('say how many of the networks are drawn', () => {
    const groups = [predicted('depth 2', 0, [1, 2, 3]), predicted('depth 9', 0, [1, 2, 3])]
    expect(outputFigure(groups, { ...values, networks: 8 })?.caption).toContain(
      'show 2 of the 8 networks in the table.',
    )
    expect(outputFigure(groups, values)?.caption).not.toContain('The pictures show')
  })

  it('stand two in a row if there are many classes', () => {
    const many = Array.from({ length: 15 }, (_, row) => Array.from({ length: 15 }, (_one, column) => row + column))
    const facts = { names: { areValues: false }, isTested: true }
    expect(outputFigure([classified('depth 2', [many])], facts)?.mostColumns).toBe(2)
    expect(outputFigure([classified('depth 2', [even])], classes)?.mostColumns).toBeUndefined()
  })

  it('do not exist without confusion matrices or predictions', () => {
    const bare = { name: 'depth 2', runs: [{ seed: 0, diverged: false, train: unknown, test: unknown }] }
    expect(outputFigure([bare], classes)).toBeNull()
    expect(outputFigure([bare], values)).toBeNull()
  })
})

describe('the table of worst classes', () => {
  it('has a row for each network with a class that stands out', () => {
    const groups = [classified('depth 2', [even, even]), classified('depth 9', [foxless, foxless])]
    const [table] = worstClassTables(groups, classes)
    expect(table.caption).toBe('Worst class on the test set')
    expect(table.rows).toEqual([['depth 9', 'fox', '38.0%', 'cat']])
    expect(worstClassTables([groups[0]], classes)).toEqual([])
  })

  it('shows one training beside a diverged training, and no mean', () => {
    const [table] = worstClassTables([classified('depth 9', [foxless, even, even], true)], classes)
    expect(table.rows).toEqual([['depth 9, seed 0 (1 of 3 diverged)', 'fox', '38.0%', 'cat']])
  })

  it('shortens long names of classes', () => {
    const names = { ...classes.names, classNames: ['cat '.repeat(40), 'dog', 'fox'.repeat(40)] }
    const [table] = worstClassTables([classified('depth 9', [foxless])], { ...classes, names })
    expect(table.rows[0].map((text) => text.length)).toEqual([7, 30, 5, 30])
  })

  it('knows classes that are too many for a confusion matrix', () => {
    const counts = Array.from({ length: 60 }, () => 20)
    const run = (seed: number, right: number) => {
      const recall = counts.map((_, label) => (label === 7 ? right : 0.9))
      const test = { ...unknown, classSamples: counts, recall, mistakes: [{ actual: 7, predicted: 3, count: 12 }] }
      return { seed, diverged: false, train: unknown, test }
    }
    const [table] = worstClassTables([{ name: 'depth 2', runs: [run(0, 0.1), run(1, 0.3)] }], classes)
    expect(table.rows).toEqual([['depth 2', '7', '20.0%', '3']])
    expect(outputFigure([{ name: 'depth 2', runs: [run(0, 0.1)] }], classes)).toBeNull()
  })

  it('does not count a class as worse because more seeds were trained', () => {
    const slight = [
      [10, 0, 0],
      [0, 10, 0],
      [1, 1, 8],
    ]
    expect(
      worstClassTables(
        [
          classified(
            'depth 2',
            Array.from({ length: 20 }, () => slight),
          ),
        ],
        classes,
      ),
    ).toEqual([])
  })
})
