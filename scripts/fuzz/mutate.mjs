/** Changes bytes at random, as broken disks and attackers do. Every choice follows from the seed. */

/** Creates a small random generator (Mulberry32), which returns whole numbers from 0 to `below` - 1. */
export function createDice(seed) {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let bits = Math.imul(state ^ (state >>> 15), state | 1)
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61)
    return Math.floor((((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

const NUMBERS = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff]
const TEXTS = [
  ...[
    '0',
    '-1',
    '1e999',
    '-0',
    '1e-400',
    '9007199254740993',
    '4294967296',
    'NaN',
    'Infinity',
    'null',
    'true',
    '""',
    '[]',
    '{}',
  ],
  ...[
    '"',
    "'",
    '\\',
    ',',
    ';',
    '\t',
    '\n',
    '\r\n',
    '\r',
    '=',
    ':',
    '-',
    '/',
    '{',
    '}',
    '[',
    ']',
    '\0',
    '\u{1f600}',
    '\ufeff',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    '__metadata__',
    '../../x',
    '%00',
    '1'.repeat(400),
    '['.repeat(300),
    '"a":',
  ],
].map((text) => new TextEncoder().encode(text))

const LARGEST = 2 ** 18

function splice(bytes, start, removed, added) {
  const result = new Uint8Array(bytes.length - removed + added.length)
  result.set(bytes.subarray(0, start))
  result.set(added, start)
  result.set(bytes.subarray(start + removed), start + added.length)
  return result
}

/** The mutations. Each mutation takes the bytes, the dice and another input of the corpus, and returns new bytes. */
const MUTATIONS = [
  (bytes, dice) => {
    const copy = bytes.slice()
    if (copy.length > 0) copy[dice(copy.length)] ^= 1 << dice(8)
    return copy
  },
  (bytes, dice) => {
    const copy = bytes.slice()
    if (copy.length > 0) copy[dice(copy.length)] = dice(256)
    return copy
  },
  // Cuts the end off.
  (bytes, dice) => bytes.slice(0, dice(bytes.length + 1)),
  // Removes a piece.
  (bytes, dice) => {
    const start = dice(bytes.length + 1)
    return splice(bytes, start, dice(Math.min(64, bytes.length - start) + 1), new Uint8Array(0))
  },
  // Inserts a copy of a piece once or many times.
  (bytes, dice) => {
    const start = dice(bytes.length + 1)
    const piece = bytes.subarray(start, start + dice(64))
    const times = dice(8) === 0 ? 1 + dice(1000) : 1 + dice(4)
    const many = new Uint8Array(Math.min(LARGEST, piece.length * times))
    for (let at = 0; at < many.length; at++) many[at] = piece[at % piece.length]
    return splice(bytes, dice(bytes.length + 1), 0, many)
  },
  // Joins the beginning of one input and the end of another.
  (bytes, dice, other) => {
    const at = dice(bytes.length + 1)
    return splice(bytes, at, bytes.length - at, other.subarray(dice(other.length + 1)))
  },
  // Writes a number that programs often get wrong, in 1, 2, 4 or 8 bytes and in either byte order.
  (bytes, dice) => {
    const copy = bytes.slice()
    const size = [1, 2, 4, 8][dice(4)]
    if (copy.length < size) return copy
    const view = new DataView(copy.buffer)
    const at = dice(copy.length - size + 1)
    const value = NUMBERS[dice(NUMBERS.length)]
    const little = dice(2) === 0
    if (size === 1) view.setUint8(at, value)
    else if (size === 2) view.setUint16(at, value, little)
    else if (size === 4) view.setUint32(at, value, little)
    else view.setBigUint64(at, dice(2) === 0 ? BigInt(value) : BigInt(value) << 32n, little)
    return copy
  },
  // Inserts a text that programs often get wrong, or overwrites bytes with the text.
  (bytes, dice) => {
    const text = TEXTS[dice(TEXTS.length)]
    const at = dice(bytes.length + 1)
    return splice(bytes, at, dice(2) === 0 ? 0 : Math.min(text.length, bytes.length - at), text)
  },
  // Replaces one digit by another.
  (bytes, dice) => {
    const copy = bytes.slice()
    const digits = [...copy.keys()].filter((at) => copy[at] >= 0x30 && copy[at] <= 0x39)
    if (digits.length > 0) copy[digits[dice(digits.length)]] = 0x30 + dice(10)
    return copy
  },
  () => new Uint8Array(0),
]

/** Applies one to eight mutations to an input of the corpus. */
export function mutate(corpus, dice) {
  // The input is copied, because slices of a Buffer share its memory, and the corpus must not change.
  let bytes = Uint8Array.from(corpus[dice(corpus.length)])
  for (let changes = 1 + dice(dice(8) + 1); changes > 0; changes--) {
    const mutation = MUTATIONS[dice(20) === 0 ? MUTATIONS.length - 1 : dice(MUTATIONS.length - 1)]
    bytes = mutation(bytes, dice, corpus[dice(corpus.length)])
  }
  return bytes.length > LARGEST ? bytes.slice(0, LARGEST) : bytes
}
