/**
 * The colors of heat maps: viridis (van der Walt and Smith 2015), from dark violet for the lowest value to yellow for
 * the highest. The lightness of viridis rises evenly, so the colors keep their order for color-blind readers and in
 * gray. Light and dark pages use the same colors, because the darkest and the lightest level stand out from both
 * backgrounds.
 */
const ANCHORS = [
  0x440154, 0x481a6c, 0x472f7d, 0x414487, 0x39568c, 0x31688e, 0x2a788e, 0x23888e, 0x1f988b, 0x22a884, 0x35b779,
  0x54c568, 0x7ad151, 0xa5db36, 0xd2e21b, 0xfde725,
]

/**
 * Number of colors in a heat map. With 24 colors, neighboring colors are just distinguishable, and cells of the same
 * color can be drawn as one rectangle.
 */
export const LEVELS = 24

/** The CSS color of a level from 0 to LEVELS - 1. */
export function heatColor(level: number): string {
  const place = (level / (LEVELS - 1)) * (ANCHORS.length - 1)
  const before = Math.min(Math.floor(place), ANCHORS.length - 2)
  const channels = [16, 8, 0].map((shift) => {
    const [low, high] = [ANCHORS[before], ANCHORS[before + 1]].map((anchor) => (anchor >> shift) & 255)
    return Math.round(low + (high - low) * (place - before))
  })
  return `#${channels.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`
}
