import {comparePairs, timeCommand} from './measure.ts'
const urls = [0, 10, 1].map((offset) => `http://127.0.0.1:${44000 + offset}`)
const env = {METIS_SEQ_HOME: '/tmp/st-home'}
const r = await comparePairs(41, () => timeCommand('bin/metis-seq', ['status', '--profile', 'seq-1'], env), () => timeCommand(process.execPath, ['bench/bare-status.mjs', ...urls], env))
process.stdout.write(JSON.stringify(r) + '\n')
