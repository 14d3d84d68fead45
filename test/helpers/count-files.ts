/** Set up before every test file: helpers that live as long as their process learn that the next file begins. */
import {startFile} from './test-file.ts'

startFile()
