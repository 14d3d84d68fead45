import type {JsonSchema} from './build.ts'
import {documentSchema, schemaIdOf, type CommandSchema, type CommandSchemas} from './document.ts'
import {alertSchemas, monitorSchemas} from './alert.ts'
import {cdpSchemas} from './cdp.ts'
import {completionSchemas} from './completion.ts'
import {dashboardSchemas} from './dashboard.ts'
import {dutySchemas} from './duty.ts'
import {epochSchemas} from './epoch.ts'
import {exitSchemas} from './exit.ts'
import {explainSchemas} from './explain.ts'
import {governanceSchemas} from './governance.ts'
import {helpSchemas} from './help.ts'
import {keySchemas} from './key.ts'
import {lendSchemas} from './lend.ts'
import {localSchemas} from './local.ts'
import {lstSchemas} from './lst.ts'
import {networkSchemas} from './network.ts'
import {nodeSchemas} from './node.ts'
import {poolSchemas} from './pool.ts'
import {posSchemas} from './pos.ts'
import {profileSchemas} from './profile.ts'
import {registrySchemas} from './registry.ts'
import {rewardSchemas} from './reward.ts'
import {schemaSchemas} from './schema.ts'
import {sequencerSchemas} from './sequencer.ts'
import {signerSchemas} from './signer.ts'
import {snapshotSchemas} from './snapshot.ts'
import {stakeSchemas} from './stake.ts'
import {statusSchemas} from './status.ts'
import {txSchemas} from './tx.ts'

/** Every command by its words, with the schema of its `--json` output. Add one line per new topic. */
const commandSchemas: CommandSchemas = {
  ...alertSchemas,
  ...cdpSchemas,
  ...completionSchemas,
  ...dashboardSchemas,
  ...dutySchemas,
  ...epochSchemas,
  ...exitSchemas,
  ...explainSchemas,
  ...governanceSchemas,
  ...helpSchemas,
  ...keySchemas,
  ...lendSchemas,
  ...localSchemas,
  ...lstSchemas,
  ...monitorSchemas,
  ...networkSchemas,
  ...nodeSchemas,
  ...poolSchemas,
  ...posSchemas,
  ...profileSchemas,
  ...registrySchemas,
  ...rewardSchemas,
  ...schemaSchemas,
  ...sequencerSchemas,
  ...signerSchemas,
  ...snapshotSchemas,
  ...stakeSchemas,
  ...statusSchemas,
  ...txSchemas,
}

export interface ListedSchema {
  command: string
  /** Value of `schema` in its documents. */
  schema: string
  /** True when it prints one document per line. */
  stream: boolean
}

/** The commands with a schema, by name. */
export function listSchemas(): ListedSchema[] {
  return Object.entries(commandSchemas)
    .map(([command, schema]) => toListed(command, schema))
    .toSorted((a, b) => (a.command < b.command ? -1 : 1))
}

/** The JSON Schema of a command's `--json` output; undefined for an unknown command. */
export function findSchema(
  command: string,
): {listed: ListedSchema; jsonSchema: JsonSchema} | undefined {
  const schema = Object.hasOwn(commandSchemas, command) ? commandSchemas[command] : undefined
  return schema && {listed: toListed(command, schema), jsonSchema: documentSchema(command, schema)}
}

function toListed(command: string, {line}: CommandSchema): ListedSchema {
  return {command, schema: schemaIdOf(command), stream: line !== undefined}
}
