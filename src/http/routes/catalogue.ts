import { Type } from 'typebox';
import { listTimeZones, timeZoneDataVersion } from '../../core/time-zones.ts';
import { vendors } from '../../vendors/all.ts';
import type { ApiApp } from '../api-app.ts';
import { describeRoute } from '../describe-route.ts';

const TAG = 'Catalogue';

const VendorList = Type.Object(
  {
    items: Type.Array(
      Type.Object({
        id: Type.String(),
        name: Type.String(),
        models: Type.Array(
          Type.Object({
            name: Type.String(),
            lines: Type.Integer({ description: 'SIP accounts it can hold' }),
            keys: Type.Integer({ description: 'Function keys, without expansion modules' }),
          }),
        ),
        files: Type.Array(Type.String(), { description: "Names of its files; the first is the phone's own" }),
      }),
    ),
  },
  {
    examples: [
      {
        items: [
          {
            id: 'example',
            name: 'Example Phones',
            models: [{ name: 'T46S', lines: 16, keys: 27 }],
            files: ['phone.cfg'],
          },
        ],
      },
    ],
  },
);

const TimeZoneList = Type.Object(
  {
    version: Type.String({ description: "Release of the IANA's data" }),
    items: Type.Array(Type.String()),
  },
  { examples: [{ version: '2026a', items: ['Africa/Abidjan', 'Europe/Berlin'] }] },
);

/** What one can choose from. */
export function addCatalogueRoutes(app: ApiApp): void {
  app.get(
    '/vendors',
    {
      config: { role: 'viewer' },
      schema: describeRoute({
        role: 'viewer',
        tag: TAG,
        summary: 'Makes and models that are known',
        answers: { 200: VendorList },
      }),
    },
    async () => ({
      items: vendors.map(({ id, name, models, files }) => ({
        id,
        name,
        models: models.map((model) => ({ name: model.name, lines: model.lines, keys: model.keys })),
        files: files.map((file) => file.name),
      })),
    }),
  );

  app.get(
    '/time-zones',
    {
      config: { role: 'viewer' },
      schema: describeRoute({
        role: 'viewer',
        tag: TAG,
        summary: 'Names that the setting timeZone takes',
        answers: { 200: TimeZoneList },
      }),
    },
    async () => ({ version: timeZoneDataVersion, items: listTimeZones() }),
  );
}
