import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { Secret } from '../../src/core/secret.ts';
import { checkAccount } from '../../src/render/check-account.ts';
import { renderFile } from '../../src/render/render-file.ts';
import { openTemplateSet, type TemplateSet } from '../../src/render/template-set.ts';
import { vendors } from '../../src/vendors/all.ts';
import { extension, renderInput } from './test-vendor.ts';

let templates: TemplateSet;
beforeAll(async () => {
  templates = await openTemplateSet({ vendors, siteDir: null });
});

test('what is found before is what the file would be refused for, for every make', () => {
  const text = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.constantFrom('a"b', ' a', 'a ', '%NULL%', 'a\u0085b', 'a\uffffb', '<&>', '#', ''),
  );
  fc.assert(
    fc.property(fc.constantFrom(...vendors), text, text, text, (vendor, displayName, authName, password) => {
      const account = extension('101', { displayName, authName, password: new Secret(password) });
      const model = vendor.models[0]?.name ?? null;
      const rendered = renderFile(
        renderInput(templates, {
          vendor,
          file: vendor.files[0].name,
          device: { vendorId: vendor.id, model },
          extensions: [account],
        }),
      );
      expect(checkAccount(vendor, account) === undefined).toBe(rendered.ok);
    }),
  );
});
