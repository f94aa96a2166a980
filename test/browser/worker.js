/** A worker that trains, so that the page stays responsive. */
import { glyphs, parseNetwork, tiles, train } from 'isobath'
import { trainBoth } from './training.ts'

trainBoth({ glyphs, parseNetwork, tiles, train }).then((runs) => postMessage(runs))
