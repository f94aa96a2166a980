import { describe, expect, it } from 'vitest'
import { tooLargeStep } from '../../test/support/diagnosis-samples.ts'
import { verifyMarkup } from '../../test/support/verify-markup.ts'
import { controlsOf } from './diagnosis-controls.ts'
import type { DiagnosisData } from './diagnosis-data.ts'
import { ladderFigure, ladderTable } from './diagnosis-ladders.ts'

const data = tooLargeStep()
const size = { width: 440, height: 320 }

describe('The table of the ladder', () => {
  it('has one row for each rate, with the given and the best rate, and no mean beside a diverged seed', () => {
    expect(ladderTable(data)?.rows).toEqual([
      ['network', '0.003', '1.99', '', '', '', ''],
      ['network', '0.03', '0.702', '0.202', '8.1%', '1', ''],
      ['network', '0.3', '0.502', '0.0840 ± 0.0050', '3.6 ± 0.2%', '3', 'best'],
      ['network', '3', 'diverged', '2 of 3 diverged', '2 of 3 diverged', '3', 'given'],
      ['network', '30', 'diverged', '', '', '', ''],
    ])
  })

  it('does not exist if every network was trained at one rate only', () => {
    expect(ladderTable({ ...data, ladders: [] })).toBeNull()
    expect(ladderTable({ ...data, ladders: undefined })).toBeNull()
    expect(ladderFigure({ ...data, ladders: [] }, size)).toBeNull()
  })
})

describe('The figure of the ladder', () => {
  it('draws a line of short trainings, a mark for each whole training and a cross for each diverged training', () => {
    const [svg] = ladderFigure(data, size)?.panels ?? []
    expect(verifyMarkup(svg)).toEqual([])
    expect(svg.match(/class="iso-line/g)).toHaveLength(1)
    expect(svg.match(/class="iso-dot/g)).toHaveLength(3)
    expect(svg.match(/class="iso-mark/g)).toHaveLength(5)
    expect(svg.match(/class="iso-cross/g)).toHaveLength(4)
    for (const text of ['>given: 3<', '>best: 0.3<', '>diverged<', '>guessing<']) expect(svg).toContain(text)
  })

  it('shows losses up to four times the loss of guessing, or of values up to four times the median', () => {
    const huge = data.trials.map((one) =>
      one.control === 'rate / 100' ? { ...one, train: { ...one.train, loss: 1e6 } } : one,
    )
    const topOf = (of: DiagnosisData): number => {
      const [panel] = ladderFigure(of, size)?.panels ?? []
      return Math.max(...[...panel.matchAll(/text-anchor="end">([\d.]+)</g)].map((match) => Number(match[1])))
    }
    expect(topOf({ ...data, trials: huge })).toBe(10)
    const values = { ...data.dataset, classes: null, names: { areValues: true } }
    const found = { ...data, dataset: values, trials: huge }
    expect(topOf(found)).toBeGreaterThan(0.5)
    expect(topOf(found)).toBeLessThan(10)
    expect(ladderFigure(found, size)?.caption).toContain('Losses above the axis are drawn at its end.')
  })

  it('places higher rates further to the right', () => {
    const [svg] = ladderFigure(data, size)?.panels ?? []
    const places = [...svg.matchAll(/<circle class="iso-dot[^"]*" cx="([\d.]+)"/g)].map((match) => Number(match[1]))
    expect(places).toEqual([...places].sort((one, other) => one - other))
    expect(new Set(places).size).toBe(3)
  })

  it('draws several networks in their own colors, and trainings that all diverged', () => {
    const twin = { ...(data.ladders ?? [])[0], network: 'shallow twin', bestRate: 0.03 }
    const two: DiagnosisData = { ...data, ladders: [...(data.ladders ?? []), twin] }
    const [svg] = ladderFigure(two, size)?.panels ?? []
    expect(verifyMarkup(svg)).toEqual([])
    expect(svg).toContain('>shallow twin&#39;s best: 0.03<')
    const lost = data.trials.map((trial) => ({ ...trial, diverged: true }))
    const [all] = ladderFigure({ ...data, trials: lost }, size)?.panels ?? []
    expect(verifyMarkup(all)).toEqual([])
    expect(all).not.toMatch(/NaN|class="iso-line/)
  })
})

describe('The controls beside a ladder', () => {
  it('are without short trainings, and without rates that were trained with some seeds only', () => {
    expect(controlsOf(data).map(({ control }) => control)).toEqual(['network', 'rate / 10', 'shallow twin'])
  })

  it('have short names that differ, with their whole rate', () => {
    const [first] = data.trials
    const controls = [
      'without regularization, rate / 10',
      'without regularization, rate / 100',
      'free output, rate x 100',
    ]
    const names = controlsOf({ ...data, trials: controls.map((control) => ({ ...first, control })) })
    expect(names.map(({ name }) => name)).toEqual([
      'without regula…, rate / 10',
      'without regul…, rate / 100',
      'free output, rate x 100',
    ])
  })

  it('have no mean if a training diverged', () => {
    const [network] = controlsOf(data)
    expect(network).toMatchObject({ trainLoss: null, trainError: null, testLoss: null, testError: null })
  })
})
