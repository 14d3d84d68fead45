import {entriesOf} from './entry.ts'

/** Reasons of the messengers of a local network, which carry calls from L1 to L2. */
export const messengerReasons = entriesOf(
  {kind: 'text', contracts: ['L2Messenger'], source: 'L2Messenger.sol'},
  [
    {
      subject: 'message not accepted',
      calls: ['L2Messenger.relayMessage'],
      code: 'WITHDRAWAL_NOT_PROVEN',
      message: 'The message has not arrived from L1.',
      meaning:
        'A message is relayed once the deposit that carries its hash is paid on L2; one different byte gives another hash.',
      causes: ['The deposit is not on L2 yet.', 'An argument differs from the event on L1.'],
    },
    {
      subject: 'message already relayed',
      calls: ['L2Messenger.relayMessage'],
      code: 'ALREADY_DONE',
      message: 'The message was already carried out.',
      meaning: 'Each message is carried out once.',
      causes: ['Somebody else relayed it.'],
    },
    {
      subject: 'relaying already',
      calls: ['L2Messenger.relayMessage'],
      code: 'CALL_REVERTED',
      message: 'A message relays another message.',
      meaning: 'Messages are carried out one after the other.',
      causes: ['The called contract calls the messenger.'],
    },
    {
      subject: 'only bridge',
      calls: ['L2Messenger.acceptMessage'],
      code: 'NOT_RELAYER',
      message: 'Only the bridge hands messages to the messenger.',
      meaning: 'They arrive with deposits, which the nodes relay.',
      causes: ['The call was sent by hand.'],
    },
    {
      subject: 'xDomainMessageSender is not set',
      code: 'NOT_FOR_PEOPLE',
      message: 'No message is being relayed.',
      meaning: 'The sender on L1 is known only while a message is carried out.',
      causes: ['The call was sent directly instead of by a message.'],
    },
  ],
)
