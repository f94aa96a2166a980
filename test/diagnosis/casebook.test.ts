import { describe, expect, it } from 'vitest'
import { type Case, cases } from '../../src/casebook/cases.ts'
import { runCase } from '../../src/casebook/run.ts'
import { type DiagnoseOptions, glyphs } from '../../src/index.ts'

/** Returns a case of the case book with fewer samples and fewer steps. */
function smaller(name: string, options: Partial<DiagnoseOptions>, train = 2000): Case {
  const found = cases.find((one) => one.name === name)
  if (!found) throw new Error(`there is no case ${name}`)
  const own = found.data(0).train.count < train
  const data = own ? found.data : (seed: number) => glyphs({ seed, train, test: 400 })
  return { ...found, data, options: { ...found.options, ...options } }
}

describe('The case book', () => {
  it.each([
    ['residual sum too large', 100],
    ['negative biases', 150],
    ['rate too large', 150],
    ['deep residual', 250],
  ])('diagnoses the case "%s" correctly', async (name, steps) => {
    // The steps are given, so only controls use the budget. One hour is enough for all controls on any machine.
    const { result, diagnosis } = await runCase(smaller(name, { steps, budget: 3600 }), 0)
    expect(result, diagnosis.answer.join(' ')).toMatchObject({ isRight: true })
  })

  it('has cases with different names, each with an expected verdict', () => {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length)
    for (const { expected, about } of cases) {
      expect(expected.length).toBeGreaterThan(0)
      expect(about).not.toBe('')
    }
  })
})
