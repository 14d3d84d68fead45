import {commonFlags} from './flags.ts'
import {OperatorCommand} from './operator-command.ts'
import {sequencerIdArg} from './sequencer-arg.ts'

/** A command that reads one sequencer: the one given, or the one the profile owns. */
export abstract class SequencerCommand extends OperatorCommand {
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> 2 --network local',
  ]

  static override args = {id: sequencerIdArg()}

  static override flags = commonFlags
}
