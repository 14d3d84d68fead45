import type {alertCodes} from '../error-codes/alerts.ts'
import type {WordsOf} from './words.ts'

export const alertWords: WordsOf<ReturnType<typeof alertCodes>> = {
  ALERTS_INVALID: [
    'The file with the alert outputs cannot be used. It holds secrets, so other users must not be able to read or change it. The file was not changed.',
    'Run `chmod 600` on the file named in `path`, or compare it with `metis-seq alert output schema`.',
  ],
  ALERT_LIMIT_UNKNOWN: [
    'The health rule has no limit of this name.',
    'Run `metis-seq monitor rules`: it lists the limits of each rule.',
  ],
  ALERT_NOT_ACTIVE: [
    'No alert with this name is active, so there is nothing to acknowledge.',
    'Run `metis-seq alert list`.',
  ],
  ALERT_OUTPUT_EXISTS: [
    'An output of this name exists and was not overwritten.',
    'Remove it with `metis-seq alert output remove NAME`, or choose another name.',
  ],
  ALERT_OUTPUT_INVALID: [
    'A setting of the output is missing or does not fit its kind. Nothing was saved.',
    'Run `metis-seq alert output add --help`.',
  ],
  ALERT_OUTPUT_MISSING: [
    'There is no alert output, so no alert would reach anybody.',
    'Run `metis-seq alert output add NAME --kind webhook --secret-file FILE`.',
  ],
  ALERT_OUTPUT_UNKNOWN: ['No output has this name.', 'Run `metis-seq alert output list`.'],
  ALERT_RULE_UNKNOWN: ['No health rule has this name.', 'Run `metis-seq monitor rules`.'],
  MONITOR_RUNNING: [
    'Another monitor watches this profile. Two would send every alert twice.',
    'Use the running one, or stop the process named in `pid`.',
  ],
}
