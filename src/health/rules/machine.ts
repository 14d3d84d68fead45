/** This machine and this profile's settings. */
import {shellWord} from '../../lib/shell-word.ts'
import {limitsOf} from '../thresholds.ts'
import {canDo, commandFor, keyRemedy, type Rule} from '../rule.ts'

const noProfile: Rule = ({setting}) => {
  if (setting.profile !== null) return []
  return [
    {
      id: 'no-profile',
      severity: 'info',
      text: 'no profile is active',
      cost: 'Only the chain is shown, without a node or stake of yours.',
      remedy: 'metis-seq profile list',
      sources: ['settings'],
    },
  ]
}

const diskLow: Rule = ({machine, node, setting}) => {
  // A running node sees the same disk, and reports it itself.
  if (node.known && node.value.status?.disk) return []
  const {warnBelowGib, criticalBelowGib} = limitsOf(setting, 'disk-low')
  if (!machine.known || machine.value.diskFreeBytes > warnBelowGib * 1024 ** 3) return []
  const {diskFreeBytes, homeDir} = machine.value
  const isCritical = diskFreeBytes <= criticalBelowGib * 1024 ** 3
  return [
    {
      id: 'disk-low',
      severity: isCritical ? 'critical' : 'warn',
      text: `the disk has ${(diskFreeBytes / 1024 ** 3).toFixed(1)} GiB left`,
      cost: 'With a full disk a node seals no blocks, and no command can write its journal.',
      remedy: canDo(setting)?.ownData
        ? commandFor(setting, 'node snapshot list')
        : `du -h -d 1 ${shellWord(homeDir)}`,
      sources: ['machine'],
    },
  ]
}

/** A running node has its key loaded; the next start is at risk. */
const keyLocked: Rule = (view) => {
  const {machine, node, setting} = view
  const remedy = keyRemedy(view)
  if (!machine.known || remedy === undefined) return []
  const file = machine.value.unreadableFile
  const runs = node.known && node.value.status !== null
  return [
    {
      id: 'key-locked',
      severity: runs || !canDo(setting)?.control ? 'warn' : 'critical',
      text: 'the signer key cannot be opened',
      cost: `${file === undefined ? '' : `${file} cannot be read. `}${
        runs
          ? 'The node has it in memory, but could not be started again.'
          : 'Nothing can be signed with it, and the node cannot start.'
      }`,
      remedy,
      sources: ['machine'],
    },
  ]
}

export const machineRules: readonly Rule[] = [diskLow, keyLocked, noProfile]
