import { type FormatPhoneCsvOptions, formatPhoneCsv } from '../core/format-phone-csv.ts';
import type { Office } from './office.ts';

/** The approved phones as the list that an import reads. Audited before it is handed out. */
export async function exportDevices(
  office: Pick<Office, 'devices' | 'findExtension' | 'commit'>,
  options: FormatPhoneCsvOptions & { readonly actor: string; readonly now: number },
): Promise<string> {
  const { actor, now, passwords, delimiter } = options;
  const phones = [...office.devices()]
    .filter(({ state }) => state === 'approved')
    .sort((a, b) => (a.mac < b.mac ? -1 : 1))
    .map((device) => ({
      device,
      extensions: device.extensions.flatMap((number) => office.findExtension(number) ?? []),
    }));
  const text = formatPhoneCsv(phones, { delimiter, passwords });
  const detail = { phones: phones.length, passwords };
  await office.commit({ audit: [{ at: now, actor, action: 'devices.exported', subject: 'export', detail }] });
  return text;
}
