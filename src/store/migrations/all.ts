import type { Migration } from 'kysely';
import * as first from './0001-first.ts';
import * as people from './0002-people.ts';
import * as history from './0003-history.ts';
import * as internet from './0004-internet.ts';
import * as extensionLanguage from './0005-extension-language.ts';
import * as trust from './0006-trust.ts';
import * as auditSource from './0007-audit-source.ts';
import * as quarantineMac from './0008-quarantine-mac.ts';
import * as certificates from './0009-certificates.ts';
import * as phoneLogin from './0010-phone-login.ts';

/** In the order of their numbers. A name is kept in every database that ran it: it never changes. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-first': first,
  '0002-people': people,
  '0003-history': history,
  '0004-internet': internet,
  '0005-extension-language': extensionLanguage,
  '0006-trust': trust,
  '0007-audit-source': auditSource,
  '0008-quarantine-mac': quarantineMac,
  '0009-certificates': certificates,
  '0010-phone-login': phoneLogin,
};
