/** Set up before every test file: helpers that live as long as their process learn that the next file begins. */
import process from 'node:process'

import {startFile} from './test-file.ts'

startFile()
// It is for this process, and none of what a test starts keeps its code there.
delete process.env['NODE_COMPILE_CACHE']
