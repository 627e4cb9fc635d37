import type { FuzzTarget } from './fuzz-target.ts';
import { API_TARGETS } from './targets-api.ts';
import { FILE_TARGETS } from './targets-files.ts';
import { HOST_TARGETS } from './targets-host.ts';
import { HTTP_TARGETS } from './targets-http.ts';
import { PAGE_TARGETS } from './targets-pages.ts';
import { SIP_TARGETS } from './targets-sip.ts';
import { TLS_TARGETS } from './targets-tls.ts';
import { UPNP_TARGETS } from './targets-upnp.ts';

/** Everything that reads what others wrote. */
export const TARGETS: readonly FuzzTarget[] = [
  ...SIP_TARGETS,
  ...UPNP_TARGETS,
  ...FILE_TARGETS,
  ...TLS_TARGETS,
  ...HOST_TARGETS,
  ...HTTP_TARGETS,
  ...API_TARGETS,
  ...PAGE_TARGETS,
];
