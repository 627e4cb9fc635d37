import { type Note, note } from './note.ts';
import type { FailureKind } from './quarantine.ts';

/** What a source did, in a part of a sentence: "… because of <this>". */
export function describeFailure(kind: FailureKind): Note {
  switch (kind) {
    case 'bad-token':
      return note('failure.bad-token', 'many different tokens in URLs that no phone has');
    case 'contradiction':
      return note('failure.contradiction', 'requests for files of several other phones');
    case 'malformed-http':
      return note('failure.malformed-http', 'a flood of what is not HTTP');
    case 'malformed-tls':
      return note('failure.malformed-tls', 'a flood of what is not TLS, or none that is spoken here');
    case 'broken-handshake':
      return note('failure.broken-handshake', 'a flood of TLS handshakes that it broke off');
    case 'phone-login':
      return note('failure.phone-login', "many wrong log-ins to phones' files");
    case 'wrong-password':
      return note('failure.wrong-password', 'many wrong passwords at the log-in for people');
    case 'malformed-sip':
      return note('failure.malformed-sip', 'a flood of what is not SIP');
    case 'false-name':
      return note('failure.false-name', 'SUBSCRIBEs in the name of several other phones');
    default:
      return kind satisfies never;
  }
}
