/** Writes a table of 4,000 rows to stdout: three columns of numbers, and a class "yes" that 5% of the rows have. */
let state = 1
const uniform = () => {
  state = (state * 48271) % 2147483647
  return state / 2147483647
}
const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
const rows = Array.from({ length: 4000 }, (_, index) => {
  const isRare = index % 20 === 0
  return [normal() + isRare, normal() + isRare, normal() - isRare, isRare ? 'yes' : 'no'].join()
})
process.stdout.write(`a,b,c,fraud\n${rows.join('\n')}\n`)
