import { describe, expect, it } from 'vitest'
import { predictionRows, predictionTable } from './predictions.ts'

const inputs = new Float32Array(2)

describe('predictions', () => {
  const classes = {
    task: 'classification',
    kind: 'probabilities',
    count: 2,
    width: 2,
    values: Float64Array.of(0.25, 0.75, 1 / 3, 2 / 3),
    classes: Uint32Array.of(1, 1),
  } as const
  const samples = { count: 2, inputs, labels: Uint8Array.of(1, 0) }

  it('show the names of classes, quoted if a name has a comma or a quote', () => {
    const data = { samples, classNames: ['flat, small', 'a "house"'] }
    expect(predictionTable(classes, data)).toMatchInlineSnapshot(`
      "sample,expected,predicted,"probability of flat, small","probability of a ""house"""
      0,"a ""house""","a ""house""",0.25,0.75
      1,"flat, small","a ""house""",0.3333333,0.6666667
      "
    `)
    expect(predictionRows(classes, data)[1]).toEqual({
      sample: 1,
      expected: 'flat, small',
      predicted: 'a "house"',
      probabilities: [1 / 3, 2 / 3],
    })
  })

  it('have no expected class for samples without labels', () => {
    const unknown = { samples: { count: 2, inputs, labels: new Uint8Array(0) } }
    expect(predictionTable(classes, unknown)).toMatchInlineSnapshot(`
      "sample,predicted,probability of 0,probability of 1
      0,1,0.25,0.75
      1,1,0.3333333,0.6666667
      "
    `)
    expect(predictionRows(classes, unknown)[0]).toEqual({ sample: 0, predicted: 1, probabilities: [0.25, 0.75] })
  })

  it('begin with the kept columns of the table, quoted only if needed', () => {
    const kept = [
      { name: 'id, old', cells: ['=1+1', 'a "b"'] },
      { name: 'sample', cells: [' 7', '8'] },
    ]
    const data = { samples: { count: 2, inputs, labels: new Uint8Array(0), kept } }
    expect(predictionTable(classes, data)).toBe(
      '"id, old",sample (table),sample,predicted,probability of 0,probability of 1\n' +
        '=1+1, 7,0,1,0.25,0.75\n"a ""b""",8,1,1,0.3333333,0.6666667\n',
    )
    expect(predictionRows(classes, data)[0]).toMatchObject({ sample: 0, kept: { 'id, old': '=1+1', sample: ' 7' } })
  })

  it('number samples by their rows in the file if some rows were left out', () => {
    const some = { samples: { count: 2, inputs, labels: new Uint8Array(0), rowNumbers: Uint32Array.of(3, 7) } }
    expect(predictionRows(classes, some)).toMatchObject([{ sample: 3 }, { sample: 7 }])
    expect(predictionTable(classes, some)).toMatch(/\n3,.*\n7,.*\n$/)
  })

  it('show predicted values beside expected values, with the digits of a float32', () => {
    const predicted = {
      task: 'regression',
      kind: 'values',
      count: 1,
      width: 2,
      values: Float64Array.of(77.1, 1e9),
    } as const
    const targets = Float32Array.of(77.91, 123456789)
    const data = { samples: { count: 1, inputs, labels: new Uint8Array(0), targets }, targetNames: ['price', 'area'] }
    expect(predictionTable(predicted, data)).toMatchInlineSnapshot(`
      "sample,expected price,expected area,predicted price,predicted area
      0,77.91,123456800,77.1,1000000000
      "
    `)
    expect(predictionRows(predicted, data)).toEqual([
      { sample: 0, expected: [77.91, 123456800], predicted: [77.1, 1e9] },
    ])
    const unknown = { ...data, samples: { ...data.samples, targets: Float32Array.of(Number.NaN, Number.NaN) } }
    expect(predictionRows(predicted, unknown)).toEqual([{ sample: 0, predicted: [77.1, 1e9] }])
    expect(predictionTable(predicted, unknown)).toBe('sample,predicted price,predicted area\n0,77.1,1000000000\n')
  })
})
