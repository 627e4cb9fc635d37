import type { CertificatePair, OwnCertificates } from '../core/certificate.ts';
import { Secret } from '../core/secret.ts';
import type { Database } from './database.ts';

/** The site's own authority and this host's certificate; their keys are sealed. */
export interface CertificateStore {
  /** Undefined: there are none yet. Throws StoreError where a key does not open. */
  read(): Promise<OwnCertificates | undefined>;
  /** Takes the place of those before. Durable when it resolves. */
  write(certificates: OwnCertificates): Promise<void>;
}

const NAMES = ['authority', 'server'] as const;

const keyPlace = (row: string) => ({ table: 'certificates', row, column: 'private_key' });

export function createCertificateStore(database: Database): CertificateStore {
  const { cipher, read } = database;
  return {
    async read() {
      const rows = await read.selectFrom('certificates').selectAll().execute();
      const [authority, server] = NAMES.map((name): CertificatePair | undefined => {
        const row = rows.find((candidate) => candidate.name === name);
        if (row === undefined) return undefined;
        const privateKey = new Secret(cipher.open(row.private_key, keyPlace(name)));
        return { certificate: row.certificate, privateKey };
      });
      return authority === undefined || server === undefined ? undefined : { authority, server };
    },
    write(certificates) {
      return database.write(async (writer) => {
        await writer.deleteFrom('certificates').execute();
        const rows = NAMES.map((name) => {
          const { certificate, privateKey } = certificates[name];
          return { name, certificate, private_key: cipher.seal(privateKey.reveal(), keyPlace(name)) };
        });
        await writer.insertInto('certificates').values(rows).execute();
      });
    },
  };
}
