/**
 * Generates the example tables of this folder: node examples/make.mjs
 *
 * houses.csv holds house prices, with one column of words and some missing cells.
 * new-houses.csv holds three houses without a price.
 * fruit.csv holds four kinds of fruit with their measurements.
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * Uniform numbers in [0, 1) from a linear congruential generator with the constants of Numerical Recipes.
 * Every run draws the same numbers.
 */
let state = 20151010
const uniform = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return state / 2 ** 32
}
const normal = () => Array.from({ length: 12 }, uniform).reduce((sum, value) => sum + value, -6)
const pick = (list) => list[Math.floor(uniform() * list.length)]
const save = (name, rows) =>
  writeFileSync(fileURLToPath(new URL(name, import.meta.url)), `${rows.map((row) => row.join(',')).join('\n')}\n`)

const towns = { Bergen: 1.4, Oslo: 1.9, Hamar: 0.9, 'Mo i Rana': 0.7, Tromsø: 1.2 }
const houses = Array.from({ length: 3000 }, (_, index) => {
  const town = pick(Object.keys(towns))
  const area = Math.round(60 + 25 * Math.abs(normal()) + 40 * uniform())
  const rooms = Math.max(1, Math.round(area / 28 + 0.6 * normal()))
  const year = 1900 + Math.floor(120 * uniform())
  const price = towns[town] * (40 + 2.1 * area + 8 * rooms) * (1 + (year - 1960) / 400) + 8 * normal()
  const cell = (value) => (uniform() < 0.01 ? '' : value)
  return [index + 1, town, cell(area), cell(rooms), cell(year), price.toFixed(1)]
})
save('houses.csv', [['id', 'town', 'area', 'rooms', 'year', 'price'], ...houses])
save('new-houses.csv', [
  ['town', 'area', 'rooms', 'year'],
  ['Bergen', 95, 3, 1987],
  ['Oslo', 62, 2, 2011],
  ['Tromsø', 140, 5, 1934],
])

const kinds = { apple: [7.5, 170, 0.75], lemon: [6, 110, 0.2], lime: [4.8, 70, 0.35], orange: [7.8, 190, 0.12] }
const fruit = Array.from({ length: 600 }, () => {
  const kind = pick(Object.keys(kinds))
  const [width, weight, hue] = kinds[kind].map((mean) => mean * (1 + 0.09 * normal()))
  return [width.toFixed(2), weight.toFixed(0), hue.toFixed(3), kind]
})
save('fruit.csv', [['width', 'weight', 'hue', 'kind'], ...fruit])
