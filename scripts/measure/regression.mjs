/** Writes the table of a regression, for scripts that measure the diagnosis. */
import { writeFileSync } from 'node:fs'
import { createRandom } from './random.mjs'

/**
 * Writes a CSV with the function of Friedman (1991, "Multivariate Adaptive Regression Splines", section 4.3):
 * y = 10 sin(pi a b) + 20 (c - 0.5)^2 + 10 d + 5 e, plus normal noise of the given deviation. The columns a to e are
 * uniform between 0 and 1.
 */
export function writeRegression(file, { rows, noise, seed }) {
  const random = createRandom(seed)
  const lines = Array.from({ length: rows }, () => {
    const [a, b, c, d, e] = Array.from({ length: 5 }, random)
    const exact = 10 * Math.sin(Math.PI * a * b) + 20 * (c - 0.5) ** 2 + 10 * d + 5 * e
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
    return [a, b, c, d, e, exact + noise * normal].map((value) => value.toFixed(6)).join(',')
  })
  writeFileSync(file, `a,b,c,d,e,y\n${lines.join('\n')}\n`)
}
